"""`apecgraph serve` in processes of its own, and clients on addresses of their own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import httpx

SECONDS: Final = 2
"""The deadline of a query at a server of these."""

PATIENCE: Final = 10.0
"""Seconds that a client waits for a reply; what takes longer hangs."""

BROKEN_OFF: Final = "broken off"
"""What a reply is that has begun, or not, and does not come to its end."""

QUERY: Final = "application/sparql-query"

_COMMAND: Final = "from apecgraph.cli.main import main; main()"
_END_SECONDS: Final = 30
_addresses: Final = count(256)


@dataclass(frozen=True)
class Server:
    """A server that is running: its front process, where it listens, and what it says."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def tree(self) -> list[int]:
        """Give the front and all processes below it, by pid."""
        parents = _parents()
        found = [self.process.pid]
        for each in found:
            found += [pid for pid, parent in parents.items() if parent == each]
        return found

    def descriptors(self) -> int:
        """Count the open descriptors of all processes."""
        return sum(map(_descriptors, self.tree()))

    @contextmanager
    def client(self, address: str | None = None) -> Iterator[httpx.Client]:
        """Give a client on a loopback address, one that no other has where none is given."""
        transport = httpx.HTTPTransport(verify=False, local_address=address or new_address())
        url = f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=url, transport=transport, timeout=PATIENCE) as client:
            yield client


def new_address() -> str:
    """Give an address of this machine that none has been given yet."""
    number = next(_addresses)
    return f"127.1.{number // 250}.{number % 250 + 1}"


@contextmanager
def running(data: Path, folder: Path, **settings: object) -> Iterator[Server]:
    """Serve a file of RDF; `settings` are the settings in lower case, without the prefix.

    folder: for what the server says; it is left alone otherwise.
    """
    with started("--data", str(data), log=folder / "log.txt", **settings) as server:
        yield server


@contextmanager
def started(*arguments: str, log: Path, **settings: object) -> Iterator[Server]:
    """Run `apecgraph serve`, and end it; log: takes what it says on standard error."""
    named = {f"APECGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **named},
        )
    with process:
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


def request(text: str, *, version: str = "1.1", **headers: str) -> bytes:
    """Write a request that asks a query, after which the connection ends."""
    named = {
        "Host": "x",
        "Connection": "close",
        "Content-Type": QUERY,
        "Content-Length": str(len(text.encode())),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST /sparql HTTP/{version}\r\n{head}\r\n{text}".encode()


@contextmanager
def connected(
    server: Server, *, address: str | None = None, receives: int | None = None
) -> Iterator[socket.socket]:
    """Give a connection from an address, of its own where none is given.

    receives: about how many bytes it takes in before they are read.
    """
    with socket.socket() as connection:
        if receives is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        connection.settimeout(PATIENCE)
        connection.bind((address or new_address(), 0))
        connection.connect(("127.0.0.1", server.port))
        yield connection


def reply(connection: socket.socket, *, then: Callable[[bytes], object] = len) -> str:
    """Tell what a connection is answered: a status, or BROKEN_OFF; hand on a body that is whole."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        then(response.read())
    except (http.client.HTTPException, ConnectionError):
        return BROKEN_OFF
    except TimeoutError:
        return "hangs"
    return str(response.status)


def soon(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until something is so; tell whether it came to be so in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _parents() -> dict[int, int]:
    """Map each process of this machine that is alive to its parent."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(path.parent.name)] = int(parent)
    return parents


def _descriptors(pid: int) -> int:
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0
