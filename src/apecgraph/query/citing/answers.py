"""Evaluates queries with citations: a member of JSON, columns of CSV and TSV.

A graph is answered with the named graphs that have its triples. `docs/sparql.md` describes what a
reader gets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, TypeAlias, cast

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from apecgraph.errors import Forbidden, MalformedQuery
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.citing.citations import Citations
from apecgraph.query.citing.documents import with_citations, with_columns
from apecgraph.query.citing.levels import read_levels
from apecgraph.query.citing.quads import cited_quads, note, write_cited_graph
from apecgraph.query.citing.scope import NotTracedError
from apecgraph.query.citing.sources import Origins
from apecgraph.query.citing.tracing import trace
from apecgraph.query.engine import answer_of, evaluate
from apecgraph.query.model import Query
from apecgraph.query.plain import PlainQuery, plain_tokens
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_JSON, Format
from apecgraph.rdf.serializer import Write, write_results

MOST_ROWS: Final = 10_000
"""Number of rows of an answer that is traced."""

_TRACING: Final = 0.7
"""Part of the time of a query after which its answer is written without citations."""

Evaluate: TypeAlias = Callable[[Query, Write], None]
"""Evaluates a query and writes the answer."""


@drop_locals_on_error
def evaluate_with_citations(
    store: Store, query: Query, write: Write, seconds: float, max_rows: int | None = None
) -> None:
    """Evaluate a query and write the answer with its citations.

    Args:
        store: The dataset.
        query: The query, with a format that has a place for citations.
        write: Takes the chunks; what it raises is passed on.
        seconds: Time that the query has. If tracing takes most of it, the answer is not traced.
        max_rows: The largest number of rows or triples in the answer; None for no limit.

    Raises:
        ApecgraphError: An error of `evaluate`.
    """
    end = time.monotonic() + _TRACING * seconds

    def plain(query: Query, write: Write) -> None:
        evaluate(store, query, write, max_rows)

    if query.format.results is None:
        triples = (
            quad.triple for quad in parse(_answer(query, N_TRIPLES, plain), RdfFormat.N_TRIPLES)
        )
        quads = cited_quads(triples, Origins(store, query.default_graphs))
        write_cited_graph(quads, query.format, write)
        return
    results = _answer(query, RESULTS_JSON, plain)
    try:
        citations = _citations(store, query, results, end)
    except NotTracedError as reason:
        citations = Citations(str(reason))
    except (RuntimeError, OSError) as error:
        citations = Citations(f"the engine could not evaluate the queries that trace it: {error}")
    _write(results, citations, query, write)


def evaluate_untraced(query: Query, evaluate: Evaluate, because: str, write: Write) -> None:
    """Evaluate a query that asks for citations, and write the reason why the answer has none.

    Args:
        query: The query.
        evaluate: Evaluates it without citations.
        because: The reason.
        write: Takes the chunks.
    """
    if query.format.results is None:
        parsed = parse(_answer(query, N_TRIPLES, evaluate), RdfFormat.N_TRIPLES)
        quads = [*parsed, note(f"Not traced, because {because}.")]
        write_cited_graph(quads, query.format, write)
    else:
        _write(_answer(query, RESULTS_JSON, evaluate), Citations(because), query, write)


def _answer(query: Query, format_: Format, evaluate: Evaluate) -> bytes:
    """Return the answer without citations, in another format."""
    chunks: list[bytes] = []
    evaluate(replace(query, format=format_, cites=False), chunks.append)
    return b"".join(chunks)


def _citations(store: Store, query: Query, results: bytes, end: float) -> Citations:
    answer = parse_query_results(results, QueryResultsFormat.JSON)
    if query.changes:
        raise NotTracedError("each evaluation gives another answer")
    if isinstance(answer, QueryBoolean):
        names, rows = [], [()] if answer else []
    else:
        names = [variable.value for variable in answer.variables]
        rows = [tuple(solution) for solution in islice(answer, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise NotTracedError(f"it has more than {MOST_ROWS:,} rows: ask for fewer with LIMIT")
    empty = Store()

    def variables(pattern: str) -> list[str]:
        found = cast("QuerySolutions", empty.query(f"SELECT * {pattern}"))
        return [variable.value for variable in found.variables]

    def solutions(level: PlainQuery) -> Iterator[QuerySolution]:
        try:
            found = answer_of(store, replace(query, text=level.on(())))
        except MalformedQuery:
            raise NotTracedError("the engine refuses the query that would trace it") from None
        for solution in cast("QuerySolutions", found):
            if time.monotonic() > end:
                raise NotTracedError("that takes too long: ask for less")
            yield solution

    try:
        plain = plain_tokens(query.text, query.base)
    except (Forbidden, MalformedQuery) as error:
        raise NotTracedError(f"only queries in SPARQL 1.1 are: {error}") from None
    origins = Origins(store, query.default_graphs)
    reading = read_levels(plain, variables)
    return Citations.of(trace(reading, names, rows, solutions, origins), origins)


def _write(results: bytes, citations: Citations, query: Query, write: Write) -> None:
    if query.format == RESULTS_JSON:
        write(with_citations(results, citations))
        return
    table: list[bytes] = []
    parsed = parse_query_results(results, QueryResultsFormat.JSON)
    write_results(cast("QuerySolutions", parsed), query.format, table.append)
    write(with_columns(b"".join(table), query.format, citations))
