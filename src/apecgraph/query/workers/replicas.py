"""Several engines elsewhere that hold the same dataset, as one query service."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from apecgraph.errors import ApecgraphError, EngineUnavailable, StoreError
from apecgraph.query.model import Answer, Query, RemoteEngine
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import RESULTS_JSON

_CHECKED_SECONDS: Final = 5.0
"""Seconds after which an engine is asked again whether it answers."""

_LATER_SECONDS: Final = 1.0
"""Seconds after which an engine that could not be reached is tried again."""

_CHECK: Final = Query("ASK { }", RESULTS_JSON)

_log: Final = logging.getLogger(__name__)


class Replicas:
    """A query service that asks the engine with the fewest queries in progress.

    Each engine has a pool of workers, which keep connections to it. An engine that fails is taken
    out until it answers again and still holds the dataset.

    Args:
        engines: The engines.
        limits: What queries may take, for each engine.

    Attributes:
        notes: Empty: nothing was loaded here.
    """

    notes: tuple[str, ...]

    def __init__(self, engines: Sequence[RemoteEngine], limits: PoolLimits) -> None:
        self._replicas = [_Replica(engine, limits) for engine in engines]
        self._held = engines[0]
        self.notes = ()

    async def start(self) -> None:
        """Compare what the engines hold with the dataset; return once they have answered.

        Raises:
            StoreError: None of the engines can be used.
        """
        await asyncio.gather(*(replica.begin() for replica in self._replicas))
        if self.failure is not None:
            raise StoreError(self.failure)

    async def close(self) -> None:
        """Stop all processes; queries that are being answered fail."""
        await asyncio.gather(*(replica.close() for replica in self._replicas))

    @property
    def quads(self) -> int | None:
        """The number of quads; None if it is not known."""
        return self._first.quads if self._held.triples is None else self._held.quads

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        held = self._held
        return self._first.graphs if held.triples is None else frozenset(held.graphs)

    @property
    def endings(self) -> Counter[str]:
        """The number of workers that ended, keyed by reason."""
        return sum((replica.endings for replica in self._replicas), Counter())

    @property
    def failure(self) -> str | None:
        """Why no engine answers; None if one does."""
        failures = [replica.failure for replica in self._replicas]
        return None if None in failures else "; ".join(filter(None, failures))

    @property
    def waiting(self) -> int:
        """The number of queries that wait for a worker."""
        return sum(pool.waiting for pool in self._pools())

    @property
    def idle(self) -> int:
        """The number of workers that wait for a query."""
        return sum(pool.idle for pool in self._pools())

    @property
    def limit(self) -> int:
        """Maximum size in bytes of the parts of answers that are kept in this process."""
        return sum(pool.limit for pool in self._pools())

    @property
    def used(self) -> int:
        """Size in bytes of these parts at most, for the answers that are being read."""
        return sum(pool.used for pool in self._pools())

    async def query(self, query: Query, client: str = "") -> Answer:
        """Ask the engine with the fewest queries; if it cannot be reached, ask another one.

        A query that an engine received before it was lost is sent to one other engine only, because
        the query may be the reason.

        Args:
            query: The query.
            client: The client that sent it; clients are served in turn.

        Returns:
            The answer.

        Raises:
            ApecgraphError: See `WorkerPool.query`; and StoreError if no engine is left to ask.
        """
        tried: set[_Replica] = set()
        was_lost = False
        while True:
            able = [each for each in self._replicas if not each.failure and each not in tried]
            if not able:
                raise StoreError("No engine answers at present; try again in a moment.")
            replica = min(able, key=lambda each: each.busy)
            tried.add(replica)
            try:
                return await replica.query(query, client)
            except EngineUnavailable as error:
                if error.was_sent and was_lost:
                    raise
                was_lost = was_lost or error.was_sent

    @property
    def _first(self) -> WorkerPool:
        """The pool of the first engine that answers, or that of the first of all."""
        able = (each for each in self._replicas if not each.failure)
        return next(able, self._replicas[0]).pool

    def _pools(self) -> Iterator[WorkerPool]:
        for replica in self._replicas:
            yield replica.pool


class _Replica:
    """One engine.

    Args:
        engine: The engine.
        limits: What queries may take.

    Attributes:
        pool: The workers that ask it.
        failure: Why it is not asked; None if it is.
        busy: The number of queries in progress.
    """

    pool: WorkerPool
    failure: str | None
    busy: int

    def __init__(self, engine: RemoteEngine, limits: PoolLimits) -> None:
        self._engine = engine
        self._limits = limits
        self._past: Counter[str] = Counter()
        self._suspected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.pool = WorkerPool(engine, limits)
        self.failure = f"{engine.url} has not answered yet"
        self.busy = 0

    @property
    def endings(self) -> Counter[str]:
        """The number of workers that ended, keyed by reason."""
        return self._past + self.pool.endings

    async def begin(self) -> None:
        """Try to reach the engine, and watch it from now on."""
        await self._start()
        self._task = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop all processes."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.pool.close()

    async def query(self, query: Query, client: str) -> Answer:
        """Ask the engine; see `Replicas.query`."""
        with self._counted():
            answer = await self.pool.query(query, client)
        if isinstance(answer.body, bytes):
            return answer
        return Answer(answer.format, self._rest(answer.body))

    async def _rest(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        try:
            with self._counted():
                async for chunk in chunks:
                    yield chunk
        finally:
            await chunks.aclose()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a query in progress; take the engine out if it cannot be reached."""
        self.busy += 1
        try:
            yield
        except EngineUnavailable as error:
            self._take_out(str(error))
            raise
        finally:
            self.busy -= 1

    def _take_out(self, reason: str) -> None:
        if self.failure is None:
            _log.error("%s is not asked any more: %s", self._engine.url, reason)
        self.failure = f"{self._engine.url}: {reason}"
        self._suspected.set()

    async def _watch(self) -> None:
        """Ask the engine regularly whether it answers; take it out and back in."""
        while True:
            try:
                async with asyncio.timeout(_LATER_SECONDS if self.failure else _CHECKED_SECONDS):
                    await self._suspected.wait()
            except TimeoutError:
                pass
            self._suspected.clear()
            if not await self._answers():
                # It may come back with other data, so workers compare them again.
                await self.pool.close()
                self._past += self.pool.endings
                self.pool = WorkerPool(self._engine, self._limits)
                await self._start()

    async def _answers(self) -> bool:
        """Return whether the engine answers the simplest query."""
        if self.pool.failure is not None:
            return False
        try:
            await self.pool.query(_CHECK)
        except EngineUnavailable as error:
            self._take_out(str(error))
            return False
        except ApecgraphError:
            return self.failure is None  # it is busy, and was so before
        self._take_in()
        return True

    async def _start(self) -> None:
        try:
            await self.pool.start()
        except StoreError as error:
            self._take_out(str(error))
            self._suspected.clear()
        else:
            self._take_in()

    def _take_in(self) -> None:
        if self.failure is not None:
            _log.warning("%s is asked", self._engine.url)
        self.failure = None
