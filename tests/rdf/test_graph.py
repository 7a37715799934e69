from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, RDF

NEXT = f"{BASE}ontology/next"
NAME = f"{BASE}ontology/name"
EARTH, MOON, MARS = (f"{BASE}id/{name}" for name in ("earth", "moon", "mars"))
SOURCE, OTHER = f"{BASE}id/source/a", f"{BASE}id/source/b"

DATA = f"""
@base <{BASE}id/> . @prefix : <{BASE}ontology/> .
@prefix rdf: <{RDF}> .
<moon> :next <earth> ; :name "moon"@en, "Mond"@de .
<source/a> {{
    <moon> :next <earth>, <mars> ; :name "moon"@en .
    <mars> :next <earth> .
    [] :next <earth> .
}}
<source/b> {{ <moon> :name "cheese" ; :next "nothing" . }}
"""


@pytest.fixture
def graph() -> Graph:
    return trig(DATA)


def trig(text: str) -> Graph:
    return Graph(ox.parse(text, ox.RdfFormat.TRIG))


def test_a_dataset_is_read_as_the_union_of_its_graphs(graph: Graph) -> None:
    assert graph.values(MOON, NAME) == ["Mond", "cheese", "moon"]
    assert graph.subjects(NEXT, EARTH) == [MARS, MOON]


def test_the_default_graph_can_be_read_separately(graph: Graph) -> None:
    assert graph.default_graph.values(MOON, NAME) == ["Mond", "moon"]
    assert graph.default_graph.subjects(NEXT) == [MOON]


def test_a_named_graph_can_be_read_separately(graph: Graph) -> None:
    assert graph.named_graph(SOURCE).values(MOON, NEXT) == [EARTH, MARS]
    assert graph.named_graph(ox.NamedNode(OTHER)).values(MOON, NAME) == ["cheese"]
    assert graph.named_graph(EARTH).values(MOON, NAME) == []


def test_each_graph_leads_to_all_others_of_its_dataset(graph: Graph) -> None:
    source = graph.default_graph.named_graph(SOURCE)
    assert source.value(MOON, NAME) == "moon"
    assert source.default_graph.subjects(NEXT) == [MOON]


def test_all_graphs_share_one_store(graph: Graph) -> None:
    source = graph.named_graph(SOURCE)
    graph.store.add(ox.Quad(*map(ox.NamedNode, (EARTH, NEXT, MOON, SOURCE))))
    assert source.values(EARTH, NEXT) == [MOON]
    assert Graph(graph.store).values(EARTH, NEXT) == [MOON]


def test_a_subject_a_property_and_an_object_may_be_terms(graph: Graph) -> None:
    moon, name = ox.NamedNode(MOON), ox.NamedNode(NAME)
    assert graph.values(moon, name) == graph.values(MOON, NAME)
    assert graph.subjects(name, ox.Literal("moon", language="en")) == [MOON]
    assert graph.subjects(name, ox.Literal("moon")) == []
    (blank,) = {
        quad.subject
        for quad in graph.quads(None, NEXT, EARTH)
        if isinstance(quad.subject, ox.BlankNode)
    }
    assert graph.values(blank, NEXT) == [EARTH]


def test_subjects_are_found_by_any_value(graph: Graph) -> None:
    assert graph.named_graph(SOURCE).subjects(NEXT) == [MARS, MOON]


def test_blank_nodes_are_not_among_the_subjects(graph: Graph) -> None:
    assert len(list(graph.named_graph(SOURCE).quads(None, NEXT, EARTH))) == 3
    assert graph.named_graph(SOURCE).subjects(NEXT, EARTH) == [MARS, MOON]


def test_values_are_given_once_each(graph: Graph) -> None:
    assert len(list(graph.quads(MOON, NEXT, EARTH))) == 2
    assert sorted(map(str, graph.objects(MOON, NEXT))) == ['"nothing"', f"<{EARTH}>", f"<{MARS}>"]


def test_literals_are_not_among_the_iris(graph: Graph) -> None:
    assert graph.values(MOON, NEXT) == [EARTH, MARS, "nothing"]
    assert graph.iris(MOON, NEXT) == [EARTH, MARS]


def test_the_first_value_is_the_smallest(graph: Graph) -> None:
    assert graph.value(MOON, NAME) == graph.required_value(MOON, NAME) == "Mond"


def test_a_value_may_be_missing_unless_it_is_required(graph: Graph) -> None:
    assert graph.value(EARTH, NAME) is None
    with pytest.raises(LookupError, match=f"{EARTH} has no {NAME}"):
        graph.required_value(EARTH, NAME)


def test_a_pattern_matches_or_does_not(graph: Graph) -> None:
    assert graph.has(MARS)
    assert graph.has(None, None, ox.Literal("cheese"))
    assert not graph.default_graph.has(MARS)
    assert not graph.has(EARTH, NEXT)


def test_an_iri_is_described_if_it_is_a_subject(graph: Graph) -> None:
    assert graph.describes(MOON)
    assert not graph.describes(EARTH)
    assert not graph.describes("no IRI")


def test_the_text_of_a_triple_is_its_n_triples() -> None:
    triple = ox.Triple(ox.NamedNode(MOON), ox.NamedNode(NAME), ox.Literal("moon"))
    graph = Graph([ox.Quad(ox.NamedNode(EARTH), ox.NamedNode(NEXT), triple)])
    assert graph.value(EARTH, NEXT) == f'<{MOON}> <{NAME}> "moon"'


class TestLists:
    """RDF Schema 1.1, section 5.2."""

    @pytest.fixture
    def graph(self) -> Graph:
        return trig(f"""
        @base <{BASE}id/> . @prefix : <{BASE}ontology/> . @prefix rdf: <{RDF}> .
        <source/a> {{
            <moon> :list ( <earth> "x" ( 1 ) ) ; :empty () ; :circle _:circle ; :open _:open ;
                :fork _:fork ; :blank [ :next <earth> ] ; :text "x" .
            _:circle rdf:first 1 ; rdf:rest _:circle .
            _:open rdf:first 1 .
            _:fork rdf:first 1, 2 ; rdf:rest () .
        }}
        """)

    def members(self, graph: Graph, name: str) -> list[object] | None:
        (head,) = graph.objects(MOON, f"{BASE}ontology/{name}")
        members = graph.list_members(head)
        return None if members is None else [*members]

    def test_members_come_in_their_order(self, graph: Graph) -> None:
        members = self.members(graph, "list")
        assert members is not None
        earth, text, inner = members
        assert (earth, text) == (ox.NamedNode(EARTH), ox.Literal("x"))
        assert isinstance(inner, ox.BlankNode)
        assert graph.list_members(inner) == [ox.Literal(1)]

    def test_a_list_may_be_empty(self, graph: Graph) -> None:
        assert self.members(graph, "empty") == []

    @pytest.mark.parametrize("name", ["circle", "open", "fork", "blank", "text"])
    def test_a_malformed_list_has_no_members(self, graph: Graph, name: str) -> None:
        assert self.members(graph, name) is None

    def test_a_list_in_two_graphs_is_one_list(self, graph: Graph) -> None:
        both = [*graph.store, *(ox.Quad(*quad.triple) for quad in graph.store)]
        assert self.members(Graph(both), "list") == self.members(graph, "list")

    def test_a_list_of_another_graph_has_no_members(self, graph: Graph) -> None:
        (head,) = graph.objects(MOON, f"{BASE}ontology/list")
        assert graph.default_graph.list_members(head) is None
