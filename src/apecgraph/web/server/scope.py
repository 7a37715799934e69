"""The ASGI scope of a request, in which the client has the name that all limits use."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import unquote

from starlette.types import Scope

from apecgraph.web.http.clients import client_name
from apecgraph.web.server.framing import Head


class TrustedProxies(Protocol):
    """The proxies whose headers are believed."""

    def get_trusted_client_address(self, x_forwarded_for: str) -> tuple[str, int]:
        """Return the last address in a X-Forwarded-For header that is not of such a proxy."""


def asgi_scope(head: Head, client: str, server: tuple[str, int | None] | None) -> Scope:
    """Return the scope of a request.

    Args:
        head: The head of the request.
        client: The name of the client.
        server: The address and the port of the server.

    Returns:
        The scope.
    """
    path = head.path.decode()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": head.version,
        "method": head.method,
        "scheme": "http",
        "path": unquote(path) if "%" in path else path,
        "raw_path": head.path,
        "query_string": head.query,
        "root_path": "",
        "headers": head.headers,
        "client": (client, 0),
        "server": server,
    }


def read_forwarded(scope: Scope, proxies: TrustedProxies) -> None:
    """Take the client and the scheme of a request from the headers of a trusted proxy."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    clients = b", ".join(value for name, value in headers if name == b"x-forwarded-for")
    if clients:
        address, _ = proxies.get_trusted_client_address(clients.decode("latin-1"))
        if address:
            scope["client"] = (client_name(address), 0)
    schemes = [value for name, value in headers if name == b"x-forwarded-proto"]
    if schemes and schemes[-1] in (b"http", b"https"):
        scope["scheme"] = schemes[-1].decode()
