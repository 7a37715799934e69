"""What is served now, and how another release takes its place without a request being lost."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.settings import Settings
from apecgraph.web.app import create_app
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.repeat_cache import RepeatCache
from apecgraph.web.monitoring.health import LastFailure
from apecgraph.web.monitoring.metrics import State
from apecgraph.web.publication import Publication

_log: Final = logging.getLogger(__name__)

_LAST_SECONDS: Final = 1.0
"""How long requests may still take when the queries among them have met their deadline."""


@dataclass
class _Running:
    """A publication with what answers for it, and the number of requests that it is at."""

    publication: Publication
    store: WorkerPool
    app: ASGIApp
    requests: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


class ReleaseSwitch:
    """An ASGI application that passes each request, whole, to that of what is served.

    repeats: answers that connections give without asking it; those of what is served only.
    condition: how the service is.
    """

    def __init__(self, settings: Settings) -> None:
        self.repeats = RepeatCache(settings.cache_megabytes)
        self.condition = LastFailure()
        self._settings = settings
        self._budget = RateLimit(settings.queries_per_minute)
        self._running: _Running
        self._retiring: asyncio.Task[None] | None = None
        self._switches = 0
        self._endings: Counter[str] = Counter()  # of what is served no more

    @property
    def publication(self) -> Publication:
        """What is served."""
        return self._running.publication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        running = self._running
        running.requests += 1
        try:
            await running.app(scope, receive, send)
        finally:
            running.requests -= 1
            if not running.requests:
                running.left.set()

    def state(self) -> State:
        """Tell what is counted, for the metrics."""
        running = self._running
        release = running.publication.release
        return State(
            release=running.publication.digest if release is None else release.name,
            failing=bool(running.store.failure or self.condition.failure),
            switches=self._switches,
            waiting=running.store.waiting,
            idle=running.store.idle,
            endings=dict(self._endings + running.store.endings),
        )

    async def begin(self, publication: Publication) -> None:
        """Serve a publication; raise StoreError where its data cannot be had."""
        self._running = await self._prepare(publication)

    async def switch(self, publication: Publication) -> None:
        """Serve another publication from now on; what was asked of the one before is answered.

        Raises StoreError where its data cannot be had: then all stays as it is. No more than two
        are held at once.
        """
        await self._retired()
        prepared = await self._prepare(publication)
        before, self._running = self._running, prepared
        self.repeats.forget()
        self._switches += 1
        self._retiring = asyncio.create_task(self._retire(before))

    async def close(self) -> None:
        """End all processes."""
        await self._retired()
        await self._running.store.close()

    async def _prepare(self, publication: Publication) -> _Running:
        settings = self._settings
        store = WorkerPool(
            publication.data,
            PoolLimits(
                load_seconds=settings.load_seconds,
                load_megabytes=settings.load_megabytes,
                query_seconds=settings.query_seconds,
                query_megabytes=settings.query_megabytes,
                reply_megabytes=settings.reply_megabytes,
                reply_rows=settings.reply_rows,
                workers=settings.workers,
                long_queries=settings.long_queries,
                queue=settings.queue,
            ),
        )
        try:
            await store.start()
            app = await asyncio.to_thread(
                create_app, settings, publication, store, self._budget, self.condition
            )
        except BaseException:
            await store.close()
            raise
        return _Running(publication, store, app)

    async def _retired(self) -> None:
        """Wait until the processes of what was served before are ended.

        Whoever waits may be cancelled, as when the server is told to stop: they are ended still.
        """
        if self._retiring is not None:
            await asyncio.wait({self._retiring})

    async def _retire(self, running: _Running) -> None:
        """End the processes of what is served no more, when the last query of it is answered."""
        running.left.clear()
        try:
            if running.requests:
                # A request that began before the switch may still be on its way here.
                last = self._settings.request_seconds + self._settings.query_seconds
                async with asyncio.timeout(last + _LAST_SECONDS):
                    await running.left.wait()
        except TimeoutError:
            # A slow download goes on: it needs no processes.
            _log.info("%d requests outlast the release that they asked", running.requests)
        await running.store.close()
        self._endings += running.store.endings
        del running
        await asyncio.to_thread(_give_back)


def _give_back() -> None:
    """Give the memory of what is served no more back to the system.

    Its parts refer to one another, and the allocator keeps what becomes free between parts in use:
    both would be seen to later or never, and with each switch the process would grow.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
