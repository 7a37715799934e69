"""Reads a query into levels: queries whose solutions name the triples that made an answer.

A SELECT returns only what it projects. For each SELECT with aggregates, and for the rest of the
query, this module writes another query, a level, which returns all that its triple patterns bind.
A marker in each OPTIONAL and each branch of a UNION is bound if it matched. The keys of its
groups connect a SELECT with aggregates to the level around it. What a test by EXISTS finds is
read as well, in an OPTIONAL; NOT EXISTS and MINUS find nothing.

Nothing else in reach gives the parts of a query: the engine keeps its algebra, and rdflib takes
200 ms to import, lacks SPARQL 1.2, and no worker may import it. The tokens of `query.plain`
suffice, since the engine has checked the grammar before. The time is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from apecgraph.query.citing.cursor import Cursor
from apecgraph.query.citing.existence import exists, with_own_variables
from apecgraph.query.citing.scope import (
    Grouped,
    Level,
    Names,
    NotTracedError,
    Place,
    Scope,
    is_variable,
)
from apecgraph.query.citing.triples import TriplesReader, in_branch
from apecgraph.query.plain import PlainQuery, Token, joined

_CLAUSES: Final = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A query that can be traced.

    Attributes:
        level: Its outermost level, which has the variables of the answer too.
        merges: Whether one row of the answer may stand for several solutions of the level.
        answered: Whether the solutions of the level are the rows of the answer.
    """

    level: Level
    merges: bool
    answered: bool = False


class _Item(NamedTuple):
    """What a SELECT projects or groups by: its text, and its variable."""

    text: str
    variable: str


@dataclass(frozen=True, slots=True)
class _Select:
    """The parts of a SELECT (section 19.8).

    Attributes:
        distinct: Whether it merges equal solutions.
        items: What it projects; empty for `*`.
        pattern: The indices of its pattern's first token and of the one after it.
        clauses: Its solution modifiers, keyed by their first words, and its VALUES.
        grouped: Whether it has groups.
    """

    distinct: bool
    items: tuple[_Item, ...]
    pattern: tuple[int, int]
    clauses: dict[str, list[Token]]
    grouped: bool

    @property
    def variables(self) -> set[str]:
        """The variables that it projects as they are."""
        return {item.variable for item in self.items if item.text == item.variable}

    def text(self, *words: str) -> str:
        """Return the text of some of its clauses."""
        return " ".join(joined(part) for word, part in self.clauses.items() if word in words)

    @property
    def is_limited(self) -> bool:
        """Whether it returns only some of its solutions."""
        return not self.clauses.keys().isdisjoint(("LIMIT", "OFFSET"))


def read_levels(plain: Sequence[Token], variables: Callable[[str], Sequence[str]]) -> Reading:
    """Read a query.

    Args:
        plain: The tokens of a SELECT or an ASK that the grammar allows.
        variables: Returns the names of the variables in scope of a pattern, for SELECT *.

    Returns:
        The reading.

    Raises:
        NotTracedError: The query has a part that cannot be traced.
    """
    return _Reader(plain, variables).read()


