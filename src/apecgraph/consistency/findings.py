"""Findings: the contradictions in the evidence, compared with the editors' decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from apecgraph.consistency.cells import Estimate
from apecgraph.consistency.claim_edit_rules import claim_contradictions
from apecgraph.consistency.contradictions import Contradiction, discrepancies
from apecgraph.consistency.estimates import estimate_cells, rules_by_figure
from apecgraph.content.cube import Cell
from apecgraph.content.decisions import Decision
from apecgraph.content.evidence import Evidence

_MANY: Final = 15_000
"""The number of figures from which it is faster to screen them first.

The 10,816 figures of the content took 3.5 s of processor time, and 4.8 s with screening; 45,968
figures that `benchmarks/scale_figures.py` made up took 20.8 s and 3.4 s.
"""


@dataclass(frozen=True)
class Findings:
    """The findings of the check in the evidence. Each part is computed once, on first use."""

    evidence: Evidence

    @classmethod
    def of(cls, evidence: Evidence, contradictions: Iterable[Contradiction]) -> Findings:
        """Return the findings in evidence whose contradictions are already known."""
        findings = cls(evidence)
        in_order = sorted(contradictions, key=lambda contradiction: contradiction.clarity)
        findings.__dict__["contradictions"] = in_order
        return findings

    @cached_property
    def estimates(self) -> dict[Cell, list[Estimate]]:
        """All estimates of each cell."""
        return estimate_cells(self.evidence.compared.outcomes, self.evidence.graph)

    @cached_property
    def contradictions(self) -> list[Contradiction]:
        """All contradictions; those that are easiest to follow come first."""
        found = (*self._discrepancies(), *claim_contradictions(self.evidence.compared))
        return sorted(found, key=lambda contradiction: contradiction.clarity)

    def _discrepancies(self) -> Iterable[Contradiction]:
        """Find the contradictions between figures; of many figures, screen the cells first."""
        compared, graph = self.evidence.compared, self.evidence.graph
        if "estimates" in self.__dict__ or len(compared.figures) < _MANY:
            return discrepancies(self.estimates)
        # Few figures need no engine, which takes a while to import.
        import duckdb

        from apecgraph.consistency.columnar.screening import judge, screen
        from apecgraph.content.figure_columns import figure_table

        with duckdb.connect(config={"threads": 1}) as engine:
            return judge(screen(figure_table(engine, compared.figures, graph), graph), graph)

    @cached_property
    def rules_by_figure(self) -> dict[str, set[str]]:
        """A dict from the IRI of a figure to the edit rules that compare it with another one."""
        return rules_by_figure(self.estimates)

    @property
    def unsettled(self) -> list[Contradiction]:
        """The contradictions that no decision settles or excuses."""
        decisions, rejected = self.evidence.decisions, self.evidence.rejected
        return [
            contradiction
            for contradiction in self.contradictions
            if (readings := contradiction.without(rejected))
            and not any(decision.excuses(readings) for decision in decisions)
        ]

    def justifying(self, decision: Decision) -> list[tuple[Contradiction, frozenset[str]]]:
        """Return the contradictions that justify a decision.

        For each set of edit rules, only the clearest contradiction is returned. Contradictions
        that prove no error are returned only if there are no others. A contradiction that other
        decisions settle is left out.

        Args:
            decision: The decision.

        Returns:
            Each contradiction with the IRIs of the claims that the check would name as the culprit
            if there were no decision.
        """
        rejected_by_others = self.evidence.rejected - decision.rejects
        settled = [
            contradiction
            for contradiction in self.contradictions
            if (readings := contradiction.without(rejected_by_others))
            and (decision.rejects & contradiction.claims or decision.excuses(readings))
        ]
        clearest: dict[frozenset[str], Contradiction] = {}
        for contradiction in settled:
            clearest.setdefault(contradiction.edit_rules, contradiction)
        justifying = list(clearest.values())
        fatal = [contradiction for contradiction in justifying if contradiction.is_fatal]
        culprits = {
            contradiction: culprit
            for culprit, group in by_culprit(settled)
            for contradiction in group
        }
        return [(contradiction, culprits[contradiction]) for contradiction in fatal or justifying]


def by_culprit(
    contradictions: Iterable[Contradiction],
) -> Iterator[tuple[frozenset[str], list[Contradiction]]]:
    """Group contradictions by the reading that is most likely wrong.

    The culprit of a group is the reading that is in the most contradictions. If there are several,
    the culprit is the one that the fewest figures print.

    Args:
        contradictions: The contradictions.

    Yields:
        The culprit, as the IRIs of its figures or its statement, and the contradictions that
        contain the culprit. Each contradiction is in one group; the largest group comes first.
    """
    left = list(contradictions)
    while left:
        count = Counter(reading for contradiction in left for reading in contradiction.readings)
        culprit = max(count, key=lambda reading: (count[reading], -len(reading), sorted(reading)))
        yield culprit, [each for each in left if culprit in each.readings]
        left = [each for each in left if culprit not in each.readings]
