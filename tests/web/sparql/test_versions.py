"""The endpoint understands each version of SPARQL that its service description names."""

from __future__ import annotations

import httpx
import pytest
import rdflib

from apecgraph.rdf.namespaces import SD

EX = "PREFIX ex: <http://example.org/>"
QUERIES = {
    "1.1": [
        ("SELECT (COUNT(*) AS ?x) { VALUES ?y { 1 2 } }", "2"),
        ("SELECT ?x { { SELECT (1 AS ?x) {} } MINUS { BIND(2 AS ?x) } }", "1"),
    ],
    "1.2": [
        ('VERSION "1.2" SELECT (1 AS ?x) {}', "1"),
        (f"{EX} SELECT (SUBJECT(TRIPLE(ex:a, ex:b, 1)) AS ?x) {{}}", "http://example.org/a"),
        (f"{EX} SELECT (OBJECT(?t) AS ?x) {{ BIND(<<( ex:a ex:b 1 )>> AS ?t) }}", "1"),
        (f"{EX} SELECT (isTRIPLE(<<( ex:a ex:b 1 )>>) AS ?x) {{}}", "true"),
        ('SELECT (LANGDIR(STRLANGDIR("x", "ar", "rtl")) AS ?x) {}', "rtl"),
        ('SELECT (hasLANGDIR("x"@en--ltr) AS ?x) {}', "true"),
        ('SELECT (LANG("x"@en--ltr) AS ?x) {}', "en"),
    ],
}
TESTS = [(query, value) for queries in QUERIES.values() for query, value in queries]


def test_the_service_description_names_these_versions(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"}).raise_for_status()
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    versions = set(graph.objects(None, rdflib.URIRef(f"{SD}supportedVersion")))
    named = {rdflib.URIRef(f"http://www.w3.org/ns/sparql#version-{each}") for each in QUERIES}
    assert versions == named
    languages = set(graph.objects(None, rdflib.URIRef(f"{SD}supportedLanguage")))
    assert languages == {rdflib.URIRef(f"{SD}{name}") for name in ("SPARQLQuery", "SPARQL11Query")}


@pytest.mark.parametrize(("query", "value"), TESTS)
def test_a_query_of_a_version_is_answered(client: httpx.Client, query: str, value: str) -> None:
    response = client.get("/sparql", params={"query": query, "format": "json"}).raise_for_status()
    (row,) = response.json()["results"]["bindings"]
    assert row["x"]["value"] == value


def test_a_triple_is_a_value_in_json(client: httpx.Client) -> None:
    """SPARQL 1.2 Query Results JSON Format, section 3.2.2."""
    query = f"{EX} SELECT (TRIPLE(ex:a, ex:b, ex:c) AS ?x) {{}}"
    response = client.get("/sparql", params={"query": query, "format": "json"}).raise_for_status()
    (row,) = response.json()["results"]["bindings"]
    assert row["x"]["type"] == "triple"
    assert row["x"]["value"]["object"] == {"type": "uri", "value": "http://example.org/c"}


def test_a_triple_is_an_object_in_turtle(client: httpx.Client) -> None:
    query = f"{EX} CONSTRUCT {{ ex:x ex:says <<( ex:a ex:b ex:c )>> }} WHERE {{}}"
    response = client.get("/sparql", params={"query": query, "format": "ntriples"})
    inner = "<<( " + " ".join(f"<http://example.org/{name}>" for name in "abc") + " )>>"
    assert response.raise_for_status().text == (
        f"<http://example.org/x> <http://example.org/says> {inner} .\n"
    )
