"""Limits on queries in workers, and what a worker has given up."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pyoxigraph
import pytest

from apecgraph.errors import Forbidden, QueryTimedOut, QueryTooHeavy
from apecgraph.isolation.deaths import Death
from apecgraph.query.loading import load
from apecgraph.query.model import Answer, Data, DataFile, Query, RemoteEngine
from apecgraph.query.workers import messages
from apecgraph.query.workers.handle import WorkerHandle
from apecgraph.query.workers.pool import HELD_BACK
from apecgraph.query.workers.supervisor import Supervisor
from apecgraph.rdf.formats import RESULTS_CSV, RESULTS_JSON
from tests.support.connections import listener
from tests.support.processes import workers
from tests.support.stores import (
    DEEP,
    DOUBLING,
    FOREVER,
    LIMITS,
    LONG,
    MEMORY_HOG,
    EmbeddedStore,
    ask,
    chunks,
    collect,
    is_well,
    isolated,
)
from tests.support.waiting import until


async def read(answer: Answer, received: list[bytes], pause: float = 0) -> None:
    """Read an answer chunk by chunk; pause: seconds between two."""
    async for chunk in chunks(answer):
        received.append(chunk)
        await asyncio.sleep(pause)


@pytest.mark.parametrize(
    ("text", "error", "limit"),
    [
        (FOREVER, QueryTimedOut, "0.5 s"),
        (DEEP, QueryTooHeavy, "nests too deeply"),
        (LONG, QueryTooHeavy, "the limit of 1000"),
    ],
    ids=["deadline", "depth", "rows"],
)
async def test_a_query_over_a_limit_is_refused_and_the_next_is_answered(
    data: Data, text: str, error: type[Exception], limit: str
) -> None:
    async with isolated(data, query_seconds=0.5, reply_rows=1000) as store:
        with pytest.raises(error, match=limit):
            await ask(store, text)
        assert await is_well(store)


@pytest.mark.parametrize("text", [MEMORY_HOG, DOUBLING], ids=["order by", "concat"])
async def test_a_query_that_takes_too_much_memory_is_refused(data: Data, text: str) -> None:
    async with isolated(data, query_seconds=20) as store:
        with pytest.raises(QueryTooHeavy, match="the limit of 100 MB") as caught:
            await ask(store, text)
        assert caught.value.limit == "100 MB"
        assert await is_well(store)


async def test_a_reply_over_the_limit_is_refused(data: Data) -> None:
    async with isolated(data, reply_megabytes=1) as store:
        with pytest.raises(QueryTooHeavy, match="larger than the limit of 1 MB"):
            await store.query(Query(LONG, RESULTS_JSON))
        assert await is_well(store)


async def test_a_reply_that_has_begun_breaks_off_at_the_limit(files: list[DataFile]) -> None:
    async with isolated(files, reply_megabytes=3) as store:
        worker = workers()
        answer = await store.query(Query(LONG, RESULTS_JSON))
        received: list[bytes] = []
        with pytest.raises(QueryTooHeavy, match="larger than the limit of 3 MB"):
            await read(answer, received)
        assert HELD_BACK < sum(map(len, received)) <= 3 * 1024 * 1024
        assert await is_well(store)
        assert workers() == worker


async def test_a_long_answer_is_complete(files: list[DataFile]) -> None:
    async with isolated(files) as store:
        answer = await store.query(Query(LONG, RESULTS_CSV))
        assert not isinstance(answer.body, bytes)
        assert await collect(answer) == await ask(EmbeddedStore(load(files)), LONG)
        assert await is_well(store)


async def test_an_answer_that_fails_within_its_first_megabyte_is_an_error(
    files: list[DataFile],
) -> None:
    async with isolated(files, query_seconds=0.5) as store:
        text = f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ {FOREVER} }} }}"
        with pytest.raises(QueryTimedOut):
            await store.query(Query(text, RESULTS_CSV))


async def test_the_deadline_applies_to_a_client_that_reads_slowly(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=1) as store:
        answer = await store.query(Query(LONG, RESULTS_JSON))
        with pytest.raises(QueryTimedOut):
            await read(answer, [], pause=0.05)
        assert await is_well(store)


async def test_a_worker_cannot_call_another_endpoint(data: Data) -> None:
    with listener() as (port, callers):
        call = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
        async with isolated(data) as store:
            with pytest.raises(Forbidden):
                await ask(store, call)
            with pytest.raises(Forbidden):  # nor can it look up a name
                await ask(store, call.replace("127.0.0.1", "localhost"))
            await ask(store, call.replace("SERVICE", "SERVICE SILENT"))
        assert callers == []
        assert not isinstance(data, RemoteEngine)
        engine = pyoxigraph.Store.read_only(str(data)) if isinstance(data, Path) else load(data)
        # Outside of a worker, the engine does call, and the listener hangs up at some point.
        with pytest.raises((Forbidden, ConnectionResetError)):
            await ask(EmbeddedStore(engine), call)
        assert len(callers) == 1


async def test_a_worker_has_one_socket_and_can_open_no_file(files: list[DataFile]) -> None:
    async with isolated(files, workers=3) as store:
        assert all(await asyncio.gather(*(is_well(store) for _ in range(3))))
        for pid in workers():
            limits = Path(f"/proc/{pid}/limits").read_text()
            for name in ("open files", "file size", "core file size", "processes"):
                assert f"Max {name} ".ljust(26) + "0 " in limits
            opened = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
            assert sum(target.startswith("socket:") for target in opened) == 1
            assert len(opened) == 4


async def test_a_worker_on_disk_opens_only_its_store_and_writes_nowhere(directory: Path) -> None:
    async with isolated(directory) as store:
        assert await is_well(store)
        await until(lambda: len(workers()) == 1)  # the process that tried the store has ended
        (pid,) = workers()
        limits = Path(f"/proc/{pid}/limits").read_text()
        for name in ("file size", "core file size", "processes"):
            assert f"Max {name} ".ljust(26) + "0 " in limits
        assert "Max address space         unlimited" not in limits
        for thread in Path(f"/proc/{pid}/task").iterdir():
            assert "\nSeccomp:\t2\n" in (thread / "status").read_text()
        opened = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
        others = [str(target) for target in opened if target.parent != directory]
        assert sum(target.startswith("socket:") for target in others) == 1
        assert len(others) == 4
        assert len(opened) > 4


async def test_a_worker_that_nobody_stops_ends_by_itself(files: list[DataFile]) -> None:
    born: list[WorkerHandle] = []
    supervisor = Supervisor(files, LIMITS, born.append, lambda: None)
    await supervisor.start()
    try:
        born[0].send(messages.encode_query(Query(FOREVER, RESULTS_CSV), 0.2))
        assert await born[0].frame() is None
        assert await born[0].exit == Death(-signal.SIGALRM)
    finally:
        await supervisor.close()
