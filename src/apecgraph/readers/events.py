"""Events: when and where they are, what others there are, and what the sources tell of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, RDF, SCHEMA
from apecgraph.readers.claims import Claim, read_claim

_SOURCE = f"{ID}source/"


@dataclass(frozen=True, slots=True)
class Event:
    """An event; first and last are its days, as far as they are known.

    within: the events that it is part of, the next one first.
    """

    iri: str
    first: str | None
    last: str | None
    places: tuple[str, ...]
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A text that sources print, with the claims that do; stands: whether it is upheld."""

    text: ox.Literal
    claims: tuple[Claim, ...]
    stands: bool


def read_event(graph: Graph, iri: str) -> Event:
    """Read what stands of when and where an event is."""
    standing = graph.default_graph
    first = standing.value(iri, f"{SCHEMA}startDate") or standing.value(iri, f"{DCTERMS}date")
    within = [iri]
    while (above := standing.value(within[-1], f"{SCHEMA}superEvent") or iri) not in within:
        within.append(above)
    return Event(
        iri,
        first,
        standing.value(iri, f"{SCHEMA}endDate") or first,
        tuple(standing.values(iri, f"{SCHEMA}location")),
        tuple(within[1:]),
    )


def read_timeline(graph: Graph, iri: str) -> tuple[list[Event], list[Event]]:
    """Read all events of the kind that one is of: those with a date, in order, and the others."""
    kinds = graph.values(iri, f"{RDF}type")
    names = {each for kind in kinds for each in graph.subjects(f"{RDF}type", kind)}
    events = [read_event(graph, each) for each in sorted(names)]
    dated = sorted(
        (each for each in events if each.first), key=lambda each: (each.first or "", each.iri)
    )
    return dated, [each for each in events if not each.first]


def read_printed_texts(graph: Graph, iri: str, property_: str) -> list[PrintedText]:
    """Read the texts that sources give for a property of an event, those that stand first."""
    claims: dict[ox.Literal, list[Claim]] = defaultdict(list)
    for statement in graph.subjects(f"{RDF}subject", iri):
        claim = read_claim(graph, statement)
        if claim is None or claim.triple is None or claim.triple.predicate.value != property_:
            continue
        if isinstance(claim.triple.object, ox.Literal):
            claims[claim.triple.object].append(claim)
    wordings = [
        PrintedText(text, tuple(each), not all(claim.rejected for claim in each))
        for text, each in claims.items()
    ]
    return sorted(wordings, key=lambda each: (not each.stands, str(each.text)))


def read_counts(graph: Graph, iri: str) -> list[tuple[Claim, ...]]:
    """Read the figures about an event: those that say the same of the same together."""
    found: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for figure in graph.subjects(f"{APEC}subject", iri):
        claim = read_claim(graph, figure)
        if claim is not None and claim.value is not None:
            said = claim.measure, claim.lower, claim.upper, claim.rejected
            found[tuple(map(str, said))].append(claim)
    return [tuple(found[each]) for each in sorted(found)]


def read_initiatives(graph: Graph, iri: str) -> list[str]:
    """Find the initiatives of an event, by IRI: those of several parts before their parts.

    They are those that the data links with it; where there are none, those that a source tells of
    whose main event this is: the one of which it states the most.
    """
    found = set(graph.subjects(f"{RDF}type", f"{APEC}Initiative"))
    linked = {each for each in found if _is_linked(graph, each, iri)}
    if not linked:
        sources = {
            quad.graph_name.value
            for quad in graph.quads(iri)
            if isinstance(quad.graph_name, ox.NamedNode)
        }
        main = {each for each in sources if each.startswith(_SOURCE) and _main(graph, each) == iri}
        linked = {
            each for each in found for source in main if graph.named_graph(source).describes(each)
        }
    parts = {part for each in linked for part in graph.values(each, f"{DCTERMS}hasPart")}
    wholes = sorted(linked - parts, key=lambda each: (not _parts(graph, each), each))
    return [one for whole in wholes for one in (whole, *_parts(graph, whole))]


def _parts(graph: Graph, iri: str) -> list[str]:
    return graph.values(iri, f"{DCTERMS}hasPart")


def _is_linked(graph: Graph, one: str, other: str) -> bool:
    standing = graph.default_graph
    return standing.has(one, None, other) or standing.has(other, None, one)


def _main(graph: Graph, source: str) -> str | None:
    """Return the event of which a source states the most."""
    events = set(graph.subjects(f"{RDF}type", f"{SCHEMA}Event"))
    stated = Counter(each for each in _subjects(graph, source) if each in events)
    return min(stated, key=lambda each: (-stated[each], each), default=None)


def _subjects(graph: Graph, source: str) -> Iterator[str]:
    for quad in graph.named_graph(source).quads():
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject.value
