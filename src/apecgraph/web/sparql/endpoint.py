"""The SPARQL endpoint: a plain ASGI application that queries a store."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.errors import ApecgraphError, QueryTooHeavy, StoreBusy, TooManyRequests
from apecgraph.query import protocol
from apecgraph.query.look_ups import LookUps
from apecgraph.query.model import Query, QueryService
from apecgraph.web.http.body import ClientGoneError, read_body
from apecgraph.web.http.clients import client_of
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.memory import MEGABYTE, RequestMemory, request_memory
from apecgraph.web.http.methods import accept_header, preflight
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.repeat_cache import HIT, LEARN, MISS, Learning
from apecgraph.web.http.representation import EntityTags, RawResponse, ReplyContent, Representation
from apecgraph.web.monitoring.observer import REPLY

_READ_IN_THREAD: Final = 32 * 1024
"""Size in bytes above which a thread parses a request."""

_REMEMBERED: Final = 4096
"""Size in bytes up to which the parsed query of a request is cached."""

_OVERHEAD: Final = 1024
"""Bytes that the cache counts for a parsed query in addition to its texts."""

_LONGEST_HTTP_1_0: Final = 8 * MEGABYTE
"""Maximum size in bytes of a reply to an HTTP/1.0 client, which is kept until it is complete."""

_WATCHED_SECONDS: Final = 0.02
"""Seconds until the endpoint begins to check for a disconnect; most queries are faster."""


class _Parsed(NamedTuple):
    """A parsed request.

    Attributes:
        query: The query; None if the client wants the page of the endpoint.
        etag: Entity tag of the answer to the query, or None if the answer always changes.
        size: Size in bytes of the request and the query.
    """

    query: Query | None
    etag: str | None
    size: int


ParsedRequests: TypeAlias = LRUCache[tuple[EntityTags, protocol.ProtocolRequest], _Parsed]
"""Parsed requests for a release."""


def parsed_requests(limit: int) -> ParsedRequests:
    """Return an empty cache of parsed requests with a maximum size in bytes."""
    return LRUCache(limit, attrgetter("size"))


class SparqlEndpoint:
    """Answers queries according to the SPARQL 1.1 Protocol.

    Args:
        service: Evaluates the queries.
        base: The base of relative IRIs in queries.
        tags: Makes entity tags.
        cache: Caches answers.
        parsed: Caches parsed requests, because most clients repeat their queries.
        parsing: Parses large requests.
        rate_limit: Limits each client's queries whose answers are not cached.
        page: Answers GET and HEAD without a query, with the service description or the editor.
        refuse: Makes the response to a request that failed.
        look_ups: Evaluates queries whose cost is known to be small, if this process has the data.
    """

    def __init__(
        self,
        service: QueryService,
        *,
        base: str,
        tags: EntityTags,
        cache: ContentCache,
        parsed: ParsedRequests,
        parsing: FairExecutor,
        rate_limit: RateLimit,
        page: ASGIApp,
        refuse: Callable[[Request, Exception], Response],
        look_ups: LookUps | None = None,
    ) -> None:
        self._service = service
        self._base = base
        self._tags = tags
        self._cache = cache
        self._parsing = parsing
        self._rate_limit = rate_limit
        self._page = page
        self._refuse = refuse
        self._parsed = parsed
        self._look_ups = look_ups

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _preflight()(scope, receive, send)
            return
        headers = Headers(scope=scope)
        accept = accept_header(headers)
        try:
            parsed = await self._read(scope, headers, accept, receive)
            if parsed.query is None:
                await self._page(scope, receive, send)
            else:
                await self._answer(parsed.query, parsed.etag, scope, headers, receive, send)
        except ClientGoneError:
            return
        except _CutOffError as error:
            raise error.reason from None
        except Exception as error:
            await self._refuse(Request(scope), error)(scope, receive, send)

    async def _read(
        self, scope: Scope, headers: Headers, accept: str | None, receive: Receive
    ) -> _Parsed:
        memory = request_memory(scope)
        request = protocol.ProtocolRequest(
            scope["method"],
            scope["query_string"],
            headers.get("content-type"),
            await read_body(headers, receive, memory),
            accept,
            protocol.prefers_citations(headers.getlist("prefer")),
        )
        size = _size(request)
        key = self._tags, request
        if size <= _REMEMBERED and (known := self._parsed.get(key)) is not None:
            return known
        if size <= _READ_IN_THREAD:
            parsed = self._parse(request)
        else:
            parsed = await self._parsing.begin(client_of(scope)).run(partial(self._parse, request))
        if size <= _REMEMBERED:
            self._parsed[key] = parsed
        else:
            memory.count_request(parsed.size - size)
        return parsed

    def _parse(self, request: protocol.ProtocolRequest) -> _Parsed:
        query = protocol.read_request(request, self._service.graphs, self._base)
        if query is None:
            return _Parsed(None, None, _OVERHEAD + _size(request))
        texts = query.text, *query.default_graphs, *query.named_graphs
        size = _OVERHEAD + _size(request) + sum(map(sys.getsizeof, texts))
        return _Parsed(query, self._etag(query), size)

    async def _answer(
        self,
        query: Query,
        etag: str | None,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a query: with 304 (Not Modified), from the cache, or by evaluating it."""
        representation = _representation(query, etag, headers)
        if representation.is_current:
            await representation.not_modified()(scope, receive, send)
            return
        content = None if etag is None else self._cache.get(etag)
        scope[REPLY] = "made" if content is None else "kept"
        if content is not None:
            request_memory(scope).hold(content)
            response = representation.response(content)
            if learning := _learning(scope):
                learning.repeat(response)
            await response(scope, receive, send)
            return
        representation.headers["Cache-Status"] = MISS
        client = self._rate_limit.charge(scope)
        if etag is not None and (found := self._look_up(query)) is not None:
            content = self._cache.add(etag, found)
            self._learn_to_look_up(query, client, scope, headers, representation)
            await representation.response(content)(scope, receive, send)
            return
        with _watched(receive):
            body = (await self._service.query(query, client)).body
            if not isinstance(body, bytes) and scope["http_version"] == "1.0":
                # An HTTP/1.0 client cannot detect that a body without a length is incomplete.
                body = await _whole(body, request_memory(scope))
            if isinstance(body, bytes):
                content = ReplyContent(body) if etag is None else self._cache.add(etag, body)
                request_memory(scope).hold(content)
                await representation.response(content)(scope, receive, send)
                return
            async with aclosing(body) as chunks:
                await send(representation.start_of_stream())
                if scope["method"] == "HEAD":
                    await send({"type": "http.response.body"})
                else:
                    await self._stream(etag, chunks, request_memory(scope), send)

    def _learn_to_look_up(
        self, query: Query, client: str, scope: Scope, headers: Headers, found: Representation
    ) -> None:
        """Let the server answer look-ups that a client sends with the same headers.

        Such requests differ only in the text of the query. Whether an answer cites, if a client
        prefers that, depends on the query form, too.
        """
        learning = _learning(scope)
        decides = "if-none-match" in headers or "prefer" in headers
        if learning is None or decides or not _only_query(scope["query_string"]):
            return
        respond = found.responses_to_others()

        def look_up(query_string: bytes) -> RawResponse | None:
            try:
                if not (text := _only_query(query_string)):
                    return None
                similar = Query(text, query.format, base=query.base)
                if (etag := self._etag(similar)) is None or (
                    body := self._look_up(similar)
                ) is None:
                    return None
                self._rate_limit.count(client)
            except ApecgraphError:
                return None  # the same error will be reported
            return respond(etag, ReplyContent(body))

        learning.answer_similar(look_up)

    def _look_up(self, query: Query) -> bytes | None:
        """Evaluate a query here if its cost is known to be small."""
        return None if self._look_ups is None else self._look_ups.answer(query)

    def _etag(self, query: Query) -> str | None:
        """Return the entity tag of the answer to a query, or None if the answer always changes.

        The tag is weak: each evaluation may order rows and label blank nodes in another way.
        """
        if query.changes:
            return None
        dataset = query.default_graphs, query.named_graphs, query.base
        cites = query.cites
        return f"W/{self._tags.tag('sparql', query.text, query.format.name, dataset, cites)}"

    async def _stream(
        self, etag: str | None, chunks: AsyncIterator[bytes], memory: RequestMemory, send: Send
    ) -> None:
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
                if room >= 0 and _can_keep(memory, self._cache.largest - room):
                    kept.append(chunk)
                else:
                    room = -1
                    kept.clear()
        except Exception as error:
            raise _CutOffError(error) from None
        await send({"type": "http.response.body"})
        if kept and etag is not None:
            self._cache.add(etag, b"".join(kept))


