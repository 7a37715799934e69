"""Stores as tests query them, a small dataset for these, and queries that go too far on it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.query.engine import evaluate
from apecgraph.query.model import Answer, Data, DataFile, Query, QueryService
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import N_QUADS, RESULTS_CSV, TURTLE, Format

ROWS: Final = 400
QUADS: Final = ROWS + 5
G1, G2 = "http://x/g1", "http://x/g2"
LATE: Final = ox.Quad(*map(ox.NamedNode, ("http://x/late", "http://x/q", "http://x/o")))
"""A quad that a store on disk has in its log, in addition to the dataset in its tables."""

FOREVER: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
MEMORY_HOG: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
DOUBLING: Final = (
    "SELECT (STRLEN(?x30) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
    + " }"
)
LONG: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
"""A query with 160 000 rows: about 40 MB of JSON."""

DEEP: Final = "SELECT * {" + "FILTER NOT EXISTS { ?s ?p ?o " * 3000 + "}" * 3000 + "}"
"""A query that overflows the stack."""

SLOW: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"
"""A query that takes long and comes to an end."""


def write_dataset(folder: Path) -> list[DataFile]:
    """Write the dataset: ROWS triples, four quads in two named graphs, and a file of Turtle."""
    rows = [f'<http://x/s{i}> <http://x/p> "{i}" .\n' for i in range(ROWS)]
    rows += [
        f"<http://x/s{i}> <http://x/q> <http://x/o> <{graph}> .\n"
        for i, graph in ((1, G1), (2, G2), (3, G1), (3, G2))
    ]
    quads, turtle = folder / "a.nq", folder / "b.ttl"
    quads.write_text("".join(rows))
    turtle.write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> . <http://x/t> dcterms:title 1 ."
    )
    return [DataFile.of(quads, N_QUADS), DataFile.of(turtle, TURTLE)]


LIMITS: Final = PoolLimits(
    load_seconds=30,
    load_megabytes=1000,
    query_seconds=5,
    query_megabytes=100,
    reply_megabytes=64,
    reply_rows=1_000_000,
    workers=1,
    long_queries=0,
    queue=4,
)


@asynccontextmanager
async def isolated(data: Data, **limits: Any) -> AsyncIterator[WorkerPool]:
    """Open a worker pool; the limits default to those of small tests."""
    store = WorkerPool(data, replace(LIMITS, **limits))
    await store.start()
    try:
        yield store
    finally:
        await store.close()


class EmbeddedStore:
    """A store that answers in this process and on this thread, without any limit."""

    failure = None
    notes = ()

    def __init__(self, store: ox.Store) -> None:
        self.quads = len(store)
        self.graphs = {graph.value for graph in store.named_graphs()}
        self._store = store

    async def query(self, query: Query, client: str = "") -> Answer:
        written: list[bytes] = []
        evaluate(self._store, query, written.append)
        return Answer(query.format, b"".join(written))


def chunks(answer: Answer) -> AsyncGenerator[bytes, None]:
    assert not isinstance(answer.body, bytes)
    return answer.body


async def collect(answer: Answer) -> bytes:
    if isinstance(answer.body, bytes):
        return answer.body
    return b"".join([chunk async for chunk in answer.body])


async def ask(
    store: QueryService,
    text: str,
    target: Format = RESULTS_CSV,
    *,
    client: str = "",
    **dataset: Any,
) -> bytes:
    """Send a query; return the whole answer."""
    return await collect(await store.query(Query(text, target, **dataset), client))


async def is_well(store: QueryService) -> bool:
    return await ask(store, "ASK {}") == b"true"
