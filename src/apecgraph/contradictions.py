"""Contradictions: figures and statements that cannot all be right.

Figures contradict where two estimates of one cell have no number in common (`estimates`);
statements, and figures taken by themselves, where one of the `disagreements` shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from apecgraph import disagreements
from apecgraph.cells import Estimate
from apecgraph.estimates import SAME_CELL, estimates
from apecgraph.evidence import Evidence
from apecgraph.figures import Interval, all_meet, number, spelled
from apecgraph.namespaces import APEC, ID

_BANDS: Final = frozenset(
    f"{ID}relation/{name}"
    for name in ("currency-pair", "near-bound", "steady-pace", "steady-share")
)
"""Relations that hold within a band, and so show less plainly what is wrong."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Readings that cannot all be right.

    relations: IRIs of the relations that fail. readings: each the IRIs of the figures, or the
    statement, that say it alike; the contradiction is settled where one of them falls as a whole.
    arithmetic: why, in words and numbers.
    """

    relations: frozenset[str]
    readings: frozenset[frozenset[str]]
    arithmetic: str

    @property
    def nodes(self) -> frozenset[str]:
        """All figures and statements involved."""
        return frozenset().union(*self.readings)

    def without(self, rejected: frozenset[str]) -> frozenset[frozenset[str]]:
        """Return what is left of each reading; empty where one of them falls."""
        left = frozenset(reading - rejected for reading in self.readings)
        return left if frozenset() not in left else frozenset()


def contradictions(evidence: Evidence) -> list[Contradiction]:
    """Find all contradictions, each in its smallest form, ordered."""
    found = list(_between_figures(evidence))
    for iri, relation in disagreements.RELATIONS.items():
        for nodes, arithmetic in relation(evidence, evidence.graph.values(iri, f"{APEC}compares")):
            readings = frozenset(frozenset([node]) for node in nodes)
            found.append(Contradiction(frozenset([iri]), readings, arithmetic))
    return sorted(found, key=_plainness)


def _plainness(contradiction: Contradiction) -> tuple[bool, bool, int, str]:
    """Order contradictions by how plainly they show what is wrong: figures of one cell first."""
    return (
        SAME_CELL not in contradiction.relations,
        not _BANDS.isdisjoint(contradiction.relations),
        len(contradiction.readings),
        contradiction.arithmetic,
    )


def _between_figures(evidence: Evidence) -> Iterator[Contradiction]:
    """Hold all that is known of each cell against each other.

    What only repeats a smaller contradiction, with more readings, is left out.
    """
    found: defaultdict[frozenset[frozenset[str]], list[tuple[Estimate, Estimate]]]
    found = defaultdict(list)
    for known in estimates(evidence.figures, evidence.graph).values():
        if all_meet(each.interval for each in known):
            continue
        for one, other in combinations(known, 2):
            if not one.interval.meets(other.interval):
                readings = frozenset(each.figures for each in (*one.readings, *other.readings))
                found[readings].append((one, other))
    # Each is kept under one of its readings, the one with fewest: who has it all has that one.
    smallest: defaultdict[frozenset[str], list[frozenset[frozenset[str]]]] = defaultdict(list)
    for readings in sorted(found, key=len):
        if not any(each <= readings for reading in readings for each in smallest.get(reading, ())):
            smallest[min(readings, key=lambda reading: len(smallest[reading]))].append(readings)
            shown = (_contradiction(readings, *pair) for pair in found[readings])
            yield min(shown, key=_plainness)


def _contradiction(
    readings: frozenset[frozenset[str]], one: Estimate, other: Estimate
) -> Contradiction:
    relations = frozenset(
        each.relation or SAME_CELL
        for each in (one, other)
        if each.relation or not (one.relation or other.relation)
    )
    return Contradiction(relations, readings, _words(one, other))


def _words(one: Estimate, other: Estimate) -> str:
    return (
        f"{one.words} means {spelled(one.interval)}; "
        f"{other.words} means {spelled(other.interval)}; "
        f"no number is in both{_ratio(one.interval, other.interval)}"
    )


def _ratio(one: Interval, other: Interval) -> str:
    """Say how many times one is the other, between the ends that are nearest."""
    low, high = (one, other) if one.is_below(other) else (other, one)
    if low.upper is None or high.lower is None or low.upper <= 0:
        return ""
    times = round(high.lower / low.upper, 1)
    return f"; one is {number(times)} times the other" if times >= 2 else ""
