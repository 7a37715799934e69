"""Connections to servers on loopback addresses, and a listener that records its callers."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Final

PATIENCE: Final = 15.0
"""Seconds that a client waits for a reply before it counts as hanging."""

BROKEN_OFF: Final = "broken off"
"""The outcome of a request whose reply does not begin or is not completed."""

QUERY: Final = "application/sparql-query"

_addresses: Final = count(256)


def new_address() -> str:
    """Return a loopback address that has not been given out before."""
    number = next(_addresses)
    return f"127.1.{number // 250}.{number % 250 + 1}"


def request(text: str, *, version: str = "1.1", **headers: str) -> bytes:
    """Write a request that sends a query, after which the connection ends."""
    fields = {
        "Host": "x",
        "Connection": "close",
        "Content-Type": QUERY,
        "Content-Length": str(len(text.encode())),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /sparql HTTP/{version}\r\n{head}\r\n{text}".encode()


@contextmanager
def connected(
    port: int, *, address: str | None = None, receives: int | None = None
) -> Iterator[socket.socket]:
    """Connect to a port of this machine.

    Args:
        port: The port of the server.
        address: The client's loopback address, by default a new one.
        receives: Size of the receive buffer in bytes, roughly.

    Yields:
        The connected socket.
    """
    with socket.socket() as connection:
        if receives is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        connection.settimeout(PATIENCE)
        connection.bind((address or new_address(), 0))
        connection.connect(("127.0.0.1", port))
        yield connection


def reply(connection: socket.socket, *, then: Callable[[bytes], object] = len) -> str:
    """Read the reply on a connection.

    Args:
        connection: A connection on which a request was sent.
        then: Receives the body of a complete reply.

    Returns:
        The status, BROKEN_OFF or "hangs".
    """
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        then(response.read())
    except (http.client.HTTPException, ConnectionError):
        return BROKEN_OFF
    except TimeoutError:
        return "hangs"
    return str(response.status)


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Listen on a port of this machine; yield the port and the list of those who called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        callers: list[object] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, caller = server.accept()
                    callers.append(caller)
                    connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1], callers
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
