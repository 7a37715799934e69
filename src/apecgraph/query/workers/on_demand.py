"""Datasets that are rarely asked: each is loaded when it is asked, and leaves when nobody asks it.

A few are in memory at once, one is loaded at a time, and all their processes have a low priority. A
client that asks for one dataset after the other therefore delays only those that do the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from cachetools import TTLCache

from apecgraph.errors import QueryTooHeavy, StoreBusy, StoreError
from apecgraph.query.dataset import NO_GRAPHS, GraphNames, choose_dataset
from apecgraph.query.fair_queue import FairQueue
from apecgraph.query.model import Answer, Data, Query
from apecgraph.query.permalinks import EVERY_GRAPH
from apecgraph.query.workers.limits import LOW_PRIORITY, PoolLimits
from apecgraph.query.workers.pool import WorkerPool

_AT_ONCE: Final = 2
"""Number of datasets that are in memory at once."""

_LOAD_SECONDS: Final = 60.0
"""Seconds that loading one may take."""

_STAY_SECONDS: Final = 5.0
"""Seconds for which a dataset stays in any case, so that those that waited for it can ask it."""

_IDLE_SECONDS: Final = 300.0
"""Seconds after the last query at which a dataset leaves."""

_FAILED_SECONDS: Final = 60.0
"""Seconds for which a dataset that could not be loaded is not tried again."""

_QUEUE: Final = 16
"""Number of queries that may wait for a dataset to be loaded, or for a worker of one."""

_PAUSE: Final = 0.2

_log: Final = logging.getLogger(__name__)


@dataclass(eq=False)
class _Loaded:
    """A dataset in memory, or one that is being loaded.

    Attributes:
        pool: Answers queries on it.
        loading: Loads it; returns whether that succeeded.
        since: When loading began, or ended, on the clock of the event loop.
        users: Number of queries that wait until it is loaded, or for the beginning of an answer.
        used: When the last of them got it.
        leaving: Whether it gets no more queries, because others wait for its room.
    """

    pool: WorkerPool
    loading: asyncio.Task[bool]
    since: float
    users: int = 0
    used: float = 0.0
    leaving: bool = False


class StoresOnDemand:
    """The datasets that are in memory because somebody asked them lately.

    Args:
        limits: The limits on queries; those on processes and on loading are lower here.
        megabytes: Memory that all datasets together may take while they are loaded, without that of
            their queries; 0 if none may be loaded.

    Attributes:
        endings: The number of workers that ended, keyed by reason.
    """

    endings: Counter[str]

    def __init__(self, limits: PoolLimits, megabytes: int) -> None:
        self.endings = Counter()
        self._limits = replace(
            limits,
            load_seconds=min(limits.load_seconds, _LOAD_SECONDS),
            load_megabytes=megabytes // _AT_ONCE,
            workers=1,
            long_queries=1,
            queue=_QUEUE,
            priority=LOW_PRIORITY,
        )
        self._loaded: dict[str, _Loaded] = {}
        self._failed: TTLCache[str, bool] = TTLCache(_QUEUE, _FAILED_SECONDS)
        self._turns: FairQueue[None] = FairQueue(_QUEUE, self._pass_on)
        self._busy = False
        self._closing: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """Maximum size in bytes of the parts of answers that are kept in this process."""
        return _AT_ONCE * WorkerPool((), self._limits).limit

    @property
    def used(self) -> int:
        """Size in bytes of these parts at most."""
        return sum(each.pool.used for each in self._loaded.values())

    async def close(self) -> None:
        """Stop all processes."""
        if self._alarm is not None:
            self._alarm.cancel()
        for name in list(self._loaded):
            self._dismiss(name)
        while self._closing:
            await asyncio.wait(self._closing)

    @asynccontextmanager
    async def use(self, name: str, data: Data, client: str) -> AsyncIterator[WorkerPool]:
        """Load a dataset unless it is in memory, and keep it there for a block.

        Args:
            name: The name of the dataset.
            data: The dataset.
            client: The client that asks it.

        Yields:
            The query service.

        Raises:
            QueryTooHeavy: The dataset could not be loaded within the limits, now or a minute ago.
            StoreBusy: Too many wait for datasets to be loaded, or this one was not loaded in the
                time that a query may take.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.query_seconds
        while (loaded := self._loaded.get(name)) is None or loaded.leaving:
            await self._begin_to_load(name, data, client, deadline)
        loaded.users += 1
        try:
            await asyncio.wait({loaded.loading}, timeout=max(0, deadline - loop.time()))
            if not loaded.loading.done():
                raise _not_yet()
            if not loaded.loading.result():
                raise self._not_loaded()
            yield loaded.pool
        finally:
            loaded.users -= 1
            loaded.used = loop.time()
            if loaded.leaving and self._is_idle(loaded):
                self._dismiss(name)

    async def _begin_to_load(self, name: str, data: Data, client: str, deadline: float) -> None:
        """Wait for the turn of a client, and for room; then begin to load a dataset."""
        self._check(name)
        if self._busy:
            await self._turns.wait(client, deadline, _not_yet)
        self._busy = True
        try:
            while (loaded := self._loaded.get(name)) is None or loaded.leaving:
                self._check(name)
                if loaded is None and len(self._loaded) + len(self._closing) < _AT_ONCE:
                    self._load(name, data, client)
                    return
                if asyncio.get_running_loop().time() >= deadline:
                    raise _not_yet()
                self._make_room()
                await asyncio.sleep(_PAUSE)
        except BaseException:
            self._pass_on(None)
            raise
        self._pass_on(None)  # somebody else had it loaded meanwhile

    def _check(self, name: str) -> None:
        """Raise QueryTooHeavy if a dataset could not be loaded, or none may be."""
        if name in self._failed or not self._limits.load_megabytes:
            raise self._not_loaded()

    def _load(self, name: str, data: Data, client: str) -> None:
        loop = asyncio.get_running_loop()
        pool = WorkerPool(data, self._limits)
        begun = loop.time()

        async def load() -> bool:
            try:
                await pool.start()
            except (StoreError, OSError) as error:
                _log.error("release %s is not loaded for permalinks: %s", name, error)
                self._failed[name] = True
                self._dismiss(name)
                return False
            else:
                return True
            finally:
                loaded.since = loaded.used = loop.time()
                self._turns.charge(client, loop.time() - begun)
                self._pass_on(None)

        self._loaded[name] = loaded = _Loaded(pool, loop.create_task(load()), begun)
        if self._alarm is None:
            self._alarm = loop.call_later(_IDLE_SECONDS, self._dismiss_idle)

    def _pass_on(self, _: None) -> None:
        self._busy = self._turns.give(None)

    def _make_room(self) -> None:
        """Dismiss the dataset that nobody has asked for longest; otherwise ask the oldest to go."""
        now = asyncio.get_running_loop().time()
        stayed = {
            name: each
            for name, each in self._loaded.items()
            if each.loading.done() and now - each.since >= _STAY_SECONDS
        }
        idle = [name for name, each in stayed.items() if self._is_idle(each)]
        if idle:
            self._dismiss(min(idle, key=lambda name: stayed[name].used))
        elif stayed and not any(each.leaving for each in stayed.values()):
            min(stayed.values(), key=lambda each: each.since).leaving = True

    def _is_idle(self, loaded: _Loaded) -> bool:
        """Return whether a dataset is loaded and no query on it is evaluated.

        A client may take longer to read an answer than a query may take.
        """
        passed = asyncio.get_running_loop().time() - loaded.used
        is_over = not loaded.pool.used or passed >= self._limits.query_seconds
        return loaded.loading.done() and not loaded.users and is_over

    def _dismiss_idle(self) -> None:
        """Dismiss the datasets that nobody has asked for long; look again later."""
        loop = asyncio.get_running_loop()
        for name, each in list(self._loaded.items()):
            if self._is_idle(each) and loop.time() - each.used >= _IDLE_SECONDS:
                self._dismiss(name)
        self._alarm = None
        if self._loaded:
            self._alarm = loop.call_later(_IDLE_SECONDS / 4, self._dismiss_idle)

    def _dismiss(self, name: str) -> None:
        """Take a dataset out, and end its processes."""
        loaded = self._loaded.pop(name)
        self.endings += loaded.pool.endings
        closing = asyncio.get_running_loop().create_task(loaded.pool.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _not_loaded(self) -> QueryTooHeavy:
        seconds, megabytes = self._limits.load_seconds, self._limits.load_megabytes
        return QueryTooHeavy(
            "This server does not load the release, which would take more than %(seconds)s s or "
            "%(megabytes)s MB, or is damaged: download its dump from /dumps/, or ask the release "
            "that is served.",
            f"{megabytes} MB",
            seconds=f"{seconds:g}",
            megabytes=megabytes,
        )


def _not_yet() -> StoreBusy:
    return StoreBusy(
        "The release is being loaded, or others are loaded before it: try again in a moment."
    )


@dataclass(frozen=True)
class StoreOnDemand:
    """A query service on a dataset that is loaded if it is asked.

    Attributes:
        name: The name of the dataset.
        data: The dataset.
        quads: The number of quads.
        stores: The datasets in memory.
        graphs: Contains every name: the graphs are known only when a query is asked.
        notes: Empty: nothing was changed or left out.
        failure: None.
    """

    name: str
    data: Data
    quads: int | None
    stores: StoresOnDemand
    graphs: Collection[str] = EVERY_GRAPH
    notes: tuple[str, ...] = ()
    failure: str | None = None

    async def query(self, query: Query, client: str = "") -> Answer:
        """Answer a query when the dataset is loaded.

        Args:
            query: The query.
            client: The client that sent it.

        Returns:
            The answer; the dataset stays in memory until the end of the answer.

        Raises:
            ApecgraphError: See `StoresOnDemand.use` and `WorkerPool.query`; and Forbidden if the
                query names a graph that the dataset does not have.
        """
        async with self.stores.use(self.name, self.data, client) as pool:
            named = GraphNames(query.default_graphs, query.named_graphs)
            choose_dataset(named, NO_GRAPHS, pool.graphs)
            return await pool.query(query, client)