class _Reader:
    def __init__(self, plain: Sequence[Token], variables: Callable[[str], Sequence[str]]) -> None:
        self._names = Names(plain)
        self._cursor = Cursor(with_own_variables(plain, self._names))
        self._triples = TriplesReader(self._cursor, self._names)
        self._variables = variables
        self._merges = False

    def read(self) -> Reading:
        is_ask = self._cursor.text == "ASK"
        select = self._select()
        if not select.grouped:
            self._merges |= select.distinct
            items = () if is_ask else None
            return Reading(self._level(select, items, select.text("VALUES")), self._merges)
        if is_ask:
            raise NotTracedError("ASK has groups")
        # The answer has been sorted and cut; the level has all groups.
        kept = {word: part for word, part in select.clauses.items() if word not in _AFTER_GROUPS}
        scope = Scope()
        query = self._grouped(replace(select, clauses=kept), Place(scope))
        level = Level(query, (), tuple(scope.groups))
        keys = level.groups[0].keys
        return Reading(level, self._merges, select.variables.issuperset(keys))

    # --- SELECT (sections 15 and 18.2.4) ---------------------------------------------------------

    def _select(self) -> _Select:
        """Read the SELECT, or the ASK, at the cursor."""
        cursor = self._cursor
        depth = cursor.next().depth
        distinct = cursor.take("DISTINCT", "REDUCED")
        items = []
        is_grouped = False
        while cursor.text not in ("WHERE", "{"):
            start = cursor.at
            if cursor.take("*"):
                continue
            if cursor.token.kind == "variable":
                cursor.next()
            else:
                cursor.skip_bracket()
            item = cursor.tokens(start)
            is_grouped = is_grouped or _has_aggregate(item)
            items.append(_Item(joined(item), item[-1 if len(item) == 1 else -2].text))
        cursor.take("WHERE")
        start = cursor.at
        cursor.skip_bracket()
        pattern = start, cursor.at
        clauses: dict[str, list[Token]] = {}
        while cursor.token.depth >= depth and cursor.text in _CLAUSES:
            start = cursor.at
            word = cursor.next().text
            while cursor.token.depth >= depth and not self._begins_clause(depth):
                cursor.next()
            clauses[word] = cursor.tokens(start)
        is_grouped = is_grouped or any(
            word == "GROUP" or _has_aggregate(part) for word, part in clauses.items()
        )
        return _Select(distinct, tuple(items), pattern, clauses, is_grouped)

    def _begins_clause(self, depth: int) -> bool:
        token = self._cursor.token
        return token.kind == "name" and token.depth == depth and token.text in _CLAUSES

    def _level(self, select: _Select, items: Iterable[_Item] | None, values: str = "") -> Level:
        """Return the level of a pattern, with some items, or those of its SELECT."""
        scope = Scope()
        body = self._again(select, Place(scope))
        if items is None:  # after the patterns, of which there may be too many for the engine
            items = self._items(select)
        projected = {item.variable: item.text for item in items}
        for name in scope.needed():
            projected.setdefault(name, name)
        head = " ".join(projected.values()) or f"( 1 AS {self._names.new()} )"
        query = _query(f"SELECT {head}", f"WHERE {body} {values}")
        return Level(query, tuple(scope.patterns), tuple(scope.groups))

    def _again(self, select: _Select, place: Place) -> str:
        """Read the pattern of a SELECT that has been stepped over; return it as rewritten."""
        end = self._cursor.at
        self._cursor.at = select.pattern[0]
        body = self._group(place)
        self._cursor.at = end
        return body

    def _items(self, select: _Select) -> tuple[_Item, ...]:
        names = (
            ()
            if select.items
            else self._variables(f"WHERE {self._pattern(select)} {select.text('VALUES')}")
        )
        return select.items or tuple(_Item(f"?{name}", f"?{name}") for name in names)

    def _pattern(self, select: _Select) -> str:
        """Return the pattern of a SELECT as it is."""
        start, end = select.pattern
        now, self._cursor.at = self._cursor.at, end
        text = self._cursor.since(start)
        self._cursor.at = now
        return text

    def _subselect(self, place: Place) -> str:
        """Read a SELECT in a pattern; return it with what the level around it needs."""
        select = self._select()
        if is_variable(place.graph or ""):
            raise NotTracedError("a GRAPH whose name is a variable has a SELECT in it")
        if select.distinct and select.is_limited:
            raise NotTracedError("a SELECT inside of the query has both DISTINCT and LIMIT")
        self._merges |= select.distinct
        if select.grouped:
            if place.graph is not None:
                raise NotTracedError("a GRAPH has a SELECT with groups in it")
            return self._grouped(select, place).on(())
        scope = Scope()
        body = self._again(select, Place(scope, place.graph))
        shown = {name: self._names.new() for name in scope.needed()}
        for pattern in scope.patterns:
            subject, predicate, object_ = (shown.get(term, term) for term in pattern.terms)
            place.scope.patterns.append(
                replace(
                    pattern,
                    terms=(subject, predicate, object_),
                    graph=pattern.graph and shown.get(pattern.graph, pattern.graph),
                    matched=shown[pattern.matched] if pattern.matched else place.matched,
                )
            )
        for group in scope.groups:
            matched = shown[group.matched] if group.matched else place.matched
            keys = tuple(shown[key] for key in group.keys)
            place.scope.groups.append(Grouped(keys, matched, group.level, group.names))
        items = [*(item.text for item in self._items(select)), *_renamed(shown)]
        return f"SELECT {' '.join(items)} WHERE {body} {select.text(*_CLAUSES)}"

    def _grouped(self, select: _Select, place: Place) -> PlainQuery:
        """Return a SELECT with groups with their keys, and add its level to the scope."""
        conditions = list(dict.fromkeys(self._conditions(select.clauses.get("GROUP", []))))
        names = [self._names.new() for _ in conditions]
        level = self._level(
            select,
            [
                _Item(f"( {_expression(item)} AS {name} )", name)
                for item, name in zip(conditions, names, strict=True)
            ],
        )
        hidden = {
            item.variable: name
            for item, name in zip(conditions, names, strict=True)
            if item.variable not in select.variables
        }
        keys = tuple(hidden.get(item.variable, item.variable) for item in conditions)
        self._merges |= select.distinct
        place.scope.groups.append(Grouped(keys, place.matched, level, tuple(names)))
        items = [*(item.text for item in select.items), *_renamed(hidden)]
        by = f"GROUP BY {' '.join(item.text for item in conditions)}" if conditions else ""
        rest = select.text(*_CLAUSES - {"GROUP"})
        return _query(f"SELECT {' '.join(items)}", f"WHERE {self._pattern(select)} {by} {rest}")

    def _conditions(self, clause: list[Token]) -> Iterable[_Item]:
        """Yield what a GROUP BY groups by; an expression gets a variable if it has none."""
        cursor = Cursor(clause[2:])
        while cursor.text:
            start = cursor.at
            if cursor.token.kind == "variable":
                variable = cursor.next().text
                yield _Item(variable, variable)
                continue
            if cursor.token.kind != "open":
                cursor.next()
            cursor.skip_bracket()
            found = cursor.tokens(start)
            if found[0].text == "(" and found[-3].text == "AS" and found[-3].kind == "name":
                yield _Item(joined(found), found[-2].text)
            else:
                name = self._names.new()
                yield _Item(f"( {joined(found)} AS {name} )", name)

    # --- group graph patterns (sections 5 to 8) --------------------------------------------------

    def _group(self, place: Place) -> str:
        """Read a group in braces; return it with triples spelled out and with markers."""
        return f"{{ {self._inside(place)} }}"

    def _inside(self, place: Place) -> str:
        cursor = self._cursor
        cursor.expect("{")
        if cursor.text == "SELECT" and cursor.token.kind == "name":
            text = f"{{ {self._subselect(place)} }}"
            cursor.expect("}")
            return text
        written = []
        found: list[int] = []
        while not cursor.take("}"):
            token = cursor.token
            start = cursor.at
            match token.text if token.kind != "string" else "":
                case ".":
                    cursor.next()
                case "FILTER":
                    self._skip_constraint()
                    written.append(cursor.since(start))
                    found += (start + first for first, _ in exists(cursor.tokens(start)))
                case "BIND":
                    cursor.next()
                    cursor.skip_bracket()
                    written.append(cursor.since(start))
                    found += (start + first for first, _ in exists(cursor.tokens(start)))
                case "MINUS":
                    cursor.next()
                    cursor.skip_bracket()
                    written.append(cursor.since(start))
                case "VALUES":
                    cursor.next()
                    if cursor.token.kind == "variable":
                        cursor.next()
                    else:
                        cursor.skip_bracket()
                    cursor.skip_bracket()
                    written.append(cursor.since(start))
                case "OPTIONAL":
                    cursor.next()
                    written.append(f"OPTIONAL {in_branch(place, self._names, self._inside)}")
                case "GRAPH":
                    cursor.next()
                    graph = cursor.next().text
                    inner = self._group(replace(place, graph=graph))
                    written.append(f"GRAPH {graph} {inner}")
                case "{":
                    written.append(self._union(place))
                case _:
                    written.append(self._triples.read(place))
        end = cursor.at
        for first in found:
            cursor.at = first
            self._merges = True
            written.append(f"OPTIONAL {in_branch(place, self._names, self._inside)}")
        cursor.at = end
        return " ".join(written)

    def _union(self, place: Place) -> str:
        cursor = self._cursor
        start = cursor.at
        cursor.skip_bracket()
        is_union = cursor.text == "UNION"
        cursor.at = start
        if not is_union:
            return self._group(place)
        branches = [in_branch(place, self._names, self._inside)]
        while cursor.take("UNION"):
            branches.append(in_branch(place, self._names, self._inside))
        return " UNION ".join(branches)

    def _skip_constraint(self) -> None:
        """Step over a FILTER (section 17)."""
        cursor = self._cursor
        while cursor.token.kind != "open":
            cursor.next()
        cursor.skip_bracket()


_AFTER_GROUPS: Final = frozenset({"ORDER", "LIMIT", "OFFSET"})


def _has_aggregate(part: Iterable[Token]) -> bool:
    """Return whether an expression has an aggregate; a SELECT in an EXISTS has its own."""
    depth = None
    for token in part:
        if depth is None and token.text == "{":
            depth = token.depth
        elif depth == token.depth and token.text == "}":
            depth = None
        elif depth is None and token.kind == "name" and token.text in _AGGREGATES:
            return True
    return False


def _renamed(names: dict[str, str]) -> Iterable[str]:
    return (f"( {name} AS {shown} )" for name, shown in names.items())


def _expression(item: _Item) -> str:
    """Return the expression of a condition, without AS and the variable."""
    if not item.text.startswith("("):
        return item.text
    return item.text[1:].rpartition(" AS ")[0]


def _query(beginning: str, pattern: str) -> PlainQuery:
    return PlainQuery(beginning, pattern, uses_graphs=" GRAPH " in pattern)
