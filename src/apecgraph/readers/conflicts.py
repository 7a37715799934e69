"""Conflicts: each decision with its claims and with the contradictions that justify it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import Final

from apecgraph.content.decisions import OPEN, RESOLVED, VERDICTS, Decision, read_decisions
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS, ID, RDFS
from apecgraph.readers.claims import Claim, FigureClaim, read_claim
from apecgraph.readers.contradictions import RecordedContradiction, read_contradictions
from apecgraph.text.numbers import rounded, spelled

_SAME_CELL: Final = f"{ID}relation/same-cell"
_DIGITS: Final = 2  # of a ratio


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision with its claims and contradictions.

    Attributes:
        iri: IRI of the decision.
        identifier: Short name for citing the decision; empty if it has none.
        verdict: IRI of the verdict.
        issued: The day of the decision (ISO 8601), or None if it is not recorded.
        reason: The reasons that the editor gives.
        contradictions: The contradictions that the check found, the clearest first.
        upheld: The claims that the decision upholds.
        alternatives: The statements that the decision keeps as other wordings.
        rejected: The claims that the decision rejects.
    """

    iri: str
    identifier: str
    verdict: str
    issued: str | None
    reason: tuple[str, ...]
    contradictions: tuple[RecordedContradiction, ...]
    upheld: tuple[Claim, ...]
    alternatives: tuple[Claim, ...]
    rejected: tuple[Claim, ...]

    @property
    def is_open(self) -> bool:
        """Whether the decision leaves the conflict open."""
        return self.verdict == OPEN

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims: the upheld ones, other wordings, the rejected ones."""
        return self.upheld + self.alternatives + self.rejected


def read_conflicts(graph: Graph, labels: Labels) -> list[Conflict]:
    """Read all conflicts, with words in the language of the labels.

    Args:
        graph: The dataset of a release.
        labels: Reads the words, in a language.

    Returns:
        The conflicts, sorted by verdict and identifier.
    """
    conflicts = (_read(graph, labels, decision) for decision in read_decisions(graph))
    return sorted(conflicts, key=_rank)


def read_conflict(graph: Graph, labels: Labels, iri: str) -> Conflict | None:
    """Read the conflict of a decision; return None if the IRI is not that of a decision."""
    decisions = (decision for decision in read_decisions(graph) if decision.iri == iri)
    return next((_read(graph, labels, decision) for decision in decisions), None)


def _read(graph: Graph, labels: Labels, decision: Decision) -> Conflict:
    return Conflict(
        decision.iri,
        graph.value(decision.iri, f"{DCTERMS}identifier") or "",
        decision.verdict,
        graph.value(decision.iri, f"{DCTERMS}issued"),
        tuple(labels.texts(decision.iri, f"{RDFS}comment")),
        tuple(read_contradictions(graph, labels, decision.iri)),
        tuple(_claims(graph, decision.upholds)),
        tuple(_claims(graph, decision.alternatives)),
        tuple(_claims(graph, decision.rejects)),
    )


def _rank(conflict: Conflict) -> tuple[int, int, str]:
    is_known = conflict.verdict in VERDICTS
    order = VERDICTS.index(conflict.verdict) if is_known else len(VERDICTS)
    return order, len(conflict.identifier), conflict.identifier  # B9 before B10


def _claims(graph: Graph, iris: Iterable[str]) -> Iterator[Claim]:
    for iri in sorted(iris):
        claim = read_claim(graph, iri)
        if claim is not None:
            yield claim


@dataclass(frozen=True, slots=True)
class Refutation:
    """A number that a decision rejects because other sources print another number for the cell.

    Attributes:
        conflict: The conflict.
        rejected: The figures that print the number.
        upheld: The figures that print the other number.
        ratio: The higher number divided by the lower one; None if it is not known.
    """

    conflict: Conflict
    rejected: tuple[FigureClaim, ...]
    upheld: tuple[FigureClaim, ...]
    ratio: Decimal | None

    @property
    def times(self) -> str:
        """The ratio, rounded and written as a number; empty if it is not known."""
        return "" if self.ratio is None else spelled(rounded(self.ratio, _DIGITS))


def read_refutation(conflicts: Iterable[Conflict]) -> Refutation | None:
    """Return the first refutation among some conflicts, or None if no conflict has one."""
    for conflict in conflicts:
        for contradiction in conflict.contradictions if conflict.verdict == RESOLVED else ():
            if contradiction.edit_rules == (_SAME_CELL,):
                for wrong, right in permutations(contradiction.estimates):
                    rejected = _among(conflict.rejected, wrong.figures)
                    upheld = _among(conflict.upheld, right.figures)
                    if rejected and upheld:
                        return Refutation(conflict, rejected, upheld, contradiction.ratio)
    return None


def _among(claims: Iterable[Claim], figures: tuple[str, ...]) -> tuple[FigureClaim, ...]:
    return tuple(
        claim for claim in claims if isinstance(claim, FigureClaim) and claim.iri in figures
    )
