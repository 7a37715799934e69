"""Stores as tests ask them, and the processes in which queries run."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from apecgraph.query.model import Answer, Data, Query, Store
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import RESULTS_CSV, Format


@asynccontextmanager
async def isolated(data: Data, **limits: Any) -> AsyncIterator[WorkerPool]:
    defaults = {
        "load_seconds": 30,
        "load_megabytes": 1000,
        "query_seconds": 5,
        "query_megabytes": 100,
        "reply_megabytes": 64,
        "reply_rows": 1_000_000,
    }
    store = WorkerPool(data, **{**defaults, "workers": 1, "long_queries": 0, "queue": 4, **limits})
    await store.start()
    try:
        yield store
    finally:
        await store.close()


def chunks(answer: Answer) -> AsyncGenerator[bytes, None]:
    assert not isinstance(answer.body, bytes)
    return answer.body


async def collect(answer: Answer) -> bytes:
    if isinstance(answer.body, bytes):
        return answer.body
    return b"".join([chunk async for chunk in answer.body])


async def ask(
    store: Store, text: str, target: Format = RESULTS_CSV, *, client: str = "", **dataset: Any
) -> bytes:
    return await collect(await store.query(Query(text, target, **dataset), client))


async def is_well(store: Store) -> bool:
    return await ask(store, "ASK {}") == b"true"


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Listen on a port of this machine; give the port and a list of those who called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        callers: list[object] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, caller = server.accept()
                    callers.append(caller)
                    connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1], callers
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


OF_OTHERS: set[int] = set()
"""Zygotes that were there before the test, of the server that the whole session uses."""


def children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, ppid = path.read_text().rpartition(")")[2].split()[:2]
            if int(ppid) == parent and state != "Z":
                found.append(int(path.parent.name))
    return found


def zygotes(front: int | None = None) -> list[int]:
    front = front or os.getpid()
    command = b"apecgraph.query.workers.zygote"
    return [
        pid
        for pid in children(front)
        if pid not in OF_OTHERS and command in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def workers(front: int | None = None) -> list[int]:
    return [pid for zygote in zygotes(front) for pid in children(zygote)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.02)
