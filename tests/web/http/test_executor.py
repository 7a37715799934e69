from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from apecgraph.errors import QueryTimedOut, StoreBusy
from apecgraph.web.http.executor import FairExecutor

LONG = 60.0


def test_an_errand_is_run_beside_the_loop() -> None:
    async def run() -> int:
        errands = FairExecutor(LONG)
        return await errands.run("a", threading.get_ident, errands.deadline())

    assert asyncio.run(run()) != threading.get_ident()


def test_one_is_run_at_a_time_and_the_greedy_loses_its_place() -> None:
    at_work = 0
    most = 0
    go = threading.Event()

    def errand() -> str:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        go.wait(10)
        at_work -= 1
        return "done"

    async def run() -> list[str | BaseException]:
        errands = FairExecutor(LONG)
        end = errands.deadline()
        greedy = [asyncio.create_task(errands.run("greedy", errand, end)) for _ in range(40)]
        await asyncio.sleep(0)
        others = [asyncio.create_task(errands.run(name, errand, end)) for name in ("b", "c")]
        await asyncio.sleep(0)
        go.set()
        results = await asyncio.gather(*greedy, *others, return_exceptions=True)
        assert await errands.run("greedy", errand, end) == "done"  # all is free again
        return list(results)

    *greedy, other, another = asyncio.run(run())
    assert most == 1
    assert other == another == "done"
    refused = [each for each in greedy if isinstance(each, StoreBusy)]
    assert greedy.count("done") == 1 + 32 - 2  # one at work, and the places but those of others
    assert len(refused) == 40 - 31


def test_clients_take_turns() -> None:
    order: list[str] = []
    go = threading.Event()

    def errand(name: str) -> Callable[[], None]:
        def work() -> None:
            go.wait(10)
            order.append(name)

        return work

    async def batch(errands: FairExecutor, client: str, size: int) -> None:
        end = errands.deadline()
        for _ in range(size):
            await errands.run(client, errand(client), end)

    async def run() -> None:
        errands = FairExecutor(LONG)
        greedy = [asyncio.create_task(batch(errands, "greedy", 5)) for _ in range(8)]
        await asyncio.sleep(0)
        light = asyncio.create_task(batch(errands, "light", 2))
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*greedy, light)

    asyncio.run(run())
    assert len(order) == 42
    places = [index for index, each in enumerate(order) if each == "light"]
    assert places[0] <= 2  # one was at work, and one of the greedy was the first to wait
    assert places[1] <= places[0] + 3


def test_waiting_counts_and_one_that_is_late_frees_its_place() -> None:
    go = threading.Event()

    async def run() -> None:
        errands = FairExecutor(0.05)
        at_work = asyncio.create_task(errands.run("a", lambda: go.wait(10), errands.deadline()))
        await asyncio.sleep(0)
        end = errands.deadline()
        with pytest.raises(QueryTimedOut, match=r"0\.05 s, which counts waiting") as error:
            await errands.run("b", pytest.fail, end)
        assert error.value.limit == "0.05 s"
        with pytest.raises(QueryTimedOut):
            await errands.run("b", pytest.fail, end)  # as the next of a batch
        go.set()
        assert await at_work
        assert await errands.run("b", lambda: 1, errands.deadline()) == 1

    asyncio.run(run())


def test_who_goes_away_leaves_the_turn_to_the_work() -> None:
    go, done = threading.Event(), threading.Event()

    def first() -> None:
        go.wait(10)
        done.set()

    async def run() -> bool:
        errands = FairExecutor(LONG)
        end = errands.deadline()
        gone = asyncio.create_task(errands.run("a", first, end))
        waited = asyncio.create_task(errands.run("b", pytest.fail, end))
        last = asyncio.create_task(errands.run("c", done.is_set, end))
        await asyncio.sleep(0)
        gone.cancel()
        waited.cancel()
        await asyncio.sleep(0)
        go.set()
        return await last

    assert asyncio.run(run())


def test_an_error_is_the_clients_and_frees_the_place() -> None:
    async def run() -> None:
        errands = FairExecutor(LONG)
        for _ in range(50):
            with pytest.raises(ZeroDivisionError):
                await errands.run("a", lambda: 1 / 0, errands.deadline())

    asyncio.run(run())


def test_there_is_room_for_a_number_of_clients() -> None:
    go = threading.Event()

    async def run() -> int:
        errands = FairExecutor(LONG)
        end = errands.deadline()
        tasks = [asyncio.create_task(errands.run(str(each), go.wait, end)) for each in range(40)]
        await asyncio.sleep(0)
        go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return sum(isinstance(each, StoreBusy) for each in results)

    assert asyncio.run(run()) == 40 - 33
