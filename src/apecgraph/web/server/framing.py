"""Where the requests of a connection begin and end (RFC 9112).

The parser of uvicorn receives a head only if it is complete and has exactly the syntax of the RFC,
and receives no byte of a request before the previous one is answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from apecgraph.errors import (
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    RequestError,
    UriTooLong,
)
from apecgraph.query.protocol import METHODS

LARGEST_HEAD: Final = 64 * 1024
"""Maximum size of the request line and all headers in bytes."""

MOST_HEADERS: Final = 100

_LINE_END: Final = b"\r\n"
_END: Final = b"\r\n\r\n"

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_BEGINNING: Final = re.compile(rb"(?:\r?+\n?+|%b++(?: (?:[^\r\n]++|\r\n|\r\Z)*+)?)\Z" % _TOKEN)
"""The beginning of a head: no line ends with a lone CR or LF (section 2.2)."""

_HEAD: Final = re.compile(
    rb"(?P<method>%b++) (?P<target>[\x21\x22\x24-\x7e\x80-\xff]++) HTTP/1\.(?P<minor>[01])\r\n"
    rb"(?:%b++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n" % (_TOKEN, _TOKEN)
)
"""A request line and field lines (sections 3 and 5), without line folding (section 5.2)."""

_TARGET: Final = re.compile(rb"/.*|https?://(?P<authority>[^/?]++).*", re.IGNORECASE | re.DOTALL)
"""A target in origin form or in absolute form (section 3.2)."""

_AUTHORITY: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._~!$&'()*+,;=%-]*+)(?::[0-9]*+)?"
)
_HOST: Final = re.compile(rb"(?<=\r\n)Host:([^\r]*+)\r\n", re.IGNORECASE)
_UPGRADE: Final = re.compile(rb"(?<=\r\n)Upgrade:[^\r]*+\r\n", re.IGNORECASE)
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")


class Framing:
    """The bytes of a connection that the parser has not received yet."""

    def __init__(self) -> None:
        self._bytes = b""
        self._start = 0  # of the bytes that are not taken
        self._searched = 0  # where the search for the end of the head goes on
        self._length: int | None = 0  # the rest of the body; None for chunks

    def __len__(self) -> int:
        return len(self._bytes) - self._start

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

    def begin_body(self, headers: Sequence[tuple[bytes, bytes]], version: str) -> None:
        """Note how long the body is (RFC 9112, section 6.3).

        Args:
            headers: The headers of the request, with names in lower case.
            version: The version of HTTP, 1.1 or 1.0, which has no chunks (section 6.1).

        Raises:
            MalformedRequest: The headers do not say it clearly.
        """
        lengths = [value.strip() for name, value in headers if name == b"content-length"]
        codings = [value.strip() for name, value in headers if name == b"transfer-encoding"]
        if codings:
            chunked = [value.lower() for value in codings] == [b"chunked"]
            if lengths or not chunked or version != "1.1":
                raise MalformedRequest(
                    "The only transfer coding allowed is chunked, in HTTP/1.1 and without a length."
                )
            self._length = None
        elif lengths:
            if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
                raise MalformedRequest("Content-Length must be one number.")
            self._length = int(lengths[0])
        else:
            self._length = 0

    def take_body(self) -> bytes:
        """Take a part of the body that has arrived; no part reaches beyond its end."""
        if self._length is not None:
            part = self._take(min(self._length, len(self)))
            self._length -= len(part)
            return part
        # The last chunk, or the trailers after it, end with an empty line.
        end = self._bytes.find(_END, self._start)
        if end >= 0:
            return self._take(end + len(_END) - self._start)
        end = len(self._bytes)
        while end > self._start and self._bytes[end - 1] in _LINE_END:
            end -= 1
        return self._take(end - self._start)

    def _take(self, size: int) -> bytes:
        end = self._start + size
        taken, self._start = self._bytes[self._start : end], end
        if end == len(self._bytes):
            self._bytes, self._start, self._searched = b"", 0, 0  # keep nothing
        return taken


def check_head(head: bytes) -> bytes:
    """Check the syntax of a head strictly, because a proxy may read a doubtful one in another way.

    Args:
        head: The request line and the headers.

    Returns:
        The head for the parser: with the host of its target, and without Upgrade, which a server
        may ignore (RFC 9110, section 7.8); the parser would leave the body to the other protocol.

    Raises:
        RequestError: The head does not have the syntax of HTTP/1.1 or HTTP/1.0.
    """
    found = _HEAD.fullmatch(head)
    if found is None:
        raise _malformed()
    if found["method"] == b"CONNECT":
        raise MethodNotAllowed("This server is not a proxy.", METHODS)
    target = _TARGET.fullmatch(found["target"])
    if target is None:
        raise MalformedRequest("The target of a request must be a path or a URL.")
    hosts = _HOST.findall(head)
    if len(hosts) != 1 and not (not hosts and found["minor"] == b"0"):
        raise MalformedRequest(f"The request has {len(hosts)} Host headers; send one.")
    if (authority := target["authority"]) is not None:
        head = _HOST.sub(lambda _: b"Host: %b\r\n" % authority, head)  # section 3.2.2
        hosts.append(authority)
    if not all(_AUTHORITY.fullmatch(host.strip(b" \t")) for host in hosts):
        raise MalformedRequest("The Host header or the URL names no host.")
    return _UPGRADE.sub(b"", head)


def _malformed() -> MalformedRequest:
    return MalformedRequest("This is not an HTTP/1.1 request.")


def _too_large(*, in_headers: bool) -> RequestError:
    limit = f"{LARGEST_HEAD} bytes"
    if in_headers:
        return HeadersTooLarge(f"The headers are larger than {limit}.", limit)
    return UriTooLong(f"The URL is longer than {limit}: send the query by POST.", limit)
