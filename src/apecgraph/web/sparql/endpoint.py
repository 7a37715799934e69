"""The SPARQL endpoint: a plain ASGI application that queries a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.query import protocol
from apecgraph.query.model import Query, QueryService
from apecgraph.web.http.body import ClientGoneError, read_body
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.methods import accept_header, preflight
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.repeat_cache import LEARN
from apecgraph.web.http.representation import EntityTags, ReplyContent, Representation
from apecgraph.web.monitoring.observer import REPLY

_READ_IN_THREAD: Final = 32 * 1024
"""Size in bytes above which a thread parses a request."""

_REMEMBERED: Final = 4096
"""Size in bytes up to which the parsed query of a request is cached."""

_REMEMBERED_REQUESTS: Final = 1000

_WATCHED_SECONDS: Final = 0.02
"""Seconds until the endpoint begins to check for a disconnect; most queries are faster."""


class SparqlEndpoint:
    """Answers queries according to the SPARQL 1.1 Protocol.

    Args:
        service: Evaluates the queries.
        base: The base of relative IRIs in queries.
        tags: Makes entity tags.
        cache: Caches answers.
        rate_limit: Limits each client's queries whose answers are not cached.
        page: Answers GET and HEAD without a query, with the service description or the editor.
        render_html: Makes the page about an error, for browsers.
    """

    def __init__(
        self,
        service: QueryService,
        *,
        base: str,
        tags: EntityTags,
        cache: ContentCache,
        rate_limit: RateLimit,
        page: ASGIApp,
        render_html: Callable[[Mapping[str, object]], str] | None = None,
    ) -> None:
        self._service = service
        self._base = base
        self._tags = tags
        self._cache = cache
        self._rate_limit = rate_limit
        self._page = page
        self._render_html = render_html
        # Most clients repeat their queries, so parse each query only once.
        self._remember = lru_cache(_REMEMBERED_REQUESTS)(
            lambda request: protocol.read_request(request, service.graphs, base)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accept = accept_header(headers)
        try:
            query = await self._read(scope, headers, accept, receive)
            if query is None:
                await self._page(scope, receive, send)
            else:
                await self._answer(query, scope, headers, receive, send)
        except ClientGoneError:
            return
        except _CutOffError as error:
            raise error.reason from None
        except Exception as error:
            response = problem_response(error, accept, render_html=self._render_html)
            await response(scope, receive, send)

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
        if size <= _READ_IN_THREAD:
            return protocol.read_request(request, self._service.graphs, self._base)
        return await asyncio.to_thread(
            protocol.read_request, request, self._service.graphs, self._base
        )

    async def _answer(
        self, query: Query, scope: Scope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        """Answer a query: with 304 (Not Modified), from the cache, or by evaluating it."""
        etag = self._etag(query)
        representation = Representation(
            headers, query.format.content_type, etag, {"Vary": "Accept"}
        )
        if representation.is_current:
            await representation.not_modified()(scope, receive, send)
            return
        content = None if etag is None else self._cache.get(etag)
        scope[REPLY] = "made" if content is None else "kept"
        if content is not None:
            response = representation.response(content)
            if learn := scope.get("extensions", {}).get(LEARN):
                learn["response"](response.raw_headers, response.body)
            await response(scope, receive, send)
            return
        client = self._rate_limit.charge(scope)
        with _watched(receive):
            body = (await self._service.query(query, client)).body
            if not isinstance(body, bytes) and scope["http_version"] == "1.0":
                # An HTTP/1.0 client cannot detect that a body without a length is incomplete.
                async with aclosing(body) as chunks:
                    body = b"".join([chunk async for chunk in chunks])
            if isinstance(body, bytes):
                content = ReplyContent(body) if etag is None else self._cache.add(etag, body)
                await representation.response(content)(scope, receive, send)
                return
            async with aclosing(body) as chunks:
                await send(representation.start_of_stream())
                if scope["method"] == "HEAD":
                    await send({"type": "http.response.body"})
                else:
                    await self._stream(etag, chunks, send)

    def _etag(self, query: Query) -> str | None:
        """Return the entity tag of the answer to a query, or None if the answer always changes.

        The tag is weak: each evaluation may order rows and label blank nodes in another way.
        """
        if query.changes:
            return None
        dataset = query.default_graphs, query.named_graphs, query.base
        return f"W/{self._tags.tag('sparql', query.text, query.format.name, dataset)}"

    async def _stream(self, etag: str | None, chunks: AsyncIterator[bytes], send: Send) -> None:
        """Send a large answer in chunks, and cache the answer unless it is too large.

        After an error, the response is incomplete. The server then breaks the connection, so the
        client does not mistake the chunks for the whole answer.
        """
        kept: list[bytes] = []
        room = 0 if etag is None else self._cache.largest
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
        if kept and etag is not None:
            self._cache.add(etag, b"".join(kept))


class _CutOffError(Exception):
    """An error that occurs after the response has begun: an error response is impossible."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


@contextmanager
def _watched(receive: Receive) -> Iterator[None]:
    """If the client disconnects, cancel the block and raise ClientGoneError."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    watch: asyncio.Task[None] | None = None
    gone = False

    async def notice() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    def begin() -> None:
        nonlocal watch
        watch = loop.create_task(notice())

    timer = loop.call_later(_WATCHED_SECONDS, begin)
    try:
        yield
    except asyncio.CancelledError:
        if not gone or task.uncancel() > 0:
            raise
        raise ClientGoneError from None
    finally:
        timer.cancel()
        if watch is not None:
            watch.cancel()


def _preflight() -> Response:
    queries = f"{protocol.FORM}, {protocol.SPARQL_QUERY}"
    return preflight(protocol.METHODS, {"Accept-Post": queries, "Accept-Query": queries})
