"""A server process under measurement: started, queried, measured and ended."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

from benchmarks.graphs import Graph
from benchmarks.systems import System

HOST: Final = "127.0.0.1"
ACCEPT: Final = "application/sparql-results+json"

_READY_SECONDS: Final = 240
_REPLY_SECONDS: Final = 120
_END_SECONDS: Final = 10
_SETTLE_SECONDS: Final = 60
_GLANCE: Final = 0.1
_IDLE: Final = 0.05
"""The share of one processor below which a server is idle."""


class ServerError(Exception):
    """A server does not do what it should; the message is for readers of the table."""


class Server:
    """One system that serves one graph; as a context manager, it always ends the process."""

    def __init__(self, system: System, graph: Graph, folder: Path) -> None:
        self.system = system
        name = f"{graph.file.stem}-{system.name.replace(', ', '-')}"
        system.prepare(graph, folder / name)
        self.port = _free_port()
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                system.command(graph, folder / name, self.port),
                env={**os.environ, **system.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process group, gently first."""
        for end in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, end)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
                return

    def wait(self) -> None:
        """Wait until it answers; raise ServerError if it does not."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                lines = self._log.read_text(errors="replace").splitlines()
                raise ServerError(f"ended at its start: {lines[-1] if lines else 'no message'}")
            with contextlib.suppress(OSError, ServerError, http.client.HTTPException):
                self.ask("ASK {}")
                return
            time.sleep(_GLANCE)
        raise ServerError(f"not ready within {_READY_SECONDS} s")

    def target(self, query: str) -> str:
        """Return the path and query string of a query."""
        return f"{self.system.path}?query={quote(query, safe='')}"

    def ask(self, query: str) -> tuple[bytes, float]:
        """Send a query over a new connection; return the body and the seconds that it took."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=_REPLY_SECONDS)
        with contextlib.closing(connection):
            connection.connect()
            start = time.perf_counter()
            connection.request("GET", self.target(query), headers={"Accept": ACCEPT})
            response = connection.getresponse()
            body = response.read()
            seconds = time.perf_counter() - start
        if response.status != http.client.OK:
            raise ServerError(f"answers {response.status}")
        return body, seconds

    def settle(self) -> None:
        """Wait until it is idle, so that it does not disturb the next measurement."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        used = self._processor_seconds()
        while time.monotonic() < deadline:
            time.sleep(_GLANCE)
            before, used = used, self._processor_seconds()
            if used - before <= _IDLE * _GLANCE:
                return

    def memory(self) -> int:
        """Return the resident bytes of all its processes; shared memory counts once."""
        total = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):  # the process has ended
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total

    def _processor_seconds(self) -> float:
        ticks = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                ticks += sum(map(int, _stat(pid)[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _pids(self) -> list[int]:
        """Return the pids of the process and of its descendants."""
        children: dict[int, list[int]] = {}
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                with contextlib.suppress(OSError):
                    children.setdefault(int(_stat(path.name)[1]), []).append(int(path.name))
        pids = [self._process.pid]
        for pid in pids:
            pids += children.get(pid, [])
        return pids


def rows(body: bytes) -> int:
    """Count the rows of an answer."""
    return len(json.loads(body)["results"]["bindings"])


def _stat(pid: int | str) -> list[str]:
    """Read the fields of a process's stat (proc_pid_stat(5)) from the third, its state, on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])
