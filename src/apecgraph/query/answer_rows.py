"""The rows of small answers, and how the rows of two answers to one query differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.errors import EngineFailed
from apecgraph.query.model import Query, QueryService
from apecgraph.rdf.formats import GRAPH_FORMATS, N_TRIPLES, RESULTS_JSON
from apecgraph.rdf.namespaces import XSD
from apecgraph.rdf.terms import Term

Row: TypeAlias = tuple[Term | None, ...]
"""The values of a row; None for a variable that is not bound."""

_TRIPLE: Final = ("subject", "predicate", "object")
_ANSWER: Final = ("answer",)

_NUMBERS: Final = ("boolean", "integer", "decimal", "double", "float")
"""Local names of datatypes whose values may change in a row that stays the same row."""

_ANY_NODE: Final = ox.BlankNode("node")
"""Stands for every blank node in a comparison, since labels differ from answer to answer."""


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """The rows of an answer; those of a graph are its triples, in the order of their text.

    Attributes:
        columns: The names of the columns.
        rows: The rows.
    """

    columns: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class RowDifferences:
    """How the rows of a later answer differ from those of an earlier one.

    Attributes:
        added: The rows that only the later answer has.
        gone: The rows that only the earlier answer has.
        changed: The rows whose values differ, each before and after.
    """

    added: Sequence[Row]
    gone: Sequence[Row]
    changed: Sequence[tuple[Row, Row]]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.changed)


async def small_answer(service: QueryService, query: Query, client: str) -> bytes | None:
    """Ask a query for its rows.

    Args:
        service: Answers it.
        query: The query.
        client: The client that sent it.

    Returns:
        The answer, for `read_rows`. None if it is too large to come in one piece, a megabyte.

    Raises:
        ApecgraphError: See `QueryService.query`.
    """
    format_ = N_TRIPLES if query.format in GRAPH_FORMATS else RESULTS_JSON
    body = (await service.query(replace(query, format=format_, cites=False), client)).body
    if isinstance(body, bytes):
        return body
    await body.aclose()
    return None


def read_rows(query: Query, body: bytes) -> AnswerRows:
    """Read the rows of an answer.

    Args:
        query: The query.
        body: What `small_answer` has returned for it.

    Returns:
        The rows.

    Raises:
        EngineFailed: It does not answer the query.
    """
    try:
        if query.format in GRAPH_FORMATS:
            triples = sorted(ox.parse(body, ox.RdfFormat.N_TRIPLES, lenient=True), key=str)
            return AnswerRows(_TRIPLE, [tuple(quad.triple) for quad in triples])
        results = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        match results:
            case ox.QueryBoolean():
                word = "true" if results else "false"
                truth = ox.Literal(word, datatype=ox.NamedNode(f"{XSD}boolean"))
                return AnswerRows(_ANSWER, [(truth,)])
            case ox.QuerySolutions():
                columns = tuple(variable.value for variable in results.variables)
                return AnswerRows(columns, [tuple(solution) for solution in results])
    except (SyntaxError, ValueError):
        pass
    raise EngineFailed("The engine's answer is not one to this form of query.")


def compare_rows(before: AnswerRows, after: AnswerRows) -> RowDifferences:
    """Compare the rows of two answers to one query, in whatever order they are.

    A row of each answer are one row that has changed if nothing but their numbers differ, or, of
    the others, if they name the same things, and no other row does so.

    Args:
        before: The earlier answer.
        after: The later answer.

    Returns:
        The differences.
    """
    earlier, later = map(_counted, (before.rows, after.rows))
    gone, added = earlier - later, later - earlier
    changed: list[tuple[Row, Row]] = []
    for key in (_without_numbers, _things):
        pairs = _pairs(gone.elements(), added.elements(), key)
        gone.subtract(was for was, _ in pairs)
        added.subtract(is_ for _, is_ in pairs)
        changed += pairs
    return RowDifferences(list(added.elements()), list(gone.elements()), changed)


def _counted(rows: Iterable[Row]) -> Counter[Row]:
    return Counter(
        tuple(_ANY_NODE if isinstance(value, ox.BlankNode) else value for value in row)
        for row in rows
    )


def _pairs(
    gone: Iterable[Row], added: Iterable[Row], key: Callable[[Row], Row | None]
) -> list[tuple[Row, Row]]:
    """Return the rows that have a key which exactly one row of each side has."""
    sides: defaultdict[Row | None, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for number, rows in enumerate((gone, added)):
        for row in rows:
            sides[key(row)][number].append(row)
    return [
        (was[0], is_[0])
        for name, (was, is_) in sides.items()
        if name is not None and len(was) == len(is_) == 1
    ]


def _without_numbers(row: Row) -> Row:
    return tuple(None if _is_number(value) else value for value in row)


def _is_number(value: object) -> bool:
    datatype = value.datatype.value if isinstance(value, ox.Literal) else ""
    return datatype.startswith(XSD) and datatype.removeprefix(XSD) in _NUMBERS


def _things(row: Row) -> Row | None:
    """Return the IRIs of a row in their columns; None if it has none."""
    things = tuple(value if isinstance(value, ox.NamedNode) else None for value in row)
    return things if any(things) else None
