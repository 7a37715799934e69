"""Contradictions: figures and statements that cannot all be right.

Figures contradict where two estimates of one cell have no number in common (`estimates`);
statements, and figures taken by themselves, where one of the `disagreements` shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import combinations
from typing import Final

from apecgraph.consistency import claim_relations as disagreements
from apecgraph.consistency.cells import Estimate
from apecgraph.consistency.estimates import SAME_CELL
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Cell
from apecgraph.intervals import Interval, all_meet
from apecgraph.rdf.namespaces import APEC, ID

_BANDS: Final = frozenset(
    f"{ID}relation/{name}" for name in ("near-bound", "steady-pace", "steady-share")
)
"""Relations that hold within a wide band, and so show less plainly what is wrong."""

CONCLUSION: Final = "; they cannot both be: "
"""What stands before the last part of the arithmetic of figures."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Readings that cannot all be right.

    relations: IRIs of the relations that fail. readings: each the IRIs of the figures, or the
    statement, that say it alike; the contradiction is settled where one of them falls as a whole.
    tell: says why; there are many contradictions of which nobody asks that.
    """

    relations: frozenset[str]
    readings: frozenset[frozenset[str]]
    tell: Callable[[], str] = field(compare=False)

    @property
    def arithmetic(self) -> str:
        """Why they cannot, in words and numbers."""
        return self.tell()

    @property
    def is_plain(self) -> bool:
        """Whether it shows what is wrong without a wide band."""
        return _BANDS.isdisjoint(self.relations)

    @property
    def nodes(self) -> frozenset[str]:
        """All figures and statements involved."""
        return frozenset().union(*self.readings)

    def without(self, rejected: frozenset[str]) -> frozenset[frozenset[str]]:
        """Return what is left of each reading; empty where one of them falls."""
        left = frozenset(reading - rejected for reading in self.readings)
        return left if frozenset() not in left else frozenset()


def contradictions(
    evidence: Evidence, estimates: Mapping[Cell, list[Estimate]]
) -> list[Contradiction]:
    """Find all contradictions, each in its smallest form.

    Args:
        evidence: All figures and statements.
        estimates: All that is known of each cell.

    Returns:
        The contradictions, the plainest first.
    """
    found = list(_between_figures(evidence, estimates))
    for iri, relation in disagreements.CLAIM_RELATIONS.items():
        for nodes, arithmetic in relation(evidence, evidence.graph.values(iri, f"{APEC}compares")):
            readings = frozenset(frozenset([node]) for node in nodes)
            found.append(Contradiction(frozenset([iri]), readings, partial(str, arithmetic)))
    return sorted(found, key=_plainness)


def _plainness(contradiction: Contradiction) -> tuple[bool, bool, int, list[list[str]]]:
    """Order contradictions by how plainly they show what is wrong: figures of one cell first."""
    return (
        SAME_CELL not in contradiction.relations,
        not contradiction.is_plain,
        len(contradiction.readings),
        sorted(map(sorted, contradiction.readings)),
    )


def _between_figures(
    evidence: Evidence, estimates: Mapping[Cell, list[Estimate]]
) -> Iterator[Contradiction]:
    """Hold all that is known of each cell against each other.

    What only repeats a smaller contradiction, with more readings, is left out.
    """
    found: defaultdict[frozenset[frozenset[str]], list[tuple[Cell, Estimate, Estimate]]]
    found = defaultdict(list)
    wording = Wording(evidence.graph.store)
    for cell, known in estimates.items():
        if all_meet(each.interval for each in known):
            continue
        for one, other in combinations(known, 2):
            if not one.interval.meets(other.interval):
                readings = frozenset(each.figures for each in (*one.readings, *other.readings))
                found[readings].append((cell, one, other))
    # Each is kept under one of its readings, the one with fewest: who has it all has that one.
    smallest: defaultdict[frozenset[str], list[frozenset[frozenset[str]]]] = defaultdict(list)
    for readings in sorted(found, key=len):
        if not any(each <= readings for reading in readings for each in smallest.get(reading, ())):
            smallest[min(readings, key=lambda reading: len(smallest[reading]))].append(readings)
            shown = (_contradiction(wording, readings, *each) for each in found[readings])
            yield min(shown, key=_plainness)


def _contradiction(
    wording: Wording,
    readings: frozenset[frozenset[str]],
    cell: Cell,
    one: Estimate,
    other: Estimate,
) -> Contradiction:
    relations = frozenset(
        each.relation or SAME_CELL
        for each in (one, other)
        if each.relation or not (one.relation or other.relation)
    )
    return Contradiction(relations, readings, partial(_words, wording, cell, one, other))


def _words(wording: Wording, cell: Cell, one: Estimate, other: Estimate) -> str:
    told = "; ".join(
        f"{wording.estimate(each, cell)} means {wording.meaning(each.interval, cell.unit)}"
        for each in (one, other)
    )
    ratio = _ratio(one.interval, other.interval)
    why = "no number is in both" if ratio < 2 else f"one is {wording.times(ratio)} times the other"
    return f"{wording.cell(cell)}: {told}{CONCLUSION}{why}"


def _ratio(one: Interval, other: Interval) -> Decimal:
    """Return how many times one is the other, between the ends that are nearest; or nothing."""
    low, high = (one, other) if one.is_below(other) else (other, one)
    if low.upper is None or high.lower is None or low.upper <= 0:
        return Decimal(0)
    return high.lower / low.upper