def _representation(query: Query, etag: str | None, headers: Headers) -> Representation:
    """Return the representation of the answer to a query that the headers of a request select."""
    is_preferred = query.cites and protocol.prefers_citations(headers.getlist("prefer"))
    applied = {"Preference-Applied": "cite"} if is_preferred else {}
    return Representation(
        headers,
        query.format.content_type,
        etag,
        {"Vary": "Accept, Prefer", "Cache-Status": HIT, **applied},
    )


def _learning(scope: Scope) -> Learning | None:
    """Return what the endpoint may leave about a request, if the server takes it."""
    learning: Learning | None = scope.get("extensions", {}).get(LEARN, {}).get("request")
    return learning


def _only_query(query_string: bytes) -> str | None:
    """Return the query in a query string, or None if there is another parameter."""
    parameters = protocol.decode_form(query_string)
    return parameters[0][1] if [name for name, _ in parameters] == ["query"] else None


async def _whole(body: AsyncGenerator[bytes, None], memory: RequestMemory) -> bytes:
    """Return a large answer at its end, for a client that could not detect that it is incomplete.

    The end of a body without a length is the end of the connection in HTTP/1.0.
    """
    parts: list[bytes] = []
    size = 0
    async with aclosing(body) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > _LONGEST_HTTP_1_0:
                limit = f"{_LONGEST_HTTP_1_0 // MEGABYTE} MB"
                raise QueryTooHeavy(
                    "The answer is larger than %(most)s, the limit for HTTP/1.0: use HTTP/1.1.",
                    limit,
                    most=limit,
                )
            memory.count_reply(size)
            parts.append(chunk)
    return b"".join(parts)


def _can_keep(memory: RequestMemory, size: int) -> bool:
    """Count the part of a reply that is kept for the cache; return False if there is no room."""
    try:
        memory.count_reply(size)
    except (StoreBusy, TooManyRequests):
        memory.count_reply(0)
        return False
    return True


def _size(request: protocol.ProtocolRequest) -> int:
    """Return the number of bytes of a request whose number the client chooses."""
    size = len(request.query_string) + len(request.body)
    return size + len(request.content_type or "") + len(request.accept or "")


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
