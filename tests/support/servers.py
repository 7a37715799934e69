"""`apecgraph serve`, in processes of its own or in a thread of the tests."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any, Final

import httpx
import uvicorn

from apecgraph.settings import Settings
from apecgraph.web.http.memory import MEGABYTE, MemoryBudgets
from apecgraph.web.http.repeat_cache import RepeatCache
from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import Metrics, State
from apecgraph.web.monitoring.observer import Observer
from apecgraph.web.publication import Publication
from apecgraph.web.server.connection import Connection, ConnectionLimits, connection_class
from apecgraph.web.server.run import listen, listening_url, serve_publication
from tests.support import processes
from tests.support.command import COMMAND, environment, run
from tests.support.connections import PATIENCE, new_address

QUERY_SECONDS: Final = 2
"""The deadline of queries at servers that are attacked."""

_END_SECONDS: Final = 30


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        process: Its front process.
        port: The port on which it listens.
        log: The file with its standard error.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tree(self) -> list[int]:
        """Return the pids of the front process and of all processes below it."""
        return processes.tree(self.process.pid)

    def descriptors(self) -> int:
        """Count the open descriptors of all processes."""
        return sum(map(processes.descriptors, self.tree()))

    def health(self) -> dict[str, object]:
        """Return what the server says about itself."""
        answer: dict[str, object] = httpx.get(f"{self.url}/health", timeout=PATIENCE).json()
        return answer

    @contextmanager
    def client(self, address: str | None = None) -> Iterator[httpx.Client]:
        """Open a client with a loopback address, by default a new one."""
        transport = httpx.HTTPTransport(verify=False, local_address=address or new_address())
        with httpx.Client(base_url=self.url, transport=transport, timeout=PATIENCE) as client:
            yield client


@contextmanager
def server_process(*arguments: str | Path, log: Path, **settings: object) -> Iterator[Server]:
    """Run `apecgraph serve` for the time of the context.

    Args:
        *arguments: Arguments of the command.
        log: The file that receives its standard error.
        **settings: Settings of the server, in lower case and without their prefix.
    """
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(**settings),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            assert line.startswith("serving http://127.0.0.1:"), log.read_text()
            yield Server(process, int(line.rstrip("/\n").rpartition(":")[2]), log)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def refused(*arguments: str | Path, **settings: Any) -> str:
    """Run `apecgraph serve` in a process, which must fail; return its standard error."""
    done = run("serve", "--port", "0", *arguments, **settings)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


@contextmanager
def server_thread(publication: Publication, **settings: Any) -> Iterator[str]:
    """Serve a publication in a thread; yield the URL of its root, without the last slash."""
    listening = listen("127.0.0.1", 0)
    url = listening_url(listening).rstrip("/")
    started: Queue[uvicorn.Server] = Queue()
    work = serve_publication(
        publication,
        Settings(**{"workers": 1, **settings}),
        listening,
        started.put,
        AccessLog(len),
    )
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    server = started.get(timeout=_END_SECONDS)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()


def connections(seconds: float = 10, most: int = 100) -> type[Connection]:
    """Return the class of connections of a server that has only an application.

    Args:
        seconds: Time within which a request must arrive.
        most: Number of connections that may be open at once.
    """
    observer = Observer(Metrics(lambda: State("", False, 0, 0, 0, {}), dict), AccessLog(len))
    limits = ConnectionLimits(seconds, most)
    return connection_class(limits, RepeatCache(MEGABYTE), observer, MemoryBudgets())


@contextmanager
def served(publication: Publication, **settings: Any) -> Iterator[httpx.Client]:
    """Serve a publication in a thread; yield a client of the server."""
    with (
        server_thread(publication, **settings) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        yield client


def accepts(port: int) -> bool:
    """Return whether a server listens on a port."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
