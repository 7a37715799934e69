"""Traces the rows of an answer: evaluates the levels of a query, and finds the triples of each row.

The answer itself is that of the query as sent. A row is traced to the solutions of the outermost
level that project to the same terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from pyoxigraph import QuerySolution, RdfFormat, parse

from apecgraph.query.citing.citations import RowCitation
from apecgraph.query.citing.levels import Reading
from apecgraph.query.citing.scope import Level, is_variable
from apecgraph.query.citing.sources import Origins, Statement, Term
from apecgraph.query.plain import PlainQuery

Row: TypeAlias = tuple[Term | None, ...]
Evaluate: TypeAlias = Callable[[PlainQuery], Iterator[QuerySolution]]
Solution: TypeAlias = QuerySolution | Mapping[str, Term | None]


def trace(
    reading: Reading,
    names: Sequence[str],
    rows: Sequence[Row],
    evaluate: Evaluate,
    origins: Origins,
) -> list[RowCitation]:
    """Trace the rows of an answer.

    Args:
        reading: The query.
        names: The variables of the answer.
        rows: Its rows.
        evaluate: Evaluates a query on the dataset of the query.
        origins: Finds the origins of statements.

    Returns:
        What made each row. A row that was not found again has no inputs.
    """
    tracer = _Tracer(evaluate, origins)
    traced = [RowCitation() for _ in rows]
    waiting: dict[Row, list[RowCitation]] = defaultdict(list)
    for terms, row in zip(reversed(rows), reversed(traced), strict=True):
        waiting[terms].append(row)
    answer = (dict(zip(names, terms, strict=True)) for terms in rows) if reading.answered else None
    for solution, add_to in tracer.solutions(reading.level, answer):
        terms = tuple(solution[name] for name in names)
        if reading.merges:
            for row in waiting.get(terms, ()):
                add_to(row)
        elif terms in waiting:
            add_to(waiting[terms].pop())
            if not waiting[terms]:
                del waiting[terms]
        if not waiting:
            break
    for row in traced:
        row.add_groups()
    return traced


class _Tracer:
    """Evaluates levels.

    Args:
        evaluate: Evaluates a query.
        origins: Finds the origins of statements.
    """

    def __init__(self, evaluate: Evaluate, origins: Origins) -> None:
        self._evaluate = evaluate
        self._origins = origins

    def solutions(
        self, level: Level, found: Iterable[Solution] | None = None
    ) -> Iterator[tuple[Solution, Callable[[RowCitation], None]]]:
        """Find the solutions of a level.

        Args:
            level: The level.
            found: Its solutions, if they are known.

        Yields:
            A solution, and a function that adds what made it to a row.
        """
        constants = _constants(level)
        groups = [self._groups(group.level, group.names) for group in level.groups]
        variables = level.needed

        def add_to(row: RowCitation) -> None:
            row.inputs += 1
            known: dict[str, Term | None] = {name: solution[name[1:]] for name in variables}
            known |= constants
            for pattern in level.patterns:
                if pattern.matched is None or known[pattern.matched] is not None:
                    subject, predicate, object_ = (known[term] for term in pattern.terms)
                    if subject is not None and predicate is not None and object_ is not None:
                        graph = known[pattern.graph] if pattern.graph else None
                        self._add(Statement((subject, predicate, object_), graph), row)
            for group, rows in zip(level.groups, groups, strict=True):
                if group.matched is None or known[group.matched] is not None:
                    made = rows.get(tuple(known[key] for key in group.keys))
                    if made is not None:
                        row.groups[made] = None

        for solution in self._evaluate(level.query) if found is None else found:
            yield solution, add_to

    def _groups(self, level: Level, names: Sequence[str]) -> Mapping[Row, RowCitation]:
        """Return the groups of a level, given the variables with their keys."""
        groups: dict[Row, RowCitation] = defaultdict(RowCitation)
        for solution, add_to in self.solutions(level):
            add_to(groups[tuple(solution[name[1:]] for name in names)])
        for row in groups.values():
            row.add_groups()
        return groups

    def _add(self, statement: Statement, row: RowCitation) -> None:
        if statement not in row.statements:
            origin = self._origins.of(statement)
            if origin is not None:
                row.add(statement, origin)


def _constants(level: Level) -> dict[str, Term]:
    """Return the terms of the patterns of a level, except variables, keyed by their texts."""
    terms = {
        term
        for pattern in level.patterns
        for term in (*pattern.terms, pattern.graph)
        if term is not None and not is_variable(term)
    }
    return {term: _term(term) for term in terms}


def _term(text: str) -> Term:
    (quad,) = parse(f"<x:s> <x:p> {text} .", RdfFormat.TURTLE)
    return cast("Term", quad.object)
