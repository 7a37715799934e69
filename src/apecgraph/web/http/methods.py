"""The methods of resources, and the choice of a format."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.errors import MalformedRequest, MethodNotAllowed
from apecgraph.query.negotiation import negotiate
from apecgraph.rdf.formats import Format
from apecgraph.web.http.body import ClientGoneError, read_body
from apecgraph.web.http.memory import request_memory

_READ: Final = ("GET", "HEAD", "OPTIONS")
_READ_OR_POST: Final = ("GET", "HEAD", "POST", "OPTIONS")

# Nothing here depends on who asks, so scripts may send any header. The wildcard does not cover
# Authorization, and older browsers do not know it.
_REQUEST_HEADERS: Final = (
    "*, Accept, Authorization, Cache-Control, Content-Type, If-Modified-Since, If-None-Match, "
    "If-Range, Prefer, Range, X-Requested-With"
)


class ReadOnly:
    """The ASGI application of a resource that clients read.

    Args:
        answer: Returns the response to a request with any allowed method except OPTIONS, or the
            application that responds; HEAD is treated as GET.
        methods: The allowed methods.
    """

    def __init__(
        self, answer: Callable[[Request], Awaitable[ASGIApp]], methods: Sequence[str] = _READ
    ) -> None:
        self._answer = answer
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raise MethodNotAllowed if its method is not allowed."""
        request = Request(scope, receive)
        if request.method not in self._methods:
            methods = ", ".join(self._methods)
            raise MethodNotAllowed(
                "%(method)s is not allowed for this resource; use %(methods)s.",
                self._methods,
                method=request.method,
                methods=methods,
            )
        try:
            response: ASGIApp
            if request.method == "OPTIONS":
                response = preflight(self._methods)
            else:
                response = await self._answer(request)
        except ClientGoneError:
            return
        await response(scope, receive, send)


def read_or_post(answer: Callable[[Request, bytes], Awaitable[Response]]) -> ReadOnly:
    """Return the ASGI application of a resource that clients read, or query by POST.

    Args:
        answer: Answers a request, given the request and its body. Only POST has a body.

    Returns:
        The application.
    """

    async def answer_with_body(request: Request) -> Response:
        memory = request_memory(request.scope)
        body = await read_body(request.headers, request.receive, memory)
        if body and request.method != "POST":
            raise MalformedRequest("%(method)s must have no body: use POST.", method=request.method)
        return await answer(request, body)

    return ReadOnly(answer_with_body, _READ_OR_POST)


def preflight(methods: Sequence[str], headers: Mapping[str, str] | None = None) -> Response:
    """Return the response to OPTIONS, which also answers a CORS preflight request.

    Args:
        methods: The methods that the resource allows.
        headers: Further headers of the response.

    Returns:
        The response.
    """
    allowed = ", ".join(methods)
    return Response(
        status_code=204,
        headers={
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": "86400",
            **(headers or {}),
        },
    )


def choose_format(request: Request, offers: Sequence[Format]) -> Format:
    """Choose the format of an answer, with the media type by which the client knows it.

    Raise NotAcceptable if the request accepts no format.
    """
    return negotiate(accept_header(request.headers), offers).sent


def media_type(request: Request) -> str:
    """Return the media type of the body of a request, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def accept_header(headers: Headers) -> str | None:
    """Return the Accept header of a request, or None if it has none."""
    return ", ".join(headers.getlist("accept")) or None
