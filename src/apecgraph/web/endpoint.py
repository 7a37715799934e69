"""The SPARQL endpoint: a plain ASGI application around a store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final, TypeVar

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph import protocol
from apecgraph.errors import ContentTooLarge, UnsupportedMediaType
from apecgraph.store.base import Answer, Query, Store
from apecgraph.web.problems import problem_response

LARGEST_BODY: Final = 1024 * 1024

_READ_BESIDE: Final = 32 * 1024
"""Bytes of a request from which on it is not read on the event loop."""

_Result = TypeVar("_Result")


class SparqlEndpoint:
    """Answers queries by the SPARQL 1.1 Protocol.

    store: what evaluates them.
    graphs: the IRIs of its named graphs.
    without_query: answers GET and HEAD without a query: the service description, the editor.
    render_html: makes the page that tells a browser of an error, as `problem_response` has it.
    """

    def __init__(
        self,
        store: Store,
        graphs: Collection[str],
        *,
        without_query: ASGIApp,
        render_html: Callable[[Mapping[str, object]], str] | None = None,
    ) -> None:
        self._store = store
        self._graphs = graphs
        self._without_query = without_query
        self._render_html = render_html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accept = ", ".join(headers.getlist("accept")) or None
        answer: Answer | None = None
        try:
            query = await self._read(scope, headers, accept, receive)
            if query is not None:
                answer = await _unless_gone(receive, self._store.query(query))
        except _ClientGoneError:
            return
        except Exception as error:
            response = problem_response(error, accept, render_html=self._render_html)
            await response(scope, receive, _bodiless(send) if scope["method"] == "HEAD" else send)
            return
        if answer is None:
            await self._without_query(scope, receive, send)
            return
        async with aclosing(answer.chunks):
            with suppress(_ClientGoneError):
                await _send(answer, scope["method"], receive, send)

    async def _read(
        self, scope: Scope, headers: Headers, accept: str | None, receive: Receive
    ) -> Query | None:
        request = protocol.Request(
            scope["method"],
            scope["query_string"],
            headers.get("content-type"),
            await _body(headers, receive),
            accept,
        )
        if len(request.body) + len(request.query_string) > _READ_BESIDE:
            return await asyncio.to_thread(protocol.read, request, self._graphs)
        return protocol.read(request, self._graphs)


class _ClientGoneError(Exception):
    """There is nobody left to answer."""


async def _body(headers: Headers, receive: Receive) -> bytes:
    if headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("A body that is compressed is not read here.")
    body = bytearray()
    size = int(headers.get("content-length", "0"))
    more = True
    while more and max(size, len(body)) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if max(size, len(body)) > LARGEST_BODY:
        limit = f"{LARGEST_BODY} bytes"
        raise ContentTooLarge(f"The body is larger than {limit}.", limit)
    return bytes(body)


async def _unless_gone(receive: Receive, work: Coroutine[Any, Any, _Result]) -> _Result:
    """Do something for the client; stop it and raise _ClientGoneError when the client leaves."""
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped = task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)
    if stopped:
        raise _ClientGoneError
    return task.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(answer: Answer, method: str, receive: Receive, send: Send) -> None:
    """Send an answer: one that is whole already with its length, any other in chunks.

    An error on the way leaves the response without its end: the server breaks the connection, so
    that what was sent is not taken for all.
    """
    headers = {
        "access-control-allow-origin": "*",
        "content-type": answer.format.content_type,
        "vary": "Accept",
        "x-content-type-options": "nosniff",
    }
    if answer.size is not None:
        headers["content-length"] = str(answer.size)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    body = b""
    if method != "HEAD" and answer.size is not None:
        body = b"".join([chunk async for chunk in answer.chunks])
    elif method != "HEAD":
        await _unless_gone(receive, _stream(answer, send))
    await send({"type": "http.response.body", "body": body})


async def _stream(answer: Answer, send: Send) -> None:
    async for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _bodiless(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        await send(message if "body" not in message else {**message, "body": b""})

    return send_headers


def _preflight() -> Response:
    """Answer OPTIONS, and the question whether scripts of other sites may ask (CORS protocol)."""
    methods = ", ".join(protocol.METHODS)
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)
