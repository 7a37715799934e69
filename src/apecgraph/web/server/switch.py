"""The switch from one release to another while the server keeps answering requests."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cachetools import LRUCache
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.query.remote.credentials import read_credentials
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.query.workers.replicas import Replicas
from apecgraph.readers.dataset.introduction import Introduction, read_introduction
from apecgraph.readers.dataset.reading import Reading
from apecgraph.settings import Settings
from apecgraph.web.app import ServerResources, create_app, pool_limits
from apecgraph.web.http.memory import MEGABYTE, FixedStore, MemoryBudgets
from apecgraph.web.http.repeat_cache import RepeatCache
from apecgraph.web.monitoring.health import LastFailure
from apecgraph.web.monitoring.metrics import State, Store
from apecgraph.web.publication import Publication
from apecgraph.web.server.heap import free_memory

_log: Final = logging.getLogger(__name__)

_LAST_SECONDS: Final = 1.0
"""Seconds that the last requests may take after the deadline of their queries."""

_REPEATED: Final = 4
"""The size of the cache divided by this number is for requests that are repeated byte for byte."""

_PARSED: Final = 4 * MEGABYTE
"""Maximum size of the cache of parsed requests in bytes."""

_LINK_HEADERS: Final = 4 * MEGABYTE
"""Maximum size of the cache of the Link headers of documents in bytes."""


@dataclass
class _Running:
    """A publication with its application.

    Attributes:
        publication: The publication.
        store: Answers queries on the publication.
        app: Answers requests for the publication.
        requests: Number of requests that are being answered.
        left: Set when the last of these requests is answered.
        retired: Set when another publication is served.
    """

    publication: Publication
    store: WorkerPool | Replicas
    app: ASGIApp
    retired: threading.Event
    requests: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


class ReleaseSwitch:
    """An ASGI application that passes each request to the application of the current publication.

    Args:
        settings: The settings of the process.

    Attributes:
        repeat_cache: Caches responses of the current publication for connections to repeat.
        last_failure: The last failure, if any.
        budgets: The memory that requests in progress may take.
    """

    repeat_cache: RepeatCache
    last_failure: LastFailure
    budgets: MemoryBudgets

    def __init__(self, settings: Settings) -> None:
        cached = settings.cache_megabytes * MEGABYTE
        self.repeat_cache = RepeatCache(cached // _REPEATED)
        self.budgets = MemoryBudgets()
        self._server = ServerResources.of(
            settings, contents=cached - cached // _REPEATED, parsed=_PARSED, links=_LINK_HEADERS
        )
        self.last_failure = self._server.last_failure
        self._running: _Running
        self._retiring: asyncio.Task[None] | None = None
        self._switches = 0
        self._endings: Counter[str] = Counter()  # counts the workers of earlier publications

    @property
    def publication(self) -> Publication:
        """The publication that is served."""
        return self._running.publication

    @property
    def answers_queries(self) -> bool:
        """Whether queries are answered at present."""
        return self._running.store.failure is None

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
        """Return the state of the service, for the metrics."""
        running = self._running
        release = running.publication.release
        return State(
            release=running.publication.digest if release is None else release.name,
            failing=bool(running.store.failure or self.last_failure.failure),
            switches=self._switches,
            waiting=running.store.waiting,
            idle=running.store.idle,
            endings=dict(self._endings + running.store.endings + self._server.earlier.endings),
        )

    def stores(self) -> Mapping[str, Store]:
        """Return the stores that grow with what clients send or ask for."""
        server = self._server
        return {
            "replies, cached": server.contents,
            "replies, repeated": self.repeat_cache,
            "replies, sent": self.budgets.replies,
            "requests": self.budgets.requests,
            "requests, parsed": _size(server.parsed),
            "links": FixedStore(
                int(server.link_headers.maxsize), int(server.link_headers.currsize)
            ),
            "answers": self._running.store,
            "answers, earlier": server.earlier,
            "clients": server.rate_limit,
        }

    async def begin(self, publication: Publication) -> None:
        """Serve a publication; raise StoreError if its data cannot be loaded."""
        self._running = await self._prepare(publication)

    async def switch(self, publication: Publication) -> None:
        """Switch to another publication; the previous one still answers its running requests.

        At most two publications are in memory at once.

        Args:
            publication: The other publication.

        Raises:
            StoreError: The data cannot be loaded; the previous publication is still served.
        """
        await self._wait_for_retirement()
        prepared = await self._prepare(publication)
        before, self._running = self._running, prepared
        self.repeat_cache.clear()
        self._switches += 1
        self._retiring = asyncio.create_task(self._retire(before))

    async def close(self) -> None:
        """Stop all processes."""
        await self._wait_for_retirement()
        self._running.retired.set()
        await asyncio.gather(self._running.store.close(), self._server.earlier.close())

    async def _prepare(self, publication: Publication) -> _Running:
        settings = self._server.settings
        limits = pool_limits(settings)
        retired = threading.Event()
        loading = asyncio.create_task(asyncio.to_thread(lambda: publication.graph))
        store: WorkerPool | Replicas
        if publication.engines:
            await loading  # the engines must hold the same
            credentials = read_credentials(
                settings.engine_credentials.get_secret_value(), settings.engine_credentials_file
            )
            engines = publication.remote_engines(credentials)
            store = Replicas(engines, limits)
        else:
            store = WorkerPool(publication.data, limits)
        try:
            await asyncio.gather(store.start(), loading)
            introduction = Introduction()
            if publication.release is None:
                introduction = await read_introduction(Reading(store))
            app = await asyncio.to_thread(
                create_app, publication, store, self._server, retired, introduction
            )
        except BaseException:
            await store.close()
            raise
        return _Running(publication, store, app, retired)

    async def _wait_for_retirement(self) -> None:
        """Wait until the processes of the previous publication have ended.

        They end even if this call is cancelled, for example when the server stops.
        """
        if self._retiring is not None:
            await asyncio.wait({self._retiring})

    async def _retire(self, running: _Running) -> None:
        """Stop the processes of an earlier publication after its last request or a timeout."""
        running.retired.set()
        running.left.clear()
        try:
            if running.requests:
                # A request that began before the switch may still be arriving.
                settings = self._server.settings
                last = settings.request_seconds + settings.query_seconds
                async with asyncio.timeout(last + _LAST_SECONDS):
                    await running.left.wait()
        except TimeoutError:
            # A slow download continues, because it does not need the processes.
            _log.info("%d requests outlast their release", running.requests)
        await running.store.close()
        self._endings += running.store.endings
        del running
        await asyncio.to_thread(free_memory)


def _size(cache: LRUCache[Any, Any]) -> FixedStore:
    return FixedStore(int(cache.maxsize), int(cache.currsize))
