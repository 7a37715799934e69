"""The evidence: all figures and statements of all sources, and the decisions on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox

from apecgraph.content.decisions import (
    ATTRIBUTED,
    EXPECTED,
    REJECTED,
    STANDS,
    SUPERSEDED,
    Decision,
    decided_statuses,
    read_decisions,
)
from apecgraph.content.figures import Figure, read_figures
from apecgraph.content.folder import SHAPES_GRAPH, SOURCE_PREFIX, Content
from apecgraph.content.origins import is_withdrawn, origin
from apecgraph.content.statements import Statement, read_statements
from apecgraph.content.vintages import revisions
from apecgraph.rdf.graph import Graph, RememberingGraph
from apecgraph.rdf.namespaces import ADMS, APEC, DCTERMS, ID, PROV, QB, RDF
from apecgraph.rdf.terms import in_graph, triples_about


@dataclass(frozen=True)
class Evidence:
    """The claims of the sources, and the decisions of the editors.

    Attributes:
        graph: The dataset of the content, plus the triple of each statement, the value and the
            interval of each figure, the figures that it revises, and the source, the origin, the
            status and the decisions of each claim.
        figures: All figures.
        statements: All statements.
        decisions: All decisions.
        withdrawn: IRIs of the sources that their publishers have withdrawn.
    """

    graph: Graph
    figures: tuple[Figure, ...]
    statements: tuple[Statement, ...]
    decisions: tuple[Decision, ...]
    withdrawn: frozenset[str] = frozenset()

    @classmethod
    def gather(cls, content: Content) -> Evidence:
        """Read the evidence from a content folder."""
        graph = Graph(content.quads)
        names = {file.graph.value for file in content.files}
        sources = sorted(name for name in names if name.startswith(SOURCE_PREFIX))
        statements = tuple(read_statements(graph, sources))
        graph.store.extend(statement.quad for statement in statements)
        figures = tuple(read_figures(RememberingGraph(graph.store), sources))
        graphs = {source: ox.NamedNode(source) for source in sources}
        graph.store.extend(
            in_graph(triple, graphs[figure.source])
            for figure in figures
            for triple in figure.derived()
        )
        decisions = tuple(read_decisions(graph))
        withdrawn = frozenset(source for source in sources if is_withdrawn(graph, source))
        witnesses = (figure for figure in figures if figure.source not in withdrawn)
        for later, earlier in list(revisions(witnesses)):
            revises = triples_about(later.iri, (f"{PROV}wasRevisionOf", earlier.iri))
            graph.store.extend(in_graph(triple, ox.NamedNode(later.source)) for triple in revises)
        evidence = cls(graph, figures, statements, decisions, withdrawn)
        for source in sources:
            triples = list(evidence._about_claims(source))
            graph.store.extend(in_graph(each, ox.NamedNode(source)) for each in triples)
        return evidence

    @cached_property
    def compared(self) -> Evidence:
        """The evidence without the claims of withdrawn sources, which edit rules do not compare."""
        return replace(
            self,
            figures=tuple(each for each in self.figures if each.source not in self.withdrawn),
            statements=tuple(each for each in self.statements if each.source not in self.withdrawn),
        )

    @cached_property
    def claims(self) -> dict[str, Figure | Statement]:
        """All figures and statements, keyed by their IRIs."""
        figures: dict[str, Figure | Statement] = {claim.iri: claim for claim in self.figures}
        return figures | {claim.iri: claim for claim in self.statements}

    @cached_property
    def outcomes(self) -> tuple[Figure, ...]:
        """The figures that edit rules compare: all but forecasts and targets."""
        return tuple(figure for figure in self.figures if not figure.is_expectation)

    @cached_property
    def rejected(self) -> frozenset[str]:
        """IRIs of the figures and statements that a decision rejects."""
        known = decided_statuses(self.decisions)
        return frozenset(claim for claim, status in known.items() if status == REJECTED)

    @cached_property
    def unsupported(self) -> frozenset[str]:
        """IRIs of claims that are not accepted: rejected ones, and those of withdrawn sources."""
        return self.rejected.union(
            *(
                {each.iri for each in claims if each.source in self.withdrawn}
                for claims in (self.figures, self.statements)
            )
        )

    @cached_property
    def opinions(self) -> frozenset[str]:
        """IRIs of the claims that are somebody's words and not a fact.

        These are the attributed claims (prov:wasAttributedTo), except statements whose property is
        one that the edit rule one-value compares, such as a date or the holder of a post.
        """
        facts = self.graph.values(f"{ID}relation/one-value", f"{DCTERMS}subject")
        return frozenset(
            iri
            for iri, claim in self.claims.items()
            if not (isinstance(claim, Statement) and claim.triple.predicate.value in facts)
            and self.graph.has(iri, f"{PROV}wasAttributedTo")
        )

    @cached_property
    def statuses(self) -> dict[str, str]:
        """The status of each claim: of those that apply, the last in the order of `STATUSES`."""
        revised = {
            quad.object.value
            for quad in self.graph.quads(None, f"{PROV}wasRevisionOf")
            if isinstance(quad.object, ox.NamedNode)
        }
        applied = (
            (ATTRIBUTED, self.opinions),
            (EXPECTED, {figure.iri for figure in self.figures if figure.is_expectation}),
            (SUPERSEDED, revised),
            (REJECTED, self.unsupported),
        )
        found = dict.fromkeys(self.claims, STANDS) | decided_statuses(self.decisions)
        for status, claims in applied:
            found |= dict.fromkeys(claims, status)
        return found

    def supported(self) -> Iterator[ox.Quad]:
        """Yield the default graph: all triples except those that only unsupported claims state.

        Triples about unsupported claims are left out, too, and the triples that are only
        somebody's opinion; the statement of an opinion is not. Shapes are left out because they are
        rules, not facts.
        """
        all_stated = {statement.triple for statement in self.statements}
        standing = {
            statement.triple
            for statement in self.statements
            if statement.iri not in self.unsupported | self.opinions
        }
        unsupported = all_stated - standing
        without = set(map(ox.NamedNode, self.unsupported))
        about = {triple.subject for triple in unsupported}
        for quad in self.graph.quads():
            subject = quad.subject
            if (
                subject not in without
                and quad.graph_name != SHAPES_GRAPH
                and not (subject in about and quad.triple in unsupported)
            ):
                yield ox.Quad(subject, quad.predicate, quad.object)

    @cached_property
    def _decisions_on(self) -> defaultdict[str, list[str]]:
        """The IRIs of the decisions on each claim."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for decision in self.decisions:
            for claim in decision.names:
                found[claim].append(decision.iri)
        return found

    def _about_claims(self, source: str) -> Iterator[ox.Triple]:
        """Yield the source, the status and the decisions of each claim of a source, and origins.

        A source that is a witness has an origin, which is that of its claims.
        """
        graph = self.graph
        origins = [] if source in self.withdrawn else [(f"{APEC}origin", origin(graph, source))]
        yield from triples_about(source, *origins)
        for claim in _claims(graph, source):
            yield from triples_about(
                claim,
                (f"{APEC}statedIn", source),
                (f"{ADMS}status", self.statuses.get(claim, STANDS)),
                *((f"{APEC}decision", decision) for decision in self._decisions_on[claim]),
                *origins,
            )


def _claims(graph: Graph, source: str) -> Iterator[str]:
    """Yield the IRIs of the figures and statements of a source."""
    for class_ in (f"{QB}Observation", f"{RDF}Statement"):
        yield from graph.named_graph(source).subjects(f"{RDF}type", class_)
