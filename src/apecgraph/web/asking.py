"""Resources that answer questions: in the URL, or in a body where they are long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from apecgraph.errors import MalformedRequest, MethodNotAllowed
from apecgraph.web.body import ClientGoneError, read_body

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


class Asking:
    """An ASGI app around a function that answers GET and POST; HEAD is GET without the body.

    answer: takes the request and its body, which is empty but for POST.
    Raises MethodNotAllowed where the request wants to write.
    """

    def __init__(self, answer: Callable[[Request, bytes], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise MethodNotAllowed(
                f"{request.method} is not for this resource: it answers GET and POST", METHODS
            )
        if request.method == "OPTIONS":
            response = _preflight()
        else:
            try:
                body = await read_body(request.headers, receive)
            except ClientGoneError:
                return
            if body and request.method != "POST":
                raise MalformedRequest(f"{request.method} has no body: ask by POST.")
            response = await self._answer(request, body)
        await response(scope, receive, send)


def _preflight() -> Response:
    """Answer OPTIONS, and the question whether scripts of other sites may ask (CORS protocol)."""
    methods = ", ".join(METHODS)
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)
