"""Decisions: what an editor has recorded about figures and statements that contradict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from apecgraph.content.folder import DECISIONS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, RDF

RESOLVED: Final = f"{ID}verdict/resolved"
LIKELY: Final = f"{ID}verdict/likely"
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

    def leaves_open(self, readings: Iterable[frozenset[str]]) -> bool:
        """Whether it records that a contradiction is not decided: two of its readings, at least."""
        return self.verdict == OPEN and sum(each <= self.upholds for each in readings) > 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one decision says of a figure or a statement; `decision` and `verdict` are IRIs.

    identifier: of the decision, empty where it has none.
    """

    decision: str
    verdict: str
    upheld: bool
    identifier: str = ""

    @property
    def disputed(self) -> bool:
        """Whether the decision leaves it open what is true."""
        return self.verdict == OPEN


def status(found: Iterable[Ruling]) -> str:
    """Return where a claim stands by what is ruled of it: "standing", "rejected" or "open"."""
    each = list(found)
    if any(not ruling.upheld for ruling in each):
        return "rejected"
    return "open" if any(ruling.disputed for ruling in each) else "standing"


def read_decisions(graph: Graph) -> Iterator[Decision]:
    """Read all decisions, in the order of their IRIs."""
    recorded = graph.named_graph(DECISIONS_GRAPH)  # a source does not decide, whatever it states
    for iri in recorded.subjects(f"{RDF}type", f"{APEC}Decision"):
        yield Decision(
            iri,
            recorded.value(iri, f"{APEC}verdict") or "",
            frozenset(recorded.values(iri, f"{APEC}upholds")),
            frozenset(recorded.values(iri, f"{APEC}rejects")),
        )


def rulings(graph: Graph, claim: str) -> tuple[Ruling, ...]:
    """Return what the decisions say of a claim, sorted by the IRIs of the decisions.

    Args:
        graph: The dataset of a release.
        claim: IRI of a figure or a statement.
    """
    standing = graph.default_graph
    found = [
        Ruling(decision, verdict, upheld, standing.value(decision, f"{DCTERMS}identifier") or "")
        for name, upheld in (("rejects", False), ("upholds", True))
        for decision in standing.subjects(f"{APEC}{name}", claim)
        for verdict in standing.iris(decision, f"{APEC}verdict")[:1]
    ]
    return tuple(sorted(found, key=lambda ruling: ruling.decision))
