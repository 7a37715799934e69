"""The citations of an answer: for each of its rows the statements, their sources and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from apecgraph.query.citing.sources import Claim, Decision, Origin, Origins, Source, Statement

MOST_LISTED: Final = 100
"""Number of statements that one row lists."""


@dataclass(eq=False, slots=True)
class RowCitation:
    """Where a row of an answer, or a group of a SELECT in the query, comes from.

    Attributes:
        statements: The first statements that made it, each with its origin.
        omits: Whether there are more.
        graphs: The IRIs of the named graphs that have the statements, listed or not.
        sources: The IRIs of their sources.
        decisions: The IRIs of the decisions on them.
        disputed: Whether a decision leaves one of them open.
        inputs: The number of solutions that it stands for.
        groups: The groups whose values it has, until they are added.
    """

    statements: dict[Statement, Origin] = field(default_factory=dict)
    omits: bool = False
    graphs: dict[str, None] = field(default_factory=dict)
    sources: dict[str, None] = field(default_factory=dict)
    decisions: dict[str, None] = field(default_factory=dict)
    disputed: bool = False
    inputs: int = 0
    groups: dict[RowCitation, None] = field(default_factory=dict)

    def add(self, statement: Statement, origin: Origin) -> None:
        """Add a statement."""
        self._list(statement, origin)
        self.graphs.update(dict.fromkeys(origin.graphs))
        self.sources.update(dict.fromkeys(origin.sources))
        self.decisions.update(dict.fromkeys(origin.decisions))
        self.disputed |= origin.disputed

    def add_groups(self) -> None:
        """Add what made the groups: the inputs are theirs then."""
        if self.groups:
            self.inputs = sum(group.inputs for group in self.groups)
        for group in self.groups:
            for statement, origin in group.statements.items():
                self._list(statement, origin)
            self.omits |= group.omits
            self.graphs |= group.graphs
            self.sources |= group.sources
            self.decisions |= group.decisions
            self.disputed |= group.disputed
        self.groups.clear()

    def _list(self, statement: Statement, origin: Origin) -> None:
        if len(self.statements) < MOST_LISTED:
            self.statements[statement] = origin
        elif statement not in self.statements:
            self.omits = True


@dataclass(frozen=True, slots=True)
class Citations:
    """The citations of an answer.

    Attributes:
        because: Why the answer is not traced; empty if it is.
        rows: Where each row comes from.
        statements: The statements that the rows list, each with its number and its origin.
        sources: The sources of all rows, keyed by IRI.
        claims: The claims of those statements.
        decisions: The decisions of all rows.
    """

    because: str = ""
    rows: Sequence[RowCitation] = ()
    statements: dict[Statement, tuple[int, Origin]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[RowCitation], known: Origins) -> Citations:
        """Return the citations of rows that were traced."""
        listed = {statement: origin for row in rows for statement, origin in row.statements.items()}
        return cls(
            "",
            rows,
            {each: (number, listed[each]) for number, each in enumerate(listed)},
            {iri: known.sources[iri] for row in rows for iri in row.sources},
            {iri: known.claim(iri) for origin in listed.values() for iri in origin.claims},
            {iri: known.decisions[iri] for row in rows for iri in row.decisions},
        )
