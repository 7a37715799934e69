"""Errands: work that the front does itself, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from apecgraph.errors import QueryTimedOut
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.fair_queue import FairQueue

_PLACES: Final = 32

_Result = TypeVar("_Result")


class EngineThreadPool(ThreadPoolExecutor):
    """The threads of a server, whose errors take no objects of the engine to other threads.

    An event loop that has it as its default executor uses it for `asyncio.to_thread` as well.
    """

    def submit(self, fn: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        """Have a thread call a function; drop the local variables of a failed call there."""
        return super().submit(drop_locals_on_error(fn), *args, **kwargs)


class FairExecutor:
    """Runs errands one after the other, so that they never hold more than one core.

    Clients take turns, from errand to errand: a request that is much work is many errands. A thread
    cannot be stopped, so an errand takes what it takes, and the deadline is met between two.

    seconds: that all errands of one request may take, waiting included.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turns: FairQueue[None] = FairQueue(_PLACES, self._pass_on)
        self._busy = False

    def deadline(self) -> float:
        """Give the time, by the clock of the event loop, until which a request may take now."""
        return asyncio.get_running_loop().time() + self._seconds

    async def run(self, client: str, errand: Callable[[], _Result], deadline: float) -> _Result:
        """Run an errand and return what it does.

        Raises StoreBusy where too many wait, and QueryTimedOut where the deadline comes before its
        turn.
        """
        loop = asyncio.get_running_loop()
        if loop.time() >= deadline:
            raise self._timed_out()
        if self._busy:
            await self._turns.wait(client, deadline, self._timed_out)
        self._busy = True
        work = loop.run_in_executor(None, errand)
        work.add_done_callback(self._pass_on)
        # Whoever goes away leaves the thread at work: the turn is over when the work is.
        return await asyncio.shield(work)

    def _pass_on(self, _: object) -> None:
        self._busy = self._turns.give(None)

    def _timed_out(self) -> QueryTimedOut:
        limit = f"{self._seconds:g} s"
        return QueryTimedOut(
            f"The request took longer than {limit}, which counts waiting: send less at once.", limit
        )
