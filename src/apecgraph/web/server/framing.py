"""Where the requests of a connection begin and end, and what they say (RFC 9112).

Requests are read by the letter of the RFC, because proxies may read doubtful ones in another way.
No byte of a request is read before the previous one is answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from apecgraph.errors import (
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    RequestError,
    UriTooLong,
)
from apecgraph.query.protocol import METHODS

LARGEST_HEAD: Final = 64 * 1024
"""Maximum size of the request line and all headers in bytes, and of chunks without their data."""

MOST_HEADERS: Final = 100

_LINE_END: Final = b"\r\n"
_END: Final = b"\r\n\r\n"

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_FIELD: Final = rb"%b++:[\t\x20-\x7e\x80-\xff]*+\r\n" % _TOKEN
_BEGINNING: Final = re.compile(rb"(?:\r?+\n?+|%b++(?: (?:[^\r\n]++|\r\n|\r\Z)*+)?)\Z" % _TOKEN)
"""The beginning of a head: no line ends with a lone CR or LF (section 2.2)."""

_HEAD: Final = re.compile(
    rb"(?P<method>%b++) (?P<target>[\x21\x22\x24-\x7e]++) HTTP/(?P<version>1\.[01])\r\n"
    rb"(?P<fields>(?:%b)*+)\r\n" % (_TOKEN, _FIELD)
)
"""A request line and field lines (sections 3 and 5), without line folding (section 5.2)."""

_TARGET: Final = re.compile(
    rb"(?:https?://(?P<authority>[^/?]++)|(?=/))(?P<path>[^?]*+)(?:\?(?P<query>.*+))?",
    re.IGNORECASE | re.DOTALL,
)
"""A target in origin form or in absolute form (section 3.2)."""

_AUTHORITY: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._~!$&'()*+,;=%-]*+)(?::[0-9]*+)?"
)
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
_PECULIAR: Final = _FRAMING | {b"expect", b"upgrade"}
"""Headers of requests that may go on after their heads, or are not read as they are sent."""

_QUOTED: Final = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*+"'
_CHUNK: Final = re.compile(
    rb"(?P<size>[0-9A-Fa-f]{1,16}+)(?:;%b++(?:=(?:%b++|%b))?+)*+\r\n" % (_TOKEN, _TOKEN, _QUOTED)
)
"""The line before the data of a chunk (section 7.1), without optional spaces."""

_TRAILERS: Final = re.compile(rb"(?:(?!(?i:content-length|transfer-encoding):)%b)*+\r\n" % _FIELD)
"""Trailers (section 7.1.2) that do not look as if they said how long the body is."""


_METHODS: Final = frozenset(
    (*METHODS, *("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "MKCOL", "LINK", "UNLINK"))
)
"""Methods whose requests are read on, even if no resource allows them."""


class Head(NamedTuple):
    """The request line and the headers of a request.

    Attributes:
        method: The method.
        path: The path of the target, as sent.
        query: The query of the target.
        version: The version of HTTP, 1.1 or 1.0.
        headers: The headers, with names in lower case. Host is the host of the target. Upgrade is
            left out, which a server may ignore (RFC 9110, section 7.8).
        length: Number of bytes of the body, or None if it comes in chunks.
        is_last: Whether the connection ends with the request (section 9.3).
        expects: Whether the client waits for 100 (Continue) before it sends the body.
        is_plain: Whether the request ends with its head, and all of the head has its usual meaning,
            so that the same bytes are the same request.
    """

    method: str
    path: bytes
    query: bytes
    version: str
    headers: list[tuple[bytes, bytes]]
    length: int | None
    is_last: bool
    expects: bool
    is_plain: bool


def read_head(head: bytes) -> Head:
    """Read a head.

    Args:
        head: The request line and the headers, with the empty line after them.

    Returns:
        What it says.

    Raises:
        RequestError: The head does not have the syntax of HTTP/1.1 or HTTP/1.0.
    """
    found = _HEAD.fullmatch(head)
    if found is None:
        raise _malformed()
    method, target, version = found["method"].decode(), found["target"], found["version"].decode()
    if method == "CONNECT":
        raise MethodNotAllowed("This server is not a proxy.", METHODS)
    if method not in _METHODS:
        raise MethodNotAllowed("This server does not know the method.", METHODS)
    located = _TARGET.fullmatch(target)
    if located is None:
        raise MalformedRequest("The target of a request must be a path or a URL.")
    fields = [line.partition(b":") for line in found["fields"].split(_LINE_END)[:-1]]
    if len(fields) > MOST_HEADERS:
        limit = f"{MOST_HEADERS} headers"
        raise HeadersTooLarge(f"The request has more than {limit}.", limit)
    headers = [(name.lower(), value.strip(b" \t")) for name, _, value in fields]
    values = dict(headers)
    authority = located["authority"]
    _check_host(headers, authority, version)
    length = _length_of_body(headers, version) if not _FRAMING.isdisjoint(values) else 0
    connection = _tokens(headers) if b"connection" in values else ()
    is_last = version == "1.0" or b"close" in connection
    is_plain = authority is None and not is_last and _PECULIAR.isdisjoint(values)
    if not is_plain:
        headers = [header for header in headers if header[0] != b"upgrade"]
    if authority is not None:  # section 3.2.2
        headers = [header for header in headers if header[0] != b"host"]
        headers.append((b"host", authority))
    return Head(
        method,
        located["path"] or b"/",
        located["query"] or b"",
        version,
        headers,
        length,
        is_last,
        version == "1.1" and values.get(b"expect", b"").lower() == b"100-continue",
        is_plain,
    )


def _check_host(
    headers: Sequence[tuple[bytes, bytes]], authority: bytes | None, version: str
) -> None:
    """Check that the headers and the target name one host (sections 3.2 and 3.3)."""
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 and not (not hosts and version == "1.0"):
        raise MalformedRequest(f"The request has {len(hosts)} Host headers; send one.")
    if authority is not None:
        hosts = [authority]
    if not all(map(_AUTHORITY.fullmatch, hosts)):
        raise MalformedRequest("The Host header or the URL names no host.")


def _length_of_body(headers: Sequence[tuple[bytes, bytes]], version: str) -> int | None:
    """Return the length of a body, or None for chunks (section 6.3), which HTTP/1.0 lacks (6.1)."""
    lengths = [value for name, value in headers if name == b"content-length"]
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings:
        if lengths or codings != [b"chunked"] or version != "1.1":
            raise MalformedRequest(
                "The only transfer coding allowed is chunked, in HTTP/1.1 and without a length."
            )
        return None
    if len(lengths) > 1 or (lengths and not _LENGTH.fullmatch(lengths[0])):
        raise MalformedRequest("Content-Length must be one number.")
    return int(lengths[0]) if lengths else 0


def _tokens(headers: Sequence[tuple[bytes, bytes]]) -> Sequence[bytes]:
    """Return the tokens of the Connection headers, in lower case (RFC 9110, section 7.6.1)."""
    listed = b",".join(value for name, value in headers if name == b"connection")
    return [token.strip(b" \t") for token in listed.lower().split(b",")]


class Framing:
    """The bytes of a connection that are not read yet."""

    def __init__(self) -> None:
        self._bytes = b""
        self._start = 0  # of the bytes that are not taken
        self._searched = 0  # where the search for the end of the head goes on
        self._left = 0  # of the body or of the chunk
        self._in_chunks = self._after_data = self._in_trailers = False
        self._without_data = 0  # bytes that are not data, since the last data

    def __len__(self) -> int:
        return len(self._bytes) - self._start

    @property
    def in_body(self) -> bool:
        """Whether the body of a request is not complete."""
        return self._in_chunks or self._left > 0

    def add(self, data: bytes) -> None:
        """Append bytes that the client has sent."""
        if self._start:
            self._bytes = self._bytes[self._start :]
            self._start = self._searched = 0
        self._bytes += data

    def take_head(self) -> bytes:
        """Take the head of the next request.

        Returns:
            The request line and the headers; empty if they are not complete.

        Raises:
            RequestError: No head begins like this, or it is too large.
        """
        if self._bytes.startswith(_LINE_END, self._start) and len(self) > len(_LINE_END):
            self._start += len(_LINE_END)  # section 2.2
        end = self._bytes.find(_END, max(self._start, self._searched))
        size = (end if end >= 0 else len(self._bytes)) - self._start
        if size > LARGEST_HEAD:
            limit = self._start + LARGEST_HEAD
            raise _too_large(in_headers=self._bytes.find(_LINE_END, self._start, limit) >= 0)
        if end >= 0:
            return self._take(size + len(_END))
        self._searched = len(self._bytes) - len(_END)
        if not _BEGINNING.match(self._bytes, self._start):
            raise _malformed()
        return b""

    def begin_body(self, length: int | None) -> None:
        """Begin to read a body of a length, or one in chunks."""
        self._in_chunks = length is None
        self._left = length or 0
        self._after_data = self._in_trailers = False
        self._without_data = 0

    def take_body(self) -> bytes:
        """Take data of the body that have arrived.

        Returns:
            The data; empty if no more have arrived, or if the body is complete.

        Raises:
            RequestError: The body does not have the syntax of chunks, or they have too many bytes
                that are not data.
        """
        if self._in_chunks and not self._left:
            self._begin_chunk()
        data = self._take(min(self._left, len(self)))
        self._left -= len(data)
        if data:
            self._after_data = self._in_chunks and not self._left
            self._without_data = 0
        return data

    def _begin_chunk(self) -> None:
        """Read on to the data of the next chunk, or to the end of the body (section 7.1)."""
        if self._after_data:
            end = self._bytes[self._start : self._start + len(_LINE_END)]
            if not _LINE_END.startswith(end):
                raise MalformedRequest("A chunk is longer than its size.")
            if end != _LINE_END:
                return
            self._take(len(_LINE_END))
            self._after_data = False
        if not self._in_trailers and (line := self._take_to(_LINE_END)):
            chunk = _CHUNK.fullmatch(line)
            if chunk is None:
                raise MalformedRequest("A chunk does not begin with its size.")
            self._left = int(chunk["size"], 16)
            self._in_trailers = not self._left
        if self._in_trailers:
            is_end = self._bytes.startswith(_LINE_END, self._start)
            trailers = self._take_to(_LINE_END if is_end else _END)
            if trailers and not _TRAILERS.fullmatch(trailers):
                raise MalformedRequest("The lines after the last chunk are not trailers.")
            self._in_chunks = not trailers

    def _take_to(self, end: bytes) -> bytes:
        """Take bytes that are not data, to an end; take none if the end has not arrived."""
        found = self._bytes.find(end, self._start)
        size = len(self) if found < 0 else found + len(end) - self._start
        if self._without_data + size > LARGEST_HEAD:
            limit = f"{LARGEST_HEAD} bytes"
            raise HeadersTooLarge(f"The trailers are larger than {limit}.", limit)
        if found < 0:
            return b""
        self._without_data += size
        return self._take(size)

    def _take(self, size: int) -> bytes:
        end = self._start + size
        taken, self._start = self._bytes[self._start : end], end
        if end == len(self._bytes):
            self._bytes, self._start, self._searched = b"", 0, 0  # keep nothing
        return taken


def _malformed() -> MalformedRequest:
    return MalformedRequest("This is not an HTTP/1.1 request.")


def _too_large(*, in_headers: bool) -> RequestError:
    limit = f"{LARGEST_HEAD} bytes"
    if in_headers:
        return HeadersTooLarge(f"The headers are larger than {limit}.", limit)
    return UriTooLong(f"The URL is longer than {limit}: send the query by POST.", limit)
