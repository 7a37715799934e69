"""The zygote: a process that loads the dataset once, and forks workers that share its memory.

The zygote never opens a store on disk, since RocksDB starts threads and a process with threads must
not fork. Instead, each worker opens the store. Before the first worker, the zygote forks a probe,
which opens the store and reports its quads and graphs.

Run as `python -m apecgraph.query.workers.zygote FD`, with a SOCK_SEQPACKET socket to the front
process, on which each message is a JSON object:

    front to zygote   {file: path, format, sha256, trusted, base}  {directory: path, quads}
                      {named_graph: IRI, triples}  {engine: URL, credentials, triples}
                      {open: limits}  {fork}  {demote: pid}  {kill: pid}
    zygote to front   {loading: path}  {read: bytes, of: size}  {note: text}  {failed: reason}
                      {graph: IRI}  {ready: quads}  {forked: pid} with the socket to the worker
                      {fork_failed: reason}  {exited: pid, status, words}

Files may be harmful. While they are loaded, memory is limited, and the front sets a deadline.
Before that, the zygote permanently gives up making connections, if the kernel supports this.

Only the zygote kills and reaps workers, so it never kills another process that got the same pid.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from pyoxigraph import NamedNode, Store

from apecgraph.errors import QueryError, StoreError
from apecgraph.isolation.deaths import LastWords, abort_for_memory
from apecgraph.isolation.limits import limited_memory
from apecgraph.isolation.seccomp import deny_network
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile, RemoteEngine
from apecgraph.query.workers.disk import VerifiedStore, unreadable_store
from apecgraph.query.workers.limits import LOW_PRIORITY, PoolLimits
from apecgraph.query.workers.worker import Evaluator, work
from apecgraph.rdf.formats import GRAPH_FORMATS

MAX_MESSAGE: Final = 65536
"""The size of the largest message, in bytes."""

_FORMATS: Final = {format_.name: format_ for format_ in GRAPH_FORMATS}
_WATCH_MILLISECONDS: Final = 50
_PROGRESS_SECONDS: Final = 0.1


class Zygote:
    """The dataset, and the workers that are alive.

    Args:
        control: The socket to the front process.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._files: list[DataFile] = []
        self._directory: Path | None = None
        self._graphs: dict[str, int] = {}  # of an engine elsewhere, with the numbers of triples
        self._engine: RemoteEngine | None = None
        self._data: Store | VerifiedStore | Evaluator = Store()
        self._quads = 0  # of a store on disk; 0 if they have not been counted
        self._limits: PoolLimits
        self._children: dict[int, int] = {}  # the pidfd of a worker or the probe to its pid
        self._words: dict[int, LastWords] = {}  # the pid of a worker to its standard error
        self._probe: int | None = None
        self._reported = 0.0  # when progress was last reported

    def run(self) -> None:
        """Handle the messages of the front until it is gone, then kill all workers."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        try:
            while True:
                for ready, _ in poll.poll():
                    if ready != self._control.fileno():
                        poll.unregister(ready)
                        self._reap(ready)
                    elif message := self._control.recv(MAX_MESSAGE):
                        if child := self._handle(json.loads(message)):
                            poll.register(child, select.POLLIN)
                    else:
                        return
        finally:
            for pidfd in self._children:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _handle(self, message: dict[str, Any]) -> int | None:
        """Handle a message; return the pidfd of the child if one was forked."""
        match message:
            case {"file": path, "format": name, **rest}:
                self._files.append(DataFile(Path(path), _FORMATS[name], **rest))
            case {"directory": path, "quads": quads}:
                self._directory, self._quads = Path(path), quads
            case {"named_graph": iri, "triples": triples}:
                self._graphs[iri] = triples
            case {"engine": url, "credentials": credentials, "triples": triples}:
                self._engine = RemoteEngine(url, credentials, triples, self._graphs)
            case {"open": limits}:
                self._limits = PoolLimits(**limits)
                _lower_priority(os.getpid(), self._limits.priority)
                if self._directory is not None:
                    return self._fork_probe(self._directory)
                with self._reporting_failure():
                    if self._engine is not None:
                        self._reach(self._engine)
                    else:
                        self._load()
                gc.freeze()  # a garbage collection in a worker would copy the pages of all objects
            case {"fork": _}:
                return self._fork_worker()
            case {"demote": pid} if pid in self._children.values():
                _lower_priority(pid, LOW_PRIORITY)
            case {"kill": pid}:
                for pidfd, child in self._children.items():
                    if child == pid:
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return None

    @contextmanager
    def _reporting_failure(self) -> Iterator[None]:
        """Report an error inside the block to the front, and end if the front ends."""
        done = Event()
        watch = Thread(target=self._exit_with_front, args=(done,))
        watch.start()
        try:
            yield
        except (StoreError, QueryError) as error:
            self._send({"failed": str(error)})
            raise SystemExit(1) from None
        finally:
            done.set()
            watch.join()  # a process with threads must not fork

    def _load(self) -> None:
        """Load the files, and report the dataset."""
        with suppress(OSError):  # the engine's parsers fetch nothing: this is a second barrier
            deny_network(pairs=True)
        with limited_memory(self._limits.load_megabytes):
            self._data = store = load(self._files, self._report_progress, self._report_note)
        self._report_dataset(store)

    def _reach(self, engine: RemoteEngine) -> None:
        """Compare what an engine elsewhere holds with the dataset, and report the dataset."""
        from apecgraph.query.remote.evaluation import RemoteEvaluator  # takes long to import

        self._send({"loading": engine.url})
        self._data = evaluator = RemoteEvaluator(engine)
        limits = self._limits
        quads: int | None
        graphs: Iterable[str]
        if engine.triples is None:
            quads, graphs = evaluator.look_around(limits.query_seconds)
        else:
            evaluator.find_dataset(limits.load_seconds, limits.reply_rows)
            quads, graphs = engine.quads, engine.graphs
        for graph in graphs:
            self._send({"graph": graph})
        self._send({"ready": quads})

    def _report_progress(self, path: Path, read: int, size: int) -> None:
        now = time.monotonic()
        if not read:
            self._send({"loading": str(path)})
        if not read or now - self._reported > _PROGRESS_SECONDS:
            self._send({"read": read, "of": size})
            self._reported = now

    def _report_note(self, path: Path, note: str) -> None:
        self._send({"note": note})

    def _report_dataset(self, store: Store) -> None:
        for graph in store.named_graphs():
            if isinstance(graph, NamedNode):
                self._send({"graph": graph.value})
        self._send({"ready": self._quads or len(store)})

    def _fork_probe(self, path: Path) -> int | None:
        """Verify a store on disk; fork a process that opens it, reports its dataset and ends."""
        self._send({"loading": str(path)})
        try:
            self._data = store = VerifiedStore.of(path)
            pid = os.fork()
        except StoreError as error:
            self._send({"failed": str(error)})
            return None
        except OSError as error:
            self._send({"failed": f"no process can be started to open {path}: {error.strerror}"})
            return None
        if pid == 0:
            status = 1
            try:
                try:
                    self._report_dataset(store.open_without_network())
                except StoreError as error:
                    self._send({"failed": str(error)})
                except (OSError, RuntimeError) as error:
                    self._send({"failed": str(unreadable_store(path, error))})
                status = 0
            finally:
                os._exit(status)
        self._probe = pid
        return self._add_child(pid)

    def _exit_with_front(self, loaded: Event) -> None:
        """End this process if the front ends while the dataset is being loaded."""
        poll = select.poll()
        poll.register(self._control, 0)  # a hang-up is always reported
        while not loaded.is_set():
            if poll.poll(_WATCH_MILLISECONDS):
                os._exit(1)

    def _fork_worker(self) -> int | None:
        with ExitStack() as opened, ExitStack() as unless_forked:
            try:
                ours, theirs = map(opened.enter_context, socket.socketpair())
                words = LastWords()
                opened.callback(os.close, words.writer)
                unless_forked.callback(words.read)
                pid = os.fork()
                if pid == 0:
                    os.dup2(words.writer, sys.stderr.fileno())
                    work(self._data, theirs, self._limits)
                child = self._add_child(pid)
            except OSError as error:
                self._send({"fork_failed": error.strerror})
                return None
            unless_forked.pop_all()
            self._words[pid] = words
            socket.send_fds(self._control, [_encode({"forked": pid})], [ours.fileno()])
        return child

    def _add_child(self, pid: int) -> int:
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        self._children[pidfd] = pid
        return pidfd

    def _reap(self, pidfd: int) -> None:
        pid = self._children.pop(pidfd)
        os.close(pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if pid != self._probe:
            words = self._words.pop(pid).read()
            self._send({"exited": pid, "status": status, "words": words})
            return
        self._probe = None
        if status != 0:
            reason = f"the process that opened it ended with status {status}"
            self._send({"failed": str(unreadable_store(self._directory, reason))})

    def _send(self, message: dict[str, Any]) -> None:
        self._control.sendall(_encode(message))


def _lower_priority(pid: int, priority: int) -> None:
    """Give a process a priority, unless that of the server is lower: it may not be raised."""
    os.setpriority(os.PRIO_PROCESS, pid, max(priority, os.getpriority(os.PRIO_PROCESS, pid)))


def _encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()


def main() -> None:
    """Serve the front at the other end of the socket whose descriptor is the first argument."""
    try:
        Zygote(socket.socket(fileno=int(sys.argv[1]))).run()
    except ConnectionError:
        sys.exit(1)
    except MemoryError:
        abort_for_memory()


if __name__ == "__main__":
    main()
