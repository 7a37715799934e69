"""Decisions: what an editor has recorded about figures and statements that contradict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from apecgraph.graph import Graph
from apecgraph.namespaces import APEC, ID, RDF

OPEN: Final = f"{ID}verdict/open"
COMPATIBLE: Final = f"{ID}verdict/compatible"


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict: the IRIs of what it upholds and of what it rejects."""

    iri: str
    verdict: str
    upholds: frozenset[str]
    rejects: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All that the decision speaks of."""
        return self.upholds | self.rejects

    def leaves_open(self, nodes: frozenset[str]) -> bool:
        """Whether it records that a contradiction between these is not decided."""
        return self.verdict == OPEN and nodes <= self.upholds


def read_decisions(graph: Graph) -> Iterator[Decision]:
    """Read all decisions, in the order of their IRIs."""
    for iri in graph.subjects(f"{RDF}type", f"{APEC}Decision"):
        yield Decision(
            iri,
            graph.value(iri, f"{APEC}verdict") or "",
            frozenset(graph.values(iri, f"{APEC}upholds")),
            frozenset(graph.values(iri, f"{APEC}rejects")),
        )
