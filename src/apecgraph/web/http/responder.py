"""Answers to GET requests whose content depends only on the release and the program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.web.http.clients import client_of
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.memory import request_memory
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.representation import EntityTags, ReplyContent, Representation
from apecgraph.web.monitoring.observer import REPLY

_Read = TypeVar("_Read")


class Responder:
    """Answers requests with representations, from a cache if possible.

    Args:
        tags: Makes entity tags.
        modified: Last-Modified of all resources, or None if it is unknown.
        cache: Caches contents.
        executor: Runs the functions that make contents.
        rate_limit: Limits requests for contents that are not cached. Clients can request an
            unlimited number of these.

    Attributes:
        tags: Makes entity tags.
    """

    tags: EntityTags

    def __init__(
        self,
        tags: EntityTags,
        modified: str | None,
        cache: ContentCache,
        executor: FairExecutor,
        rate_limit: RateLimit,
    ) -> None:
        self.tags = tags
        self._modified = modified
        self._cache = cache
        self._executor = executor
        self._rate_limit = rate_limit

    async def answer(
        self,
        request: Request,
        content_type: str,
        make: Callable[[], bytes | str],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
        executor: FairExecutor | None = None,
    ) -> Response:
        """Answer a request with cached content, or make the content and cache it.

        Args:
            request: The request.
            content_type: Content-Type of the response.
            make: Makes the content; called in a thread.
            headers: Further headers of the response.
            variant: Everything in the request, besides its path, that the content depends on.
            executor: Makes contents that take seconds, so that others need not wait for them.

        Returns:
            The content, or 304 (Not Modified).

        Raises:
            StoreBusy: Too many requests wait for the executor, or for their contents to be sent.
            TooManyRequests: Too many contents for this client are being sent.
            QueryTimedOut: The content was not made in time.
        """
        etag = self.tags.tag(request.scope["path"], variant, content_type)
        representation = self._representation(request, content_type, etag, headers)
        if representation.is_current:
            return representation.not_modified()
        request.scope[REPLY] = "kept" if etag in self._cache else "made"
        content = await self._content(request, etag, make, executor or self._executor)
        return await self._sent(request, representation, content)

    async def answer_read(
        self,
        request: Request,
        content_type: str,
        read: Callable[[str], Awaitable[tuple[_Read, bool]]],
        write: Callable[[_Read], bytes | str],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
    ) -> Response:
        """Answer a request with cached content, or with content made from answers to queries.

        Args:
            request: The request.
            content_type: Content-Type of the response.
            read: Asks the queries for a client, after the request has counted against the client's
                rate limit. Returns what it has read, and whether that is everything: if not, the
                content is not cached.
            write: Makes the content from that; called in a thread.
            headers: Further headers of the response.
            variant: Everything in the request, besides its path, that the content depends on.

        Returns:
            The content, or 304 (Not Modified).

        Raises:
            TooManyRequests: The client has reached its rate limit.
            ApecgraphError: See `answer` and `QueryService.query`.
        """
        etag = self.tags.tag(request.scope["path"], variant, content_type)
        representation = self._representation(request, content_type, etag, headers)
        if representation.is_current:
            return representation.not_modified()
        content = self._cache.get(etag)
        request.scope[REPLY] = "made" if content is None else "kept"
        if content is None:
            value, is_whole = await read(self._rate_limit.charge(request.scope))
            work = self._executor.begin(client_of(request.scope))
            made = await work.run(lambda: write(value))
            data = made.encode() if isinstance(made, str) else made
            if is_whole:
                content = self._cache.add(etag, data)
            else:
                content = ReplyContent(data)
                uncached = {**(headers or {}), "Cache-Control": "no-store"}
                representation = self._representation(request, content_type, None, uncached)
        return await self._sent(request, representation, content)

    async def answer_uncached(
        self,
        request: Request,
        content_type: str,
        make: Callable[[], str],
        variant: str,
        headers: Mapping[str, str] | None = None,
        executor: FairExecutor | None = None,
    ) -> Response:
        """Answer a request with content that is not cached, subject to the client's rate limit.

        Args:
            request: The request.
            content_type: Content-Type of the response.
            make: Makes the content; called in a thread.
            variant: Everything in the request, besides its path, that the content depends on.
            headers: Further headers of the response.
            executor: Makes contents that take seconds, so that others need not wait for them.

        Returns:
            The content, or 304 (Not Modified).

        Raises:
            TooManyRequests: The client has reached its rate limit.
            StoreBusy: Too many requests wait for the executor.
            QueryTimedOut: The content was not made in time.
        """
        etag = self.tags.tag(request.scope["path"], variant, content_type)
        representation = self._representation(request, content_type, etag, headers)
        if representation.is_current:
            return representation.not_modified()
        work = (executor or self._executor).begin(self._rate_limit.charge(request.scope))

        def made() -> ReplyContent:
            content = ReplyContent(make().encode())
            if representation.coding:
                content.gzipped()
            return content

        content = request_memory(request.scope).hold(await work.run(made))
        return representation.response(content)

    @staticmethod
    async def _sent(
        request: Request, representation: Representation, content: ReplyContent
    ) -> Response:
        """Return the response with a content, which counts until it is sent."""
        memory = request_memory(request.scope)
        memory.hold(content)
        if representation.coding:
            await asyncio.to_thread(content.gzipped)
            memory.count_again(content)
        return representation.response(content)

    def _representation(
        self,
        request: Request,
        content_type: str,
        etag: str | None,
        headers: Mapping[str, str] | None,
    ) -> Representation:
        dated = {} if self._modified is None else {"Last-Modified": self._modified}
        return Representation(request.headers, content_type, etag, {**dated, **(headers or {})})

    async def _content(
        self,
        request: Request,
        etag: str,
        make: Callable[[], bytes | str],
        executor: FairExecutor,
    ) -> ReplyContent:
        """Return content from the cache, or make it."""
        work = executor.begin(client_of(request.scope))
        while (content := self._cache.get(etag)) is None:
            made = await work.run(lambda: self._made(etag, make))
            if made is None:
                continue  # another request made it, but the cache may have dropped it
            data = made.encode() if isinstance(made, str) else made
            return self._cache.add(etag, data)
        return content

    def _made(self, etag: str, make: Callable[[], bytes | str]) -> bytes | str | None:
        """Make content, or return None if another request made it while this one waited."""
        return None if etag in self._cache else make()
