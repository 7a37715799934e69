"""Comunica, an engine in JavaScript, with the endpoint and documents as its sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML
from apecgraph.release.release import Release
from tests.support.programs import javascript

BASE = "BASE <https://w3id.org/apecgraph/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
NAMES = BASE + "SELECT ?name { <id/economy/CHN> skos:prefLabel ?name }"
EXTENSIONS = [each.extension for each in DOCUMENT_FORMATS if each is not HTML]


def ask(server: str, *questions: tuple[str, list[Any]]) -> list[str]:
    lines = javascript(Path("ask.mjs"), server, stdin=json.dumps(questions)).splitlines()
    return [json.loads(line) for line in lines]


def column(answer: str, name: str) -> list[str]:
    assert not answer.startswith("error"), answer
    return sorted(row[name]["value"] for row in json.loads(answer)["results"]["bindings"])


def test_the_endpoint_is_a_source(server: str) -> None:
    endpoint = f"{server}/sparql"
    typed = {"type": "sparql", "value": endpoint}
    graphs = BASE + "SELECT ?g { GRAPH ?g { <id/source/seetao> a <ontology/Source> } }"
    answers = ask(
        server,
        (NAMES, [typed]),
        (NAMES, [endpoint]),
        (graphs, [endpoint]),
        (BASE + "ASK { <id/economy/CHN> a <ontology/Economy> }", [typed]),
        (BASE + "ASK { <id/economy/CHN> a <ontology/Source> }", [typed]),
        (BASE + "CONSTRUCT WHERE { <id/economy/CHN> skos:prefLabel ?name }", [typed]),
        (f"{NAMES[:-1]} FILTER(BROKEN(?name)) }}", [typed]),
    )
    for answer in answers[:2]:
        assert column(answer, "name") == ["China", "中国"]
    assert column(answers[2], "g") == ["https://w3id.org/apecgraph/id/source/seetao"]
    assert [json.loads(answer)["boolean"] for answer in answers[3:5]] == [True, False]
    quads = ox.parse(answers[5].encode(), ox.RdfFormat.N_QUADS)
    assert sorted(quad.object.value for quad in quads) == ["China", "中国"]
    assert answers[6].startswith("error")


def test_a_document_is_a_source(server: str) -> None:
    urls = [f"{server}/{path}" for path in ("id/economy/CHN", "doc/economy/CHN")]
    urls += [f"{server}/doc/economy/CHN.{extension}" for extension in EXTENSIONS]
    urls.append("https://w3id.org/apecgraph/id/economy/CHN")
    for url, answer in zip(urls, ask(server, *((NAMES, [url]) for url in urls)), strict=True):
        assert column(answer, "name") == ["China", "中国"], url


def test_a_missing_document_is_an_error(server: str) -> None:
    (answer,) = ask(server, (NAMES, [f"{server}/id/economy/CHX"]))
    assert answer.startswith("error")
    assert "HTTP status 404" in answer


@pytest.mark.parametrize("extension", ["trig", "nq"])
def test_a_dump_is_a_source(server: str, extension: str, release: Release) -> None:
    count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    (answer,) = ask(server, (count, [f"{server}/dumps/apecgraph.{extension}"]))
    assert column(answer, "n") == [str(release.quads)]


def test_the_endpoint_and_a_document_are_joined(server: str) -> None:
    """Only the document has the rejected figure; the endpoint has it in the graph of its source."""
    query = (
        BASE
        + """
        SELECT DISTINCT ?printed ?name {
          <id/figure/seetao/trade-value-2025>
            <ontology/printed> ?printed ;
            <ontology/reporter> ?who .
          ?who skos:prefLabel ?name FILTER(LANG(?name) = "en")
        }"""
    )
    page = f"{server}/id/figure/seetao/trade-value-2025"
    endpoint = {"type": "sparql", "value": f"{server}/sparql"}
    alone, page_alone, joined = ask(
        server, (query, [endpoint]), (query, [page]), (query, [endpoint, page])
    )
    assert column(alone, "printed") == []
    for answer in (page_alone, joined):
        assert column(answer, "printed") == ["2.629 trillion yuan"]
        assert column(answer, "name") == ["China"]


def test_a_federated_query_calls_the_endpoint(server: str) -> None:
    query = BASE + f"SELECT ?name {{ SERVICE <{server}/sparql> {{ {NAMES} }} }}".replace(BASE, "")
    mine = {
        "type": "serialized",
        "value": "<http://example.org/me> a <http://example.org/Reader> .",
        "mediaType": "text/turtle",
        "baseIRI": "http://example.org/",
    }
    (answer,) = ask(server, (query, [mine]))
    assert column(answer, "name") == ["China", "中国"]
