"""The executor of the front process: one task at a time, clients in turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from apecgraph.errors import QueryTimedOut, StoreBusy
from apecgraph.web.http.executor import FairExecutor, Prepared

LONG = 60.0


async def test_work_runs_outside_the_thread_of_the_event_loop() -> None:
    thread = await FairExecutor(LONG).begin("a").run(threading.get_ident)
    assert thread != threading.get_ident()


async def test_tasks_run_one_at_a_time_and_a_greedy_client_loses_its_places() -> None:
    running = 0
    most = 0
    go = threading.Event()

    def work() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        go.wait(10)
        running -= 1
        return "done"

    executor = FairExecutor(LONG)
    greedy = [asyncio.create_task(executor.begin("greedy").run(work)) for _ in range(40)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(executor.begin(name).run(work)) for name in ("b", "c")]
    await asyncio.sleep(0)
    go.set()
    results = await asyncio.gather(*greedy, return_exceptions=True)
    assert await asyncio.gather(*others) == ["done", "done"]
    assert most == 1
    assert results.count("done") == 1 + 32 - 2  # one runs; the queue less the places of others
    assert sum(isinstance(result, StoreBusy) for result in results) == 40 - 31
    assert await executor.begin("greedy").run(work) == "done"  # every place is free again


async def test_clients_take_turns() -> None:
    order: list[str] = []
    go = threading.Event()
    executor = FairExecutor(LONG)

    def note(name: str) -> Callable[[], None]:
        def work() -> None:
            go.wait(10)
            order.append(name)

        return work

    async def batch(client: str, size: int) -> None:
        work = executor.begin(client)
        for _ in range(size):
            await work.run(note(client))

    greedy = [asyncio.create_task(batch("greedy", 5)) for _ in range(8)]
    await asyncio.sleep(0)
    light = asyncio.create_task(batch("light", 2))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*greedy, light)
    assert len(order) == 42
    places = [index for index, name in enumerate(order) if name == "light"]
    assert places[0] <= 2  # one task was running, and a greedy one was the first to wait
    assert places[1] <= places[0] + 3


async def test_waiting_counts_towards_the_deadline_and_a_late_task_frees_its_place() -> None:
    go = threading.Event()
    executor = FairExecutor(0.05)
    running = asyncio.create_task(executor.begin("a").run(lambda: go.wait(10)))
    await asyncio.sleep(0)
    work = executor.begin("b")
    with pytest.raises(QueryTimedOut, match=r"0\.05 s, including waiting") as error:
        await work.run(pytest.fail)
    assert error.value.limit == "0.05 s"
    with pytest.raises(QueryTimedOut):
        await work.run(pytest.fail)  # as the next task of the same request
    go.set()
    assert await running
    assert await executor.begin("b").run(lambda: 1) == 1


async def test_a_cancelled_request_holds_its_turn_until_its_work_ends() -> None:
    go, done = threading.Event(), threading.Event()

    def first() -> None:
        go.wait(10)
        done.set()

    executor = FairExecutor(LONG)
    running = asyncio.create_task(executor.begin("a").run(first))
    waiting = asyncio.create_task(executor.begin("b").run(pytest.fail))
    last = asyncio.create_task(executor.begin("c").run(done.is_set))
    await asyncio.sleep(0)
    running.cancel()
    waiting.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await last


async def test_an_error_reaches_its_client_and_frees_its_place() -> None:
    executor = FairExecutor(LONG)
    for _ in range(50):
        with pytest.raises(ZeroDivisionError):
            await executor.begin("a").run(lambda: 1 / 0)


async def test_the_queue_has_room_for_a_fixed_number_of_clients() -> None:
    go = threading.Event()
    executor = FairExecutor(LONG)
    tasks = [asyncio.create_task(executor.begin(str(number)).run(go.wait)) for number in range(40)]
    await asyncio.sleep(0)
    go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, StoreBusy) for result in results) == 40 - 33


async def test_a_prepared_value_is_made_once_whoever_asks_first() -> None:
    made = []
    go = threading.Event()

    def make() -> int:
        go.wait(LONG)
        made.append(1)
        return 7

    prepared = Prepared(make)
    given_up = threading.Event()
    prepared.begin(LONG, given_up)  # somebody needs it before the pause is over
    waiting = [asyncio.create_task(prepared.ready()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # a client that leaves takes nothing from the others
    go.set()
    assert await waiting[1] == await waiting[2] == prepared.get() == 7
    given_up.set()
    assert made == [1]


async def test_a_value_that_nobody_will_need_is_not_made() -> None:
    made = []
    given_up = threading.Event()
    prepared = Prepared(lambda: made.append(1))
    before = set(threading.enumerate())
    prepared.begin(LONG, given_up)
    (thread,) = set(threading.enumerate()) - before
    given_up.set()
    await asyncio.to_thread(thread.join, LONG)
    assert not thread.is_alive()
    assert made == []


async def test_the_error_of_a_prepared_value_reaches_all_that_need_it() -> None:
    def make() -> int:
        raise OSError("no room")

    prepared = Prepared(make)
    with pytest.raises(OSError, match="no room"):
        await prepared.ready()
    with pytest.raises(OSError, match="no room"):
        prepared.get()
