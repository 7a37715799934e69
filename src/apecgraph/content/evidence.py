"""The evidence: all figures and statements of all sources, and the decisions on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from apecgraph.content.decisions import REJECTED, STANDS, Decision, read_decisions, statuses
from apecgraph.content.figures import Figure, read_figures
from apecgraph.content.folder import SHAPES_GRAPH, SOURCE_PREFIX, Content
from apecgraph.content.statements import Statement, read_statements
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, QB, RDF
from apecgraph.rdf.terms import in_graph, triples_about


@dataclass(frozen=True)
class Evidence:
    """The claims of the sources, and the decisions of the editors.

    Attributes:
        graph: The dataset of the content, plus the triple of each statement, the value and the
            interval of each figure, and the source, the status and the decisions of each claim.
        figures: All figures.
        statements: All statements.
        decisions: All decisions.
    """

    graph: Graph
    figures: tuple[Figure, ...]
    statements: tuple[Statement, ...]
    decisions: tuple[Decision, ...]

    @classmethod
    def gather(cls, content: Content) -> Evidence:
        """Read the evidence from a content folder."""
        graph = Graph(content.quads)
        names = {file.graph.value for file in content.files}
        sources = sorted(name for name in names if name.startswith(SOURCE_PREFIX))
        statements = tuple(read_statements(graph, sources))
        graph.store.extend(statement.quad for statement in statements)
        figures = tuple(read_figures(graph, sources))
        for figure in figures:
            named = ox.NamedNode(figure.source)
            graph.store.extend(in_graph(triple, named) for triple in figure.derived())
        decisions = tuple(read_decisions(graph))
        known = statuses(decisions)
        decided: defaultdict[str, list[str]] = defaultdict(list)
        for decision in decisions:
            for claim in decision.names:
                decided[claim].append(decision.iri)
        for source in sources:
            for class_ in (f"{QB}Observation", f"{RDF}Statement"):
                for iri in graph.named_graph(source).subjects(f"{RDF}type", class_):
                    triples = triples_about(
                        iri,
                        (f"{APEC}statedIn", source),
                        (f"{ADMS}status", known.get(iri, STANDS)),
                        *((f"{APEC}decision", decision) for decision in decided[iri]),
                    )
                    graph.store.extend(in_graph(each, ox.NamedNode(source)) for each in triples)
        return cls(graph, figures, statements, decisions)

    @cached_property
    def rejected(self) -> frozenset[str]:
        """IRIs of the figures and statements that a decision rejects."""
        known = statuses(self.decisions)
        return frozenset(claim for claim, status in known.items() if status == REJECTED)

    def supported(self) -> Iterator[ox.Quad]:
        """Yield the default graph: all triples except those that only rejected claims state.

        Triples about rejected claims are left out, too. Shapes are left out because they are rules,
        not facts.
        """
        all_stated = {statement.triple for statement in self.statements}
        standing = {
            statement.triple for statement in self.statements if statement.iri not in self.rejected
        }
        rejected = all_stated - standing
        for quad in self.graph.quads():
            of_rejected = isinstance(quad.subject, ox.NamedNode) and (
                quad.subject.value in self.rejected
            )
            if quad.graph_name != SHAPES_GRAPH and not of_rejected and quad.triple not in rejected:
                yield in_graph(quad.triple)
