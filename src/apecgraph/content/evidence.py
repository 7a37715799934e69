"""The evidence: what the sources state, taken together, and what of it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from apecgraph.content.decisions import Decision, read_decisions
from apecgraph.content.figures import Figure, read_figures
from apecgraph.content.folder import SHAPES_GRAPH, Content
from apecgraph.content.statements import Statement, read_statements
from apecgraph.rdf.graph import Graph, placed
from apecgraph.rdf.namespaces import APEC, ID, QB, RDF

_SOURCE = f"{ID}source/"


@dataclass(frozen=True)
class Evidence:
    """Content with the statements asserted and the figures measured."""

    graph: Graph
    figures: tuple[Figure, ...]
    statements: tuple[Statement, ...]
    decisions: tuple[Decision, ...]

    @classmethod
    def gather(cls, content: Content) -> Evidence:
        """Take in what a content folder states, and derive what follows of each part of it."""
        graph = Graph(content.quads)
        names = {file.graph.value for file in content.files}
        sources = sorted(name for name in names if name.startswith(_SOURCE))
        figures = tuple(read_figures(graph, sources))
        statements = tuple(read_statements(graph, sources))
        graph.store.extend(statement.quad for statement in statements)
        for figure in figures:
            named = ox.NamedNode(figure.source)
            graph.store.extend(placed(each, named) for each in figure.derived())
        stated_in = ox.NamedNode(f"{APEC}statedIn")
        for source in sources:
            named = ox.NamedNode(source)
            for class_ in (f"{QB}Observation", f"{RDF}Statement"):
                for iri in graph.named_graph(source).subjects(f"{RDF}type", class_):
                    graph.store.add(ox.Quad(ox.NamedNode(iri), stated_in, named, named))
        return cls(graph, figures, statements, tuple(read_decisions(graph)))

    @cached_property
    def rejected(self) -> frozenset[str]:
        """The IRIs of the figures and statements that some decision rejects."""
        return frozenset().union(*(decision.rejects for decision in self.decisions))

    def supported(self) -> Iterator[ox.Quad]:
        """Return the default graph: every triple, but those that rest on a rejection alone.

        Shapes are rules and no facts: they stay in their own graph.
        """
        standing = {each.triple for each in self.statements if each.iri not in self.rejected}
        falling = {each.triple for each in self.statements} - standing
        for quad in self.graph.quads():
            rejected = isinstance(quad.subject, ox.NamedNode) and (
                quad.subject.value in self.rejected
            )
            if quad.graph_name != SHAPES_GRAPH and not rejected and quad.triple not in falling:
                yield placed(quad.triple)
