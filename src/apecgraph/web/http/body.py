"""The body of a request, of limited size."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive

from apecgraph.errors import ContentTooLarge, UnsupportedMediaType
from apecgraph.web.http.memory import RequestMemory

LARGEST_BODY: Final = 1024 * 1024
"""Maximum size of a body in bytes."""


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


async def read_body(
    headers: Headers, receive: Receive, memory: RequestMemory, largest: int = LARGEST_BODY
) -> bytes:
    """Read a body to its end.

    Args:
        headers: Headers of the request.
        receive: Receives the messages of the request.
        memory: Counts the body.
        largest: Maximum size of the body in bytes.

    Returns:
        The body.

    Raises:
        ContentTooLarge: The body is larger than it may be.
        UnsupportedMediaType: The body is compressed.
        ClientGoneError: The client closed the connection.
        StoreBusy: Too many bodies wait.
        TooManyRequests: Too many bodies of this client wait.
    """
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(
            "Send the body without Content-Encoding: this server reads no compressed bodies."
        )
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""  # RFC 9112, section 6.3
    body = bytearray()
    size = int(length or 0)
    more = True
    while more and max(size, len(body)) <= largest:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        memory.count_request(len(body))
        more = message.get("more_body", False)
    if max(size, len(body)) > largest:
        limit = f"{largest} bytes"
        raise ContentTooLarge("The body is larger than %(most)s.", limit, most=limit)
    return bytes(body)
