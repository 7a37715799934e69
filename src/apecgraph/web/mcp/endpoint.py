"""The endpoint of the protocol: streamable HTTP, in which each message is a request of its own."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import unquote

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.errors import MethodNotAllowed, StoreBusy, TooManyRequests
from apecgraph.web.http.body import ClientGoneError, read_body
from apecgraph.web.http.memory import counted_apart, request_memory
from apecgraph.web.http.methods import preflight
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.mcp.asking import LONGEST, RefusedError, Reply
from apecgraph.web.mcp.server import Context, mcp_server

PATH: Final = "/mcp"

_METHODS: Final = ("POST", "OPTIONS")
_LARGEST: Final = 64 * 1024
"""Maximum size of a message in bytes."""

_COPIES: Final = 20
"""Bytes that a byte of a message, or of an answer to a tool, occupies: it is read and written as
JSON several times, and characters of a query are quoted in an address."""

_OF_OUTER: Final = frozenset(("app", "endpoint", "extensions", "path_params", "route", "router"))
"""Keys of the ASGI scope that belong to the request that carries the message."""


class McpEndpoint:
    """Answers messages of programs, which list and call tools and read resources.

    There are no sessions, so nothing is kept for a client; a stream that the server could write to
    at any time, which GET would open, is refused.

    Args:
        app: The application, which the tools ask in the name of the client.
        rate_limit: Limits the messages of each client, besides the requests that its tools make.
    """

    def __init__(self, app: ASGIApp, rate_limit: RateLimit) -> None:
        self._rate_limit = rate_limit
        self._server = mcp_server(lambda context: _Served(app, _scope(context)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raise MethodNotAllowed unless it is POST or OPTIONS."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            await preflight(_METHODS)(scope, receive, send)
            return
        if request.method != "POST":
            raise MethodNotAllowed(
                "%(method)s is not allowed for this resource; use %(methods)s.",
                _METHODS,
                method=request.method,
                methods=", ".join(_METHODS),
            )
        self._rate_limit.charge(scope)
        memory = request_memory(scope)
        try:
            body = await read_body(request.headers, receive, memory, _LARGEST)
        except ClientGoneError:
            return
        memory.count_request(_COPIES * len(body))
        sessions = StreamableHTTPSessionManager(self._server, json_response=True, stateless=True)
        async with sessions.run():
            await sessions.handle_request(scope, _again(body, receive), send)


class _Served:
    """The publication that this server serves, asked in the name of a client.

    Args:
        app: The application.
        scope: The ASGI scope of the client's request.
    """

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self._app = app
        self._scope = {key: value for key, value in scope.items() if key not in _OF_OUTER}
        self._read = 0

    async def get(self, address: str, accept: str) -> Reply:
        """Get a resource; once the answer is longer than it may be, leave."""
        path, _, query = address.partition("?")
        asked = {
            **self._scope,
            "http_version": "1.1",
            "method": "GET",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"accept", accept.encode())],
        }
        messages = [{"type": "http.request", "body": b"", "more_body": False}]
        enough = asyncio.Event()
        body = bytearray()
        status = 0

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif len(body) <= LONGEST:
                body.extend(message.get("body", b"")[: LONGEST + 1])
                if len(body) > LONGEST:
                    enough.set()

        with counted_apart(asked):
            await self._app(asked, receive, send)
        self._read += len(body)
        try:
            request_memory(self._scope).count_reply(_COPIES * self._read)
        except (StoreBusy, TooManyRequests) as error:
            raise RefusedError(str(error)) from None
        return Reply(status, bytes(body))


def _scope(context: Context) -> Scope:
    request: Any = context.request
    scope: Scope = request.scope
    return scope


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what receives a body that has been read, and then what follows it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
