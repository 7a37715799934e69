"""The cache that answers requests repeated byte for byte, without parsing them.

It also answers requests that differ from an earlier one only in their query strings, if the
application has left a function for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from cachetools import LRUCache

from apecgraph.web.http.memory import LARGEST_PART
from apecgraph.web.http.representation import RawResponse

LEARN: Final = "apecgraph.learn"
"""The ASGI extension with which an application lets the server answer further requests without it.

Its member `request` is a `Learning`.
"""

HIT: Final = "apecgraph; hit"
MISS: Final = "apecgraph; fwd=miss"
"""The values of Cache-Status (RFC 9211, section 2): whether the response was made before."""

AnswerSimilar: TypeAlias = Callable[[bytes], RawResponse | None]
"""Takes a query string; returns a response with the status 200 that was made for this request, or
None if the application itself has to answer."""

_Frame: TypeAlias = tuple[str, bytes, bytes]
"""An address, and a request from it without its query string: the bytes before that and after."""

_MADE: Final = f"cache-status: {MISS}\r\n".encode()
_KEPT: Final = f"cache-status: {HIT}\r\n".encode()

_QUERY_STRING: Final = re.compile(rb"[\x21\x22\x24-\x7e]++")
"""The characters that a query string may have, of which none ends the request line."""

_LONGEST: Final = 8192
"""Maximum size of a request whose response is cached, in bytes."""

_OVERHEAD: Final = 512
"""Bytes that the cache counts for a response in addition to its parts and its request."""

_FRAMES: Final = 128
"""Number of requests without their query strings that are known."""

_LONGEST_FRAME: Final = 2048
"""Maximum size of such a request in bytes."""


@dataclass(frozen=True, slots=True)
class RepeatedResponse:
    """A response as it is sent.

    Attributes:
        head: Its headers, except those that all responses have, and the empty line after them.
        body: Its body.
        size: Size in bytes, with the request; 0 if it is not cached.
    """

    head: bytes
    body: bytes
    size: int = 0


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
        """Drop everything, because the server switches to another release."""
        self._responses: LRUCache[bytes, RepeatedResponse] = LRUCache(
            self.limit, lambda response: response.size
        )
        self._similar: LRUCache[_Frame, AnswerSimilar] = LRUCache(_FRAMES)

    def get(self, request: bytes) -> RepeatedResponse | None:
        """Return the response to a request, or None if it is unknown."""
        return self._responses.get(request) if len(request) <= _LONGEST else None

    def make(self, request: bytes, address: str) -> RepeatedResponse | None:
        """Answer a request that differs from a known one in its query string, and cache it.

        Args:
            request: The bytes of the request.
            address: The address from which it comes.

        Returns:
            The response, or None if the application has to answer.
        """
        if len(request) > _LONGEST:
            return None
        query, frame = _without_query(request, address)
        answer = self._similar.get(frame)
        made = answer(query) if answer and _QUERY_STRING.fullmatch(query) else None
        if made is None:
            return None
        head = _head(made)
        _keep(self._responses, request, head.replace(_MADE, _KEPT), made.body)
        return RepeatedResponse(head, made.body)

    def learning(self, request: bytes, address: str) -> Learning:
        """Return what an application may leave here about a request, if a connection takes it now.

        After the cache is cleared, that has no effect, because the application belongs to a release
        that is no longer served.
        """
        return Learning(self._responses, self._similar, request, address)


@dataclass(frozen=True, slots=True)
class Learning:
    """Lets the server answer further requests without the application.

    Args:
        responses: Responses, keyed by the bytes of their requests.
        similar: Functions that answer similar requests, keyed by what these have in common.
        request: The bytes of the request that the application answers.
        address: The address from which it comes.
    """

    responses: LRUCache[bytes, RepeatedResponse]
    similar: LRUCache[_Frame, AnswerSimilar]
    request: bytes
    address: str

    def repeat(self, response: RawResponse) -> None:
        """Repeat a response with the status 200 when the client repeats its request."""
        _keep(self.responses, self.request, _head(response), response.body)

    def answer_similar(self, answer: AnswerSimilar) -> None:
        """Answer requests that differ from this one only in their query string by a function."""
        _, frame = _without_query(self.request, self.address)
        in_target = frame[1].count(b" ") == 1
        if in_target and len(self.request) <= _LONGEST_FRAME:
            self.similar[frame] = answer


def _head(response: RawResponse) -> bytes:
    return b"".join([*(b"%b: %b\r\n" % header for header in response.raw_headers), b"\r\n"])


def _keep(
    responses: LRUCache[bytes, RepeatedResponse], request: bytes, head: bytes, body: bytes
) -> None:
    """Cache a response, if it is not too large."""
    size = len(request) + len(head) + len(body) + _OVERHEAD
    fits = len(request) <= _LONGEST and len(body) <= LARGEST_PART
    if fits and size <= responses.maxsize:
        responses[request] = RepeatedResponse(head, body, size)


def _without_query(request: bytes, address: str) -> tuple[bytes, _Frame]:
    """Return the query string of a request, and the rest."""
    before, _, rest = request.partition(b"?")
    query, _, after = rest.partition(b" ")
    return query, (address, before, after)
