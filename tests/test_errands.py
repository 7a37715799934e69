from __future__ import annotations

import asyncio
import threading

import pytest

from apecgraph.errors import StoreBusy
from apecgraph.web.errands import Errands


def test_an_errand_is_run_beside_the_loop() -> None:
    async def run() -> int:
        return await Errands().run("a", threading.get_ident)

    assert asyncio.run(run()) != threading.get_ident()


def test_one_is_run_at_a_time_and_few_of_a_client_wait() -> None:
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
        errands = Errands()
        greedy = [asyncio.create_task(errands.run("greedy", errand)) for _ in range(20)]
        await asyncio.sleep(0)
        other = asyncio.create_task(errands.run("other", errand))
        await asyncio.sleep(0)
        go.set()
        results = await asyncio.gather(*greedy, other, return_exceptions=True)
        assert await errands.run("greedy", errand) == "done"  # all is free again
        return list(results)

    *greedy, other = asyncio.run(run())
    assert most == 1
    assert other == "done"
    refused = [each for each in greedy if isinstance(each, StoreBusy)]
    assert greedy.count("done") == 8
    assert len(refused) == 12


def test_an_error_is_the_clients_and_frees_the_place() -> None:
    async def run() -> None:
        errands = Errands()
        for _ in range(50):
            with pytest.raises(ZeroDivisionError):
                await errands.run("a", lambda: 1 / 0)

    asyncio.run(run())


def test_there_is_room_for_a_number_of_clients() -> None:
    go = threading.Event()

    async def run() -> int:
        errands = Errands()
        tasks = [asyncio.create_task(errands.run(str(each), go.wait)) for each in range(40)]
        await asyncio.sleep(0)
        go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return sum(isinstance(each, StoreBusy) for each in results)

    assert asyncio.run(run()) == 8
