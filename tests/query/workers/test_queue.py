"""Queries that wait for a worker, long ones that give way, and clients that leave."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from apecgraph.errors import QueryTimedOut, StoreBusy
from apecgraph.query.model import Answer, Data, DataFile, Query
from apecgraph.query.workers.pool import LIGHT_SECONDS
from apecgraph.rdf.formats import RESULTS_JSON
from tests.support.processes import alive, workers
from tests.support.stores import FOREVER, LONG, SLOW, ask, chunks, is_well, isolated
from tests.support.waiting import until

COUNT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"


def let_queries_be_long_after(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set when a query has to give way to those that wait."""
    monkeypatch.setattr("apecgraph.query.workers.pool.LIGHT_SECONDS", seconds)


async def test_a_query_is_refused_at_once_if_the_queue_is_full(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=1, queue=2) as store:
        tasks = [asyncio.create_task(ask(store, FOREVER)) for _ in range(5)]
        refused, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert refused == set(tasks[3:])
        assert all(isinstance(task.exception(), StoreBusy) for task in refused)
        for task in tasks[:2]:
            with pytest.raises(StoreBusy, match="Too many long queries"):
                await task  # since others waited
        with pytest.raises(QueryTimedOut):
            await tasks[2]
        assert await is_well(store)


async def test_waiting_counts_towards_the_deadline(
    files: list[DataFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_queries_be_long_after(1, monkeypatch)
    async with isolated(files, query_seconds=1.5) as store:
        first, second, third = (asyncio.create_task(ask(store, FOREVER)) for _ in range(3))
        with pytest.raises(StoreBusy, match="Too many long queries"):
            await first
        with pytest.raises(QueryTimedOut):
            await second  # after half a second at work, too little to be a long query
        with pytest.raises(QueryTimedOut):
            await third


async def test_without_a_queue_no_query_waits(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=1, queue=0) as store:
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.1)
        with pytest.raises(StoreBusy):
            await ask(store, "ASK {}")
        with pytest.raises(QueryTimedOut):
            await task


async def test_queries_of_one_client_are_answered_in_their_order(files: list[DataFile]) -> None:
    async with isolated(files, queue=50) as store:
        order: list[int] = []

        async def ask_and_note(number: int) -> None:
            await ask(store, COUNT)
            order.append(number)

        await asyncio.gather(*map(ask_and_note, range(40)))
        assert order == list(range(40))


async def test_clients_take_turns(files: list[DataFile]) -> None:
    async with isolated(files, queue=50) as store:
        order: list[str] = []

        async def ask_and_note(client: str) -> None:
            await ask(store, COUNT, client=client)
            order.append(client)

        await asyncio.gather(*map(ask_and_note, "aaaaaabbc"))
        assert "".join(order) == "aabcabaaa"


async def test_a_client_whose_queries_took_long_waits_for_the_others(
    files: list[DataFile],
) -> None:
    async with isolated(files, query_seconds=1, queue=50) as store:
        with pytest.raises(QueryTimedOut):
            await ask(store, FOREVER, client="a")
        assert await is_well(store)
        order: list[str] = []

        async def ask_and_note(client: str) -> None:
            await ask(store, COUNT, client=client)
            order.append(client)

        await asyncio.gather(*map(ask_and_note, "aaabc"))
        assert "".join(order) == "abcaa"  # a came first, when nobody waited


async def test_the_client_with_most_queries_in_a_full_queue_makes_room(
    files: list[DataFile],
) -> None:
    async with isolated(files, queue=4) as store:
        tasks = [asyncio.create_task(ask(store, "ASK {}", client=client)) for client in "aaaaabbbb"]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [isinstance(result, StoreBusy) for result in results]
        # One of a is answered at once; then two of each may wait, and a came first.
        assert refused == [False] * 3 + [True] * 2 + [False] * 2 + [True] * 2


async def test_a_long_query_gives_way(data: Data) -> None:
    async with isolated(data, query_seconds=2, long_queries=1) as store:
        await until(lambda: len(workers()) == 1)
        (worker,) = workers()
        task = asyncio.create_task(ask(store, FOREVER))
        await until(lambda: len(workers()) == 2)
        assert os.getpriority(os.PRIO_PROCESS, worker) == 10
        assert await is_well(store)
        with pytest.raises(QueryTimedOut):
            await task
        await until(lambda: not alive(worker))
        assert len(workers()) == 1
        assert await is_well(store)


async def test_a_long_query_is_answered(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=20, long_queries=1) as store:
        for _ in range(3):  # there is room for a long query again after each
            assert (await ask(store, SLOW)).startswith(b"n")
        await until(lambda: len(workers()) == 1)


async def test_a_long_query_continues_if_no_query_waits(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=1, long_queries=0) as store:
        with pytest.raises(QueryTimedOut):
            await ask(store, FOREVER)


@pytest.mark.parametrize("long_queries", [0, 1])
async def test_a_query_that_gets_no_processor_is_not_long(
    files: list[DataFile], long_queries: int
) -> None:
    async with isolated(files, query_seconds=20, long_queries=long_queries) as store:
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        tasks = [asyncio.create_task(ask(store, "ASK {}")) for _ in range(2)]
        await asyncio.sleep(4 * LIGHT_SECONDS)  # a query that runs so long counts as long
        os.kill(worker, signal.SIGCONT)
        assert [answer.strip() for answer in await asyncio.gather(*tasks)] == 2 * [b"true"]
        assert workers() == [worker]


async def test_a_query_whose_client_does_not_read_gives_way(
    files: list[DataFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apecgraph.query.workers.pool._LIGHT_WORK", 1e9)  # however little it is
    async with isolated(files, query_seconds=20, long_queries=1) as store:
        answer = await store.query(Query(LONG, RESULTS_JSON))
        await until(lambda: len(workers()) == 2)
        assert await is_well(store)
        await chunks(answer).aclose()


async def test_queries_run_side_by_side(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=2, workers=2) as store:
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.1)
        assert await is_well(store)
        assert not task.done()
        with pytest.raises(QueryTimedOut):
            await task


async def test_a_cancelled_query_stops_and_its_worker_is_replaced(files: list[DataFile]) -> None:
    async with isolated(files, query_seconds=30) as store:
        (worker,) = workers()
        task = asyncio.create_task(ask(store, FOREVER))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await is_well(store)
        await until(lambda: not alive(worker))
        assert len(workers()) == 1


async def test_a_query_that_is_cancelled_while_it_waits_leaves_the_queue(
    files: list[DataFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_queries_be_long_after(5, monkeypatch)
    async with isolated(files, query_seconds=1.5, queue=1) as store:
        first = asyncio.create_task(ask(store, FOREVER))
        waiting = asyncio.create_task(ask(store, "ASK {}"))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        another = asyncio.create_task(ask(store, "ASK {}"))
        await asyncio.sleep(0.1)
        assert not another.done()
        first.cancel()
        assert await another == b"true"


@pytest.mark.parametrize("how", ["close", "drop"])
@pytest.mark.parametrize("number", [0, 30])
async def test_an_answer_that_is_not_read_to_its_end_is_stopped(
    files: list[DataFile], how: str, number: int
) -> None:
    async with isolated(files, query_seconds=30) as store:
        (worker,) = workers()
        answer: Answer | None = await store.query(Query(LONG, RESULTS_JSON))
        assert answer
        for _ in range(number):
            await anext(chunks(answer))
        if how == "close":
            await chunks(answer).aclose()
        answer = None
        await until(lambda: not alive(worker))
        assert await is_well(store)


async def test_a_short_answer_frees_its_worker_before_it_is_read(files: list[DataFile]) -> None:
    async with isolated(files) as store:
        worker = workers()
        answer = await store.query(Query("SELECT * { ?s ?p ?o }", RESULTS_JSON))
        assert await is_well(store)
        assert isinstance(answer.body, bytes)
        assert workers() == worker
