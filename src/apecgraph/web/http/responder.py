"""An edition: one release as one version of the program shows it, and what a client has of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from cachetools import LRUCache
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.web.http.encoding import accepts_gzip
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.reply_cache import MEGABYTE, Reply
from apecgraph.web.monitoring.observer import REPLY

FOREVER: Final = "public, max-age=31536000, immutable"
"""The Cache-Control of what never changes (RFC 8246)."""


class CachedResponder:
    """Answers with pages that are the same as long as the release and the program are.

    digest: of the release; issued: its date, empty where it has none.
    program: names the code and the templates. megabytes: the room for pages that are kept.
    errands: makes pages. modified: the date as HTTP writes it, None where there is none.
    """

    def __init__(
        self, digest: str, issued: str, program: str, megabytes: int, errands: FairExecutor
    ) -> None:
        self._digest = digest
        self._program = program
        self._kept: LRUCache[str, Reply] = LRUCache(
            megabytes * MEGABYTE, lambda reply: 2 * len(reply.body)
        )
        self._errands = errands
        self.modified = http_date(issued)

    async def answer(
        self,
        request: Request,
        content_type: str,
        body: Callable[[], bytes | str],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
    ) -> Response:
        """Answer a GET; with 304 and no body made where the client has it (RFC 9110, section 13).

        body: makes it, as an errand. variant: what of the request's query matters to it, in one way
        of writing.
        The entity tag is made of the edition, the path, the variant, the content type, the coding.
        Raises StoreBusy where too many wait, and QueryTimedOut where this takes too long.
        """
        coding = "gzip" if accepts_gzip(request.headers) else ""
        name = (request.scope["path"], variant, content_type)
        etag = self.etag(*name, coding)
        answered = {"ETag": etag, "Cache-Control": "no-cache", **(headers or {})}
        answered["Vary"] = ", ".join(filter(None, (answered.get("Vary"), "Accept-Encoding")))
        if self.modified is not None:
            answered["Last-Modified"] = self.modified
        if has_current(request.headers, etag):
            return Response(status_code=304, headers=answered)
        kept = self.etag(*name)
        request.scope[REPLY] = "kept" if kept in self._kept else "made"
        reply = await self._reply(request, kept, body)
        compressed = await asyncio.to_thread(reply.gzipped) if coding else None
        if compressed is not None:
            answered["Content-Encoding"] = coding
        data = reply.body if compressed is None else compressed
        return Response(data, headers={**answered, "Content-Type": content_type})

    async def _reply(self, request: Request, name: str, body: Callable[[], bytes | str]) -> Reply:
        """Return the reply of a name, made where it is not kept."""
        client = request.client.host if request.client else ""
        deadline = self._errands.deadline()
        while (reply := self._kept.get(name)) is None:
            made = await self._errands.run(client, lambda: self._made(name, body), deadline)
            if made is None:
                continue
            reply = Reply(made.encode() if isinstance(made, str) else made)
            if 2 * len(reply.body) > self._kept.maxsize:
                return reply
            self._kept[name] = reply
        return reply

    def _made(self, name: str, body: Callable[[], bytes | str]) -> bytes | str | None:
        """Make a body, but where another has made it before its turn came."""
        return None if name in self._kept else body()

    def etag(self, *parts: str) -> str:
        """Tag what the parts name, in this edition."""
        name = sha256(repr((self._program, parts)).encode()).hexdigest()[:16]
        return f'"{self._digest}-{name}"'


def has_current(headers: Headers, etag: str) -> bool:
    """Whether the If-None-Match of a request names the entity tag that there is now."""
    if "if-none-match" not in headers:
        return False
    listed = ",".join(headers.getlist("if-none-match")).split(",")
    sent = [each.strip().removeprefix("W/") for each in listed]
    return "*" in sent or etag in sent


def http_date(date: str) -> str | None:
    """Write an ISO date as HTTP does; None where it is none."""
    try:
        return format_datetime(datetime.fromisoformat(date).replace(tzinfo=UTC), usegmt=True)
    except ValueError:
        return None
