from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.errors import NotFound
from apecgraph.rdf.graph import Graph
from apecgraph.search.identifiers import Identifiers

BASE = "https://w3id.org/apecgraph/"
DATA = f"""
@base <{BASE}id/> .
@prefix ex: <{BASE}ontology/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:locode rdfs:label "UN/LOCODE code"@en .
<scheme/units> rdfs:label "Units"@en .
<place/a> skos:prefLabel "A"@en ; skos:notation "CNCAN"^^ex:locode ;
    owl:sameAs <http://www.wikidata.org/entity/Q16572>, <https://sws.geonames.org/1809858/> .
<topic/b> skos:exactMatch <http://eurovoc.europa.eu/502> .
<topic/c> skos:closeMatch <http://eurovoc.europa.eu/502>, <http://eurovoc.europa.eu/7> .
<topic/d> skos:broadMatch <http://eurovoc.europa.eu/9> ;
    skos:relatedMatch <http://eurovoc.europa.eu/10> .
<topic/e> skos:closeMatch <http://eurovoc.europa.eu/8> ; skos:notation "plain" .
<topic/f> skos:closeMatch <http://eurovoc.europa.eu/8> .
<unit/x> skos:inScheme <scheme/units> ; skos:notation "X1" .
<source/s> schema:url <https://www.example.org/News?id=1> .
"""


@pytest.fixture(scope="module")
def identifiers() -> Identifiers:
    graph = Graph(ox.parse(DATA, ox.RdfFormat.TURTLE))
    rejected = ox.Quad(
        ox.NamedNode(f"{BASE}id/place/a"),
        ox.NamedNode("http://www.w3.org/2002/07/owl#sameAs"),
        ox.NamedNode("http://www.wikidata.org/entity/Q666"),
        ox.NamedNode(f"{BASE}id/source/s"),
    )
    graph.store.add(rejected)
    return Identifiers(graph)


@pytest.mark.parametrize(
    "iri",
    [
        "http://www.wikidata.org/entity/Q16572",
        "https://www.wikidata.org/entity/Q16572",
        "https://wikidata.org/wiki/Q16572",
        "https://www.wikidata.org/wiki/Q16572#sitelinks",
        "https://m.wikidata.org/wiki/Q16572",
        "https://www.wikidata.org/wiki/Special:EntityData/Q16572.json",
        "HTTPS://WWW.WIKIDATA.ORG/wiki/q16572",
        " https://sws.geonames.org/1809858 ",
        "http://sws.geonames.org/1809858/about.rdf",
        "https://www.geonames.org/1809858/guangzhou.html",
        f"{BASE}id/place/a",
        f"{BASE.replace('https', 'http')}id/place/a",
    ],
)
def test_all_spellings_of_an_iri_lead_to_the_thing(identifiers: Identifiers, iri: str) -> None:
    found = identifiers.by_iri(iri)
    assert (found.iri, found.name, found.relation) == (f"{BASE}id/place/a", "A", "owl:sameAs")


@pytest.mark.parametrize(
    "iri",
    [
        "http://www.wikidata.org/entity/Q1657",
        "http://www.wikidata.org/entity/Q165721",
        "http://www.wikidata.org/entity/P16572",
        "https://example.org/wiki/Q16572",
        "https://www.geonames.org/18098",
        "http://www.wikidata.org/entity/Q666",  # a source states it, but a decision rejects it
        "http://eurovoc.europa.eu/9",  # a broader concept is a different thing
        "http://eurovoc.europa.eu/10",
        f"{BASE}id/place/nowhere",
        f"{BASE}id/place/ a<b",
        "",
        "Q16572",
        "http://",
    ],
)
def test_an_iri_of_another_thing_is_not_found(identifiers: Identifiers, iri: str) -> None:
    with pytest.raises(NotFound, match="un-locode \\(UN/LOCODE code\\), units \\(Units\\)"):
        identifiers.by_iri(iri)


def test_the_strongest_relation_counts(identifiers: Identifiers) -> None:
    assert identifiers.by_iri("http://eurovoc.europa.eu/502").iri == f"{BASE}id/topic/b"
    found = identifiers.by_iri("http://eurovoc.europa.eu/7")
    assert (found.iri, found.relation) == (f"{BASE}id/topic/c", "skos:closeMatch")


def test_an_ambiguous_identifier_is_not_guessed(identifiers: Identifiers) -> None:
    with pytest.raises(NotFound, match="identifies 2 things") as error:
        identifiers.by_iri("http://eurovoc.europa.eu/8")
    assert error.value.available == [f"{BASE}id/topic/e", f"{BASE}id/topic/f"]


def test_a_document_is_found_by_its_address(identifiers: Identifiers) -> None:
    assert identifiers.by_iri("http://example.org/News?id=1").iri == f"{BASE}id/source/s"
    with pytest.raises(NotFound):
        identifiers.by_iri("http://example.org/News?id=2")


@pytest.mark.parametrize(
    "scheme",
    ["un-locode", "UN/LOCODE", "UN/LOCODE code", "locode", "apec:locode", f"{BASE}ontology/locode"],
)
def test_a_scheme_has_the_names_that_the_data_gives_it(
    identifiers: Identifiers, scheme: str
) -> None:
    assert identifiers.by_code("cncan ", scheme).iri == f"{BASE}id/place/a"


def test_an_untyped_notation_belongs_to_its_concept_scheme(identifiers: Identifiers) -> None:
    assert identifiers.by_code("X1", "units").iri == f"{BASE}id/unit/x"
    assert sorted(identifiers.schemes) == ["un-locode", "units"]


@pytest.mark.parametrize(
    ("code", "scheme"), [("CNCAN", "hs"), ("CNCAN", ""), ("X1", "un-locode"), ("", "units")]
)
def test_unknown_codes_are_not_found(identifiers: Identifiers, code: str, scheme: str) -> None:
    with pytest.raises(NotFound, match="un-locode \\(UN/LOCODE code\\), units \\(Units\\)"):
        identifiers.by_code(code, scheme)
