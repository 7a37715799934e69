"""The cache that answers requests repeated byte for byte, without parsing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from cachetools import LRUCache

from apecgraph.web.http.memory import LARGEST_PART

LEARN: Final = "apecgraph.learn"
"""The ASGI extension with which an application lets the server repeat a response unchanged.

Its member `response` is a `Learn`. The application calls it with the headers and the body of a
response with the status 200.
"""

Learn: TypeAlias = Callable[[Iterable[tuple[bytes, bytes]], bytes], None]

_LONGEST: Final = 8192
"""Maximum size of a request whose response is cached, in bytes."""

_OVERHEAD: Final = 512
"""Bytes that the cache counts for a response in addition to its parts and its request."""


@dataclass(frozen=True, slots=True)
class RepeatedResponse:
    """A response as it is sent.

    Attributes:
        head: Its headers, except those that all responses have, and the empty line after them.
        body: Its body.
        size: Size in bytes, with the request.
    """

    head: bytes
    body: bytes
    size: int


class RepeatCache:
    """Responses, keyed by the bytes of their requests; the least recently used are dropped first.

    Args:
        limit: Maximum size in bytes, with the requests; 0 caches nothing.

    Attributes:
        limit: Maximum size in bytes.
    """

    limit: int

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.clear()

    @property
    def used(self) -> int:
        """Size in bytes."""
        return int(self._responses.currsize)

    def clear(self) -> None:
        """Drop all responses, because the server switches to another release."""
        self._responses: LRUCache[bytes, RepeatedResponse] = LRUCache(
            self.limit, lambda response: response.size
        )

    def get(self, request: bytes) -> RepeatedResponse | None:
        """Return the response to a request, or None if it is unknown."""
        return self._responses.get(request) if len(request) <= _LONGEST else None

    def learning(self, request: bytes) -> Learn:
        """Return a function that caches the response to a request if a connection takes it at once.

        If the cache is cleared before the function is called, the function has no effect, because
        the response is from a release that is no longer served.
        """
        responses = self._responses

        def learn(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
            head = b"".join([*(b"%s: %s\r\n" % header for header in headers), b"\r\n"])
            size = len(request) + len(head) + len(body) + _OVERHEAD
            fits = len(request) <= _LONGEST and len(body) <= LARGEST_PART
            if fits and size <= responses.maxsize:
                responses[request] = RepeatedResponse(head, body, size)

        return learn
