"""Data of others behind the pages: in files, in Oxigraph, and in another server of ours."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.query.model import DataFile
from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML, TRIG
from apecgraph.rdf.namespaces import FOAF, RDF, RDFS, VOID
from apecgraph.web.publication import Publication
from tests.support.engines import Engine, oxigraph
from tests.support.pages import BROWSER, Page
from tests.support.servers import served, server_thread

VOCABULARY: Final = "http://zoo.example/vocab#"
THING: Final = "http://zoo.example/id/"
LONG: Final = "x" * 30_000
MANY: Final = [
    f'ex:evil v:many "{number}" . ex:m{number:03} a v:Many ; v:of ex:lion .\n'
    for number in range(150)
]
DATA: Final = f"""
@prefix ex: <{THING}> .
@prefix v: <{VOCABULARY}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <{RDFS}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<http://zoo.example/vocab> a owl:Ontology ; dcterms:title "Zoo"@en, "动物园"@zh ;
  dcterms:description "Animals, and what they eat."@en ;
  dcterms:license <https://example.org/free> .
v:Animal a owl:Class ; rdfs:label "animal"@en, "动物"@zh ; rdfs:subClassOf
  [ a owl:Restriction ; owl:onProperty v:eats ;
    owl:someValuesFrom [ owl:unionOf ( v:Animal v:Plant ) ] ] .
v:eats a owl:ObjectProperty ; rdfs:label "eats"@en .
ex:lion a v:Animal ; rdfs:label "Lion"@en, "狮子"@zh, "Löwe"@de ; v:eats ex:zebra ; v:weight 190.5 .
ex:zebra a v:Animal ; skos:prefLabel "Zebra" ; v:eats ex:grass ;
  skos:altLabel "striped <b>horse</b>"@en .
ex:evil a v:Animal ; rdfs:label "<script>alert(1)</script>"@en, "{"y" * 2000}"@en ;
  v:text "{LONG}", "{"z" * 5000}" ; v:weight "many"^^xsd:integer ; v:born "2020-02-30"^^xsd:date ;
  v:home <javascript:alert(1)>, <http://zoo.example/'onclick='>, <urn:x:{"u" * 3000}> ;
  v:self ex:evil ; v:next _:a . _:a v:next _:b . _:b v:next _:a .
{"".join(MANY)}
ex:g {{ ex:hidden a v:Animal ; rdfs:label "Okapi"@en ; v:eats ex:grass . }}
"""
"""Good things beside hostile ones, in the default graph and a named one."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("oxigraph")
    store = ox.Store(str(folder / "store"))
    store.load(DATA, ox.RdfFormat.TRIG)
    store.flush()
    del store
    with oxigraph(folder / "store") as running:
        yield running


@pytest.fixture(scope="module")
def clients(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, httpx.Client]]:
    """Clients of servers of the same data, which are in files and in two engines."""
    path = tmp_path_factory.mktemp("data") / "zoo.trig"
    path.write_text(DATA)
    with ExitStack() as stack:
        files = Publication.of_files([DataFile.of(path, TRIG)])
        url = stack.enter_context(server_thread(files))
        yield {
            "files": stack.enter_context(httpx.Client(base_url=url)),
            "oxigraph": stack.enter_context(served(Publication.of_engines([engine.url]))),
            "ours": stack.enter_context(served(Publication.of_engines([f"{url}/sparql"]))),
        }


@pytest.fixture(params=["files", "oxigraph", "ours"])
def client(clients: dict[str, httpx.Client], request: pytest.FixtureRequest) -> httpx.Client:
    return clients[request.param]


