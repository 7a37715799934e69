"""The work for requests that the front process does itself, in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Generic, TypeVar

from apecgraph.errors import QueryTimedOut
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.fair_queue import FairQueue

_PLACES: Final = 32
"""Number of jobs that may wait."""

_Result = TypeVar("_Result")


class EngineThreadPool(ThreadPoolExecutor):
    """Threads that raise errors which refer to no objects of the engine.

    If the pool is the default executor of an event loop, `asyncio.to_thread` uses it as well.
    """

    def submit(self, fn: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        """Call a function in a thread; if it fails, drop its local variables in that thread."""
        return super().submit(drop_locals_on_error(fn), *args, **kwargs)


class Prepared(Generic[_Result]):
    """A value that is made once in a thread, before anybody needs it.

    Requests wait for it without a turn of an executor, so they do not hold up others.

    Args:
        make: Makes the value.
    """

    def __init__(self, make: Callable[[], _Result]) -> None:
        self._make: Callable[[], _Result] | None = drop_locals_on_error(make)
        self._made: Future[_Result] = Future()
        self._begun = threading.Lock()

    def begin(self, seconds: float = 0, given_up: threading.Event | None = None) -> None:
        """Begin to make the value in a thread, unless it has been begun.

        Args:
            seconds: The pause before it.
            given_up: Set if nobody will need the value; this ends the pause without a value.
        """
        never = threading.Event()

        def run() -> None:
            if not (given_up or never).wait(seconds):
                self._run()

        threading.Thread(target=run, daemon=True).start()  # it may end with the process

    async def ready(self) -> _Result:
        """Wait for the value."""
        if not self._made.done():
            self.begin()
        return await asyncio.shield(asyncio.wrap_future(self._made))

    def get(self) -> _Result:
        """Return the value; make it in this thread unless another one has begun."""
        self._run()
        return self._made.result()

    def _run(self) -> None:
        if not self._begun.acquire(blocking=False):
            return
        make, self._make = self._make, None  # what it is made of is not kept in memory
        assert make is not None  # noqa: S101 - only the first run comes here
        try:
            self._made.set_result(make())
        except BaseException as error:  # all that need the value get it
            self._made.set_exception(error)


class FairExecutor:
    """Runs jobs one at a time, so they never use more than one core.

    All jobs run in one thread: memory that a job frees is used again only by the same thread.

    Clients take turns, one job each. A request that needs much work divides it into many jobs. A
    thread cannot be stopped, so the deadline of a request is checked only before each job.

    Args:
        seconds: Time that all jobs of one request may take, including waiting time.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._queue: FairQueue[None] = FairQueue(_PLACES, self._pass_on)
        self._busy = False
        self._thread = EngineThreadPool(1)

    def begin(self, client: str) -> RequestWork:
        """Begin the work of a request and start its time limit.

        Args:
            client: Names the client whose turns the jobs take.

        Returns:
            An object that runs the jobs of the request.
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
        begun = loop.time()
        work = loop.run_in_executor(self._thread, job)
        work.add_done_callback(lambda _: self._queue.charge(client, loop.time() - begun))
        # The turn passes one step of the loop later, so this request keeps its result, for example
        # in a cache, before the next job looks for it.
        work.add_done_callback(lambda done: loop.call_soon(self._pass_on, done))
        # If the request is cancelled, the thread still finishes the job; only then is it free.
        return await asyncio.shield(work)

    def _pass_on(self, _: object) -> None:
        self._busy = self._queue.give(None)

    def _timed_out(self) -> QueryTimedOut:
        limit = f"{self._seconds:g} s"
        return QueryTimedOut(
            "The request took longer than %(most)s, including waiting: send a smaller request.",
            limit,
            most=limit,
        )


class RequestWork:
    """The work of one request.

    Args:
        executor: Runs the jobs.
        client: Names the client.
        deadline: The latest time at which a job may begin, on the clock of the event loop.
    """

    def __init__(self, executor: FairExecutor, client: str, deadline: float) -> None:
        self._executor = executor
        self._client = client
        self._deadline = deadline

    async def run(self, job: Callable[[], _Result]) -> _Result:
        """Run a job in a thread.

        Args:
            job: The job.

        Returns:
            Its result.

        Raises:
            StoreBusy: Too many jobs are waiting.
            QueryTimedOut: The deadline of the request passed before the job's turn came.
        """
        return await self._executor._run(self._client, self._deadline, job)
