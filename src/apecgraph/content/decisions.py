"""Decisions: the verdicts that editors record on contradictory figures and statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from apecgraph.content.folder import DECISIONS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, DCTERMS, ID, RDF

RESOLVED: Final = f"{ID}verdict/resolved"
LIKELY: Final = f"{ID}verdict/likely"
OPEN: Final = f"{ID}verdict/open"
COMPATIBLE: Final = f"{ID}verdict/compatible"
ALTERNATIVE_WORDING: Final = f"{ID}verdict/alternative"
VERDICTS: Final = (RESOLVED, LIKELY, OPEN, ALTERNATIVE_WORDING, COMPATIBLE)
"""The verdicts in the order of the pages: decided conflicts first, apparent ones last."""

STATUS: Final = f"{ID}status/"
STANDS: Final = f"{STATUS}stands"
ALTERNATIVE: Final = f"{STATUS}alternative"
DISPUTED: Final = f"{STATUS}disputed"
ATTRIBUTED: Final = f"{STATUS}attributed"
EXPECTED: Final = f"{STATUS}expected"
SUPERSEDED: Final = f"{STATUS}superseded"
REJECTED: Final = f"{STATUS}rejected"
STATUSES: Final = (STANDS, ALTERNATIVE, DISPUTED, ATTRIBUTED, EXPECTED, SUPERSEDED, REJECTED)
"""The statuses of a claim. If several apply, the later status in this order counts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on figures or statements.

    Attributes:
        iri: IRI of the decision.
        verdict: IRI of the verdict.
        upholds: IRIs of the claims that it upholds.
        rejects: IRIs of the claims that it rejects.
        alternatives: IRIs of the statements that it keeps as other wordings of upheld ones.
        saw: Its record of each claim, keyed by the IRI of the claim.
    """

    iri: str
    verdict: str
    upholds: frozenset[str]
    rejects: frozenset[str]
    alternatives: frozenset[str]
    saw: Mapping[str, str]

    @property
    def names(self) -> frozenset[str]:
        """IRIs of all claims that the decision is about."""
        return self.upholds | self.rejects | self.alternatives

    def status(self, claim: str) -> str:
        """Return the status that the decision gives to one of its claims."""
        if claim in self.rejects:
            return REJECTED
        if claim in self.alternatives:
            return ALTERNATIVE
        return DISPUTED if self.verdict == OPEN else STANDS

    def excuses(self, readings: Collection[frozenset[str]]) -> bool:
        """Return whether readings may contradict each other: it covers and records all of them."""
        return self.covers(readings) and all(reading & self.saw.keys() for reading in readings)

    def covers(self, readings: Collection[frozenset[str]]) -> bool:
        """Return whether a contradiction is one that the decision is about, recorded or not.

        It is if the decision leaves several of the readings open, or if they are wordings that the
        decision upholds or keeps.

        Args:
            readings: The readings, as sets of the IRIs of claims.

        Returns:
            Whether the decision covers their contradiction.
        """
        if self.verdict == OPEN:
            return sum(reading <= self.upholds for reading in readings) > 1
        wordings = self.upholds | self.alternatives
        return any(reading & self.alternatives for reading in readings) and all(
            reading <= wordings for reading in readings
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision says about one figure or statement.

    Attributes:
        decision: IRI of the decision.
        verdict: IRI of the verdict.
        status: IRI of the status that the decision gives to the claim.
        identifier: Identifier of the decision, or an empty string if it has none.
    """

    decision: str
    verdict: str
    status: str
    identifier: str = ""


def read_decisions(graph: Graph) -> Iterator[Decision]:
    """Read all decisions, in the order of their IRIs."""
    recorded = graph.named_graph(DECISIONS_GRAPH)  # decisions in other graphs are ignored
    for iri in recorded.subjects(f"{RDF}type", f"{APEC}Decision"):
        yield _decision(recorded, iri)


def decided_statuses(decisions: Iterable[Decision]) -> dict[str, str]:
    """Return the status that decisions give to each claim that they name."""
    found: dict[str, str] = {}
    for decision in decisions:
        for claim in decision.names:
            found[claim] = decided_status((found.get(claim, STANDS), decision.status(claim)))
    return found


def decided_status(given: Iterable[str]) -> str:
    """Return the status of a claim: of those that decisions give it, the last of `STATUSES`."""
    return max((STANDS, *given), key=STATUSES.index)


def rulings(graph: Graph, claim: str) -> tuple[Ruling, ...]:
    """Read the rulings of all decisions on a claim.

    Args:
        graph: The dataset of a release.
        claim: IRI of a figure or a statement.

    Returns:
        The rulings, sorted by the IRIs of the decisions.
    """
    recorded = graph.named_graph(DECISIONS_GRAPH)
    decisions = (_decision(recorded, iri) for iri in graph.values(claim, f"{APEC}decision"))
    return tuple(
        Ruling(
            decision.iri,
            decision.verdict,
            decision.status(claim),
            recorded.value(decision.iri, f"{DCTERMS}identifier") or "",
        )
        for decision in decisions
    )


def claim_status(graph: Graph, claim: str) -> str:
    """Read the status of a claim.

    Args:
        graph: The dataset of a release.
        claim: IRI of a figure or a statement.

    Returns:
        IRI of the status that the release states. A release of an older version states none: then
        it is the status that decisions give.
    """
    stated = graph.value(claim, f"{ADMS}status")
    return stated or decided_status(ruling.status for ruling in rulings(graph, claim))


def _decision(recorded: Graph, iri: str) -> Decision:
    upholds, rejects, alternatives = (
        frozenset(recorded.values(iri, f"{APEC}{name}"))
        for name in ("upholds", "rejects", "alternative")
    )
    verdict = recorded.value(iri, f"{APEC}verdict") or ""
    saw = (text.partition(": ") for text in recorded.values(iri, f"{APEC}saw"))
    return Decision(
        iri, verdict, upholds, rejects, alternatives, {ID + name: text for name, _, text in saw}
    )
