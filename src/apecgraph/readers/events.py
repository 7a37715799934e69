"""Events: their dates and places, their sequence, and the statements of sources about them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.content.decisions import ALTERNATIVE, STATUS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, PROV, RDF, SCHEMA
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim, read_claim


@dataclass(frozen=True, slots=True)
class Event:
    """An event.

    Attributes:
        iri: IRI of the event.
        first: First day as an ISO 8601 date, or None if it is not known.
        last: Last day as an ISO 8601 date, or None if it is not known.
        places: IRIs of the places.
        within: IRIs of the events that contain the event, the nearest first.
    """

    iri: str
    first: str | None
    last: str | None
    places: tuple[str, ...]
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedText:
    """Text that sources print.

    Attributes:
        text: The text.
        claims: The claims that state it.
    """

    text: ox.Literal
    claims: tuple[Claim, ...]

    @property
    def rejected(self) -> bool:
        """Whether all claims are rejected."""
        return all(claim.rejected for claim in self.claims)

    @property
    def is_alternative(self) -> bool:
        """Whether every claim is an alternative to the preferred wording."""
        return all(STATUS + claim.status == ALTERNATIVE for claim in self.claims)


def read_event(graph: Graph, iri: str) -> Event:
    """Read when and where an event takes place, without rejected claims."""
    standing = graph.default_graph
    first = standing.value(iri, f"{SCHEMA}startDate") or standing.value(iri, f"{DCTERMS}date")
    within = [iri]
    while (parent := standing.value(within[-1], f"{SCHEMA}superEvent") or iri) not in within:
        within.append(parent)
    return Event(
        iri,
        first,
        standing.value(iri, f"{SCHEMA}endDate") or first,
        tuple(standing.values(iri, f"{SCHEMA}location")),
        tuple(within[1:]),
    )


def read_timeline(graph: Graph, iri: str) -> tuple[list[Event], list[Event]]:
    """Read all events that have a class in common with an event.

    Args:
        graph: The dataset of a release.
        iri: IRI of the event.

    Returns:
        The events with a date, sorted by date; and the events without a date.
    """
    classes = graph.values(iri, f"{RDF}type")
    iris = {event for class_ in classes for event in graph.subjects(f"{RDF}type", class_)}
    events = [read_event(graph, event) for event in sorted(iris)]
    dated = sorted(
        (event for event in events if event.first), key=lambda event: (event.first or "", event.iri)
    )
    return dated, [event for event in events if not event.first]


def read_printed_texts(graph: Graph, iri: str, property_: str, language: str) -> list[PrintedText]:
    """Read the texts that sources state for a property of an event.

    Args:
        graph: The dataset of a release.
        iri: IRI of the event.
        property_: IRI of the property.
        language: The language of the texts that come first.

    Returns:
        The texts, alternative wordings after preferred ones, and rejected texts last.
    """
    claims: dict[ox.Literal, list[Claim]] = defaultdict(list)
    for statement in graph.subjects(f"{RDF}subject", iri):
        claim = read_claim(graph, statement)
        if not isinstance(claim, StatementClaim) or claim.triple.predicate.value != property_:
            continue
        if isinstance(claim.triple.object, ox.Literal):
            claims[claim.triple.object].append(claim)
    texts = [PrintedText(text, tuple(stated)) for text, stated in claims.items()]
    return sorted(
        texts,
        key=lambda each: (
            each.rejected,
            each.text.language != language,
            each.text.language or "",
            each.is_alternative,
            each.text.value,
        ),
    )


def read_counts(graph: Graph, iri: str) -> list[tuple[FigureClaim, ...]]:
    """Read the figures about an event, grouped by measure, interval and status."""
    groups: dict[tuple[str, ...], list[FigureClaim]] = defaultdict(list)
    for figure in graph.subjects(f"{APEC}subject", iri):
        claim = read_claim(graph, figure)
        if isinstance(claim, FigureClaim):
            key = claim.figure.cell.measure, claim.figure.interval, claim.rejected
            groups[tuple(map(str, key))].append(claim)
    return [tuple(groups[key]) for key in sorted(groups)]


def read_initiatives(graph: Graph, iri: str) -> list[str]:
    """Return the IRIs of the initiatives that were issued at an event, each before its parts."""
    issued = graph.default_graph.subjects(f"{PROV}wasGeneratedBy", iri)
    wholes = [plan for plan in issued if graph.has(plan, f"{RDF}type", f"{PROV}Plan")]
    wholes.sort(key=lambda plan: (not _parts(graph, plan), plan))
    return [plan for whole in wholes for plan in (whole, *_parts(graph, whole))]


def _parts(graph: Graph, iri: str) -> list[str]:
    return graph.values(iri, f"{DCTERMS}hasPart")