def page(client: httpx.Client, path: str, **parameters: str) -> str:
    """Return a page, which must be small and have no markup from the data."""
    answer = client.get(path, params=parameters, headers={"Accept": BROWSER}).raise_for_status()
    assert answer.headers["content-type"] == HTML.content_type
    assert len(answer.content) < 100_000
    text = answer.text
    assert Page(text).runs_own_scripts_only()
    assert "alert(1)</script>" not in text
    assert "<b>horse" not in text
    assert not re.search(r"""href=["']?\s*javascript:""", text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\sonclick=", text)
    return text


def document(client: httpx.Client, iri: str, format_: str = "nt") -> set[ox.Triple]:
    answer = client.get("/doc", params={"iri": iri, "format": format_}).raise_for_status()
    named = next(each for each in DOCUMENT_FORMATS if each.extension == format_)
    assert answer.headers["content-type"].partition(";")[0] == named.media_type
    assert named.rdf is not None
    return {quad.triple for quad in ox.parse(answer.content, named.rdf)}


def test_the_home_page_names_the_dataset_and_its_classes(client: httpx.Client) -> None:
    text = page(client, "/")
    assert "<h1>Zoo</h1>" in text
    assert "Animals, and what they eat." in text
    assert 'href="https://example.org/free"' in text
    assert re.search(r'class=http%3A%2F%2Fzoo.example%2Fvocab%23Animal"[^>]*>animal</a>', text)
    for path in ("/figures", "/conflicts", "/questions", "/dumps/", "/sources"):
        assert f'"{path}"' not in text
    chinese = page(client, "/", lang="zh")
    assert "<h1>动物园</h1>" in chinese
    assert ">动物</a>" in chinese


def test_a_class_leads_to_its_things_page_by_page(client: httpx.Client) -> None:
    assert "class=http%3A%2F%2Fzoo.example%2Fvocab%23Many" in page(client, "/browse")
    text = page(client, "/browse", **{"class": f"{VOCABULARY}Animal"})
    for name in ("Lion", "Zebra", "Okapi"):
        assert f">{name}</a>" in text
    first, last = (
        page(client, "/browse", **{"class": f"{VOCABULARY}Many", "page": number})
        for number in ("1", "3")
    )
    assert "ex:m000" in first or f"{THING}m000" in first
    assert "m100" in last
    assert 'rel="next"' in first
    assert 'rel="next"' not in last
    for wrong, status in (({"page": "4"}, 404), ({"page": "0"}, 400), ({"page": "9999"}, 400)):
        parameters = {"class": f"{VOCABULARY}Many", **wrong}
        assert client.get("/browse", params=parameters).status_code == status
    assert client.get("/browse", params={"class": "> } DROP ALL"}).status_code == 400
    assert client.get("/browse", params={"sort": "name"}).status_code == 400


def test_a_page_shows_what_leads_from_and_to_a_thing(client: httpx.Client) -> None:
    text = page(client, "/doc", iri=f"{THING}lion")
    assert "<h1>Lion</h1>" in text
    assert f'href="/doc?iri={THING.replace(":", "%3A").replace("/", "%2F")}zebra"' in text
    assert '<bdi lang="zh">狮子</bdi>' in text
    assert "of 150 are shown" in html.unescape(text)
    assert "<h1>狮子</h1>" in page(client, "/doc", iri=f"{THING}lion", lang="zh")
    eats = page(client, "/doc", iri=f"{VOCABULARY}eats")
    assert "Facts with this property" in eats
    animal = page(client, "/doc", iri=f"{VOCABULARY}Animal")
    assert "someValuesFrom" in animal
    assert ">v:Plant</a>" in animal or f">{VOCABULARY}Plant</a>" in animal
    assert ">Okapi</a>" in page(client, "/doc", iri=f"{THING}grass")


def test_a_document_has_all_formats_with_the_same_triples(client: httpx.Client) -> None:
    iri = ox.NamedNode(f"{THING}lion")
    expected = document(client, iri.value)
    label = ox.NamedNode(f"{RDFS}label")
    assert ox.Triple(iri, label, ox.Literal("Lion", language="en")) in expected
    assert ox.NamedNode(f"{FOAF}primaryTopic") in {each.predicate for each in expected}
    for format_ in DOCUMENT_FORMATS:
        if format_ not in (HTML, TRIG):
            assert document(client, iri.value, format_.extension) == expected
            answer = client.get(
                "/doc", params={"iri": iri.value}, headers={"Accept": format_.media_type}
            )
            assert answer.headers["content-type"].startswith(format_.media_type)
            assert "Accept" in answer.headers["vary"]
            known = {"Accept": format_.media_type, "If-None-Match": answer.headers["etag"]}
            again = client.get("/doc", params={"iri": iri.value}, headers=known)
            assert again.status_code == 304
    nested = document(client, f"{VOCABULARY}Animal")
    assert ox.NamedNode("http://www.w3.org/2002/07/owl#unionOf") in {t.predicate for t in nested}


def test_hostile_things_have_small_and_harmless_pages(client: httpx.Client) -> None:
    text = page(client, "/doc", iri=f"{THING}evil")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "5,000 characters" in text
    assert LONG[:1000] not in text
    assert "many" in text
    assert "2020-02-30" in text
    page(client, "/doc", iri="javascript:alert(1)")
    page(client, "/doc", iri="http://zoo.example/'onclick='")
    triples = document(client, f"{THING}evil")
    assert not [
        each
        for each in triples
        if isinstance(each.object, ox.Literal) and each.object.value == LONG
    ]
    assert client.get("/doc", params={"iri": f"{THING}evil", "format": "rdf"}).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"iri": f"{THING}nothing"}, 404),
        ({"iri": "lion"}, 400),
        ({"iri": "a:b> ?p ?o } # "}, 400),
        ({"iri": f"a:{'b' * 3000}"}, 400),
        ({}, 400),
        ({"iri": f"{THING}lion", "x": "y"}, 400),
        ({"iri": f"{THING}lion", "format": "docx"}, 406),
        ({"iri": f"{THING}lion", "lang": "xx"}, 400),
    ],
)
def test_a_wrong_request_for_a_document_is_refused(
    client: httpx.Client, parameters: dict[str, str], status: int
) -> None:
    answer = client.get("/doc", params=parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lio", "Lion"),
        ("LÖWE", "Lion"),
        ("狮", "Lion"),
        ("horse", "Zebra"),
        ("okapi", "Okapi"),
        ("m14", "m14"),
        ('" } DROP ALL', None),
        ("nobody", None),
    ],
)
def test_the_search_finds_parts_of_names(
    client: httpx.Client, text: str, found: str | None
) -> None:
    said = page(client, "/search", q=text)
    hits = re.findall(r"<li><a [^>]*>(.*?)</a>", said)
    assert bool(hits) == (found is not None)
    assert found is None or found in hits[0]


