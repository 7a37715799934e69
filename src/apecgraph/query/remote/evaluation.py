"""Has an engine elsewhere evaluate queries, and writes its answers in the formats of clients."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPException, HTTPResponse, IncompleteRead
from itertools import islice
from typing import IO, Final, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from apecgraph.errors import EngineFailed, EngineUnavailable, MalformedQuery, QueryError
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.citing.answers import evaluate_untraced
from apecgraph.query.dataset import DEFAULT_GRAPH
from apecgraph.query.engine import answer_of
from apecgraph.query.model import Query, RemoteEngine
from apecgraph.query.plain import PlainQuery, plain_query
from apecgraph.query.remote.client import EngineClient
from apecgraph.query.remote.quirks import DEFAULT_GRAPHS, as_boolean
from apecgraph.query.row_limit import limit_rows, limit_triples, too_many_rows
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_CSV, RESULTS_JSON, Format
from apecgraph.rdf.namespaces import COMMON_PREFIXES, ENDPOINT, PREFIXES
from apecgraph.rdf.serializer import Write, write_rdf, write_results

_COUNT: Final = "SELECT ( COUNT( * ) AS ?n )"
_ALL: Final = "WHERE { ?s ?p ?o }"
_UNTRACED: Final = (
    "another engine holds the release, and the thousands of look-ups that a citation takes would "
    "each be a request to it"
)
_GRAPHS: Final = 1000
"""Number of named graphs of an unknown dataset, at most."""


class RemoteEvaluator:
    """Has an engine evaluate queries, one at a time.

    Args:
        engine: The engine.
        default_graph: The IRI that the engine has for the default graph of the dataset; None if it
            keeps that graph without a name and apart from the named graphs, as SPARQL does.
    """

    def __init__(self, engine: RemoteEngine, default_graph: str | None = None) -> None:
        self._engine = engine
        self._default_graph = default_graph
        self._client = EngineClient(engine)
        self._empty = Store()

    @drop_locals_on_error
    def evaluate(
        self, query: Query, write: Write, seconds: float, max_rows: int | None = None
    ) -> None:
        """Have the engine evaluate a query, and write the answer as it comes.

        Args:
            query: The query, with the format of the answer.
            write: Takes the chunks; what it raises is passed on.
            seconds: Time that the query has.
            max_rows: The largest number of rows or triples in the answer; None for no limit.

        Raises:
            MalformedQuery: The query is not SPARQL 1.1.
            Forbidden: The query calls a function that SPARQL 1.1 lacks.
            QueryTooHeavy: The answer has more rows or triples than `max_rows`, or the engine
                refuses the query.
            NotAcceptable: The format cannot represent the answer.
            QueryTimedOut: The engine needs too long.
            StoreBusy: The engine has too much to do.
            EngineFailed: The engine gives no complete answer.
            EngineUnavailable: The engine cannot be reached.
        """
        end = time.monotonic() + seconds
        if query.cites:

            def plain_answer(query: Query, write: Write) -> None:
                self.evaluate(query, write, end - time.monotonic(), max_rows)

            evaluate_untraced(query, plain_answer, _UNTRACED, write)
            return
        # First of all: after this, not even an evaluation on no data can call another endpoint.
        plain = plain_query(query.text, query.base, self._variables)
        form = answer_of(self._empty, query)  # raises an error that names the place
        clauses = self._clauses(plain, query)
        text = plain.on(clauses)
        try:
            self._empty.query(text)
        except SyntaxError:
            raise MalformedQuery("The query can be read in more than one way.") from None
        if not isinstance(form, QueryTriples):
            is_ask = isinstance(form, QueryBoolean)
            if max_rows is not None and not is_ask and query.format.results is not None:
                has_more = partial(self._has_row, text, end, max_rows)
                write = limit_rows(write, query.format, max_rows, has_more)
            with self._asking(text, RESULTS_JSON, end) as body:
                write_results(_results(body, is_ask=is_ask), query.format, write)
            return
        if max_rows is not None and self._client.cuts_graphs:
            counted = f"{_COUNT} {' '.join(clauses)} WHERE {{ {{ SELECT * {plain.pattern} }} }}"
            if self._number(counted, end) > max_rows:
                raise too_many_rows(max_rows)
        prefixes = PREFIXES if query.base == ENDPOINT else COMMON_PREFIXES
        with self._asking(text, N_TRIPLES, end) as body:
            triples = (quad.triple for quad in parse(cast("IO[bytes]", body), RdfFormat.N_TRIPLES))
            limited = triples if max_rows is None else limit_triples(triples, max_rows)
            write_rdf(limited, query.format, write, prefixes)

    @drop_locals_on_error
    def find_dataset(self, seconds: float, max_rows: int) -> None:
        """Find out how the engine keeps the default graph of the dataset, by counting its triples.

        Args:
            seconds: Time that the engine may take.
            max_rows: The largest number of rows in an answer, which the engine must not cut.

        Raises:
            EngineUnavailable: The engine does not hold the dataset, or cuts its answers.
            EngineFailed: The engine cannot count.
            QueryError: It cannot count in time.
        """
        end = time.monotonic() + seconds
        found = {}
        for name in (None, *DEFAULT_GRAPHS):
            source = "" if name is None else f" FROM <{name}>"
            found[name] = self._number(f"{_COUNT}{source} {_ALL}", end)
            if found[name] == self._engine.triples:
                self._default_graph = name
                break
        else:
            counts = ", ".join(f"{count:,}" for count in found.values())
            raise EngineUnavailable(
                f"the engine does not hold the dataset: the default graph has "
                f"{self._engine.triples:,} triples, and the engine finds {counts}"
            )
        named = " ".join(f"FROM NAMED <{graph}>" for graph in self._engine.graphs)
        counted = f"{_COUNT} {named} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
        count, triples = self._number(counted, end), sum(self._engine.graphs.values())
        if count != triples:
            raise EngineUnavailable(
                f"the engine does not hold the dataset: the named graphs have {triples:,} triples, "
                f"and the engine finds {count:,}"
            )
        source = "" if self._default_graph is None else f"FROM <{self._default_graph}> "
        cut = f"SELECT ( 1 AS ?n ) {source}{_ALL} LIMIT {max_rows + 1}"
        try:
            if self._client.cuts_graphs:
                with self._asking(cut, RESULTS_CSV, end) as body:
                    body.skip()  # the headers suffice
        except EngineFailed as error:
            raise EngineUnavailable(
                f"the engine does not return {max_rows:,} rows (APECGRAPH_REPLY_ROWS): raise its "
                f"limit, such as ResultSetMaxRows of Virtuoso. {error}"
            ) from None
        self.close()

    def look_around(self, seconds: float) -> tuple[int | None, list[str]]:
        """Look at a dataset of which nothing is known.

        Args:
            seconds: Time that each query to the engine may take.

        Returns:
            The number of its quads, and the IRIs of its named graphs. The number is None if there
            are named graphs, since these may be in its default graph, too, or if the engine cannot
            count in time; there are no IRIs if it cannot list them in time, or has very many.

        Raises:
            EngineUnavailable: The engine cannot be reached.
            QueryError: It does not answer the simplest query.
        """
        with self._asking(
            f"SELECT * {_ALL} LIMIT 1", RESULTS_JSON, time.monotonic() + seconds
        ) as it:
            list(cast("QuerySolutions", _results(it)))
        graphs: list[str] = []
        quads = None
        listed = f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {_GRAPHS + 1}"
        with suppress(QueryError):
            with self._asking(listed, RESULTS_JSON, time.monotonic() + seconds) as body:
                named = [row[0] for row in cast("QuerySolutions", _results(body))]
            if not named:
                quads = self._number(f"{_COUNT} {_ALL}", time.monotonic() + seconds)
            elif len(named) <= _GRAPHS:
                graphs = [graph.value for graph in named if isinstance(graph, NamedNode)]
        self.close()
        return quads, graphs

    def counts(self, seconds: float) -> Iterator[tuple[str, int, int]]:
        """Yield each named graph, the number of its triples, and the number that is found."""
        for graph, triples in self._engine.graphs.items():
            text = f"{_COUNT} FROM <{graph}> {_ALL}"
            yield graph, triples, self._number(text, time.monotonic() + seconds)

    def has_any(self, graphs: Iterable[str], seconds: float) -> bool:
        """Return whether the engine has a triple in one of some graphs."""
        clauses = " ".join(f"FROM <{graph}>" for graph in graphs)
        return self._number(f"{_COUNT} {clauses} {_ALL}", time.monotonic() + seconds) > 0

    def close(self) -> None:
        """Close the connection to the engine, if one is open."""
        self._client.close()

    def _clauses(self, plain: PlainQuery, query: Query) -> list[str]:
        """Return the dataset clauses of a query, which leave nothing to the engine."""
        default, named = query.default_graphs, query.named_graphs
        if not named and set(default) <= {DEFAULT_GRAPH}:
            if self._default_graph is None:
                return []
            default = (DEFAULT_GRAPH,)
            named = tuple(self._engine.graphs) if plain.uses_graphs else ()
        if DEFAULT_GRAPH in default and self._default_graph is None:
            raise EngineFailed(
                "This endpoint cannot merge its default graph with others, nor choose named graphs "
                "beside it: name the graphs in the query by GRAPH."
            )
        graphs = [graph or self._default_graph for graph in default]
        return [
            *(f"FROM <{graph}>" for graph in graphs),
            *(f"FROM NAMED <{graph}>" for graph in named),
        ]

    def _variables(self, pattern: str) -> list[str]:
        """Return the names of the variables in scope of a pattern."""
        solutions = cast("QuerySolutions", self._empty.query(f"SELECT * {pattern}"))
        return [variable.value for variable in solutions.variables]

    def _has_row(self, text: str, end: float, index: int) -> bool:
        """Return whether an answer has a row at an index, counted from 0."""
        another = RemoteEvaluator(self._engine)  # this one is busy with the answer
        with another._asking(text, RESULTS_JSON, end) as body:
            solutions = cast("QuerySolutions", _results(body))
            has_row = next(islice(solutions, index, None), None) is not None
            body.skip()
        another.close()
        return has_row

    def _number(self, text: str, end: float) -> int:
        """Return the only value of an answer."""
        with self._asking(text, RESULTS_JSON, end) as body:
            rows = list(cast("QuerySolutions", _results(body)))
        try:
            return int(rows[0][0].value)
        except (LookupError, ValueError, AttributeError):
            raise EngineFailed("The engine answered a count without a number.") from None

    @contextmanager
    def _asking(self, text: str, format_: Format, end: float) -> Iterator[_Body]:
        """Ask the engine, let the block read the answer, and check that all of it was read."""
        body = _Body(self._client.ask(text, format_, end - time.monotonic()))
        try:
            yield body
            body.expect_end()
        except BaseException as error:
            self._client.close()
            if body.failure is not None:
                raise EngineUnavailable(
                    f"the engine broke off its answer: {type(body.failure).__name__}", was_sent=True
                ) from None
            if isinstance(error, SyntaxError):
                raise EngineFailed("The engine's answer is incomplete or malformed.") from None
            raise


class _Body:
    """The body of a response as a file, which remembers whether it could be read.

    Args:
        response: The response.

    Attributes:
        failure: Why no more can be read; None if more can be read.
    """

    failure: Exception | None

    def __init__(self, response: HTTPResponse) -> None:
        self._response = response
        self._is_skipped = False
        self.failure = None

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        try:
            data = self._response.read() if size < 0 else self._response.read(size)
            if not data and self._response.length:
                raise IncompleteRead(data, self._response.length)
            return data
        except (OSError, HTTPException) as error:
            self.failure = error
            raise OSError(str(error)) from None

    def skip(self) -> None:
        """Leave the rest unread."""
        self._is_skipped = True

    def expect_end(self) -> None:
        """Raise EngineFailed if something follows the answer, such as an error message."""
        if self._is_skipped:
            self._response.close()
        elif self.read().strip():
            raise EngineFailed("The engine broke off its answer with a message.")


def _results(body: _Body, *, is_ask: bool = False) -> QuerySolutions | QueryBoolean:
    results = parse_query_results(cast("IO[bytes]", body), QueryResultsFormat.JSON)
    if is_ask and isinstance(results, QuerySolutions):
        boolean = as_boolean(results)
        if boolean is not None:
            return boolean
    if is_ask != isinstance(results, QueryBoolean):
        raise EngineFailed("The engine's answer is not one to this form of query.")
    return results
