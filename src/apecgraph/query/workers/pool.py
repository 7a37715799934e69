"""A pool of worker processes that answer the queries of the public, within limits.

The engine cannot stop a query, and some queries crash the process that evaluates them. The front
process therefore evaluates none but look-ups, whose cost is bounded by their form. It sets a
deadline for each query and replaces a worker that misses the deadline.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from apecgraph.errors import (
    QueryError,
    QueryTimedOut,
    QueryTooHeavy,
    StoreBusy,
    StoreError,
    WorkerKilled,
)
from apecgraph.isolation.deaths import oom_kills
from apecgraph.query.fair_queue import FairQueue
from apecgraph.query.model import Answer, Data, Query
from apecgraph.query.workers import messages
from apecgraph.query.workers.handle import MOST_RECEIVED, WorkerHandle
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.supervisor import Supervisor
from apecgraph.query.workers.worker import too_much_memory

LIGHT_SECONDS: Final = 0.1
"""The time, in seconds, after which a query counts as long: other queries take precedence."""

_LIGHT_WORK: Final = 0.1
"""Part of that time for which a query must have had a processor to count as long: without it, the
machine is slow and not the query."""

HELD_BACK: Final = 1024 * 1024
"""Bytes at the start of an answer that are held back, so an error in them can still be reported."""

_KEPT: Final = HELD_BACK + MOST_RECEIVED
"""Maximum number of bytes of one answer that are kept in this process."""

_EXIT_SECONDS: Final = 5.0
"""How long to wait for the exit status of a worker that is gone."""


class WorkerPool:
    """A query service that evaluates queries in processes that can do nothing else.

    Args:
        data: The dataset; the labels of blank nodes are local to each file.
        limits: What loading and queries may take.

    Attributes:
        endings: The number of workers that ended, keyed by reason.
    """

    endings: Counter[str]

    def __init__(self, data: Data, limits: PoolLimits) -> None:
        self.endings = Counter()
        self._limits = limits
        self._long_queries_left = limits.long_queries
        self._queue = FairQueue(limits.queue, self._release)
        self._idle: list[WorkerHandle] = []
        self._answers = 0  # being read
        self._oom_kills = oom_kills()
        self._supervisor = Supervisor(data, limits, self._release, self._refuse_waiting)

    async def start(self) -> None:
        """Load or open the data and start the workers.

        Raises:
            StoreError: The data cannot be loaded or opened.
        """
        await self._supervisor.start()

    async def close(self) -> None:
        """Stop all processes; queries that are being answered fail."""
        await self._supervisor.close()

    @property
    def quads(self) -> int | None:
        """The number of quads; None if it is not known."""
        return self._supervisor.quads

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return self._supervisor.graphs

    @property
    def notes(self) -> tuple[str, ...]:
        """What the engine has changed or left out of each file, with the name of the file."""
        return self._supervisor.notes

    @property
    def failure(self) -> str | None:
        """Why there are no workers; None if there are workers."""
        return self._supervisor.failure

    @property
    def waiting(self) -> int:
        """The number of queries that wait for a worker."""
        return len(self._queue)

    @property
    def idle(self) -> int:
        """The number of workers that wait for a query."""
        return len(self._idle)

    @property
    def limit(self) -> int:
        """Maximum size in bytes of the parts of answers that are kept in this process."""
        return (self._limits.workers + self._limits.long_queries) * _KEPT

    @property
    def used(self) -> int:
        """Size in bytes of these parts at most, for the answers that are being read."""
        return self._answers * _KEPT

    async def query(self, query: Query, client: str = "") -> Answer:
        """Evaluate a query; return if the answer is complete or has more than HELD_BACK bytes.

        The query stops if this call is cancelled, or if the chunks are closed before their end.

        Args:
            query: The query.
            client: The client that sent it; clients are served in turn.

        Returns:
            The answer.

        Raises:
            MalformedQuery: The query is not SPARQL.
            Forbidden: The query calls another endpoint.
            NotAcceptable: The query's format cannot represent the answer.
            QueryError: The query exceeds a limit, or all workers are busy and the queue is full.
            StoreError: The data are not available.
        """
        deadline = asyncio.get_running_loop().time() + self._limits.query_seconds
        worker = await self._acquire(client, deadline)
        chunks = self._answer(worker, query, client, deadline)
        head: list[bytes] = []
        size = 0
        async for chunk in chunks:
            head.append(chunk)
            size += len(chunk)
            if size > HELD_BACK:
                return Answer(query.format, _chain(head, chunks))
        return Answer(query.format, b"".join(head))

    async def _acquire(self, client: str, deadline: float) -> WorkerHandle:
        if self.failure:
            raise self._unavailable()
        while self._idle:
            worker = self._idle.pop()  # the last one used: its memory is still in the caches
            if worker.ready:
                return worker
        return await self._queue.wait(client, deadline, self._timed_out)

    def _release(self, worker: WorkerHandle) -> None:
        if worker.ready and not self._queue.give(worker):
            self._idle.append(worker)

    def _refuse_waiting(self) -> None:
        self._queue.refuse_all(self._unavailable)

    def _unavailable(self) -> StoreError:
        return StoreError(self.failure)

    async def _answer(
        self, worker: WorkerHandle, query: Query, client: str, deadline: float
    ) -> AsyncGenerator[bytes, None]:
        """Yield the chunks of an answer; at the end or if closed, release or replace the worker."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        aging = _Aging(client, deadline, self._oom_kills, worker.processor_seconds)
        aging.timer = loop.call_at(min(now + LIGHT_SECONDS, deadline), self._age, worker, aging)
        worker.send(messages.encode_query(query, deadline - now))
        done = False
        ending = "the client left"
        self._answers += 1
        try:
            while (frame := await worker.frame()) is not None:
                kind, payload = frame
                if kind == messages.DATA:
                    yield payload
                    continue
                done = True
                if kind == messages.ERROR:
                    raise messages.decode_error(payload)
                return
            if loop.time() >= deadline:
                ending = "the deadline"
                raise self._timed_out()
            if aging.refused:
                ending = "others waited"
                raise StoreBusy("Too many long queries are running; try again later.")
            ending, error = await self._cause_of_death(worker, aging.oom_kills)
            raise error
        finally:
            self._answers -= 1
            for timer in (aging.timer, aging.alarm):
                if timer is not None:
                    timer.cancel()
            worker.finish()
            self._charge(worker, aging)
            self._long_queries_left += aging.long
            if done and not aging.long:
                self._release(worker)
            else:
                self.endings["it was a long query" if done else ending] += 1
                self._supervisor.replace(worker)

    def _age(self, worker: WorkerHandle, aging: _Aging) -> None:
        """Let a long query continue in addition to the others, if another long query is allowed.

        Otherwise the query keeps its worker until other queries wait; then the query is refused. A
        query that has had hardly any time of a processor is not long, unless it waits for something
        else: the rest of its text, its client to read, or an engine elsewhere.
        """
        loop = asyncio.get_running_loop()
        if aging.alarm is None:  # what follows takes too long to do it for shorter queries
            aging.alarm = loop.call_at(aging.deadline, self._supervisor.replace, worker)
            aging.oom_kills = self._oom_kills = oom_kills()
        self._charge(worker, aging)
        has_worked = aging.work > _LIGHT_WORK * LIGHT_SECONDS
        # At the second check: at the first, it may have just sent an answer that nobody has read.
        is_long = has_worked or (aging.idle and worker.is_idle)
        aging.idle = worker.is_idle
        if is_long and self._long_queries_left > 0 and not worker.retired:
            self._long_queries_left -= 1
            aging.long = True
            self._supervisor.demote(worker)
        elif self._queue and has_worked:
            aging.refused = True
            self._supervisor.replace(worker)
        else:
            aging.timer = loop.call_later(LIGHT_SECONDS, self._age, worker, aging)

    def _charge(self, worker: WorkerHandle, aging: _Aging) -> None:
        """Charge the client of a query for its work so far, unless other queries go before it."""
        if not aging.long:
            work = max(aging.work, worker.processor_seconds - aging.begun)
            self._queue.charge(aging.client, work - aging.work)
            aging.work = work

    async def _cause_of_death(
        self, worker: WorkerHandle, oom_kills_before: int
    ) -> tuple[str, QueryError | StoreError]:
        """Return why a worker died: the name of the reason in the metrics, and an error."""
        done, _ = await asyncio.wait({worker.exit}, timeout=_EXIT_SECONDS)
        death = worker.exit.result() if done else None
        if death is None or death.status == 0:
            error = StoreError("The store became unavailable while it evaluated the query.")
            return "the store went away", error
        if death.lacked_memory(oom_kills_before):
            return "memory", too_much_memory(self._limits.query_megabytes)
        match -death.status:
            case signal.SIGSEGV | signal.SIGBUS:
                return "the stack", QueryTooHeavy(
                    "The query nests too deeply, or joins too many parts, for the engine's stack."
                )
            case signal.SIGALRM | signal.SIGXCPU:
                return "the deadline", self._timed_out()
        if death.status < 0:
            return "a signal", WorkerKilled(
                "The process that evaluated the query %(death)s; "
                "the query may not be the cause: try again.",
                death=death,
            )
        return "the engine", QueryError("The engine failed on this query.")

    def _timed_out(self) -> QueryTimedOut:
        limit = f"{self._limits.query_seconds:g} s"
        return QueryTimedOut(
            "The query was stopped at its deadline of %(most)s, which includes waiting.",
            limit,
            most=limit,
        )


@dataclass(slots=True)
class _Aging:
    """The state of a query in progress: its work, and whether it counts as long or is refused.

    Attributes:
        client: The client that sent it.
        deadline: When it ends, in seconds on the clock of the event loop.
        oom_kills: The number of processes that the kernel had killed for memory before.
        begun: The processor time of its worker at its beginning.
        work: The processor time that it has taken.
        idle: Whether its worker waited for something when its age was last checked.
        timer: Counts it as long.
        alarm: Ends it.
        long: Whether it counts as long.
        refused: Whether it has to end because others wait.
    """

    client: str
    deadline: float
    oom_kills: int
    begun: float
    work: float = 0
    idle: bool = False
    timer: asyncio.TimerHandle | None = None
    alarm: asyncio.TimerHandle | None = None
    long: bool = False
    refused: bool = False


async def _chain(
    head: list[bytes], chunks: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    head.reverse()
    try:
        while head:
            yield head.pop()
        async for chunk in chunks:
            yield chunk
    finally:
        await chunks.aclose()
