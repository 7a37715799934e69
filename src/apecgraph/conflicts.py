"""Conflicts: each decision with the claims that it speaks of, read for showing it to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from apecgraph.claims import Claim, read_claim
from apecgraph.decisions import COMPATIBLE, LIKELY, OPEN, RESOLVED, Decision, read_decisions
from apecgraph.graph import Graph
from apecgraph.namespaces import APEC, DCTERMS, RDFS

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
        claim = read_claim(graph.store, iri)
        if claim is not None:
            yield claim
