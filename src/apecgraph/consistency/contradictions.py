"""Contradictions: figures and statements that cannot all be right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from apecgraph.consistency.cells import SAME_CELL, Estimate, comparable
from apecgraph.content.cube import Cell
from apecgraph.intervals import all_meet
from apecgraph.rdf.namespaces import ID

if TYPE_CHECKING:
    from apecgraph.consistency.wording import Wording

_QUERY_EDITS: Final = frozenset(
    f"{ID}relation/{name}" for name in ("mirror", "near-bound", "steady-pace", "steady-share")
)
"""Edit rules that allow a wide band: a failure is suspicious, but does not prove an error."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two estimates of one cell that have no number in common."""

    cell: Cell
    one: Estimate
    other: Estimate

    @property
    def edit_rules(self) -> frozenset[str]:
        """IRIs of the edit rules that imply the estimates; `SAME_CELL` if both are readings."""
        rules = {estimate.edit_rule for estimate in (self.one, self.other)} - {None}
        return frozenset(rule or SAME_CELL for rule in rules or {SAME_CELL})

    @property
    def ascending(self) -> tuple[Estimate, Estimate]:
        """The two estimates, the lower one first."""
        below = self.one.interval.is_below(self.other.interval)
        return (self.one, self.other) if below else (self.other, self.one)

    @property
    def ratio(self) -> Decimal | None:
        """The lower end of the higher estimate, divided by the upper end of the lower one.

        None if one of these ends is missing or the divisor is not positive.
        """
        low, high = (estimate.interval for estimate in self.ascending)
        if low.upper is None or high.lower is None or low.upper <= 0:
            return None
        return high.lower / low.upper


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Readings that cannot all be right.

    Attributes:
        edit_rules: IRIs of the edit rules that fail.
        readings: Sets of IRIs: the figures that print one number, or one statement. The
            contradiction is settled as soon as all claims of one reading are rejected.
        reason: Why the readings contradict each other: two estimates, or what writes a sentence.
    """

    edit_rules: frozenset[str]
    readings: frozenset[frozenset[str]]
    reason: Discrepancy | Callable[[Wording], str] = field(compare=False)

    @property
    def is_fatal(self) -> bool:
        """Whether the contradiction proves an error: none of its edit rules allows a wide band."""
        return _QUERY_EDITS.isdisjoint(self.edit_rules)

    @property
    def claims(self) -> frozenset[str]:
        """IRIs of all figures and statements involved."""
        return frozenset[str]().union(*self.readings)

    @property
    def clarity(self) -> tuple[bool, bool, int, int, list[str], list[list[str]]]:
        """A sort key: the contradictions that are easiest to follow come first."""
        return (
            SAME_CELL not in self.edit_rules,
            not self.is_fatal,
            len(self.readings),
            len(self.edit_rules),
            sorted(self.edit_rules),
            sorted(map(sorted, self.readings)),
        )

    def without(self, rejected: frozenset[str]) -> frozenset[frozenset[str]]:
        """Return the readings without rejected claims; empty if a reading has no other claims."""
        left = frozenset(reading - rejected for reading in self.readings)
        return left if frozenset() not in left else frozenset()


def discrepancies(estimates: Mapping[Cell, list[Estimate]]) -> Iterator[Contradiction]:
    """Find the contradictions between figures.

    Args:
        estimates: All estimates of each cell.

    Yields:
        The contradiction that is easiest to follow for each set of readings. A contradiction is
        left out if its readings include all readings of another one, which it would only repeat.
    """
    by_readings: defaultdict[frozenset[frozenset[str]], list[Discrepancy]] = defaultdict(list)
    for cell, known in estimates.items():
        if all_meet(estimate.interval for estimate in known):
            continue
        pairs = chain(*(combinations(each, 2) for each in comparable(cell, known)))
        for one, other in pairs:
            if not one.interval.meets(other.interval):
                readings = frozenset(each.figures for each in (*one.readings, *other.readings))
                by_readings[readings].append(Discrepancy(cell, one, other))
    # Each set is indexed under its rarest reading. Any superset contains this reading, too.
    smallest: defaultdict[frozenset[str], list[frozenset[frozenset[str]]]] = defaultdict(list)
    for readings in sorted(by_readings, key=len):
        if not any(each <= readings for reading in readings for each in smallest.get(reading, ())):
            smallest[min(readings, key=lambda reading: len(smallest[reading]))].append(readings)
            candidates = (
                Contradiction(discrepancy.edit_rules, readings, discrepancy)
                for discrepancy in by_readings[readings]
            )
            yield min(candidates, key=lambda contradiction: contradiction.clarity)
