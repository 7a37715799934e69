"""Resources that are only read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from apecgraph.errors import MethodNotAllowed
from apecgraph.formats import Format
from apecgraph.negotiation import negotiate

METHODS: Final = ("GET", "HEAD", "OPTIONS")


class Reading:
    """An ASGI app around a function that answers GET; HEAD is GET without the body.

    Raises MethodNotAllowed where the request wants to write.
    """

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodNotAllowed(
                f"{request.method} is not for this resource: it is only read", METHODS
            )
        if request.method == "OPTIONS":
            response = _preflight()
        else:
            response = await self._answer(request)
        await response(scope, receive, send)


def choose(request: Request, offers: Sequence[Format]) -> Format:
    """Choose the format to answer a request in; raise NotAcceptable where there is none."""
    return negotiate(", ".join(request.headers.getlist("accept")) or None, offers)


def _preflight() -> Response:
    methods = ", ".join(METHODS)
    return Response(
        status_code=204,
        headers={
            "Allow": methods,
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Range, Range",
        },
    )
