"""Statements: what sources say that is not a number, each with an IRI of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph, placed
from apecgraph.rdf.namespaces import DCTERMS, RDF


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple that a source states, written once as an rdf:Statement.

    period: IRI of the time for which it is stated, where that is said.
    """

    iri: str
    source: str
    triple: ox.Triple
    period: str | None = None

    @property
    def quad(self) -> ox.Quad:
        """The triple in the graph of its source."""
        return placed(self.triple, ox.NamedNode(self.source))

    @property
    def language(self) -> str | None:
        """The language of a text; None for everything else."""
        value = self.triple.object
        return value.language if isinstance(value, ox.Literal) else None


def read_statements(graph: Graph, sources: Iterable[str]) -> Iterator[Statement]:
    """Read the statements in the graphs of the sources.

    Incomplete statements are skipped: their shape reports them.
    """
    for source in sources:
        stated = graph.named_graph(source)
        for iri in stated.subjects(f"{RDF}type", f"{RDF}Statement"):
            parts = [
                stated.objects(iri, f"{RDF}{part}") for part in ("subject", "predicate", "object")
            ]
            if [len(part) for part in parts] != [1, 1, 1]:
                continue
            (subject,), (predicate,), (value,) = parts
            if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                triple = ox.Triple(subject, predicate, value)
                period = stated.value(iri, f"{DCTERMS}temporal")
                yield Statement(iri, source, triple, period)
