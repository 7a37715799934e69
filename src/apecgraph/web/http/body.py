"""The body of a request, up to a size."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive

from apecgraph.errors import ContentTooLarge, UnsupportedMediaType

LARGEST_BODY: Final = 1024 * 1024


class ClientGoneError(Exception):
    """There is nobody left to answer."""


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """Read a body to its end, of LARGEST_BODY bytes at most.

    Raises ContentTooLarge, UnsupportedMediaType where it is compressed, and ClientGoneError.
    """
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("A body that is compressed is not read here.")
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""  # RFC 9112, section 6.3
    body = bytearray()
    size = int(length or 0)
    more = True
    while more and max(size, len(body)) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if max(size, len(body)) > LARGEST_BODY:
        limit = f"{LARGEST_BODY} bytes"
        raise ContentTooLarge(f"The body is larger than {limit}.", limit)
    return bytes(body)
