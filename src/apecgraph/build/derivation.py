"""Derivation: the triples that the build adds to the content, and the default graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from apecgraph.build.best_values import cell_triples
from apecgraph.build.contradiction_triples import contradiction_triples
from apecgraph.build.period_triples import period_triples
from apecgraph.build.review_triples import review_triples
from apecgraph.check.rule_text import RuleText
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import CELLS_GRAPH, DERIVED_GRAPH, SHAPES_GRAPH
from apecgraph.content.statements import Statement
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, QB, RDF, RDFS
from apecgraph.rdf.terms import in_graph, in_languages, triples_about
from apecgraph.text.catalogues import ENGLISH, read_catalogues


def derived_dataset(findings: Findings) -> list[ox.Quad]:
    """Return all named graphs, the derived triples, and the default graph."""
    evidence = findings.evidence
    graph = evidence.graph
    graph.store.extend([in_graph(triple, DERIVED_GRAPH) for triple in _derived(findings)])
    graph.store.extend([in_graph(triple, CELLS_GRAPH) for triple in cell_triples(evidence)])
    graph.store.extend(list(_labels(evidence)))
    return [*graph.quads(), *dict.fromkeys(evidence.supported())]


def _derived(findings: Findings) -> Iterator[ox.Triple]:
    """Derive contradictions, reviews, instants, and what figures and slices are linked to."""
    yield from contradiction_triples(findings)
    yield from review_triples(findings.evidence)
    yield from period_triples(findings.evidence.graph)
    for figure, rules in findings.rules_by_figure.items():
        yield from triples_about(figure, *((f"{APEC}heldBy", rule) for rule in rules))
    evidence = findings.evidence
    standing = (figure for figure in evidence.outcomes if figure.iri not in evidence.unsupported)
    for slice_, figure in _sliced(standing, evidence.graph):
        yield from triples_about(slice_, (f"{QB}observation", figure))


def _labels(evidence: Evidence) -> Iterator[ox.Quad]:
    """Label everything that the content does not label, such as claims and shapes, in words."""
    labels, wording = Labels(evidence.graph), Wording(evidence.graph)
    catalogues = read_catalogues()
    rules = {tag: RuleText(evidence.graph, each).titles() for tag, each in catalogues.items()}
    titles = {
        iri: {tag: of_rules[iri] for tag, of_rules in rules.items()} for iri in rules[ENGLISH.tag]
    }
    claims: list[Figure | Statement] = [*evidence.figures, *evidence.statements]
    titles |= {claim.iri: {ENGLISH.tag: wording.claim(claim)} for claim in claims}
    for quad in evidence.graph.quads(None, f"{RDF}type"):
        if isinstance(quad.subject, ox.NamedNode) and labels.label(quad.subject.value) is None:
            graph = SHAPES_GRAPH if quad.graph_name == SHAPES_GRAPH else DERIVED_GRAPH
            title = titles.get(quad.subject.value)
            named = [labels.title(quad.subject.value)] if title is None else in_languages(title)
            for label in named:
                yield ox.Quad(quad.subject, ox.NamedNode(f"{RDFS}label"), label, graph)


def _sliced(figures: Iterable[Figure], graph: Graph) -> Iterator[tuple[str, str]]:
    """Assign figures to the slices of the cube.

    The key of a slice fixes some dimensions (RDF Data Cube, section 7.3; `ontology/cube.ttl`). A
    slice contains the figures that have the same values in these dimensions as the slice.

    Args:
        figures: The figures.
        graph: The dataset that describes the slices.

    Yields:
        Pairs of the IRI of a slice and the IRI of a figure in the slice.
    """
    cells = [(figure.iri, dict(figure.cell.values())) for figure in figures]
    for slice_ in graph.subjects(f"{RDF}type", f"{QB}Slice"):
        key = graph.required_value(slice_, f"{QB}sliceStructure")
        fixed = {
            dimension: graph.required_value(slice_, dimension)
            for dimension in graph.values(key, f"{QB}componentProperty")
        }
        for figure, values in cells:
            if fixed.items() <= values.items():
                yield slice_, figure
