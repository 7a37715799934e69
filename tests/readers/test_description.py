from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import ENDPOINT, QB, RDF, RDFS, SKOS
from apecgraph.readers.description import (
    LINKS,
    MEMBERS,
    Description,
    Fact,
    describe,
    member_triples,
)
from apecgraph.web.publication import Publication

ID = "https://w3id.org/apecgraph/id/"
DATA = """
@base <https://w3id.org/apecgraph/id/> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix apec: <https://w3id.org/apecgraph/ontology/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<graph/entities> {
  <moon> a skos:Concept ; skos:prefLabel "moon"@en, "Mond"@de .
  <earth> skos:related <moon> .
  <measure/distance> skos:prefLabel "distance"@en .
  <period/now> skos:prefLabel "now"@en .
}
<source/a> {
  <moon> apec:theme "cheese"@en, "rock"@en .
  <statement/a/cheese> a rdf:Statement ; rdf:subject <moon> ; rdf:predicate apec:theme ;
    rdf:object "cheese"@en ; apec:printed "made of cheese"@en ; dcterms:identifier "C1" ;
    apec:statedIn <source/a> ; adms:status <status/rejected> ;
    apec:decision <decision/cheese> .
  <statement/a/rock> a rdf:Statement ; rdf:subject <moon> ; rdf:predicate apec:theme ;
    rdf:object "rock"@en ; dcterms:identifier "C2" ; apec:statedIn <source/a> ;
    adms:status <status/disputed> ; apec:decision <decision/cheese> .
}
<source/b> {
  <moon> apec:theme "rock"@en .
  <figure/b/far> a qb:Observation ; apec:measure <measure/distance> ; apec:period <period/now> ;
    apec:printed "far"@en ; apec:subject <moon> ; apec:statedIn <source/b> ;
    adms:status <status/rejected> ; apec:decision <decision/cheese> .
}
<graph/shapes> { <shape/moon> a sh:NodeShape ; sh:in ( <moon> "x" ) . <moon> rdfs:comment "rule" }
<moon> a skos:Concept ; skos:prefLabel "moon"@en, "Mond"@de ; apec:theme "rock"@en .
<earth> skos:related <moon> .
<measure/distance> skos:prefLabel "distance"@en .
<period/now> skos:prefLabel "now"@en .
<statement/a/rock> a rdf:Statement ; rdf:subject <moon> ; rdf:predicate apec:theme ;
  rdf:object "rock"@en ; dcterms:identifier "C2" ; apec:statedIn <source/a> .
<source/b> a apec:Source .
<graph/decisions> {
  <decision/cheese> apec:rejects <statement/a/cheese>, <figure/b/far> ;
    apec:upholds <statement/a/rock> ; apec:verdict <verdict/open> .
}
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph(ox.parse(DATA, ox.RdfFormat.TRIG))


def description(graph: Graph, name: str) -> Description:
    found = describe(graph, ID + name)
    assert found is not None
    return found


def facts(found: Description, name: str) -> dict[str, Fact]:
    return {
        each.value.value: each
        for each in found.facts
        if each.predicate.endswith(name) and isinstance(each.value, ox.NamedNode | ox.Literal)
    }


def test_an_undescribed_thing_is_unknown(graph: Graph) -> None:
    assert describe(graph, f"{ID}sun") is None


def test_a_fact_lists_all_its_sources(graph: Graph) -> None:
    moon = description(graph, "moon")
    rock = facts(moon, "theme")["rock"]
    assert [each.source for each in rock.citations] == [f"{ID}source/a", f"{ID}source/b"]
    assert [each.identifier for each in rock.citations] == ["C2", None]
    assert moon.sources == (f"{ID}source/a", f"{ID}source/b")


def test_a_rejected_fact_is_shown_as_rejected(graph: Graph) -> None:
    cheese = facts(description(graph, "moon"), "theme")["cheese"]
    assert not cheese.stands
    (citation,) = cheese.citations
    assert citation.statement == f"{ID}statement/a/cheese"
    assert citation.printed == ox.Literal("made of cheese", language="en")
    assert [ruling.status for ruling in cheese.rulings] == [f"{ID}status/rejected"]


def test_claims_that_an_open_decision_upholds_are_disputed(graph: Graph) -> None:
    rock = facts(description(graph, "moon"), "theme")["rock"]
    assert [ruling.status for ruling in rock.rulings] == [f"{ID}status/disputed"]


def test_a_shape_is_not_a_fact(graph: Graph) -> None:
    assert not facts(description(graph, "moon"), "comment")


def test_a_rejected_figure_is_described_by_its_source(graph: Graph) -> None:
    figure = description(graph, "figure/b/far")
    assert figure.rejected
    assert not figure.stands
    assert figure.graphs == (f"{ID}source/b",)
    assert facts(figure, "printed")


def test_a_shape_is_described_with_its_lists(graph: Graph) -> None:
    shape = description(graph, "shape/moon")
    assert not shape.stands
    assert not shape.rejected
    (fact,) = [each for each in shape.facts if isinstance(each.value, ox.BlankNode)]
    assert isinstance(fact.value, ox.BlankNode)
    assert shape.members(fact.value) == [ox.NamedNode(f"{ID}moon"), ox.Literal("x")]
    predicates = {triple.predicate.value for triple in triples(shape)}
    assert any(name.endswith("#rest") for name in predicates)


def triples(found: Description) -> list[ox.Triple]:
    return found.triples("https://example.org/doc", ox.Literal("title"), "https://example.org/cc0")


def test_links_to_a_thing_are_listed(graph: Graph) -> None:
    moon = description(graph, "moon")
    assert f"{ID}earth" in {link.subject for link in moon.links}
    # Rejected triples are not links either.
    assert f"{ID}figure/b/far" not in {link.subject for link in moon.links}
    assert moon.link_count == len(moon.links) == 2


def test_a_source_lists_its_rejected_claims(graph: Graph) -> None:
    links = {link.subject for link in description(graph, "source/b").links}
    assert f"{ID}figure/b/far" in links


def test_links_are_counted_beyond_the_listed_ones() -> None:
    graph = Graph()
    hub, property_ = ox.NamedNode(f"{ID}hub"), ox.NamedNode(f"{ID}property")
    graph.store.extend(
        ox.Quad(ox.NamedNode(f"{ID}spoke/{number}"), property_, hub) for number in range(LINKS + 50)
    )
    graph.store.add(ox.Quad(hub, property_, ox.Literal("x")))
    hub_found = description(graph, "hub")
    assert len(hub_found.links) == LINKS
    assert hub_found.link_count == LINKS + 50


def test_values_are_counted_beyond_the_listed_ones() -> None:
    graph = Graph()
    hub, many, one = (ox.NamedNode(f"{ID}{name}") for name in ("hub", "many", "one"))
    graph.store.extend(ox.Quad(hub, many, ox.Literal(str(number))) for number in range(LINKS + 50))
    graph.store.add(ox.Quad(hub, one, ox.Literal("x")))
    found = description(graph, "hub")
    assert len(found.facts) == LINKS + 1
    assert found.counts == {f"{ID}many": LINKS + 50}
    (query,) = found.rest
    more = [
        each.object for each in triples(found) if each.predicate == ox.NamedNode(f"{RDFS}seeAlso")
    ]
    assert more == [ox.NamedNode(f"{ENDPOINT}?query={quote(query)}")]
    answer = graph.store.query(query)
    assert isinstance(answer, ox.QueryTriples)
    assert len(list(answer)) == LINKS + 51


def test_the_document_contains_no_rejected_fact(graph: Graph) -> None:
    document = triples(description(graph, "moon"))
    values = {each.object for each in document if each.subject == ox.NamedNode(f"{ID}moon")}
    assert ox.Literal("rock", language="en") in values
    assert ox.Literal("cheese", language="en") not in values


def test_the_document_describes_itself(graph: Graph) -> None:
    page = ox.NamedNode("https://example.org/doc")
    about = {
        (each.predicate.value.rpartition("/")[2], each.object)
        for each in triples(description(graph, "moon"))
        if each.subject == page
    }
    assert about == {
        ("primaryTopic", ox.NamedNode(f"{ID}moon")),
        ("title", ox.Literal("title")),
        ("isPartOf", ox.NamedNode("https://w3id.org/apecgraph/")),
        ("source", ox.NamedNode(f"{ID}source/a")),
        ("source", ox.NamedNode(f"{ID}source/b")),
        ("license", ox.NamedNode("https://example.org/cc0")),
    }


@pytest.mark.parametrize(
    ("name", "language", "title"),
    [
        ("moon", "en", "moon"),
        ("moon", "de", "Mond"),
        ("measure/distance", "fr", "distance"),
        ("shape/moon", "en", "shape/moon"),
    ],
)
def test_a_title_is_in_the_requested_language(
    graph: Graph, name: str, language: str, title: str
) -> None:
    assert Labels(graph, language).title(ID + name).value == title


def test_an_empty_label_is_ignored() -> None:
    text = '<a:a> <http://www.w3.org/2000/01/rdf-schema#label> ""@en .'
    graph = Graph(ox.parse(text, ox.RdfFormat.TURTLE))
    assert Labels(graph).label("a:a") is None


def test_every_statement_of_the_release_is_cited_by_its_subject(publication: Publication) -> None:
    graph = publication.graph
    assert graph is not None
    statements = {
        (quad.subject.value, quad.object.value)
        for quad in graph.quads(None, f"{RDF}subject")
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    assert statements
    for statement, thing in statements:
        found = describe(graph, thing)
        assert found is not None
        assert any(
            citation.statement == statement for fact in found.facts for citation in fact.citations
        ), statement


def test_a_description_names_what_it_is_linked_to(graph: Graph) -> None:
    moon = description(graph, "moon")
    assert f"{ID}earth" in moon.linked
    assert f"{SKOS}Concept" in moon.linked
    labels = Labels(graph).triples(f"{ID}earth")
    assert labels == []
    (label,) = Labels(graph).triples(f"{ID}period/now")
    assert label.object == ox.Literal("now", language="en")


@pytest.mark.parametrize("pages", [1, 2, 3])
@pytest.mark.parametrize("inward", [False, True])
def test_members_are_paged_by_links(pages: int, inward: bool) -> None:
    """The first page is in the document; the others are answers to queries that it links to."""
    whole = ox.NamedNode(f"{ID}whole")
    link = ox.NamedNode(f"{SKOS}inScheme" if inward else f"{QB}slice")
    label = ox.NamedNode(f"{RDFS}label")

    def quads() -> Iterator[ox.Quad]:
        for number in range((pages - 1) * MEMBERS + 1):
            member = ox.NamedNode(f"{ID}member/{number}")
            yield ox.Quad(member, label, ox.Literal(str(number)))
            yield ox.Quad(member, link, whole) if inward else ox.Quad(whole, link, member)

    graph = Graph(quads())
    found = member_triples(graph, whole.value, f"{ID}document")
    linked = {each for each in found if each.predicate.value == f"{RDFS}seeAlso"}
    assert len(linked) == pages - 1
    described = [each for each in found if each.predicate == label]
    assert len(described) == (MEMBERS if pages > 1 else 1)
    for triple in linked:
        assert isinstance(triple.object, ox.NamedNode)
        (query,) = parse_qs(urlsplit(triple.object.value).query)["query"]
        answer = graph.store.query(query)
        assert isinstance(answer, ox.QueryTriples)
        described += [each for each in answer if each.predicate == label]
    assert len(described) == len(set(described)) == (pages - 1) * MEMBERS + 1
