"""Statements: the facts other than numbers that sources state, each with its own IRI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, RDF
from apecgraph.rdf.terms import in_graph


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple that a source states, written as an rdf:Statement.

    Attributes:
        iri: IRI of the statement.
        source: IRI of the source.
        triple: The triple.
        period: IRI of the period for which the triple is stated; None if there is no such period.
    """

    iri: str
    source: str
    triple: ox.Triple
    period: str | None = None

    @property
    def quad(self) -> ox.Quad:
        """The triple in the graph of its source."""
        return in_graph(self.triple, ox.NamedNode(self.source))

    @property
    def language(self) -> str | None:
        """The language tag of the value, or None if the value has no language."""
        value = self.triple.object
        return value.language if isinstance(value, ox.Literal) else None


def read_statements(graph: Graph, sources: Iterable[str]) -> Iterator[Statement]:
    """Read the statements of some sources.

    Args:
        graph: The dataset of a content folder or of a release.
        sources: IRIs of the sources.

    Yields:
        The statements, sorted by source and IRI. Incomplete statements are skipped; their
        shape reports them.
    """
    for source in sources:
        for iri in graph.named_graph(source).subjects(f"{RDF}type", f"{RDF}Statement"):
            statement = read_statement(graph, iri, source)
            if statement is not None:
                yield statement


def read_statement(graph: Graph, iri: str, source: str) -> Statement | None:
    """Read a statement.

    Args:
        graph: The dataset of a content folder or of a release.
        iri: IRI of the statement.
        source: IRI of its source.

    Returns:
        The statement; None if its triple lacks a part or has several values for a part.
    """
    stated = graph.named_graph(source)
    parts = [stated.objects(iri, f"{RDF}{part}") for part in ("subject", "predicate", "object")]
    if [len(part) for part in parts] != [1, 1, 1]:
        return None
    (subject,), (predicate,), (value,) = parts
    if not (isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode)):
        return None
    triple = ox.Triple(subject, predicate, value)
    return Statement(iri, source, triple, stated.value(iri, f"{DCTERMS}temporal"))
