"""Workers, zygotes and fronts that die."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from apecgraph.errors import QueryError, QueryTooHeavy, StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import Data, DataFile, Query
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON
from tests.support.processes import alive, workers, zygotes
from tests.support.stores import FOREVER, LONG, EmbeddedStore, ask, collect, is_well, isolated
from tests.support.waiting import soon, until


async def settled(number: int) -> list[int]:
    """Return the workers as soon as there are so many and no other process of the zygote."""
    await until(lambda: len(workers()) == number)
    return workers()


async def test_processes_that_die_are_replaced(data: Data) -> None:
    async with isolated(data, workers=2) as store:
        for find in (workers, zygotes, workers):
            before = await settled(2)
            for pid in find():
                with suppress(ProcessLookupError):  # a process that tries the store may have ended
                    os.kill(pid, signal.SIGKILL)
            await until(lambda gone=before: not any(map(alive, gone)))  # type: ignore[misc]
            await until(lambda gone=before: len({*workers()} - {*gone}) == 2)  # type: ignore[misc]
            assert await is_well(store)


async def test_a_query_whose_worker_dies_fails_and_the_worker_is_replaced(
    files: list[DataFile],
) -> None:
    async with isolated(files) as store:
        (worker,) = workers()
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.2)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(QueryTooHeavy):
            await task
        assert await is_well(store)


async def test_an_answer_that_has_begun_breaks_off_if_its_worker_dies(
    files: list[DataFile],
) -> None:
    async with isolated(files) as store:
        (worker,) = workers()
        answer = await store.query(Query(LONG, RESULTS_JSON))
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(QueryError):
            await collect(answer)
        assert await is_well(store)


async def test_a_query_outlives_the_zygote_of_its_worker(files: list[DataFile]) -> None:
    async with isolated(files) as store:
        (worker,) = workers()
        answer = await store.query(Query(LONG, RESULTS_CSV))
        os.kill(zygotes()[0], signal.SIGKILL)
        await asyncio.sleep(0.3)
        assert await collect(answer) == await ask(EmbeddedStore(load(files)), LONG)
        assert await is_well(store)
        await until(lambda: not alive(worker))


async def assert_fails(store: WorkerPool, reason: str) -> None:
    """Wait until a store has failed; check that queries are answered with the reason."""
    await until(lambda: re.search(reason, store.failure or "") is not None)
    with pytest.raises(StoreError, match=reason):
        await ask(store, "ASK {}")


async def assert_recovers(store: WorkerPool) -> None:
    await until(lambda: store.failure is None)
    assert await is_well(store)


@pytest.mark.parametrize(
    ("other", "reason"), [(None, "No such file"), (b"", "was changed after it was opened")]
)
async def test_a_dead_zygote_is_an_error_until_its_files_are_back(
    files: list[DataFile], other: bytes | None, reason: str
) -> None:
    """A file that replaces another is not served: it was never checked."""
    async with isolated(files) as store:
        path = files[0].path
        data = path.read_bytes()
        path.unlink()
        if other is not None:
            path.write_bytes(other)
        os.kill(zygotes()[0], signal.SIGKILL)
        await assert_fails(store, f"{path} .*{reason}")
        path.write_bytes(data)
        await assert_recovers(store)


async def test_a_store_that_is_moved_away_is_an_error_until_it_is_back(directory: Path) -> None:
    away = directory.with_name("away")
    async with isolated(directory) as store:
        (worker,) = await settled(1)
        assert await is_well(store)
        directory.rename(away)
        os.kill(worker, signal.SIGKILL)
        await assert_fails(store, str(directory))
        away.rename(directory)
        await assert_recovers(store)


async def test_closing_stops_all_processes(files: list[DataFile]) -> None:
    async with isolated(files, workers=2, query_seconds=30) as store:
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.2)
        processes = [*workers(), *zygotes()]
        assert len(processes) == 3
    with pytest.raises((StoreError, QueryError)):
        await task
    await until(lambda: not any(map(alive, processes)))


FRONT = """
import asyncio, sys
from pathlib import Path
from apecgraph.query.model import DataFile, Query
from apecgraph.rdf.formats import N_QUADS, RESULTS_CSV
from tests.support.stores import EmbeddedStore, isolated

async def main(path, text):
    data = [DataFile.of(Path(path), N_QUADS)]
    async with isolated(data, query_seconds=30, workers=2) as store:
        print("ready", flush=True)
        await store.query(Query(text, RESULTS_CSV))

asyncio.run(main(*sys.argv[1:]))
"""


def test_all_processes_end_if_the_front_is_killed(files: list[DataFile]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FRONT, str(files[0].path), FOREVER],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as front:
        assert front.stdout
        assert front.stdout.readline() == b"ready\n"
        assert soon(lambda: len(workers(front.pid)) == 2)
        processes = [*zygotes(front.pid), *workers(front.pid)]
        assert len(processes) == 3
        front.kill()
    assert soon(lambda: not any(map(alive, processes)))
