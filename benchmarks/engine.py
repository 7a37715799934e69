"""The engine alone, in this process: the rows of each query, and the time of its evaluation."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from statistics import median
from typing import Final

import pyoxigraph as ox

from benchmarks.graphs import Graph
from benchmarks.queries import Query
from benchmarks.server import rows

_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rows of a query, and the milliseconds of evaluating and writing them."""

    rows: int
    milliseconds: float


def evaluations(graph: Graph) -> dict[str, Evaluation]:
    """Evaluate each query of a graph for a while; return the results by letter."""
    store = ox.Store()
    store.bulk_load(path=graph.file)
    return {query.letter: _evaluate(store, query) for query in graph.queries}


def _evaluate(store: ox.Store, query: Query) -> Evaluation:
    milliseconds: list[float] = []
    end = time.perf_counter() + _SECONDS
    while not milliseconds or time.perf_counter() < end:
        body = io.BytesIO()
        start = time.perf_counter()
        answer = store.query(query.text)
        assert isinstance(answer, ox.QuerySolutions)
        answer.serialize(body, ox.QueryResultsFormat.JSON)
        milliseconds.append((time.perf_counter() - start) * 1000)
    return Evaluation(rows(body.getvalue()), median(milliseconds))
