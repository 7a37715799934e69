"""Evaluation in worker processes, which die where a query meets a limit: for the public.

Nothing in the engine stops a query, and some queries end the process that evaluates them. So the
front never evaluates, holds a deadline over each query, and replaces the worker that misses it.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from apecgraph.errors import QueryError, QueryTimedOut, QueryTooHeavy, StoreBusy, StoreError
from apecgraph.query.fair_queue import FairQueue
from apecgraph.query.model import Answer, Data, Query
from apecgraph.query.workers import messages as wire
from apecgraph.query.workers.handle import WorkerHandle
from apecgraph.query.workers.supervisor import LoadLimits, Supervisor
from apecgraph.query.workers.worker import WorkerLimits, too_much_memory

LIGHT_SECONDS: Final = 0.1
"""After which a query is a long one: it goes on, but gives way to others."""

HELD_BACK: Final = 1024 * 1024
"""Bytes of a reply that are waited for, so that an error among them is told as an error."""

_OBITUARY_SECONDS: Final = 5.0


class WorkerPool:
    """A store whose queries are evaluated by processes that can do nothing else.

    data: what it holds; the names of blank nodes are local to each file.
    load_seconds, load_megabytes: what loading files may take; opening a store on disk, seconds.
    query_seconds: from asking to the last byte from the worker, waiting for a worker included.
    query_megabytes: memory that a worker may take beyond the store.
    reply_megabytes, reply_rows: the largest reply.
    workers: queries that are evaluated at once, for as long as they are not long ones.
    long_queries: long ones that are evaluated beside them, with the lowest priority.
    queue: queries that may wait for a worker.
    endings: how many workers were ended, by the reason.
    """

    def __init__(
        self,
        data: Data,
        *,
        load_seconds: float,
        load_megabytes: int,
        query_seconds: float,
        query_megabytes: int,
        reply_megabytes: int,
        reply_rows: int,
        workers: int,
        long_queries: int,
        queue: int,
    ) -> None:
        self._seconds = query_seconds
        self._megabytes = query_megabytes
        self._room = long_queries
        self._turns = FairQueue(queue, self._put_back)
        self._idle: list[WorkerHandle] = []
        self.endings: Counter[str] = Counter()
        limits = WorkerLimits(query_megabytes, reply_megabytes, reply_rows)
        load = LoadLimits(load_seconds, load_megabytes)
        self._nursery = Supervisor(data, load, limits, workers, self._put_back)

    async def start(self) -> None:
        """Load or open the data; raise StoreError with the reason where they cannot be had."""
        await self._nursery.open()

    async def close(self) -> None:
        """End all processes; queries that are being answered fail."""
        await self._nursery.close()

    @property
    def quads(self) -> int:
        """How many quads there are."""
        return self._nursery.quads

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return self._nursery.graphs

    @property
    def failure(self) -> str | None:
        """Why there are no workers; None where there are, or soon will be."""
        return self._nursery.failure

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._turns)

    @property
    def idle(self) -> int:
        """How many workers wait for a query."""
        return len(self._idle)

    async def query(self, query: Query, client: str = "") -> Answer:
        """Evaluate a query, and return when it is answered or more than HELD_BACK bytes are there.

        client: who asks; where there are several, they take turns.
        Raises MalformedQuery, Forbidden, NotAcceptable, StoreError or a QueryError. To cancel this,
        or to close the answer's chunks before their end, stops the query.
        """
        deadline = asyncio.get_running_loop().time() + self._seconds
        worker = await self._hire(client, deadline)
        rest = self._answer(worker, query, deadline)
        head = bytearray()
        async for chunk in rest:
            head += chunk
            if len(head) > HELD_BACK:
                return Answer(query.format, _chain(bytes(head), rest))
        return Answer(query.format, bytes(head))

    async def _hire(self, client: str, deadline: float) -> WorkerHandle:
        """Wait for a worker."""
        if self.failure:
            raise StoreError(self.failure)
        while self._idle:
            worker = self._idle.pop()  # the one whose memory is still warm
            if worker.answers:
                return worker
        return await self._turns.wait(client, deadline, self._timed_out)

    def _put_back(self, worker: WorkerHandle) -> None:
        if worker.answers and not self._turns.give(worker):
            self._idle.append(worker)

    async def _answer(
        self, worker: WorkerHandle, query: Query, deadline: float
    ) -> AsyncGenerator[bytes, None]:
        """Give the chunks of an answer; then, or when no more are wanted, let go of the worker."""
        loop = asyncio.get_running_loop()
        alarm = loop.call_at(deadline, self._nursery.replace, worker)
        aging = _Aging()
        aging.timer = loop.call_later(LIGHT_SECONDS, self._age, worker, aging)
        worker.ask(wire.encode_query(query, deadline - loop.time()))
        done = False
        ending = "the client left"
        try:
            while (frame := await worker.frame()) is not None:
                kind, payload = frame
                if kind == wire.DATA:
                    yield payload
                    continue
                done = True
                if kind == wire.ERROR:
                    raise wire.decode_error(payload)
                return
            if loop.time() >= deadline:
                ending = "the deadline"
                raise self._timed_out()
            if aging.refused:
                ending = "others waited"
                raise StoreBusy(
                    "The query takes long, and enough others that do are at work; try again later."
                )
            ending, error = await self._cause_of_death(worker)
            raise error
        finally:
            alarm.cancel()
            if aging.timer is not None:
                aging.timer.cancel()
            worker.rest()
            self._room += aging.long
            if done and not aging.long:
                self._put_back(worker)
            else:
                self.endings["it was a long query" if done else ending] += 1
                self._nursery.replace(worker)

    def _age(self, worker: WorkerHandle, aging: _Aging) -> None:
        """Let a query that has become a long one go on beside the others, as far as there is room.

        Without room it goes on where it is until others wait; then it is refused.
        """
        if self._room > 0 and not worker.doomed:
            self._room -= 1
            aging.long = True
            self._nursery.demote(worker)
        elif self._turns:
            aging.refused = True
            self._nursery.replace(worker)
        else:
            loop = asyncio.get_running_loop()
            aging.timer = loop.call_later(LIGHT_SECONDS, self._age, worker, aging)

    async def _cause_of_death(self, worker: WorkerHandle) -> tuple[str, QueryError | StoreError]:
        """Tell what a worker died of: in a few words, and as an error."""
        done, _ = await asyncio.wait({worker.exit}, timeout=_OBITUARY_SECONDS)
        match -(worker.exit.result() or 0) if done else 0:
            case signal.SIGSEGV | signal.SIGBUS:
                return "the stack", QueryTooHeavy(
                    "The query nests too deeply, or joins too many parts, for the engine's stack."
                )
            case signal.SIGABRT | signal.SIGKILL:
                return "memory", too_much_memory(self._megabytes)
            case signal.SIGALRM | signal.SIGXCPU:
                return "the deadline", self._timed_out()
            case 0:
                error = StoreError("The store went away while it evaluated the query.")
                return "the store went away", error
        return "the engine", QueryError("The engine failed on this query.")

    def _timed_out(self) -> QueryTimedOut:
        return QueryTimedOut(
            f"The query was stopped at its deadline of {self._seconds:g} s, "
            "which counts waiting for a worker.",
            f"{self._seconds:g} s",
        )


@dataclass(slots=True)
class _Aging:
    """What has become of a query with time: it was let go on as a long one, or refused as such."""

    timer: asyncio.TimerHandle | None = None
    long: bool = False
    refused: bool = False


async def _chain(head: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield head
        async for chunk in rest:
            yield chunk
    finally:
        await rest.aclose()
