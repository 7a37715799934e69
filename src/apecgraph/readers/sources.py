"""Sources: the documents that state something, as a reader wants them cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDF, SCHEMA


@dataclass(frozen=True, slots=True)
class Source:
    """One source; publisher is an IRI, and what the source does not tell is None."""

    iri: str
    identifier: str
    publisher: str | None
    issued: str | None
    language: str | None
    url: str | None


def read_source(graph: Graph, iri: str) -> Source:
    """Read the description of a source."""
    return Source(
        iri,
        graph.value(iri, f"{DCTERMS}identifier", iri) or "",
        graph.value(iri, f"{DCTERMS}publisher", iri),
        graph.value(iri, f"{DCTERMS}issued", iri),
        graph.value(iri, f"{DCTERMS}language", iri),
        graph.value(iri, f"{SCHEMA}url", iri),
    )


def read_sources(graph: Graph) -> Iterator[Source]:
    """Read all sources, in the order of their identifiers."""
    sources = [read_source(graph, iri) for iri in graph.subjects(f"{RDF}type", f"{APEC}Source")]
    yield from sorted(sources, key=lambda source: (source.identifier, source.iri))
