"""Completions for the query editor."""

from __future__ import annotations

import json

import httpx
import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, PREFIXES
from apecgraph.readers.completion import Completion, read_completions

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
    words = list(read_completions(graph))
    assert Completion(f"{BASE}id/x", "thing", ("name", "X", "alias", "名")) in words
    assert [each.iri for each in words if each.kind == "thing"] == [f"{BASE}id/x"]
    classes = {each.iri: each.names for each in words if each.kind == "class"}
    assert classes["urn:Class"] == ()
    assert classes["urn:Unused"] == ("unused",)
    properties = {each.iri for each in words if each.kind == "property"}
    assert "urn:p" in properties
    assert "urn:rejected" not in properties


def test_an_empty_store_has_no_completions() -> None:
    assert list(read_completions(Graph())) == []


def test_the_server_sends_completions_with_the_prefixes(client: httpx.Client) -> None:
    response = client.get("/sparql/vocabulary.json").raise_for_status()
    assert response.headers["content-type"] == "application/json"
    known = json.loads(response.content)
    assert known["prefixes"] == PREFIXES
    assert known["page"]
    assert {
        "iri": f"{BASE}ontology/Economy",
        "kind": "class",
        "names": ["economy", "经济体"],
    } in known["terms"]
    again = client.get(
        "/sparql/vocabulary.json", headers={"If-None-Match": response.headers["etag"]}
    )
    assert again.status_code == 304
