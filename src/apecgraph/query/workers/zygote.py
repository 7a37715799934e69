"""The zygote: a process that loads the dataset once, and forks workers that share its memory.

A store on disk it never opens: RocksDB starts threads, and a process with threads does not fork.
Each worker opens that for itself; a scout, forked before them, opens it and tells what it holds.

Run as `python -m apecgraph.query.workers.zygote FD`, with a SOCK_SEQPACKET socket to the front
process, on which each message is a JSON object. The front says {load: path, format, sha256} or
{directory: path, quads}, {open: megabytes, query_megabytes, reply_megabytes, reply_rows}, {fork},
{demote: pid} and {kill: pid}. The zygote says {begun: path}, {read: bytes, of: size}, {failed:
reason}, {graph: IRI}, {ready: quads}, {forked: pid} with the socket to the worker, {unforked:
reason} and {exited: pid, status}.

What the files hold may be meant to harm. While it is loaded, memory has a limit, and the front a
deadline; and from then on no connections can be made, where the kernel has a wall against them.

Only the zygote kills and reaps workers, so that no number of a process is mistaken for another's.
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
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from pyoxigraph import NamedNode, Store

from apecgraph.errors import StoreError
from apecgraph.isolation.limits import within
from apecgraph.isolation.seccomp import deny_network
from apecgraph.query.engine import load
from apecgraph.query.model import DataFile
from apecgraph.query.workers.disk import open_behind_wall, unreadable_store
from apecgraph.query.workers.worker import WorkerLimits, work
from apecgraph.rdf.formats import GRAPH_FORMATS

LARGEST_MESSAGE: Final = 65536

_FORMATS: Final = {format_.name: format_ for format_ in GRAPH_FORMATS}
_WATCH_MILLISECONDS: Final = 50
_LOWEST_PRIORITY: Final = 19
_TOLD_SECONDS: Final = 0.1


class Zygote:
    """The dataset, the front that it serves, and the workers that are alive."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._files: list[DataFile] = []
        self._held: Store | Path = Store()
        self._quads = 0  # of a store on disk, where they have been counted before
        self._limits = WorkerLimits(0, 0, 0)
        self._children: dict[int, int] = {}  # the pidfd of a worker or the scout to its pid
        self._scout: int | None = None
        self._told = 0.0  # when it was told how much is read

    def run(self) -> None:
        """Do as the front says until it is gone, then end with all workers."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        try:
            while True:
                for ready, _ in poll.poll():
                    if ready != self._control.fileno():
                        poll.unregister(ready)
                        self._bury(ready)
                    elif message := self._control.recv(LARGEST_MESSAGE):
                        if child := self._obey(json.loads(message)):
                            poll.register(child, select.POLLIN)
                    else:
                        return
        finally:
            for pidfd in self._children:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _obey(self, message: dict[str, Any]) -> int | None:
        """Do what a message says; return the pidfd of a child where one was made."""
        match message:
            case {"load": path, "format": name, "sha256": checksum}:
                self._files.append(DataFile(Path(path), _FORMATS[name], checksum))
            case {"directory": path, "quads": quads}:
                self._held, self._quads = Path(path), quads
            case {"open": megabytes, **limits}:
                self._limits = WorkerLimits(**limits)
                if isinstance(self._held, Path):
                    return self._send_scout(self._held)
                self._load(megabytes)
            case {"fork": _}:
                return self._fork()
            case {"demote": pid} if pid in self._children.values():
                os.setpriority(os.PRIO_PROCESS, pid, _LOWEST_PRIORITY)
            case {"kill": pid}:
                for pidfd, each in self._children.items():
                    if each == pid:
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return None

    def _load(self, megabytes: int) -> None:
        """Load the files, and tell what they hold."""
        with suppress(OSError):  # no parser of the engine's fetches: the wall is a second one
            deny_network(pairs=True)
        loaded = Event()
        watch = Thread(target=self._leave_with_the_front, args=(loaded,))
        watch.start()
        try:
            with within(megabytes):
                self._held = store = load(self._files, self._tell_read)
        except StoreError as error:
            self._say({"failed": str(error)})
            raise SystemExit(1) from None
        finally:
            loaded.set()
            watch.join()  # a process with threads does not fork
        self._tell(store)
        gc.freeze()  # a collection in a worker would copy the pages of all that it visits

    def _tell_read(self, path: Path, read: int, size: int) -> None:
        now = time.monotonic()
        if not read:
            self._say({"begun": str(path)})
        if not read or now - self._told > _TOLD_SECONDS:
            self._say({"read": read, "of": size})
            self._told = now

    def _tell(self, store: Store) -> None:
        for graph in store.named_graphs():
            if isinstance(graph, NamedNode):
                self._say({"graph": graph.value})
        self._say({"ready": self._quads or len(store)})

    def _send_scout(self, path: Path) -> int:
        """Fork a process that opens a store on disk, tells what it holds, and ends."""
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._say({"begun": str(path)})
                try:
                    self._tell(open_behind_wall(path))
                except StoreError as error:
                    self._say({"failed": str(error)})
                except (OSError, RuntimeError) as error:
                    self._say({"failed": str(unreadable_store(path, error))})
                status = 0
            finally:
                os._exit(status)
        self._scout = pid
        return self._adopt(pid)

    def _leave_with_the_front(self, loaded: Event) -> None:
        """End this process if the front goes while files, however large, are being loaded."""
        poll = select.poll()
        poll.register(self._control, 0)  # a hang-up is told without being asked for
        while not loaded.is_set():
            if poll.poll(_WATCH_MILLISECONDS):
                os._exit(1)

    def _fork(self) -> int | None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                pid = os.fork()
            except OSError as error:
                self._say({"unforked": str(error)})
                return None
            if pid == 0:
                work(self._held, theirs, self._limits)
            socket.send_fds(self._control, [_encode({"forked": pid})], [ours.fileno()])
        return self._adopt(pid)

    def _adopt(self, pid: int) -> int:
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = pid
        return pidfd

    def _bury(self, pidfd: int) -> None:
        pid = self._children.pop(pidfd)
        os.close(pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if pid != self._scout:
            self._say({"exited": pid, "status": status})
            return
        self._scout = None
        if status != 0:
            reason = f"the process that opened it ended with status {status}"
            self._say({"failed": str(unreadable_store(self._held, reason))})

    def _say(self, message: dict[str, Any]) -> None:
        self._control.sendall(_encode(message))


def _encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()


def main() -> None:
    """Serve the front at the other end of the socket whose descriptor is the first argument."""
    try:
        Zygote(socket.socket(fileno=int(sys.argv[1]))).run()
    except ConnectionError:
        sys.exit(1)
    except MemoryError:
        os.abort()  # as where the engine is short of it, so that there is one thing to tell


if __name__ == "__main__":
    main()
