"""Stores as tests query them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from apecgraph.query.model import Answer, Data, Query, Store
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import RESULTS_CSV, Format


@asynccontextmanager
async def isolated(data: Data, **limits: Any) -> AsyncIterator[WorkerPool]:
    """Open a worker pool; the limits default to those of small tests."""
    defaults = {
        "load_seconds": 30,
        "load_megabytes": 1000,
        "query_seconds": 5,
        "query_megabytes": 100,
        "reply_megabytes": 64,
        "reply_rows": 1_000_000,
        "workers": 1,
        "long_queries": 0,
        "queue": 4,
    }
    store = WorkerPool(data, **{**defaults, **limits})
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
    """Send a query; return the whole answer."""
    return await collect(await store.query(Query(text, target, **dataset), client))


async def is_well(store: Store) -> bool:
    return await ask(store, "ASK {}") == b"true"
