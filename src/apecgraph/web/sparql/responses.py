"""Answers to queries as HTTP messages: which headers they have, and whether they are compressed."""

from __future__ import annotations

from typing import Final, TypeAlias

from starlette.types import Send

from apecgraph.rdf.formats import Format
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.reply_cache import Reply

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]

_ALWAYS: Final = [
    *((name.lower().encode(), value.encode()) for name, value in HEADERS.items()),
    (b"vary", b"Accept, Accept-Encoding"),
]


async def send_head(send: Send, status: int, format_: Format, etag: str | None) -> None:
    """Send an answer without a body; status: 200 to HEAD, or 304."""
    headers = head_of(format_, etag)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body"})


async def send_whole(
    send: Send, reply: Reply, format_: Format, etag: str | None, *, gzips: bool, bodiless: bool
) -> None:
    """Send an answer that is all there, with its length."""
    headers, body = whole(reply, format_, etag, gzips=gzips)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else body})


def whole(
    reply: Reply, format_: Format, etag: str | None, *, gzips: bool
) -> tuple[RawHeaders, bytes]:
    """Return the headers and the body of an answer that is all there."""
    compressed = reply.gzipped() if gzips else None
    body = reply.body if compressed is None else compressed
    headers = [*head_of(format_, etag), (b"content-length", str(len(body)).encode())]
    if compressed is not None:
        headers.append((b"content-encoding", b"gzip"))
    return headers, body


def head_of(format_: Format, etag: str | None) -> RawHeaders:
    """Return the headers that every answer has; etag: None where it is another each time."""
    headers = [*_ALWAYS, (b"content-type", format_.content_type.encode())]
    if etag is None:
        return [*headers, (b"cache-control", b"no-store")]
    return [*headers, (b"etag", etag.encode()), (b"cache-control", b"no-cache")]
