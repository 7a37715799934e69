"""Workers, zygotes and fronts that die."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from apecgraph.errors import QueryError, QueryTooHeavy, StoreError, WorkerKilled
from apecgraph.query.loading import load
from apecgraph.query.model import Data, DataFile, Query
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON
from tests.support.processes import alive, workers, zygotes
from tests.support.stores import (
    FOREVER,
    LONG,
    MEMORY_HOG,
    EmbeddedStore,
    ask,
    collect,
    is_well,
    isolated,
)
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
            await assert_recovers(store)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGTERM])
async def test_a_query_whose_worker_is_killed_fails_and_the_worker_is_replaced(
    files: list[DataFile], number: signal.Signals
) -> None:
    """The error does not blame the query, so the client may try again."""
    async with isolated(files) as store:
        (worker,) = workers()
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.2)
        os.kill(worker, number)
        with pytest.raises(WorkerKilled, match=rf"killed \({number.name}\).* try again"):
            await task
        assert store.endings == {"a signal": 1}
        assert await is_well(store)


@contextmanager
def kernel_group(kind: str, pid: int, **limits: int) -> Iterator[None]:
    """Move a process into a control group of its own with some limits (cgroups(7), version 1)."""
    mounted = Path("/sys/fs/cgroup", kind)
    if not os.access(mounted / "cgroup.procs", os.W_OK):
        pytest.skip(f"only root may limit {kind} of a process, with control groups of version 1")
    group = mounted / f"apecgraph-test-{pid}"
    group.mkdir()
    try:
        for name, limit in limits.items():
            (group / f"{kind}.{name}").write_text(str(limit))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for member in (group / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                (mounted / "cgroup.procs").write_text(member)
        group.rmdir()


async def test_a_query_is_too_heavy_if_the_kernel_kills_its_worker_for_memory(
    files: list[DataFile],
) -> None:
    async with isolated(files, query_megabytes=4000, query_seconds=25) as store:
        (worker,) = workers()
        with (
            kernel_group("memory", worker, limit_in_bytes=100_000_000),
            pytest.raises(QueryTooHeavy, match="needs more memory than the limit of 4000 MB"),
        ):
            await ask(store, MEMORY_HOG)
        assert store.endings == {"memory": 1}
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
        await assert_recovers(store)
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


async def without_workers(store: WorkerPool) -> None:
    """Check that queries fail at once, those that wait for a worker as well as new ones."""
    (worker,) = workers()
    evaluated = asyncio.create_task(ask(store, FOREVER))
    await until(lambda: store.idle == 0)
    waiting = asyncio.create_task(ask(store, "ASK {}"))
    await until(lambda: store.waiting == 1)
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(WorkerKilled):
        await evaluated
    with pytest.raises(StoreError, match="no worker can be started"):
        await waiting
    with pytest.raises(StoreError, match="no worker can be started"):
        await ask(store, "ASK {}")
    assert "no worker can be started" in (store.failure or "")


async def test_queries_fail_at_once_while_no_socket_of_a_worker_can_be_opened(
    data: Data,
) -> None:
    async with isolated(data, query_seconds=300) as store:
        await settled(1)
        before = resource.prlimit(zygotes()[0], resource.RLIMIT_NOFILE)
        resource.prlimit(zygotes()[0], resource.RLIMIT_NOFILE, (3, before[1]))
        await without_workers(store)
        resource.prlimit(zygotes()[0], resource.RLIMIT_NOFILE, before)
        await assert_recovers(store)


async def test_queries_fail_at_once_while_the_kernel_forks_no_worker(data: Data) -> None:
    async with isolated(data, query_seconds=300) as store:
        await settled(1)
        with kernel_group("pids", zygotes()[0], max=1):
            await without_workers(store)
        await assert_recovers(store)


async def test_queries_do_not_fail_while_one_of_two_workers_is_missing(
    files: list[DataFile],
) -> None:
    async with isolated(files, workers=2) as store:
        (zygote,), (worker, _) = zygotes(), workers()
        before = resource.prlimit(zygote, resource.RLIMIT_NOFILE)
        resource.prlimit(zygote, resource.RLIMIT_NOFILE, (3, before[1]))
        os.kill(worker, signal.SIGKILL)
        await settled(1)
        assert await is_well(store)
        assert store.failure is None


async def test_queries_fail_at_once_while_no_zygote_can_be_started(
    files: list[DataFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with isolated(files, query_seconds=300) as store:
        python = sys.executable
        monkeypatch.setattr(sys, "executable", str(files[0].path))  # not a program
        os.kill(zygotes()[0], signal.SIGKILL)
        await assert_fails(store, "Permission denied")
        monkeypatch.setattr(sys, "executable", python)
        await assert_recovers(store)


async def test_a_pool_whose_workers_cannot_be_started_does_not_start(
    files: list[DataFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nulimit -n 6\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(StoreError, match="no worker can be started: Too many open files"):
        async with isolated(files):
            pass


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
