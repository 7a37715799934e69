"""The fair queue."""

from __future__ import annotations

import asyncio

import pytest

from apecgraph.errors import QueryTimedOut, StoreBusy
from apecgraph.query.fair_queue import FairQueue

LATE = 1e9


def timed_out() -> QueryTimedOut:
    return QueryTimedOut("too late", "0 s")


async def test_a_place_whose_client_has_just_left_is_free() -> None:
    queue: FairQueue[str] = FairQueue(3, lambda resource: None)
    greedy = [asyncio.create_task(queue.wait("greedy", LATE, timed_out)) for _ in range(3)]
    await asyncio.sleep(0)
    light = asyncio.create_task(queue.wait("light", LATE, timed_out))
    greedy[2].cancel()  # its task ends only after the other one has come
    light.get_loop().call_soon(queue.give, "first")
    assert await greedy[0] == "first"
    assert queue.give("second")
    assert await light == "second"
    assert queue.give("third")
    assert await greedy[1] == "third"
    with pytest.raises(asyncio.CancelledError):
        await greedy[2]


async def test_the_client_with_the_most_places_loses_its_last_one() -> None:
    queue: FairQueue[str] = FairQueue(3, lambda resource: None)
    greedy = [asyncio.create_task(queue.wait("greedy", LATE, timed_out)) for _ in range(3)]
    await asyncio.sleep(0)
    light = asyncio.create_task(queue.wait("light", LATE, timed_out))
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy):
        await greedy[2]
    assert all(queue.give(name) for name in ("first", "second", "third"))
    assert await asyncio.gather(*greedy[:2], light) == ["first", "third", "second"]


async def test_a_client_that_has_lately_used_more_is_served_after_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue: FairQueue[str] = FairQueue(9, lambda resource: None)
    queue.charge("greedy", 5)
    queue.charge("light", 0.01)

    async def served() -> list[str | None]:
        tasks = {
            name: asyncio.create_task(queue.wait(name, LATE, timed_out))
            for name in ("greedy", "light", "new")
        }
        await asyncio.sleep(0)
        assert all(queue.give(name) for name in ("first", "second", "third"))
        return [await task for task in tasks.values()]

    assert await served() == ["third", "first", "second"]
    monkeypatch.setattr("apecgraph.query.fair_queue._HALVED_SECONDS", 1e-6)  # it is forgotten
    assert await served() == ["first", "second", "third"]
