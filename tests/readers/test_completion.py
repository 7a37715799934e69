"""Completions for the query editor."""

from __future__ import annotations

import json

import httpx
import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, PREFIXES, RDF, SKOS
from apecgraph.readers.completion import (
    Completion,
    Completions,
    PropertyUse,
    read_property_uses,
    read_terms,
)

DATA = """
    BASE <https://w3id.org/apecgraph/id/>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX schema: <https://schema.org/>
    PREFIX qb: <http://purl.org/linked-data/cube#>
    <x> a <urn:Class> ; skos:prefLabel "name"@en , "名"@zh ; skos:notation "X" ;
      schema:alternateName "alias" ; <urn:p> <y> .
    <urn:Unused> a rdfs:Class ; rdfs:label "unused" .
    <of-data> a qb:Observation ; rdfs:label "a figure" .
    <elsewhere:x> rdfs:label "not of ours" .
    _:b rdfs:label "has no IRI" .
    <iri-for-a-name> rdfs:label <x> .
    <source/s> { <x> skos:prefLabel "rejected" . <y> <urn:rejected> "z" }
"""


def test_completions_come_from_the_default_graph() -> None:
    graph = Graph(ox.parse(DATA, ox.RdfFormat.TRIG))
    labels = Labels(graph)
    words = [each.labelled(labels) for each in read_terms(graph)]
    assert Completion(f"{BASE}id/x", "thing", ("name", "X", "alias", "名")) in words
    assert [each.iri for each in words if each.kind == "thing"] == [f"{BASE}id/x"]
    classes = {each.iri: each.names for each in words if each.kind == "class"}
    assert classes["urn:Class"] == ()
    assert classes["urn:Unused"] == ("unused",)
    properties = {each.iri for each in words if each.kind == "property"}
    assert "urn:p" in properties
    assert "urn:rejected" not in properties


def test_the_properties_of_a_class_are_counted() -> None:
    uses = read_property_uses(Graph(ox.parse(DATA, ox.RdfFormat.TRIG)))
    assert PropertyUse("urn:Class", f"{RDF}type", 1, ()) in uses
    assert PropertyUse("urn:Class", f"{SKOS}prefLabel", 1, ()) in uses
    more = ox.parse("<a:x> a <a:C> ; <a:p> <a:y>, 1 . <a:y> a <a:D> .", ox.RdfFormat.TURTLE)
    assert PropertyUse("a:C", "a:p", 1, ("a:D",)) in read_property_uses(Graph(more))


def test_an_empty_store_has_no_completions() -> None:
    graph = Graph()
    assert Completions.of(graph) == Completions((), ())


def test_the_server_sends_completions_with_the_prefixes(client: httpx.Client) -> None:
    response = client.get("/sparql/vocabulary.json").raise_for_status()
    assert response.headers["content-type"] == "application/json"
    known = json.loads(response.content)
    assert known["prefixes"] == PREFIXES
    assert known["page"]
    uses = {
        (known["terms"][of]["iri"], known["terms"][property_]["iri"]): count
        for of, property_, count, _ in known["uses"]
    }
    assert uses[f"{BASE}ontology/Economy", f"{SKOS}prefLabel"] == 21
    assert {
        "iri": f"{BASE}ontology/Economy",
        "kind": "class",
        "names": ["economy", "经济体"],
    } in known["terms"]
    again = client.get(
        "/sparql/vocabulary.json", headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_server_names_the_things_of_an_answer(client: httpx.Client) -> None:
    peru, rejected = f"{BASE}id/economy/PER", f"{BASE}id/figure/seetao/trade-value-2025"
    asked = {"iris": f"{peru} {rejected} urn:none", "lang": "zh"}
    names = client.get("/sparql/names.json", params=asked).raise_for_status().json()
    assert names[peru] == {"name": "秘鲁"}
    assert names[rejected]["status"] == "不予采信"
    assert "urn:none" not in names
    for wrong in ("", "<x>", " ".join(["urn:x"] * 101)):
        assert client.get("/sparql/names.json", params={"iris": wrong}).status_code == 400
    assert client.get("/sparql/names.json?iris=urn:x&x=y").status_code == 400
