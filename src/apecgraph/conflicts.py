"""Conflicts: each decision with the claims that it speaks of, read for showing it to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from apecgraph.claims import Claim, read_claim
from apecgraph.decisions import COMPATIBLE, LIKELY, OPEN, RESOLVED, read_decisions
from apecgraph.graph import Graph
from apecgraph.namespaces import APEC, DCTERMS, RDFS

_ORDER: Final = {RESOLVED: 0, LIKELY: 1, OPEN: 2, COMPATIBLE: 3}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A decision, with what it is about.

    verdict: an IRI.
    reason: what the editor says; arithmetic: what the check computes, a line each.
    """

    iri: str
    identifier: str
    verdict: str
    reason: tuple[str, ...]
    arithmetic: tuple[str, ...]
    upheld: tuple[Claim, ...]
    rejected: tuple[Claim, ...]


def read_conflicts(graph: Graph) -> list[Conflict]:
    """Read all conflicts: the decided ones first, those that are none last."""
    conflicts = [
        Conflict(
            decision.iri,
            graph.value(decision.iri, f"{DCTERMS}identifier") or "",
            decision.verdict,
            tuple(graph.values(decision.iri, f"{RDFS}comment")),
            tuple(graph.values(decision.iri, f"{APEC}arithmetic")),
            tuple(_claims(graph, decision.upholds)),
            tuple(_claims(graph, decision.rejects)),
        )
        for decision in read_decisions(graph)
    ]
    return sorted(conflicts, key=_rank)


def _rank(conflict: Conflict) -> tuple[int, int, str]:
    order = _ORDER.get(conflict.verdict, len(_ORDER))
    return order, len(conflict.identifier), conflict.identifier  # B9 before B10


def _claims(graph: Graph, iris: Iterable[str]) -> Iterator[Claim]:
    for iri in sorted(iris):
        claim = read_claim(graph.store, iri)
        if claim is not None:
            yield claim
