"""Requests that come again to the letter: their answer is known before they are parsed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

LEARN: Final = "apecgraph.learn"
"""The ASGI extension by which an application says that its answer may be given again as it is.

Its member `answer` is a function of the headers and the body; the status is 200.
"""

_END: Final = b"\r\n\r\n"
_LONGEST: Final = 8192
_OVERHEAD: Final = 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Known:
    """An answer: its headers as they are sent, with the line that ends them, and its body."""

    head: bytes
    body: bytes


class Repeats:
    """Answers by the bytes of the request; those asked for least recently make room.

    megabytes: the room; none are kept in 0.
    """

    def __init__(self, megabytes: int) -> None:
        self._known: LRUCache[bytes, Known] = LRUCache(
            megabytes * _MEGABYTE, lambda known: len(known.body) + _OVERHEAD
        )

    def get(self, request: bytes) -> Known | None:
        """Return the answer to a request, if it is known."""
        return self._known.get(request) if len(request) <= _LONGEST else None

    def learn(self, request: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        """Keep the answer to a request, where there is room."""
        head = b"".join([*(b"%s: %s\r\n" % header for header in headers), b"\r\n"])
        if len(body) + _OVERHEAD <= self._known.maxsize:
            self._known[request] = Known(head, body)


def is_one_request(data: bytes) -> bool:
    """Whether bytes are one GET, whole and without a body."""
    return (
        len(data) <= _LONGEST
        and data.startswith(b"GET ")
        and data.endswith(_END)
        and data.count(_END) == 1
    )
