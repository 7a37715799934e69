"""Resources that are read, and those that are asked something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from apecgraph.errors import MalformedRequest, MethodNotAllowed
from apecgraph.query.negotiation import negotiate
from apecgraph.rdf.formats import Format
from apecgraph.web.http.body import ClientGoneError, read_body

_READ: Final = ("GET", "HEAD", "OPTIONS")
_ASKED: Final = ("GET", "HEAD", "POST", "OPTIONS")


class ReadOnly:
    """An ASGI app around a function that answers GET; HEAD is GET without the body.

    Raises MethodNotAllowed where the method is another.
    """

    def __init__(
        self, answer: Callable[[Request], Awaitable[Response]], methods: Sequence[str] = _READ
    ) -> None:
        self._answer = answer
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in self._methods:
            methods = ", ".join(self._methods)
            raise MethodNotAllowed(
                f"{request.method} is not for this resource: it takes {methods}.", self._methods
            )
        try:
            if request.method == "OPTIONS":
                response = _preflight(self._methods)
            else:
                response = await self._answer(request)
        except ClientGoneError:
            return
        await response(scope, receive, send)


def read_or_post(answer: Callable[[Request, bytes], Awaitable[Response]]) -> ReadOnly:
    """Make an ASGI app that answers GET, and POST where a question is long.

    answer: takes the request and its body, which is empty but for POST.
    """

    async def answer_to_body(request: Request) -> Response:
        body = await read_body(request.headers, request.receive)
        if body and request.method != "POST":
            raise MalformedRequest(f"{request.method} has no body: ask by POST.")
        return await answer(request, body)

    return ReadOnly(answer_to_body, _ASKED)


def choose_format(request: Request, offers: Sequence[Format]) -> Format:
    """Choose the format to answer a request in; raise NotAcceptable where there is none."""
    return negotiate(", ".join(request.headers.getlist("accept")) or None, offers).format


def _preflight(methods: Sequence[str]) -> Response:
    """Answer OPTIONS, and the question whether scripts of other sites may ask (CORS protocol)."""
    allowed = ", ".join(methods)
    headers = {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, If-Range, Range",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)
