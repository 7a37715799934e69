"""Conflicts: each decision with the claims that it speaks of, read for showing it to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.content.decisions import COMPATIBLE, LIKELY, OPEN, RESOLVED, Decision, read_decisions
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDFS
from apecgraph.readers.claims import Claim, read_claim

VERDICTS: Final = (RESOLVED, LIKELY, OPEN, COMPATIBLE)
"""In the order in which conflicts are shown: the decided ones first, those that are none last."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision, with what it is about.

    verdict: an IRI. issued: when it was decided, None where that is not told.
    reason: what the editor says; arithmetic: what the check computes, the short lines first.
    """

    iri: str
    identifier: str
    verdict: str
    issued: str | None
    reason: tuple[str, ...]
    arithmetic: tuple[str, ...]
    upheld: tuple[Claim, ...]
    rejected: tuple[Claim, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is left open what is true."""
        return self.verdict == OPEN

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, those that stand first."""
        return self.upheld + self.rejected


def read_conflicts(graph: Graph) -> list[Conflict]:
    """Read all conflicts, in the order of their verdicts."""
    return sorted((_read(graph, each) for each in read_decisions(graph)), key=_rank)


def read_conflict(graph: Graph, iri: str) -> Conflict | None:
    """Read the conflict that a decision, given by its IRI, is on; None where there is none."""
    found = (each for each in read_decisions(graph) if each.iri == iri)
    return next((_read(graph, each) for each in found), None)


def _read(graph: Graph, decision: Decision) -> Conflict:
    # The shortest line tells of the fewest figures.
    arithmetic = sorted(graph.values(decision.iri, f"{APEC}arithmetic"), key=len)
    return Conflict(
        decision.iri,
        graph.value(decision.iri, f"{DCTERMS}identifier") or "",
        decision.verdict,
        graph.value(decision.iri, f"{DCTERMS}issued"),
        tuple(graph.values(decision.iri, f"{RDFS}comment")),
        tuple(arithmetic),
        tuple(_claims(graph, decision.upholds)),
        tuple(_claims(graph, decision.rejects)),
    )


def _rank(conflict: Conflict) -> tuple[int, int, str]:
    known = conflict.verdict in VERDICTS
    order = VERDICTS.index(conflict.verdict) if known else len(VERDICTS)
    return order, len(conflict.identifier), conflict.identifier  # B9 before B10


def _claims(graph: Graph, iris: Iterable[str]) -> Iterator[Claim]:
    for iri in sorted(iris):
        claim = read_claim(graph, iri)
        if claim is not None:
            yield claim


_PARTS: Final = {
    Decimal(10): "a tenth of",
    Decimal(100): "a hundredth of",
    Decimal(1000): "a thousandth of",
    Decimal(1_000_000): "a millionth of",
}


@dataclass(frozen=True, slots=True)
class Refutation:
    """A conflict of numbers that is decided.

    rejected, upheld: figures of the same measure, period and unit; those of each say one number.
    """

    conflict: Conflict
    rejected: tuple[Claim, ...]
    upheld: tuple[Claim, ...]

    @property
    def times(self) -> Decimal | None:
        """How many times the rejected number the upheld one is; None where none is."""
        wrong, right = _number(self.rejected[0]), _number(self.upheld[0])
        return right / wrong if wrong > 0 else None

    @property
    def proportion(self) -> str:
        """What the rejected number is of the upheld one, in words: "a tenth of"."""
        if self.times in _PARTS:
            return _PARTS[self.times]
        return "less than" if _number(self.rejected[0]) < _number(self.upheld[0]) else "more than"


def read_refutation(conflicts: Iterable[Conflict]) -> Refutation | None:
    """Return the first refutation of some conflicts; None where there is none."""
    for conflict in conflicts:
        for wrong in conflict.rejected if conflict.verdict == RESOLVED else ():
            same = [claim for claim in conflict.upheld if _kind(claim) == _kind(wrong)]
            if wrong.value is not None and same:
                rejected = [claim for claim in conflict.rejected if _kind(claim) == _kind(wrong)]
                return Refutation(conflict, _alike(rejected, wrong), _alike(same, same[0]))
    return None


def _kind(claim: Claim) -> tuple[str | None, ...]:
    return claim.measure, claim.period, claim.unit


def _alike(claims: Iterable[Claim], one: Claim) -> tuple[Claim, ...]:
    """Return those that say the same number as one of them, that one first."""
    others = (claim for claim in claims if claim != one and _number(claim) == _number(one))
    return (one, *others)


def _number(claim: Claim) -> Decimal:
    return Decimal("0" if claim.value is None else claim.value.value)
