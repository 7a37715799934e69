from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import LABEL_PROPERTIES, Labels
from apecgraph.rdf.namespaces import BASE, ID, PREFIXES, RDF, RDFS, SCHEMA


def test_every_vocabulary_term_in_use_has_a_label(graph: Graph) -> None:
    """Properties, classes and datatypes all have labels, so that no page shows a prefixed name."""
    used = {quad.predicate.value for quad in graph.quads()}
    for quad in graph.quads():
        if isinstance(quad.object, ox.NamedNode):
            used.add(quad.object.value)
        elif isinstance(quad.object, ox.Literal):
            used.add(quad.object.datatype.value)
    terms = {each for each in used if each.startswith(tuple(PREFIXES.values()))}
    labels = Labels(graph)
    without = {
        each
        for each in terms.difference(PREFIXES.values())
        if not each.startswith(ID) and labels.label(each) is None
    }
    assert len(terms) > 200
    assert without == set()


def test_every_linking_property_has_an_inverse_label(graph: Graph) -> None:
    things = {quad.subject for quad in graph.quads() if str(quad.subject).startswith(f"<{BASE}")}
    links = {quad.predicate.value for quad in graph.default_graph.quads() if quad.object in things}
    labels = Labels(graph)
    assert f"{SCHEMA}location" in links
    assert {each for each in links if labels.inverse(each) is None} == set()


def test_a_label_is_in_the_requested_language_if_possible(graph: Graph) -> None:
    china = f"{ID}economy/CHN"
    assert Labels(graph, "zh").title(china) == ox.Literal("中国", language="zh")
    assert Labels(graph, "tlh").title(china).value
    kind = Labels(graph, "tlh").title(f"{RDF}type")
    assert kind == ox.Literal("kind", language="en")


@pytest.mark.parametrize("number", range(len(LABEL_PROPERTIES)))
def test_a_label_is_the_value_of_the_first_property_that_has_one(number: int) -> None:
    thing = ox.NamedNode(f"{ID}thing")
    labels = Labels(
        Graph(
            ox.Quad(thing, ox.NamedNode(property_), ox.Literal(property_))
            for property_ in reversed(LABEL_PROPERTIES[number:])
        )
    )
    assert labels.title(thing.value) == ox.Literal(LABEL_PROPERTIES[number])


def test_a_rejected_label_is_used_only_if_there_is_no_other() -> None:
    thing, label, source = (
        ox.NamedNode(iri) for iri in (f"{ID}x", f"{RDFS}label", f"{ID}source/a")
    )
    rejected = ox.Quad(thing, label, ox.Literal("a"), source)
    assert Labels(Graph([rejected])).title(thing.value) == ox.Literal("a")
    graph = Graph([rejected, ox.Quad(thing, label, ox.Literal("b"))])
    assert Labels(graph).title(thing.value) == ox.Literal("b")
