"""Starts the zygote from the front process, has it fork workers, and tracks their exits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from apecgraph.errors import StoreError
from apecgraph.isolation.deaths import Death, LastWords, oom_kills
from apecgraph.progress import Progress
from apecgraph.query.model import Data, RemoteEngine
from apecgraph.query.workers.handle import WorkerHandle
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.worker import UNOPENED
from apecgraph.query.workers.zygote import MAX_MESSAGE

_PAUSE: Final = 1.0
"""Seconds to wait before replacing a process that failed before it did any work."""

_HUGE_PAGES: Final = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Makes the kernel hold the dataset in pages of 2 MB: a fork takes time for each page, and so does
the end of a worker."""

_log: Final = logging.getLogger(__name__)


class Supervisor:
    """Keeps a zygote, and through it a number of workers, alive.

    Args:
        data: The dataset.
        limits: What loading and queries may take, and how many workers to keep.
        on_ready: Called with each worker when it can get its first query.
        on_failure: Called when there are no workers any more.

    Attributes:
        quads: The number of quads; known once `start` has returned.
        graphs: The IRIs of the named graphs; known once `start` has returned.
        notes: What the engine has changed or left out of each file; known likewise.
        failure: Why there are no workers; None if there are workers, or until `start` has returned.
    """

    quads: int | None
    graphs: frozenset[str]
    notes: tuple[str, ...]
    failure: str | None

    def __init__(
        self,
        data: Data,
        limits: PoolLimits,
        on_ready: Callable[[WorkerHandle], None],
        on_failure: Callable[[], None],
    ) -> None:
        self.quads = 0
        self.graphs = frozenset()
        self.notes = ()
        self.failure = None
        self._data = data
        self._limits = limits
        self._on_ready = on_ready
        self._on_failure = on_failure
        self._workers: dict[int, WorkerHandle] = {}
        self._task: asyncio.Task[None] | None = None
        self._complete = asyncio.Event()

    async def start(self) -> None:
        """Load or open the data; return once all workers have started.

        Raises:
            StoreError: The data cannot be loaded or opened, or no process can be started.
        """
        self._task = asyncio.create_task(self._supervise())
        complete = asyncio.create_task(self._complete.wait())
        try:
            await asyncio.wait({self._task, complete}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            complete.cancel()
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Stop the zygote and all workers."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    def replace(self, worker: WorkerHandle) -> None:
        """Kill a worker; start another one, unless the worker has been replaced already."""
        alive = not worker.retired
        worker.abort()
        if alive:
            self._zygote.send({"kill": worker.pid})
            if not worker.demoted:
                self._zygote.send({"fork": 1})

    def demote(self, worker: WorkerHandle) -> None:
        """Give a worker a low priority and start an additional worker.

        The priority cannot be raised again, so the worker must be replaced after its query.
        """
        worker.demoted = True
        self._zygote.send({"demote": worker.pid})
        self._zygote.send({"fork": 1})

    async def _supervise(self) -> None:
        """Run a zygote; if it ends, run another."""
        while True:
            try:
                await self._run_zygote()
            except Exception as error:
                if not self._complete.is_set():
                    raise
                _log.exception("the data are not available at present")
                self._fail(str(error))
                await asyncio.sleep(_PAUSE)

    def _fail(self, reason: str) -> None:
        self.failure = reason
        self._on_failure()

    async def _run_zygote(self) -> None:
        """Run one zygote until it ends.

        Workers that are busy then finish their queries and end.

        Raises:
            StoreError: The zygote has not loaded the data, or the store cannot be opened, or the
                first workers cannot be forked.
        """
        oom_kills_before = oom_kills()
        self._zygote = zygote = _Zygote()
        graphs: set[str] = set()
        notes: list[str] = []
        loading = "the dataset"
        progress: Progress
        ready = False
        try:
            async with asyncio.timeout(self._limits.load_seconds) as timeout:
                await zygote.load(self._data, self.quads or 0, self._limits)
                while received := await zygote.receive():
                    message, descriptors = received
                    match message:
                        case {"loading": path}:
                            loading = path
                            _log.debug("opening %s", path)
                        case {"read": read, "of": size}:
                            if not read:
                                title = f"loading {loading}"
                                progress = Progress(_log.debug, title, size, " bytes")
                            progress.at(read)
                        case {"note": text}:
                            notes.append(f"{Path(loading).name}: {text}")
                            _log.warning("%s: %s", loading, text)
                        case {"failed": reason}:
                            raise StoreError(reason)
                        case {"graph": iri}:
                            graphs.add(iri)
                        case {"ready": quads}:
                            ready = True
                            timeout.reschedule(None)
                            self.quads, self.graphs = quads, frozenset(graphs)
                            self.notes = tuple(notes)
                            for _ in range(self._limits.workers):
                                self._fork(0)
                        case {"forked": pid}:
                            self._workers[pid] = worker = WorkerHandle(pid)
                            await worker.connect(socket.socket(fileno=descriptors[0]))
                            self.failure = None
                            self._on_ready(worker)
                            if len(self._workers) >= self._limits.workers:
                                self._complete.set()
                        case {"fork_failed": reason}:
                            self._note_missing(f"no worker can be started: {reason}")
                        case {"exited": _, "status": status} if status == UNOPENED:
                            raise StoreError(f"{self._data} cannot be opened as a store on disk")
                        case {"exited": pid, "status": status, "words": words}:
                            self._note_exit(self._workers.pop(pid), Death(status, words))
        except TimeoutError:
            if not timeout.expired():
                raise
            raise StoreError(
                f"{loading} was not loaded in {self._limits.load_seconds:g} s "
                "(APECGRAPH_LOAD_SECONDS)"
            ) from None
        finally:
            for worker in self._workers.values():
                worker.exit.set_result(None)
                worker.retire()
            self._workers.clear()
            if self._complete.is_set():
                self._fail("the process that holds the dataset has ended and is being replaced")
            death = await zygote.close()
        if not ready:
            cause = self._cause_of_death(death, oom_kills_before)
            raise StoreError(f"{loading} cannot be loaded: {cause}")
        _log.error("the process that holds the dataset %s: %s", death, death.words)

    def _cause_of_death(self, death: Death, oom_kills_before: int) -> str:
        """Return why the process that loads the data died."""
        if death.lacked_memory(oom_kills_before):
            return (
                f"it needs more than {self._limits.load_megabytes} MB of memory "
                "(APECGRAPH_LOAD_MEGABYTES), or more than this machine has"
            )
        if -death.status in (signal.SIGSEGV, signal.SIGBUS):
            return "its content is nested too deeply for the parser's stack"
        return f"the process that loads it {death}: {death.words}"

    def _note_missing(self, reason: str) -> None:
        """Try again later to fork a worker; at the start, give up."""
        if not self._complete.is_set():
            raise StoreError(reason)
        _log.error("%s", reason)
        if all(worker.retired or worker.demoted for worker in self._workers.values()):
            self._fail(reason)
        self._fork(_PAUSE)

    def _note_exit(self, worker: WorkerHandle, death: Death) -> None:
        if death.words:
            _log.error("a worker %s: %s", death, death.words)
        worker.exit.set_result(death)
        if not worker.retired:
            worker.retire()
            if not worker.demoted:
                self._fork(0 if worker.used else _PAUSE)

    def _fork(self, delay: float) -> None:
        asyncio.get_running_loop().call_later(delay, self._zygote.send, {"fork": 1})


class _Zygote:
    """A zygote process, and the control socket to it."""

    def __init__(self) -> None:
        with contextlib.ExitStack() as opened, contextlib.ExitStack() as unless_started:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            opened.enter_context(theirs)
            unless_started.enter_context(self._control)
            self._control.setblocking(False)
            self._words = LastWords()
            opened.callback(os.close, self._words.writer)
            unless_started.callback(self._words.read)
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
                # -P: nothing is imported from the working directory.
                [sys.executable, "-P", "-m", "apecgraph.query.workers.zygote", str(descriptor)],
                env={**os.environ, **_HUGE_PAGES},
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words.writer,
                start_new_session=True,  # Ctrl-C in the terminal goes only to the front
            )
            unless_started.pop_all()

    async def load(self, data: Data, quads: int, limits: PoolLimits) -> None:
        """Send the data to load or open, and the limits.

        Args:
            data: The dataset.
            quads: The number of quads of a store on disk, since counting them takes long; 0 if the
                number is not known.
            limits: What loading and queries may take.
        """
        loop = asyncio.get_running_loop()
        messages: list[dict[str, object]]
        if isinstance(data, Path):
            messages = [{"directory": str(data), "quads": quads}]
        elif isinstance(data, RemoteEngine):
            graphs = data.graphs.items()
            messages = [{"named_graph": iri, "triples": triples} for iri, triples in graphs]
            messages.append(
                {"engine": data.url, "credentials": data.credentials, "triples": data.triples}
            )
        else:
            messages = [
                {
                    "file": str(file.path),
                    "format": file.format.name,
                    "sha256": file.sha256,
                    "trusted": file.trusted,
                    "base": file.base,
                }
                for file in data
            ]
        with contextlib.suppress(ConnectionError):  # `receive` will notice the error
            for message in [*messages, {"open": asdict(limits)}]:
                await loop.sock_sendall(self._control, json.dumps(message).encode())

    def send(self, message: Mapping[str, object]) -> None:
        """Send a message; kill the zygote if it does not accept the message."""
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            self._process.kill()

    async def receive(self) -> tuple[dict[str, Any], list[int]] | None:
        """Wait for a message; return it with its descriptors, or None if the zygote is gone."""
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(
                    self._control, MAX_MESSAGE, 1, socket.MSG_CMSG_CLOEXEC
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

    async def close(self) -> Death:
        """Stop the zygote and all its workers; return how the zygote ended."""
        self._control.close()
        try:
            status = await asyncio.to_thread(self._process.wait, _PAUSE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = await asyncio.to_thread(self._process.wait)
        return Death(status, self._words.read())
