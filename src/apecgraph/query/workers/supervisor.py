"""The front's side of the zygote: starts it, has it fork workers, and knows which are alive."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from apecgraph.errors import StoreError
from apecgraph.progress import Progress
from apecgraph.query.model import Data
from apecgraph.query.workers.handle import WorkerHandle
from apecgraph.query.workers.worker import UNOPENED, WorkerLimits
from apecgraph.query.workers.zygote import LARGEST_MESSAGE

_PAUSE: Final = 1.0
"""Seconds before what failed without having been of use is tried again."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """What it may take to load the data: seconds, and of files in memory, megabytes."""

    seconds: float
    megabytes: int

    def cause_of_death(self, status: int) -> str:
        """Tell what the process that loads has died of."""
        match -status:
            case signal.SIGABRT | signal.SIGKILL:
                return (
                    f"it needs more than the {self.megabytes} MB of memory that loading may take "
                    "(APECGRAPH_LOAD_MEGABYTES), or than there is"
                )
            case signal.SIGSEGV | signal.SIGBUS:
                return "it nests too deeply for the stack of its parser"
        return f"the process that loads it ended with status {status}"


class Supervisor:
    """Keeps a zygote, and through it a number of workers, alive.

    data: what to hold.
    load: what loading it may take.
    welcome: called with each worker once it can be asked.
    quads, graphs: what was loaded; known once `open` has returned.
    failure: why there are no workers, None where there are or soon will be.
    """

    def __init__(
        self,
        data: Data,
        load: LoadLimits,
        limits: WorkerLimits,
        workers: int,
        welcome: Callable[[WorkerHandle], None],
    ) -> None:
        self.quads = 0
        self.graphs: frozenset[str] = frozenset()
        self.failure: str | None = None
        self._data = data
        self._load = load
        self._limits = limits
        self._count = workers
        self._welcome = welcome
        self._workers: dict[int, WorkerHandle] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._complete = asyncio.Event()

    async def open(self) -> None:
        """Return once all workers are there.

        Raises StoreError with the reason where the data cannot be had.
        """
        self._keeper = asyncio.create_task(self._keep())
        complete = asyncio.create_task(self._complete.wait())
        try:
            await asyncio.wait({self._keeper, complete}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            complete.cancel()
        if self._keeper.done():
            self._keeper.result()

    async def close(self) -> None:
        """End the zygote and all workers."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})

    def replace(self, worker: WorkerHandle) -> None:
        """Kill a worker, and have another in its place, where it has none yet."""
        alive = not worker.doomed
        worker.hang_up()
        if alive:
            self._zygote.say({"kill": worker.pid})
            if not worker.demoted:
                self._zygote.say({"fork": 1})

    def demote(self, worker: WorkerHandle) -> None:
        """Let a worker finish what it is at with the lowest priority, and have another beside it.

        It cannot be raised again, so it is to be retired when it has finished.
        """
        worker.demoted = True
        self._zygote.say({"demote": worker.pid})
        self._zygote.say({"fork": 1})

    async def _keep(self) -> None:
        """Run one zygote after the other."""
        while True:
            try:
                await self._live()
            except Exception as error:
                if not self._complete.is_set():
                    raise
                _log.exception("the dataset cannot be held at present")
                self.failure = str(error)
                await asyncio.sleep(_PAUSE)

    async def _live(self) -> None:
        """Run one zygote until it is gone; raise StoreError where it never came to hold the data.

        Workers that are busy when their zygote goes finish what they are at, and then end.
        """
        self._zygote = zygote = _Zygote()
        graphs: set[str] = set()
        begun = "the dataset"
        progress: Progress
        ready = False
        try:
            async with asyncio.timeout(self._load.seconds) as patience:
                await zygote.load(self._data, self.quads, self._load.megabytes, self._limits)
                while heard := await zygote.hear():
                    message, descriptors = heard
                    match message:
                        case {"begun": path}:
                            begun = path
                            _log.debug("opening %s", path)
                        case {"read": read, "of": size}:
                            if not read:
                                progress = Progress(_log.debug, f"loading {begun}", size, " bytes")
                            progress.at(read)
                        case {"failed": reason}:
                            raise StoreError(reason)
                        case {"graph": iri}:
                            graphs.add(iri)
                        case {"ready": quads}:
                            ready = True
                            patience.reschedule(None)
                            self.quads, self.graphs, self.failure = quads, frozenset(graphs), None
                            for _ in range(self._count):
                                self._fork(0)
                        case {"forked": pid}:
                            self._workers[pid] = worker = WorkerHandle(pid)
                            await worker.connect(socket.socket(fileno=descriptors[0]))
                            self._welcome(worker)
                            if len(self._workers) >= self._count:
                                self._complete.set()
                        case {"unforked": reason}:
                            _log.error("no worker could be forked: %s", reason)
                            self._fork(_PAUSE)
                        case {"exited": _, "status": status} if status == UNOPENED:
                            raise StoreError("The store on disk cannot be opened.")
                        case {"exited": pid, "status": status}:
                            self._bury(self._workers.pop(pid), status)
        except TimeoutError:
            if not patience.expired():
                raise
            raise StoreError(
                f"{begun} was not loaded in {self._load.seconds:g} s, the most that loading may "
                "take (APECGRAPH_LOAD_SECONDS)"
            ) from None
        finally:
            for worker in self._workers.values():
                worker.exit.set_result(None)
                worker.doom()
            self._workers.clear()
            status = await zygote.close()
        if not ready:
            raise StoreError(f"{begun} cannot be loaded: {self._load.cause_of_death(status)}")
        _log.error("the process that holds the dataset ended with status %d", status)

    def _bury(self, worker: WorkerHandle, status: int) -> None:
        worker.exit.set_result(status)
        if not worker.doomed:
            worker.doom()
            if not worker.demoted:
                self._fork(0 if worker.asked else _PAUSE)

    def _fork(self, delay: float) -> None:
        asyncio.get_running_loop().call_later(delay, self._zygote.say, {"fork": 1})


