"""Requests that come again to the letter: their answer is known before they are parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from cachetools import LRUCache

LEARN: Final = "apecgraph.learn"
"""The ASGI extension by which an application says that its answer may be given again as it is.

Its member `answer` is a `Learn`, a function of the headers and the body; the status is 200.
"""

Learn: TypeAlias = Callable[[Iterable[tuple[bytes, bytes]], bytes], None]

_END: Final = b"\r\n\r\n"
_LONGEST: Final = 8192
_OVERHEAD: Final = 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RepeatedAnswer:
    """An answer: its headers as they are sent, with the line that ends them, and its body."""

    head: bytes
    body: bytes


class RepeatCache:
    """Answers by the bytes of the request; those asked for least recently make room.

    megabytes: the room; none are kept in 0.
    """

    def __init__(self, megabytes: int) -> None:
        self._size = megabytes * _MEGABYTE
        self.forget()

    def forget(self) -> None:
        """Forget all answers: another release is served from now on."""
        self._known: LRUCache[bytes, RepeatedAnswer] = LRUCache(
            self._size, lambda known: len(known.body) + _OVERHEAD
        )

    def get(self, request: bytes) -> RepeatedAnswer | None:
        """Return the answer to a request, if it is known."""
        return self._known.get(request) if len(request) <= _LONGEST else None

    def learning(self, request: bytes) -> Learn:
        """Return what keeps the answer to a request, where there is room.

        An answer of a release that is not served any more is forgotten with those before it.
        """
        kept = self._known

        def learn(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
            head = b"".join([*(b"%s: %s\r\n" % header for header in headers), b"\r\n"])
            if len(body) + _OVERHEAD <= kept.maxsize:
                kept[request] = RepeatedAnswer(head, body)

        return learn


def is_one_request(data: bytes) -> bool:
    """Whether bytes are one GET, whole and without a body."""
    return (
        len(data) <= _LONGEST
        and data.startswith(b"GET ")
        and data.endswith(_END)
        and data.count(_END) == 1
    )
