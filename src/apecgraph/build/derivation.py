"""Derivation: what the build adds to the content, and the default graph, which is what stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from apecgraph.check.rule_text import RuleText
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import DERIVED_GRAPH, SHAPES_GRAPH
from apecgraph.rdf.graph import Graph, english
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, QB, RDF, RDFS


def derived_dataset(findings: Findings) -> list[ox.Quad]:
    """Return all named graphs, what is derived of them, and the default graph."""
    evidence = findings.evidence
    derived = [*_derived(findings), *_labels(evidence)]
    evidence.graph.store.extend(derived)
    return [*evidence.graph.quads(), *dict.fromkeys(evidence.supported())]


def _derived(findings: Findings) -> Iterator[ox.Quad]:
    """Write contradictions at their decisions, relations at their figures, figures at slices."""
    evidence = findings.evidence
    wording = Wording(evidence.graph)
    for decision in evidence.decisions:
        for contradiction in findings.justifying(decision):
            yield ox.Quad(
                ox.NamedNode(decision.iri),
                ox.NamedNode(f"{APEC}arithmetic"),
                english(wording.contradiction(contradiction)),
                DERIVED_GRAPH,
            )
    held = findings.rules_by_figure
    links = [
        *((figure, f"{APEC}heldBy", rule) for figure, rules in held.items() for rule in rules),
        *((each, f"{QB}observation", figure) for each, figure in _sliced(evidence)),
    ]
    for subject, predicate, value in links:
        yield ox.Quad(
            ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value), DERIVED_GRAPH
        )


def _labels(evidence: Evidence) -> Iterator[ox.Quad]:
    """Label what the content does not: claims by what they say, shapes by what they ask."""
    labels, wording = Labels(evidence.graph), Wording(evidence.graph)
    titles = RuleText(evidence.graph).titles()
    titles |= {each.iri: wording.claim(each) for each in evidence.figures}
    titles |= {each.iri: wording.claim(each) for each in evidence.statements}
    for quad in evidence.graph.quads(None, f"{RDF}type"):
        if isinstance(quad.subject, ox.NamedNode) and labels.label(quad.subject.value) is None:
            graph = SHAPES_GRAPH if quad.graph_name == SHAPES_GRAPH else DERIVED_GRAPH
            told = titles.get(quad.subject.value)
            label = (
                labels.title(quad.subject.value)
                if told is None
                else ox.Literal(told, language="en")
            )
            yield ox.Quad(quad.subject, ox.NamedNode(f"{RDFS}label"), label, graph)


def _sliced(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Return the slices with the figures in them that stand."""
    standing = [each for each in evidence.figures if each.iri not in evidence.rejected]
    return sliced(standing, evidence.graph)


def sliced(figures: Iterable[Figure], graph: Graph) -> Iterator[tuple[str, str]]:
    """Yield the IRI of each slice with that of each figure in it.

    A figure is in a slice that has its value of every dimension that the slice key fixes (RDF Data
    Cube, section 7.3); which dimensions those are, and their values, ontology/cube.ttl says.
    """
    every = list(figures)
    for slice_ in graph.subjects(f"{RDF}type", f"{QB}Slice"):
        key = graph.required_value(slice_, f"{QB}sliceStructure")
        fixed = {
            dimension: graph.required_value(slice_, dimension)
            for dimension in graph.values(key, f"{QB}componentProperty")
        }
        for figure in every:
            stated = graph.named_graph(figure.source)
            if all(
                stated.value(figure.iri, dimension) == value for dimension, value in fixed.items()
            ):
                yield slice_, figure.iri