class _Zygote:
    """One zygote process, and the control socket to it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        with theirs:
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
                # -P: what lies in the working directory is not imported.
                [sys.executable, "-P", "-m", "apecgraph.query.workers.zygote", str(descriptor)],
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # the terminal's Ctrl-C is for the front
            )

    async def load(self, data: Data, quads: int, megabytes: int, limits: WorkerLimits) -> None:
        """Say what to hold and how to limit workers.

        megabytes: what memory files may take while they are loaded.
        quads: how many there are on disk, which takes long to count again; 0 where none has yet.
        """
        loop = asyncio.get_running_loop()
        if isinstance(data, Path):
            messages: list[dict[str, object]] = [{"directory": str(data), "quads": quads}]
        else:
            messages = [
                {"load": str(each.path), "format": each.format.name, "sha256": each.sha256}
                for each in data
            ]
        with contextlib.suppress(ConnectionError):  # which `hear` will notice
            for message in [*messages, {"open": megabytes, **asdict(limits)}]:
                await loop.sock_sendall(self._control, json.dumps(message).encode())

    def say(self, message: Mapping[str, object]) -> None:
        """Send a message; a zygote that does not take it is killed."""
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            self._process.kill()

    async def hear(self) -> tuple[dict[str, Any], list[int]] | None:
        """Wait for a message and the descriptors with it; None when the zygote is gone."""
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(
                    self._control, LARGEST_MESSAGE, 1, socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                await self._readable()
            except ConnectionError:
                return None
            else:
                return (json.loads(data), descriptors) if data else None

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._control, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._control)

    async def close(self) -> int:
        """Let the zygote end, and all workers with it; return its exit status."""
        self._control.close()
        try:
            return await asyncio.to_thread(self._process.wait, _PAUSE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return await asyncio.to_thread(self._process.wait)
