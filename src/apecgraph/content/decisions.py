"""Decisions: the verdicts that editors record on contradictory figures and statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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
    """A verdict on figures or statements.

    Attributes:
        iri: IRI of the decision.
        verdict: IRI of the verdict.
        upholds: IRIs of the claims that it upholds.
        rejects: IRIs of the claims that it rejects.
    """

    iri: str
    verdict: str
    upholds: frozenset[str]
    rejects: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """IRIs of all claims that the decision is about."""
        return self.upholds | self.rejects

    def leaves_open(self, readings: Iterable[frozenset[str]]) -> bool:
        """Return whether the verdict is open and the decision upholds several of the readings."""
        return self.verdict == OPEN and sum(reading <= self.upholds for reading in readings) > 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict of a decision on one figure or statement.

    Attributes:
        decision: IRI of the decision.
        verdict: IRI of the verdict.
        upheld: True if the decision upholds the claim, False if the decision rejects the claim.
        identifier: Identifier of the decision, or an empty string if it has none.
    """

    decision: str
    verdict: str
    upheld: bool
    identifier: str = ""

    @property
    def disputed(self) -> bool:
        """Whether the decision leaves open which claim is true."""
        return self.verdict == OPEN


def status(rulings: Collection[Ruling]) -> str:
    """Return "standing", "rejected" or "open": the status of a claim with these rulings."""
    if any(not ruling.upheld for ruling in rulings):
        return "rejected"
    return "open" if any(ruling.disputed for ruling in rulings) else "standing"


def read_decisions(graph: Graph) -> Iterator[Decision]:
    """Read all decisions, in the order of their IRIs."""
    recorded = graph.named_graph(DECISIONS_GRAPH)  # decisions in other graphs are ignored
    for iri in recorded.subjects(f"{RDF}type", f"{APEC}Decision"):
        yield Decision(
            iri,
            recorded.value(iri, f"{APEC}verdict") or "",
            frozenset(recorded.values(iri, f"{APEC}upholds")),
            frozenset(recorded.values(iri, f"{APEC}rejects")),
        )


def rulings(graph: Graph, claim: str) -> tuple[Ruling, ...]:
    """Read the rulings of all decisions on a claim.

    Args:
        graph: The dataset of a release.
        claim: IRI of a figure or a statement.

    Returns:
        The rulings, sorted by the IRIs of the decisions.
    """
    standing = graph.default_graph
    read = [
        Ruling(decision, verdict, upheld, standing.value(decision, f"{DCTERMS}identifier") or "")
        for name, upheld in (("rejects", False), ("upholds", True))
        for decision in standing.subjects(f"{APEC}{name}", claim)
        for verdict in standing.iris(decision, f"{APEC}verdict")[:1]
    ]
    return tuple(sorted(read, key=lambda ruling: ruling.decision))
