"""What a level of a query binds: its triple patterns, and the groups that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from apecgraph.query.plain import PlainQuery, Token

_MOST_PATTERNS: Final = 100
"""Maximum number of triple patterns of a query: the engine takes seconds to plan many."""


class NotTracedError(Exception):
    """An answer cannot be traced; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern. Variables and terms are written as in a query, variables with `?`.

    A path `p?` has the pattern of `p`, although a solution of it may need no triple.

    Attributes:
        terms: Its subject, predicate and object.
        graph: The graph that it reads; None for the default graph.
        matched: The variable that is bound if its part of the query matched; None if it always
            does.
    """

    terms: tuple[str, str, str]
    graph: str | None
    matched: str | None

    @property
    def variables(self) -> Iterator[str]:
        """The variables that a solution needs."""
        for term in (*self.terms, self.graph or "", self.matched or ""):
            if is_variable(term):
                yield term


@dataclass(frozen=True, slots=True)
class Grouped:
    """A SELECT with aggregates in a level.

    Attributes:
        keys: The variables that hold the keys of a group.
        matched: As for a pattern.
        level: The level with the solutions in its groups.
        names: The variables of that level with the keys.
    """

    keys: tuple[str, ...]
    matched: str | None
    level: Level
    names: tuple[str, ...]

    @property
    def variables(self) -> Iterator[str]:
        """The variables that a solution needs."""
        yield from self.keys
        if self.matched:
            yield self.matched


@dataclass(frozen=True, slots=True)
class Level:
    """A query with what its solutions bind.

    Attributes:
        query: The query.
        patterns: Its triple patterns.
        groups: The SELECTs with aggregates in it.
    """

    query: PlainQuery
    patterns: tuple[Pattern, ...]
    groups: tuple[Grouped, ...]

    @property
    def needed(self) -> list[str]:
        """The variables that a solution needs."""
        return _needed((*self.patterns, *self.groups))


@dataclass(slots=True)
class Scope:
    """The patterns of the level, or of the SELECT without aggregates, that is being read."""

    patterns: list[Pattern] = field(default_factory=list)
    groups: list[Grouped] = field(default_factory=list)

    def needed(self) -> list[str]:
        """Return the variables that the solutions must have."""
        return _needed((*self.patterns, *self.groups))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a query a triple pattern is.

    Attributes:
        scope: Takes the pattern.
        graph: The graph that it reads; None for the default graph.
        matched: The variable that is bound if the part of the query around it matched.
    """

    scope: Scope
    graph: str | None = None
    matched: str | None = None

    def add(self, terms: tuple[str, str, str]) -> None:
        """Add the pattern of a subject, a predicate and an object."""
        if len(self.scope.patterns) == _MOST_PATTERNS:
            raise NotTracedError(f"it has more than {_MOST_PATTERNS} triple patterns")
        self.scope.patterns.append(Pattern(terms, self.graph, self.matched))


class Names:
    """Makes variables that a query does not have.

    Args:
        plain: The query.
    """

    def __init__(self, plain: Sequence[Token]) -> None:
        used = {token.text for token in plain if token.kind == "variable"}
        self._unused = (name for n in count() if (name := f"?cited{n}") not in used)

    def new(self) -> str:
        """Return another variable."""
        return next(self._unused)


def is_variable(term: str) -> bool:
    """Return whether a term of a pattern is a variable."""
    return term.startswith("?")


def _needed(parts: Iterable[Pattern | Grouped]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.variables))
