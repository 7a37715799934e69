"""Datasets that are loaded when somebody asks them: few at once, one after the other, for all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from apecgraph.errors import Forbidden, QueryTimedOut, QueryTooHeavy, StoreBusy
from apecgraph.query.model import Answer, DataFile, Query
from apecgraph.query.workers.limits import LOW_PRIORITY, PoolLimits
from apecgraph.query.workers.on_demand import StoreOnDemand, StoresOnDemand
from apecgraph.rdf.formats import RESULTS_CSV
from tests.support.processes import workers, zygotes
from tests.support.stores import FOREVER
from tests.support.waiting import until

LIMITS = PoolLimits(
    load_seconds=30,
    load_megabytes=4096,
    query_seconds=10,
    query_megabytes=200,
    reply_megabytes=64,
    reply_rows=10**6,
    workers=4,
    long_queries=4,
    queue=8,
)
MODULE = "apecgraph.query.workers.on_demand"


@pytest.fixture(autouse=True)
def _short_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}._STAY_SECONDS", 0.3)


@asynccontextmanager
async def on_demand(megabytes: int = 2048, **limits: Any) -> AsyncIterator[StoresOnDemand]:
    stores = StoresOnDemand(replace(LIMITS, **limits), megabytes)
    try:
        yield stores
    finally:
        await stores.close()
    assert zygotes() == []


async def ask(
    stores: StoresOnDemand,
    name: str,
    data: list[DataFile],
    text: str = "ASK {}",
    *,
    client: str = "someone",
    graphs: tuple[str, ...] = (),
) -> Answer:
    query = Query(text, RESULTS_CSV, named_graphs=graphs)
    return await StoreOnDemand(name, data, 0, stores).query(query, client)


async def test_a_dataset_is_loaded_once_for_all_who_ask_at_once(files: list[DataFile]) -> None:
    async with on_demand() as stores:
        assert zygotes() == []
        answers = await asyncio.gather(*(ask(stores, "a", files) for _ in range(8)))
        assert {answer.body for answer in answers} == {b"true"}
        (zygote,) = zygotes()
        (worker,) = workers()
        for pid in (zygote, worker):
            expected = max(LOW_PRIORITY, os.getpriority(os.PRIO_PROCESS, 0))
            assert os.getpriority(os.PRIO_PROCESS, pid) == expected
        with pytest.raises(Forbidden, match="no graph <urn:none>"):
            await ask(stores, "a", files, graphs=("urn:none",))


async def test_two_are_in_memory_at_once_whoever_asks_for_how_many(files: list[DataFile]) -> None:
    seen: set[int] = set()

    async def watch() -> None:
        while True:
            seen.add(len(zygotes()))
            await asyncio.sleep(0.01)

    async with on_demand(query_seconds=30) as stores:
        watching = asyncio.create_task(watch())
        names = [f"{number % 4}" for number in range(8)]
        asked = (ask(stores, name, files, client=name) for name in names)
        answers = await asyncio.gather(*asked)
        watching.cancel()
        assert {answer.body for answer in answers} == {b"true"}
    assert max(seen) == 2


async def test_who_has_loaded_much_waits_for_others(files: list[DataFile]) -> None:
    """A stranger asks for one after the other; a second client comes before the rest of these."""
    order: list[str] = []

    async def noted(name: str, client: str) -> None:
        await ask(stores, name, files, client=client)
        order.append(name)

    async with on_demand(query_seconds=30) as stores:
        greedy = [asyncio.create_task(noted(f"{number}", "stranger")) for number in range(4)]
        await until(lambda: len(order) == 1)
        await noted("mine", "me")
        await asyncio.gather(*greedy)
    assert order.index("mine") <= 3


async def test_long_queries_on_two_do_not_keep_out_a_third(files: list[DataFile]) -> None:
    async with on_demand(query_seconds=2) as stores:
        greedy = [
            asyncio.create_task(ask(stores, name, files, FOREVER, client="stranger"))
            for name in "ab"
            for _ in range(2)
        ]
        await until(lambda: len(workers()) >= 2)

        async def asked() -> bytes:
            while True:
                try:
                    body = (await ask(stores, "c", files, client="me")).body
                except StoreBusy:
                    continue
                assert isinstance(body, bytes)
                return body

        assert await asyncio.wait_for(asked(), 20) == b"true"
        await asyncio.gather(*greedy, return_exceptions=True)


async def test_clients_that_do_not_read_do_not_keep_out_a_third(files: list[DataFile]) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
    async with on_demand(query_seconds=2) as stores:
        unread = [await ask(stores, name, files, endless) for name in "ab"]
        assert len(zygotes()) == 2
        with pytest.raises(StoreBusy):
            await ask(stores, "c", files)
        assert (await ask(stores, "c", files)).body == b"true"
        for each in unread:
            assert not isinstance(each.body, bytes)
            with pytest.raises(QueryTimedOut):
                async for _ in each.body:
                    pass


async def test_a_wait_ends_at_the_deadline_while_loading_goes_on(files: list[DataFile]) -> None:
    async with on_demand(query_seconds=0.01) as stores:
        with pytest.raises(StoreBusy, match="being loaded"):
            await ask(stores, "a", files)
        await until(lambda: bool(workers()))
        assert len(zygotes()) == 1


async def test_a_dataset_that_cannot_be_loaded_is_not_tried_again_and_again(
    files: list[DataFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.nt"
    large.write_text("".join(f"<urn:{n}> <urn:p> '{n}' .\n" for n in range(200_000)))
    data = [DataFile.of(large, files[0].format)]
    async with on_demand(megabytes=16) as stores:
        for _ in range(2):
            with pytest.raises(QueryTooHeavy, match="does not load the release"):
                await ask(stores, "large", data)
        await until(lambda: zygotes() == [])
        with pytest.raises(QueryTooHeavy):
            await ask(stores, "large", data)
        assert zygotes() == []
    async with on_demand(megabytes=16) as stores:
        begun = Mock(wraps=stores._load)
        monkeypatch.setattr(stores, "_load", begun)
        # Those that have waited for their turn find that it has failed meanwhile.
        names = ["a", *4 * ["large"]]
        asked = (ask(stores, name, data, client=f"{n}") for n, name in enumerate(names))
        await asyncio.gather(*asked, return_exceptions=True)
        assert begun.call_count == 2
    async with on_demand(megabytes=0) as stores:
        with pytest.raises(QueryTooHeavy):
            await ask(stores, "a", files)


async def test_a_dataset_that_nobody_asks_leaves(
    files: list[DataFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{MODULE}._IDLE_SECONDS", 0.5)
    async with on_demand() as stores:
        await ask(stores, "a", files)
        assert len(zygotes()) == 1
        await until(lambda: zygotes() == [])
        assert (await ask(stores, "a", files)).body == b"true"


async def test_a_client_that_leaves_does_not_end_the_loading(files: list[DataFile]) -> None:
    async with on_demand() as stores:
        task = asyncio.create_task(ask(stores, "a", files))
        await until(lambda: bool(zygotes()))
        task.cancel()
        await asyncio.wait({task})
        assert (await ask(stores, "b", files)).body == b"true"
        assert (await ask(stores, "a", files)).body == b"true"
        assert len(zygotes()) == 2
