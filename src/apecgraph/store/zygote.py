"""The zygote: a process that loads the dataset once, and forks workers that share its memory.

Run as `python -m apecgraph.store.zygote FD`, with a SOCK_SEQPACKET socket to the front process, on
which each message is a JSON object. The front says {load: path, format}, {open, query_megabytes,
reply_megabytes, reply_rows}, {fork}, {demote: pid} and {kill: pid}. The zygote says {failed:
reason}, {graph: IRI}, {ready: quads}, {forked: pid} with the socket to the worker, {unforked:
reason} and {exited: pid, status}.

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
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from pyoxigraph import NamedNode, Store

from apecgraph.errors import StoreError
from apecgraph.formats import BY_NAME, Format
from apecgraph.store.embedded import load
from apecgraph.store.worker import Limits, work

LARGEST_MESSAGE: Final = 65536


_WATCH_MILLISECONDS: Final = 50
_LOWEST_PRIORITY: Final = 19


class Zygote:
    """The dataset, the front that it serves, and the workers that are alive."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._files: list[tuple[Path, Format]] = []
        self._store = Store()
        self._limits = Limits(0, 0, 0)
        self._workers: dict[int, int] = {}  # a worker's pidfd to its pid

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
                        if worker := self._obey(json.loads(message)):
                            poll.register(worker, select.POLLIN)
                    else:
                        return
        finally:
            for pidfd in self._workers:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _obey(self, message: dict[str, Any]) -> int | None:
        """Do what a message says; return the pidfd of a worker where one was made."""
        match message:
            case {"load": path, "format": name}:
                self._files.append((Path(path), BY_NAME[name]))
            case {"open": _, **limits}:
                self._open(Limits(**limits))
            case {"fork": _}:
                return self._fork()
            case {"demote": pid} if pid in self._workers.values():
                os.setpriority(os.PRIO_PROCESS, pid, _LOWEST_PRIORITY)
            case {"kill": pid}:
                for pidfd, each in self._workers.items():
                    if each == pid:
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return None

    def _open(self, limits: Limits) -> None:
        """Load the files, and tell what they hold."""
        loaded = Event()
        watch = Thread(target=self._leave_with_the_front, args=(loaded,))
        watch.start()
        try:
            self._store = load(self._files)
        except StoreError as error:
            self._say({"failed": str(error)})
            raise SystemExit(1) from None
        finally:
            loaded.set()
            watch.join()  # a process with threads does not fork
        self._limits = limits
        for graph in self._store.named_graphs():
            if isinstance(graph, NamedNode):
                self._say({"graph": graph.value})
        self._say({"ready": len(self._store)})
        gc.freeze()  # a collection in a worker would copy the pages of all that it visits

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
                work(self._store, theirs, self._limits)
            socket.send_fds(self._control, [_encode({"forked": pid})], [ours.fileno()])
        pidfd = os.pidfd_open(pid)
        self._workers[pidfd] = pid
        return pidfd

    def _bury(self, pidfd: int) -> None:
        pid = self._workers.pop(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self._say({"exited": pid, "status": os.waitstatus_to_exitcode(status)})

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


if __name__ == "__main__":
    main()
