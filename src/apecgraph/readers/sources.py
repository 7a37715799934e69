"""Sources: the documents that state the figures and statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.content.decisions import REJECTED
from apecgraph.content.origins import is_withdrawn
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, DCTERMS, QB, RDF, SCHEMA
from apecgraph.rdf.terms import term_text


@dataclass(frozen=True, slots=True)
class Source:
    """A source. A property is None if the source's description lacks it.

    Attributes:
        iri: IRI of the source.
        identifier: Its identifier.
        publisher: IRI of its publisher, the agent that published this copy.
        origin: IRI of the author of its text. A withdrawn source has none.
        issued: Date of its publication (ISO 8601).
        language: Tag of its language.
        url: The address of the document.
        withdrawn: Whether its publisher has taken the document back.
        official: Whether it is official statistics.
    """

    iri: str
    identifier: str
    publisher: str | None
    origin: str | None
    issued: str | None
    language: str | None
    url: str | None
    withdrawn: bool
    official: bool

    @property
    def author(self) -> str | None:
        """IRI of the origin, if that is not the publisher."""
        return None if self.origin == self.publisher else self.origin


@dataclass(frozen=True, slots=True)
class Share:
    """A source with the numbers of its claims, of its figures, and of its rejected claims."""

    source: Source
    claims: int
    figures: int
    rejected: int


def read_source(graph: Graph, iri: str) -> Source:
    """Read the description of a source."""
    stated = graph.named_graph(iri)
    return Source(
        iri,
        stated.value(iri, f"{DCTERMS}identifier") or "",
        stated.value(iri, f"{DCTERMS}publisher"),
        stated.value(iri, f"{APEC}origin"),
        stated.value(iri, f"{DCTERMS}issued"),
        stated.value(iri, f"{DCTERMS}language"),
        stated.value(iri, f"{SCHEMA}url"),
        is_withdrawn(stated, iri),
        is_official(graph, iri),
    )


def is_official(graph: Graph, source: str) -> bool:
    """Return whether a source is official statistics: a dataset that has figures."""
    stated = graph.named_graph(source)
    is_dataset = stated.has(source, f"{RDF}type", f"{SCHEMA}Dataset")
    return is_dataset and stated.has(None, f"{RDF}type", f"{QB}Observation")


def read_sources(graph: Graph) -> Iterator[Source]:
    """Read all sources, in the order of their identifiers."""
    sources = [read_source(graph, iri) for iri in graph.subjects(f"{RDF}type", f"{APEC}Source")]
    yield from sorted(sources, key=lambda source: (source.identifier, source.iri))


def read_shares(graph: Graph) -> list[Share]:
    """Read all sources, in the order of their identifiers."""
    claims = [
        quad
        for quad in graph.quads(None, f"{APEC}statedIn")
        if isinstance(quad.graph_name, ox.NamedNode)
    ]
    observed = list(graph.quads(None, f"{RDF}type", f"{QB}Observation"))
    rejected = {
        *graph.subjects(f"{ADMS}status", REJECTED),
        # Releases of older versions state no status.
        *(term_text(quad.object) for quad in graph.quads(None, f"{APEC}rejects")),
    }
    made = Counter(str(quad.graph_name) for quad in claims)
    figures = Counter(str(quad.graph_name) for quad in observed)
    rejections = Counter(
        str(quad.graph_name) for quad in claims if term_text(quad.subject) in rejected
    )
    return [
        Share(source, made[name], figures[name], rejections[name])
        for source in read_sources(graph)
        for name in (f"<{source.iri}>",)
    ]


def count_origins(graph: Graph, sources: Iterable[str]) -> int:
    """Count the independent witnesses among some sources: those with the same origin count once."""
    return len(
        {graph.named_graph(source).value(source, f"{APEC}origin") for source in sources} - {None}
    )
