"""Evaluates queries with the engine in this process, for workers and for trusted queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
)

from apecgraph.errors import ApecgraphError, Forbidden, MalformedQuery, QueryError, StoreError
from apecgraph.isolation.threads import drop_locals_on_error
from apecgraph.query.dataset import DEFAULT_GRAPH
from apecgraph.query.diagnosis import diagnose
from apecgraph.query.model import Query
from apecgraph.query.outline import outline, with_lower_booleans
from apecgraph.query.repairs import with_aggregates, with_joined_calls, with_unions
from apecgraph.query.row_limit import limit_rows, limit_triples
from apecgraph.rdf.namespaces import COMMON_PREFIXES, ENDPOINT, PREFIXES
from apecgraph.rdf.serializer import Write, write_rdf, write_results

_NO_TRIPLE_TERM: Final = "a triple term that is not a valid RDF 1.2 term"
"""The end of its message if the subject of a triple term is bound to a literal beforehand."""

_UNKNOWN_FUNCTION: Final = re.compile(r"The custom function <(.*)> is not supported")
_MAX_UNKNOWN_FUNCTIONS: Final = 32

# The beginnings of RocksDB's messages about a store on disk that cannot be read.
_DAMAGE: Final = ("IO error: ", "Corruption: ")


NO_SERVICE: Final = "This endpoint does not call other endpoints: SERVICE is not available."


@drop_locals_on_error
def evaluate(store: Store, query: Query, write: Write, max_rows: int | None = None) -> None:
    """Evaluate a query and write the answer, in chunks of about 64 kB.

    Args:
        store: The dataset.
        query: The query, with the format of the answer.
        write: Takes the chunks; what it raises is passed on.
        max_rows: The largest number of rows or triples in the answer; None for no limit.

    Raises:
        QueryTooHeavy: The answer has more rows or triples than `max_rows`.
        MalformedQuery: The query is not SPARQL.
        NotAcceptable: The format cannot represent the answer.
        Forbidden: The query calls another endpoint.
        StoreError: The store cannot be read.
        QueryError: The engine failed, and its message says nothing that is known here.
    """
    if max_rows is not None and query.format.results is not None:
        has_more = partial(_has_row, store, query, max_rows)
        write = limit_rows(write, query.format, max_rows, has_more)
    prefixes = PREFIXES if query.base == ENDPOINT else COMMON_PREFIXES
    try:
        answer = answer_of(store, query)
        if not isinstance(answer, QueryTriples):
            write_results(answer, query.format, write)
        elif max_rows is None:
            write_rdf(answer, query.format, write, prefixes)
        else:
            write_rdf(limit_triples(answer, max_rows), query.format, write, prefixes)
    except (BrokenPipeError, ConnectionResetError):  # raised by `write`
        raise
    except (RuntimeError, OSError) as error:
        raise _classified(error, query.text) from None


def answer_of(store: Store, query: Query) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Return the answer of the engine; raise MalformedQuery if the query is not SPARQL."""
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    if query.default_graphs or query.named_graphs:
        default = [
            DefaultGraph() if graph == DEFAULT_GRAPH else NamedNode(graph)
            for graph in dict.fromkeys(query.default_graphs)
        ]
        named = [NamedNode(graph) for graph in dict.fromkeys(query.named_graphs)]
        if len(default) > 1:
            store, default = _merge(store, default, named), [DefaultGraph()]
    complaints: dict[str, str] = {}
    for text in _spellings(query.text):
        if text not in complaints:
            try:
                return _with_unknown_functions(store, text, query.base, default, named)
            except SyntaxError as error:
                complaints[text] = str(error.msg)
    raise diagnose(text, complaints[text])


def _spellings(text: str) -> Iterator[str]:
    """Yield a query repaired, with further repairs if it is refused, and at last as it was sent."""
    text = with_joined_calls(text)
    yield with_unions(text)
    lower = with_lower_booleans(text)
    yield with_unions(with_aggregates(lower))
    yield lower


def _with_unknown_functions(
    store: Store,
    text: str,
    base: str,
    default: list[NamedNode | BlankNode | DefaultGraph] | None,
    named: list[NamedNode | BlankNode] | None,
) -> QuerySolutions | QueryBoolean | QueryTriples:
    unknown: dict[NamedNode, Callable[..., NamedNode | BlankNode | Literal | Triple | None]] = {}
    while True:
        try:
            return store.query(
                text,
                base_iri=base,
                default_graph=default,
                named_graphs=named,
                custom_functions=unknown,
            )
        except RuntimeError as error:
            # A call to an unknown function is an error in the expression, not in the query
            # (SPARQL 1.1, section 17.6): the variable is unbound, or the row is dropped.
            function = _UNKNOWN_FUNCTION.search(str(error))
            if function is None or len(unknown) == _MAX_UNKNOWN_FUNCTIONS:
                raise
            unknown[NamedNode(function[1])] = _unknown_function


def _classified(error: RuntimeError | OSError, query: str) -> ApecgraphError:
    """Return the error for what the engine says about a query that it cannot evaluate."""
    text = str(error)
    if text.startswith(_DAMAGE):
        return StoreError(f"The store on disk cannot be read: {text}.")
    if outline(query).service:
        return Forbidden(NO_SERVICE)
    if text.endswith(_NO_TRIPLE_TERM):
        return MalformedQuery(
            "A triple term of the query gets a literal as its subject, which RDF 1.2 does not "
            "allow: let the pattern bind the variable, and compare it in a FILTER."
        )
    if _UNKNOWN_FUNCTION.search(text):
        return MalformedQuery(f"{text}, nor are {_MAX_UNKNOWN_FUNCTIONS} others in this query.")
    return QueryError(f"The engine could not evaluate this query: {text}.")


def _merge(
    store: Store,
    default: Iterable[NamedNode | BlankNode | DefaultGraph],
    named: Iterable[NamedNode | BlankNode],
) -> Store:
    """Return a store with the merge of the default graphs as its default graph, and the named ones.

    Without the merge, the engine finds a triple once for each default graph that contains it.
    """
    merged = Store()
    for graph in default:
        merged.extend(
            Quad(*quad.triple) for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in named:
        merged.extend(store.quads_for_pattern(None, None, None, graph))
    return merged


def _unknown_function(*_: object) -> None:
    """Replace an unknown function: the result, None, is an error in the expression."""


def _has_row(store: Store, query: Query, index: int) -> bool:
    """Return whether an answer may have a row at an index, counted from 0."""
    if query.changes:
        return True  # another evaluation may have the row, even if this one does not
    answer = answer_of(store, query)
    if not isinstance(answer, QuerySolutions):
        return False
    return next(islice(answer, index, None), None) is not None
