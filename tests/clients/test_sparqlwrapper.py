"""SPARQLWrapper, which also sends the format as parameters with names of its own."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError

import pyoxigraph as ox
import pytest
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from apecgraph.rdf.namespaces import BASE
from apecgraph.web.publication import Publication

NAMES = "SELECT ?name { <id/economy/CHN> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?s = <id/economy/CHN>) }"
DESCRIBE = "DESCRIBE <id/economy/CHN>"
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]

# It makes graphs of a deprecated class of rdflib.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is:DeprecationWarning")


def endpoint(
    server: str, query: str, format_: str, way: tuple[str, str] = WAYS[0]
) -> SPARQLWrapper:
    wrapper = SPARQLWrapper(f"{server}/sparql", returnFormat=format_)
    wrapper.setMethod(way[0])
    wrapper.setRequestMethod(way[1])
    wrapper.setQuery(query)
    return wrapper


def converted(server: str, query: str, format_: str, way: tuple[str, str]) -> Any:
    """Send a query; return the answer as a Python object, which depends on the format."""
    return endpoint(server, query, format_, way).queryAndConvert()


@pytest.fixture(scope="module")
def described(publication: Publication) -> set[object]:
    """The triples about China in the default graph."""
    assert publication.graph is not None
    quads = publication.graph.default_graph.quads(f"{BASE}id/economy/CHN")
    data = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    triples: set[object] = set(Graph().parse(data=data, format="nt"))
    assert len(triples) > 10
    return triples


@pytest.mark.parametrize("way", WAYS)
def test_select_queries_are_answered_in_every_format(server: str, way: tuple[str, str]) -> None:
    found = converted(server, NAMES, JSON, way)
    names = [row["name"] for row in found["results"]["bindings"]]
    assert sorted((name["xml:lang"], name["value"]) for name in names) == [
        ("en", "China"),
        ("zh", "中国"),
    ]
    rows = converted(server, NAMES, CSV, way).decode().split()
    assert sorted(rows) == ["China", "name", "中国"]
    rows = converted(server, NAMES, TSV, way).decode().splitlines()
    assert sorted(rows) == ['"China"@en', '"中国"@zh', "?name"]
    document = converted(server, NAMES, XML, way)
    literals = document.getElementsByTagName("literal")
    assert {each.firstChild.data for each in literals} == {"China", "中国"}


@pytest.mark.parametrize("way", WAYS)
def test_ask_queries_are_answered(server: str, way: tuple[str, str]) -> None:
    assert converted(server, "ASK {}", JSON, way)["boolean"] is True


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE], ids=["CONSTRUCT", "DESCRIBE"])
def test_graphs_are_answered_in_every_format(
    server: str, query: str, way: tuple[str, str], described: set[object]
) -> None:
    for format_ in (XML, RDFXML, JSONLD):
        graph = converted(server, query, format_, way)
        assert isinstance(graph, Graph)
        assert set(graph) == described, format_
    for format_ in (TURTLE, N3):
        data = converted(server, query, format_, way)
        assert set(Graph().parse(data=data)) == described, format_


def test_a_request_can_set_the_dataset(server: str) -> None:
    source = f"{BASE}id/source/seetao"
    wrapper = endpoint(server, f"ASK {{ <{source}> ?p ?o }}", JSON)
    wrapper.addDefaultGraph(source)
    assert wrapper.query().convert() == {"head": {}, "boolean": True}
    wrapper.clearParameter("default-graph-uri")
    wrapper.addDefaultGraph(f"{BASE}id/source/chinadailyasia-628497")
    assert wrapper.query().convert() == {"head": {}, "boolean": False}


@pytest.mark.parametrize("way", WAYS)
def test_a_malformed_query_is_reported_with_its_position(server: str, way: tuple[str, str]) -> None:
    with pytest.raises(QueryBadFormed) as caught:
        endpoint(server, "SELECT *\n{ ?s ?p }", JSON, way).query()
    assert '"line": 2, "column": 9' in str(caught.value)


def test_an_update_is_refused(server: str) -> None:
    wrapper = endpoint(server, "INSERT DATA { <a:s> <a:p> <a:o> }", JSON, (POST, URLENCODED))
    with pytest.raises(HTTPError) as caught:
        wrapper.query()
    with caught.value as error:
        assert error.code == 403
