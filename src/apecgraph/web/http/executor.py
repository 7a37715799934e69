"""The work of requests that the front process does itself, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from apecgraph.errors import QueryTimedOut
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.fair_queue import FairQueue

_PLACES: Final = 32
"""Number of jobs that may wait."""

_Result = TypeVar("_Result")


class EngineThreadPool(ThreadPoolExecutor):
    """The threads of a server, whose errors take no objects of the engine to other threads.

    An event loop that has it as its default executor uses it for `asyncio.to_thread` as well.
    """

    def submit(self, fn: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        """Have a thread call a function; drop the local variables of a failed call there."""
        return super().submit(drop_locals_on_error(fn), *args, **kwargs)


class FairExecutor:
    """Runs jobs one at a time, so that they never take more than one core.

    Clients take turns, job by job: much work for one request is many jobs. A thread cannot be
    stopped, so a job runs to its end, and the deadline of a request is checked between its jobs.

    Args:
        seconds: Time that all jobs of one request may take, waiting included.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._queue: FairQueue[None] = FairQueue(_PLACES, self._pass_on)
        self._busy = False

    def begin(self, client: str) -> RequestWork:
        """Begin the work of a request; its time runs from now.

        Args:
            client: Names the client whose turns the jobs take.

        Returns:
            Where to run the jobs of the request.
        """
        deadline = asyncio.get_running_loop().time() + self._seconds
        return RequestWork(self, client, deadline)

    async def _run(self, client: str, deadline: float, job: Callable[[], _Result]) -> _Result:
        loop = asyncio.get_running_loop()
        if loop.time() >= deadline:
            raise self._timed_out()
        if self._busy:
            await self._queue.wait(client, deadline, self._timed_out)
        self._busy = True
        work = loop.run_in_executor(None, job)
        work.add_done_callback(self._pass_on)
        # If the request is cancelled the thread works on: its turn ends when the job does.
        return await asyncio.shield(work)

    def _pass_on(self, _: object) -> None:
        self._busy = self._queue.give(None)

    def _timed_out(self) -> QueryTimedOut:
        limit = f"{self._seconds:g} s"
        return QueryTimedOut(
            f"The request took longer than {limit}, which counts waiting: send less at once.", limit
        )


class RequestWork:
    """The work of one request.

    Args:
        executor: Runs the jobs.
        client: Names the client.
        deadline: When the last job must have begun, by the clock of the event loop.
    """

    def __init__(self, executor: FairExecutor, client: str, deadline: float) -> None:
        self._executor = executor
        self._client = client
        self._deadline = deadline

    async def run(self, job: Callable[[], _Result]) -> _Result:
        """Run a job beside the event loop.

        Args:
            job: The job.

        Returns:
            Its result.

        Raises:
            StoreBusy: Too many jobs wait.
            QueryTimedOut: The deadline of the request passed before the job's turn came.
        """
        return await self._executor._run(self._client, self._deadline, job)
