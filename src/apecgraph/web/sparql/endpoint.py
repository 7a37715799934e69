"""The SPARQL endpoint: a plain ASGI application around a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.query import protocol
from apecgraph.query.model import Query, QueryService
from apecgraph.web.http.body import ClientGoneError, read_body
from apecgraph.web.http.encoding import accepts_gzip
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.repeat_cache import LEARN
from apecgraph.web.http.reply_cache import Reply, ReplyCache
from apecgraph.web.http.responder import has_current
from apecgraph.web.monitoring.observer import REPLY
from apecgraph.web.sparql.responses import head_of, send_head, send_whole, whole

_READ_BESIDE: Final = 32 * 1024
"""Bytes of a request from which on it is not read on the event loop."""

_REMEMBERED: Final = 4096
"""Bytes of a request up to which it is remembered how it was read."""

_REMEMBERED_REQUESTS: Final = 1000

_WATCHED_SECONDS: Final = 0.02
"""After which a client is watched for leaving; most have their answer by then."""


class SparqlEndpoint:
    """Answers queries by the SPARQL 1.1 Protocol.

    service: what answers them.
    replies: those that are kept. budget: what one client may ask.
    without_query: answers GET and HEAD without a query: the service description, the editor.
    render_html: makes the page that tells a browser of an error, as `problem_response` has it.
    """

    def __init__(
        self,
        service: QueryService,
        *,
        replies: ReplyCache,
        budget: RateLimit,
        without_query: ASGIApp,
        render_html: Callable[[Mapping[str, object]], str] | None = None,
    ) -> None:
        self._service = service
        self._replies = replies
        self._budget = budget
        self._without_query = without_query
        self._render_html = render_html
        # Most clients ask the same again: what a request says is then known.
        self._remember = lru_cache(_REMEMBERED_REQUESTS)(
            lambda request: protocol.read_request(request, service.graphs)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accept = ", ".join(headers.getlist("accept")) or None
        try:
            query = await self._read(scope, headers, accept, receive)
            if query is None:
                await self._without_query(scope, receive, send)
            else:
                await self._answer(query, scope, headers, receive, send)
        except ClientGoneError:
            return
        except _CutOffError as error:
            raise error.reason from None
        except Exception as error:
            response = problem_response(error, accept, render_html=self._render_html)
            response.headers.update(HEADERS)
            await response(scope, receive, _bodiless(send) if scope["method"] == "HEAD" else send)

    async def _read(
        self, scope: Scope, headers: Headers, accept: str | None, receive: Receive
    ) -> Query | None:
        request = protocol.ProtocolRequest(
            scope["method"],
            scope["query_string"],
            headers.get("content-type"),
            await read_body(headers, receive),
            accept,
        )
        size = len(request.body) + len(request.query_string)
        if size <= _REMEMBERED:
            return self._remember(request)
        if size <= _READ_BESIDE:
            return protocol.read_request(request, self._service.graphs)
        return await asyncio.to_thread(protocol.read_request, request, self._service.graphs)

    async def _answer(
        self, query: Query, scope: Scope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        """Answer a query: with 304 where the client has the answer, from what is kept, or anew."""
        gzips = accepts_gzip(headers)
        etag = self._replies.etag(query, "gzip" if gzips else "")
        if etag is not None and has_current(headers, etag):
            await send_head(send, 304, query.format, etag)
            return
        bodiless = scope["method"] == "HEAD"
        reply = self._replies.get(query) if etag else None
        scope[REPLY] = "made" if reply is None else "kept"
        if reply is not None:
            if (learn := scope.get("extensions", {}).get(LEARN)) and not bodiless:
                learn["answer"](*whole(reply, query.format, etag, gzips=gzips))
            await send_whole(send, reply, query.format, etag, gzips=gzips, bodiless=bodiless)
            return
        client = scope["client"][0] if scope.get("client") else ""
        self._budget.spend(client)
        with _watched(receive):
            body = (await self._service.query(query, client)).body
            if not isinstance(body, bytes) and scope["http_version"] == "1.0":
                # There a body without a length ends with the connection, cut off or not.
                async with aclosing(body) as chunks:
                    body = b"".join([chunk async for chunk in chunks])
            if isinstance(body, bytes):
                reply = self._replies.keep(query, body) if etag else Reply(body)
                await send_whole(send, reply, query.format, etag, gzips=gzips, bodiless=bodiless)
                return
            async with aclosing(body) as chunks:
                if bodiless:
                    await send_head(send, 200, query.format, etag)
                else:
                    await self._stream(query, chunks, etag, send)

    async def _stream(
        self, query: Query, chunks: AsyncIterator[bytes], etag: str | None, send: Send
    ) -> None:
        """Send a large answer as it comes; keep it where it turns out not to be too large.

        An error on the way leaves the response without its end: the server breaks the connection,
        so that what was sent is not taken for all.
        """
        # Not compressed, and so tagged as such.
        headers = head_of(query.format, etag and self._replies.etag(query))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        kept: list[bytes] = []
        room = self._replies.largest if etag else 0
        try:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                room -= len(chunk)
                if room >= 0:
                    kept.append(chunk)
                else:
                    kept.clear()
        except Exception as error:
            raise _CutOffError(error) from None
        await send({"type": "http.response.body"})
        if kept:
            self._replies.keep(query, b"".join(kept))


class _CutOffError(Exception):
    """The answer cannot be told as an error any more: it has begun."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


@contextmanager
def _watched(receive: Receive) -> Iterator[None]:
    """Stop what goes on inside when the client leaves, and raise ClientGoneError."""
    loop = asyncio.get_running_loop()
    at_work = asyncio.current_task()
    assert at_work is not None  # noqa: S101 - a coroutine runs in a task
    watch: asyncio.Task[None] | None = None
    gone = False

    async def notice() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        at_work.cancel()

    def begin() -> None:
        nonlocal watch
        watch = loop.create_task(notice())

    timer = loop.call_later(_WATCHED_SECONDS, begin)
    try:
        yield
    except asyncio.CancelledError:
        if not gone or at_work.uncancel() > 0:
            raise
        raise ClientGoneError from None
    finally:
        timer.cancel()
        if watch is not None:
            watch.cancel()


def _bodiless(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        await send(message if "body" not in message else {**message, "body": b""})

    return send_headers


def _preflight() -> Response:
    """Answer OPTIONS, and the question whether scripts of other sites may ask (CORS protocol)."""
    methods = ", ".join(protocol.METHODS)
    headers = {
        "Allow": methods,
        "Accept-Post": f"{protocol.FORM}, {protocol.SPARQL_QUERY}",
        "Accept-Query": f"{protocol.FORM}, {protocol.SPARQL_QUERY}",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)