def test_the_search_leads_to_an_address(client: httpx.Client) -> None:
    answer = client.get("/search", params={"q": f"{THING}lion"})
    assert answer.status_code == 303
    assert client.get(answer.headers["location"]).status_code == 200
    assert client.get("/search", params={"q": "x" * 201}).status_code == 400
    assert "<h1>Search</h1>" in page(client, "/search")


def test_the_dataset_and_the_service_are_described_in_their_own_name(client: httpx.Client) -> None:
    answer = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    triples = {quad.triple for quad in ox.parse(answer.content, ox.RdfFormat.N_TRIPLES)}
    dataset = ox.NamedNode(f"{client.base_url}/sparql#dataset")
    assert ox.Triple(dataset, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{VOID}Dataset")) in triples
    classes = {each.object for each in triples if each.predicate.value == f"{VOID}class"}
    assert ox.NamedNode(f"{VOCABULARY}Animal") in classes
    said = answer.text + client.get("/sparql", params={"format": "turtle"}).text
    assert '"Zoo"' in said
    assert "w3id.org/apecgraph" not in said
    known = client.get("/sparql/vocabulary.json").raise_for_status().json()
    assert {"iri": f"{VOCABULARY}Animal", "kind": "class", "names": ["animal", "动物"]} in known[
        "terms"
    ]
    assert f"{THING}zebra" in {term["iri"] for term in known["terms"]}
    assert known["page"] == "/doc?iri="
    names = client.get("/sparql/names.json", params={"iris": f"{VOCABULARY}Animal", "lang": "zh"})
    assert names.json() == {f"{VOCABULARY}Animal": {"name": "动物"}}


def test_what_needs_a_release_is_not_there_and_says_so(client: httpx.Client) -> None:
    for path in ("/figures", "/conflicts", "/questions/x", "/dumps/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "not a release of apecgraph" in answer.json()["detail"]
        assert f"{client.base_url}/browse" in answer.json()["available"]
    assert "/doc" in client.get("/openapi.json").json()["paths"]


def test_files_have_their_prefixes_and_their_own_addresses(tmp_path: Path) -> None:
    path = tmp_path / "zoo.trig"
    path.write_text("@prefix zoo: <http://zoo.example/id/> . <lion> a zoo:Animal .")
    files = [DataFile.of(path, TRIG, "http://zoo.example/id/")]
    with served(Publication.of_files(files, "http://zoo.example/id/")) as client:
        assert "<h1>zoo.trig</h1>" in client.get("/", headers={"Accept": BROWSER}).text
        known = client.get("/sparql/vocabulary.json").json()
        assert known["prefixes"]["zoo"] == THING
        assert known["base"] == THING
        answer = client.get("/id/lion")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/doc?iri=http%3A%2F%2Fzoo.example%2Fid%2Flion"
        turtle = client.get(answer.headers["location"], headers={"Accept": "text/turtle"}).text
        assert "zoo:lion a zoo:Animal" in turtle
        assert "@prefix skos:" not in turtle
        assert client.get("/id/tiger").status_code == 404


def test_a_lost_engine_is_told(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "store"))
    store.load("<a:s> a <a:c> .", ox.RdfFormat.TURTLE)
    store.flush()
    del store
    with (
        oxigraph(tmp_path / "store") as engine,
        served(Publication.of_engines([engine.url])) as client,
    ):
        assert client.get("/doc", params={"iri": "a:s"}).status_code == 200
        engine.kill()
        for path in ("/doc?iri=a:c", "/search?q=x", "/browse?class=a:c"):
            answer = client.get(path)
            assert answer.status_code in (502, 503)
            assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/doc", params={"iri": "a:s"}).status_code == 200  # it is kept
