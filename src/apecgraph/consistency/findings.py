"""Findings: the contradictions in the evidence, held against the decisions of the editors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from apecgraph.consistency.cells import Estimate
from apecgraph.consistency.contradictions import Contradiction, contradictions
from apecgraph.consistency.estimates import estimates, touched
from apecgraph.content.decisions import Decision
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Cell


@dataclass(frozen=True)
class Findings:
    """What the check finds in the evidence. Each part is computed once, on first use."""

    evidence: Evidence

    @cached_property
    def estimates(self) -> dict[Cell, list[Estimate]]:
        """All that is known of each cell."""
        return estimates(self.evidence.figures, self.evidence.graph)

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """All contradictions, the plainest first."""
        return contradictions(self.evidence, self.estimates)

    @cached_property
    def touched(self) -> dict[str, set[str]]:
        """The relations that hold each figure against another one; both by their IRIs."""
        return touched(self.estimates)

    @property
    def unsettled(self) -> list[Contradiction]:
        """The contradictions that no decision settles or leaves open."""
        return self._unsettled(self.evidence.decisions)

    def justifying(self, decision: Decision) -> list[Contradiction]:
        """Return the contradictions that justify a decision.

        They are the plainest one of each set of relations; a relation with a wide band counts only
        if no other one fails. Contradictions that rest on a claim that another decision rejects
        are left to that decision.
        """
        plainest: dict[frozenset[str], Contradiction] = {}
        rejected_by_others = self.evidence.rejected - decision.rejects
        for contradiction in self.contradictions:
            readings = contradiction.without(rejected_by_others)
            rejects = bool(readings and decision.rejects & contradiction.nodes)
            if rejects or decision.leaves_open(readings):
                plainest.setdefault(contradiction.relations, contradiction)
        justifying = list(plainest.values())
        return [each for each in justifying if each.is_plain] or justifying

    def _unsettled(self, decisions: Iterable[Decision]) -> list[Contradiction]:
        decisions = list(decisions)
        rejected = frozenset[str]().union(*(decision.rejects for decision in decisions))
        return [
            contradiction
            for contradiction in self.contradictions
            if (readings := contradiction.without(rejected))
            and not any(decision.leaves_open(readings) for decision in decisions)
        ]


def by_culprit(
    contradictions: Iterable[Contradiction],
) -> Iterator[tuple[frozenset[str], list[Contradiction]]]:
    """Group contradictions by the reading that is most likely wrong.

    The culprit of a group is the reading that is in most contradictions; of several, the one that
    the fewest figures print.

    Yields:
        The culprit, as the IRIs of its figures or its statement, and the contradictions that it is
        in. Each contradiction is in one group; the largest group comes first.
    """
    left = list(contradictions)
    while left:
        count = Counter(reading for contradiction in left for reading in contradiction.readings)
        culprit = max(count, key=lambda reading: (count[reading], -len(reading), sorted(reading)))
        yield culprit, [each for each in left if culprit in each.readings]
        left = [each for each in left if culprit not in each.readings]
