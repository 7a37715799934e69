"""Bytes that a client sends, and the replies that it receives, without a library in between."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from httptools import HttpResponseParser


@dataclass
class Reply:
    """One reply; the names of its headers are in lower case."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False


class _Replies:
    """Receives what the parser finds."""

    def __init__(self) -> None:
        self.found: list[Reply] = []
        self.parser = HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self.found.append(Reply())

    def on_header(self, name: bytes, value: bytes) -> None:
        self.found[-1].headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.found[-1].status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.found[-1].body += body

    def on_message_complete(self) -> None:
        self.found[-1].complete = True


def replies(received: bytes) -> list[Reply]:
    """Read the replies to requests other than HEAD."""
    found = _Replies()
    found.parser.feed_data(received)
    return found.found


def exchange(port: int, parts: Iterable[bytes], address: str = "127.0.0.1") -> bytes:
    """Send parts of requests to a server; return what it sends until it closes the connection."""
    received = b""
    with socket.socket() as connection:
        connection.settimeout(30)
        connection.bind((address, 0))
        connection.connect(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):  # the server may refuse the request before its end
            for part in parts:
                connection.sendall(part)
        with suppress(ConnectionError):
            while part := connection.recv(65536):
                received += part
    return received
