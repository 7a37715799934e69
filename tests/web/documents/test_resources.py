from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.query.model import DataFile
from apecgraph.rdf.formats import (
    DOCUMENT_FORMATS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
)
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, BASE, ID, OWL, SKOS
from apecgraph.rdf.terms import term_text
from apecgraph.text.nearest import nearest
from apecgraph.web.publication import Publication
from tests.support.contents import EXCERPT, ContentCopy
from tests.support.pages import BROWSER
from tests.support.servers import served
from tests.support.visitor import LABELS, VISITED, Visitor, read_by_engine, read_by_others

MEETING = "/id/meeting/sccp1-2026"
DOCUMENT = "/doc/meeting/sccp1-2026"


def own_iris(store: ox.Store) -> set[str]:
    """Return all IRIs of the publication that its data mentions anywhere."""
    terms = {
        term
        for quad in store
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
    }
    terms |= {term.datatype for term in terms if isinstance(term, ox.Literal)}
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    return {iri for iri in iris if iri.startswith(BASE)}


def test_every_iri_answers_in_every_format(server: str, store: ox.Store, full: bool) -> None:
    """With --full, every IRI in every format, read by rdflib and pyld; otherwise every twentieth,
    and every IRI in one format, read by the engine."""
    deprecated = store.quads_for_pattern(None, ox.NamedNode(f"{OWL}deprecated"), None)
    withdrawn = {iri for quad in deprecated if (iri := term_text(quad.subject)).startswith(ID)}
    iris = sorted(own_iris(store) - withdrawn)
    assert len(iris) > 1500
    wrong: list[str] = []
    with closing(HTTPConnection(server.removeprefix("http://"))) as connection:
        visitor = Visitor(connection)
        for iri in withdrawn:
            assert visitor.get("/" + iri.removeprefix(BASE))[0] == 410
        for number, iri in enumerate(iris):
            every = full or number % 20 == 0
            formats = VISITED if every else [VISITED[number % len(VISITED)]]
            wrong += visitor.visit(iri, formats, read_by_others if every else read_by_engine)
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        (None, "ttl"),
        ("*/*", "ttl"),
        ("text/*", "ttl"),
        ("application/*", "jsonld"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("text/html", "html"),
        (BROWSER, "html"),
        ("text/turtle;q=0.5, application/ld+json", "jsonld"),
        ("text/turtle;q=0.5, application/ld+json;q=0.4", "ttl"),
        ("text/turtle;q=0, */*", "jsonld"),
        ("text/html;q=0, text/turtle;q=0, */*;q=0.1", "jsonld"),
        ("application/json;q=1, application/rdf+xml;q=0.1", "jsonld"),
        ("application/xml, text/html;q=0.9", "rdf"),
        ("TEXT/HTML", "html"),
        ("text/turtle; charset=utf-8", "ttl"),
        ("text/plain, */*;q=0.1", "nt"),
        ("text/plain;q=0.1, text/html", "html"),
    ],
)
def test_the_format_is_negotiated(client: httpx.Client, accept: str | None, extension: str) -> None:
    request = client.build_request("GET", MEETING)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    response = client.send(request)
    assert response.status_code == 303
    assert response.headers["location"] == f"{DOCUMENT}.{extension}"
    assert response.headers["vary"] == "Accept"


def test_several_accept_headers_count_as_one(client: httpx.Client) -> None:
    headers = [("Accept", "text/turtle;q=0.1"), ("Accept", "application/n-triples")]
    request = client.build_request("GET", MEETING)
    del request.headers["accept"]
    request.headers = httpx.Headers([*request.headers.multi_items(), *headers])
    assert client.send(request).headers["location"] == f"{DOCUMENT}.nt"


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "application/pdf", "*/*;q=0"])
@pytest.mark.parametrize("path", [MEETING, DOCUMENT])
def test_a_request_without_an_acceptable_format_is_answered_with_406(
    client: httpx.Client, path: str, accept: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


def test_a_document_without_extension_is_negotiated(client: httpx.Client) -> None:
    response = client.get(DOCUMENT, headers={"Accept": "application/ld+json"})
    assert response.status_code == 200
    assert response.headers["content-location"] == f"{DOCUMENT}.jsonld"
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    assert response.headers["content-type"] == "application/ld+json"
    assert response.content == client.get(f"{DOCUMENT}.jsonld").content


@pytest.mark.parametrize("path", [DOCUMENT, "/catalog", "/.well-known/void", "/sparql"])
@pytest.mark.parametrize(
    ("accept", "content_type", "format_"),
    [
        ("text/plain, */*;q=0.1", "text/plain; charset=utf-8", N_TRIPLES),
        ("application/json", "application/json", JSON_LD),
        ("application/json, text/plain, */*", "application/json", JSON_LD),
        ("application/xml", "application/xml", RDF_XML),
        ("text/xml", "text/xml; charset=utf-8", RDF_XML),
        ("text/n3", "text/n3; charset=utf-8", TURTLE),
        ('application/ld+json;profile="http://example.org/"', "application/ld+json", JSON_LD),
        ('application/ld+json;profile="http://example.org/", */*', "application/ld+json", JSON_LD),
    ],
)
def test_a_graph_has_other_media_types_wherever_it_is(
    client: httpx.Client, path: str, accept: str, content_type: str, format_: Format
) -> None:
    response = client.get(path, headers={"Accept": accept}).raise_for_status()
    assert response.headers["content-type"] == content_type
    assert response.content == client.get(path, headers={"Accept": format_.media_type}).content
    if path == DOCUMENT:
        assert response.headers["content-location"] == f"{DOCUMENT}.{format_.extension}"


def test_an_extension_overrides_accept(client: httpx.Client) -> None:
    response = client.get(f"{DOCUMENT}.ttl", headers={"Accept": "text/html"})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("format_", DOCUMENT_FORMATS, ids=lambda each: each.name)
def test_a_client_with_a_fresh_copy_is_answered_with_304(
    client: httpx.Client, format_: Format
) -> None:
    path = f"{DOCUMENT}.{format_.extension}"
    tag = client.get(path).headers["etag"]
    for header in (tag, f'"other", W/{tag}', "*"):
        response = client.get(path, headers={"If-None-Match": header})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == tag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_entity_tags_differ(client: httpx.Client) -> None:
    paths = [f"{DOCUMENT}.{format_.extension}" for format_ in DOCUMENT_FORMATS]
    tags = {client.get(path).headers["etag"] for path in [*paths, "/doc/economy/CHN.ttl"]}
    assert len(tags) == len(paths) + 1


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    for path in (MEETING, DOCUMENT, f"{DOCUMENT}.jsonld", "/id/nothing"):
        got, head = client.get(path), client.head(path)
        assert head.content == b""
        assert head.status_code == got.status_code
        for response in (got, head):
            del response.headers["date"], response.headers["x-request-id"]
        assert head.headers == got.headers


def test_a_document_has_links_in_its_header(client: httpx.Client) -> None:
    response = client.get(f"{DOCUMENT}.html")
    links = response.headers["link"].split(", ")
    assert f'<{BASE}id/meeting/sccp1-2026>; rel="cite-as"' in links
    assert '<https://schema.org/Event>; rel="type"' in links
    assert f'<{BASE}>; rel="collection"' in links
    assert '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"' in links
    for relation in ("alternate", "describedby"):
        assert f'<{DOCUMENT}.ttl>; rel="{relation}"; type="text/turtle"' in links
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", response.headers["last-modified"])


def test_names_are_compared_outside_the_event_loop(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []

    def noting(*arguments: Any, **named: Any) -> list[str]:
        begun.append(asyncio._get_running_loop() is not None)
        return nearest(*arguments, **named)

    monkeypatch.setattr("apecgraph.web.documents.resources.nearest", noting)
    for path in ("/id/economy/CHA", "/doc/economy/CHA.html"):
        assert client.get(path).status_code == 404
    assert begun == [False, False]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/id/meeting/sccp2-2026", f"{BASE}id/meeting/sccp1-2026"),
        ("/doc/economy/CHX.ttl", f"{BASE}id/economy/CHN"),
        ("/ontology/Soruce", f"{BASE}ontology/Source"),
    ],
)
def test_a_missing_resource_is_answered_with_similar_ones(
    client: httpx.Client, path: str, near: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert near in response.json()["available"]
    page = client.get(path, headers={"Accept": BROWSER})
    assert f'<a href="/{near.removeprefix(BASE)}">' in page.text


@pytest.mark.parametrize(
    ("extension", "usual"),
    [("TTL", "ttl"), ("n3", "ttl"), ("json", "jsonld"), ("JsonLD", "jsonld"), ("xml", "rdf")],
)
def test_an_extension_may_be_any_name_of_the_format(
    client: httpx.Client, extension: str, usual: str
) -> None:
    found = client.get(f"/doc/economy/CHN.{extension}").raise_for_status()
    expected = client.get(f"/doc/economy/CHN.{usual}")
    assert found.content == expected.content
    assert found.headers["content-type"] == expected.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    ["/id/economy/CHN", "/doc/economy/CHN", "/doc/economy/CHN.ttl", "/catalog", "/figures"],
)
def test_a_slash_at_the_end_is_passed_over(client: httpx.Client, path: str) -> None:
    plain, with_slash = client.get(path), client.get(f"{path}/")
    assert with_slash.status_code == plain.status_code < 400
    assert with_slash.headers.get("location") == plain.headers.get("location")
    assert with_slash.content == plain.content


@pytest.mark.parametrize(
    "path",
    [
        "/doc/",
        "/id/%00",
        "/id/a%20b",
        "/id/%ff",
        "/id/" + "x" * 3000,
        "/doc/.ttl",
        "/doc/../../etc/passwd",
        "/id/..%2f..%2fetc%2fpasswd",
        "/id/economy/CHN/x",
        "/doc/economy/CHN.xlsx",
        "/id/<x>",
    ],
)
def test_odd_paths_are_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


class TestOddNames:
    """Names that need escaping in a path, in a header or in a page."""

    names = ("person/赵", "a%20b", "it's,(fine)", "report.html", "report", "a.b.ttl")

    @pytest.fixture(scope="class")
    @classmethod
    def odd(
        cls, publication: Publication, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[httpx.Client]:
        store = ox.Store()
        store.extend(cls.quads())
        path = tmp_path_factory.mktemp("odd") / "odd.nq"
        store.dump(path, N_QUADS.rdf)
        data = [DataFile.of(path, N_QUADS)]
        odd = Publication("odd", data, publication.release)
        odd.__dict__["graph"] = Graph(store)
        with served(odd) as client:
            yield client

    @classmethod
    def quads(cls) -> Iterable[ox.Quad]:
        label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
        for name in cls.names:
            yield ox.Quad(ox.NamedNode(f"{BASE}id/{name}"), label, ox.Literal(name))

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/id/person/%E8%B5%B5", "person/赵"),
            ("/id/person/%e8%b5%b5", "person/赵"),
            ("/id/a%20b", "a%20b"),
            ("/id/it's,(fine)", "it's,(fine)"),
            ("/id/it%27s%2C%28fine%29", "it's,(fine)"),
            ("/id/report.html", "report.html"),
            ("/id/report", "report"),
            ("/id/a.b.ttl", "a.b.ttl"),
        ],
    )
    def test_lead_to_their_documents(self, odd: httpx.Client, path: str, name: str) -> None:
        location = odd.get(path, headers={"Accept": "application/n-triples"}).headers["location"]
        assert location.isascii()
        document = odd.get(location).raise_for_status()
        assert f"<{BASE}id/{name}> " in document.text
        negotiated = odd.get(location.removesuffix(".nt"), headers={"Accept": "text/html"})
        assert negotiated.status_code == 200
        assert negotiated.headers["link"].isascii()

    def test_are_linked_to_in_pages(self, odd: httpx.Client) -> None:
        page = odd.get("/doc/person/%E8%B5%B5.html").raise_for_status().text
        assert 'href="/id/person/%E8%B5%B5"' in page
        assert f"{BASE}id/person/赵" in page


def test_the_dataset_itself_is_described(client: httpx.Client) -> None:
    response = client.get("/", headers={"Accept": "text/turtle"})
    assert response.status_code == 303
    document = client.get(response.headers["location"]).raise_for_status()
    assert f"<{BASE}> a " in document.text


class TestSignposting:
    """https://signposting.org/FAIR/, levels 1 and 2."""

    def test_a_page_leads_to_its_metadata(self, client: httpx.Client) -> None:
        links = typed(client.get(f"{DOCUMENT}.html"))
        assert links["cite-as"] == [f"{BASE}id/meeting/sccp1-2026"]
        assert f"{DOCUMENT}.ttl" in links["describedby"]
        assert set(links["type"]) == {"https://schema.org/AboutPage", "https://schema.org/Event"}
        assert links["author"] == [f"{BASE}id/publisher/apecgraph"]
        assert links["collection"] == [BASE]
        assert links["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
        assert links["linkset"] == [f"{DOCUMENT}.linkset.json"]

    def test_metadata_lead_to_their_page(self, client: httpx.Client) -> None:
        links = typed(client.get(f"{DOCUMENT}.ttl"))
        assert links["describes"] == [f"{DOCUMENT}.html"]
        assert "describedby" not in links

    def test_the_dataset_leads_to_its_downloads(self, client: httpx.Client) -> None:
        for path in ("/doc/index.html", "/"):
            links = typed(client.get(path, headers={"Accept": BROWSER}))
            assert "/dumps/apecgraph.trig" in links["item"]
            assert links["cite-as"] == [BASE]
            assert "collection" not in links
            linkset = client.get(links["linkset"][0]).raise_for_status().json()["linkset"]
            anchors = {each["anchor"]: each for each in linkset}
            for item in links["item"]:
                assert client.head(item).status_code == 200
                assert anchors[BASE + item[1:]] == {
                    "anchor": BASE + item[1:],
                    "collection": [{"href": BASE}],
                }

    def test_the_link_set_has_the_same_links(self, client: httpx.Client) -> None:
        page = typed(client.get(DOCUMENT, headers={"Accept": BROWSER}))
        response = client.get(page["linkset"][0]).raise_for_status()
        assert response.headers["content-type"] == "application/linkset+json"
        contexts = {each.pop("anchor"): each for each in response.json()["linkset"]}
        for path, links in (
            (f"{DOCUMENT}.html", page),
            (f"{DOCUMENT}.nt", typed(client.get(f"{DOCUMENT}.nt"))),
        ):
            described = contexts[f"{BASE}{path[1:]}"]
            del links["linkset"]
            assert described.keys() == links.keys()
            for rel, targets in links.items():
                expected = [BASE + each[1:] if each.startswith("/") else each for each in targets]
                assert [each["href"] for each in described[rel]] == expected

    def test_every_linked_resource_exists(self, client: httpx.Client) -> None:
        for paths in typed(client.get(f"{DOCUMENT}.html")).values():
            for path in paths:
                if path.startswith("/"):
                    assert client.get(path).status_code == 200, path


def typed(response: httpx.Response) -> dict[str, list[str]]:
    """Return the typed links of a response, keyed by their relation."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', response.headers["link"])
    links: dict[str, list[str]] = {}
    for href, rel in found:
        links.setdefault(rel, []).append(href)
    return links


def test_trig_has_the_named_graphs_of_the_sources(client: httpx.Client) -> None:
    found = client.get(f"{DOCUMENT}.trig").raise_for_status()
    quads = set(ox.parse(found.content, ox.RdfFormat.TRIG))
    theme = ox.NamedNode("https://w3id.org/apecgraph/ontology/theme")
    graphs = {each.graph_name for each in quads if each.predicate == theme}
    sources = {each for each in graphs if isinstance(each, ox.NamedNode)}
    assert len(sources) > 1
    assert all(each.value.startswith(f"{BASE}id/source/") for each in sources)
    assert set(ox.parse(client.get(f"{DOCUMENT}.nq").content, ox.RdfFormat.N_QUADS)) == quads


@pytest.mark.parametrize(
    "path",
    [
        "/doc/scheme/measures",
        "/doc/structure/trade",
        "/doc/ontology",
        "/doc/group/apec-economies",
        "/doc/decision/trade-2025",
        "/doc/shape/figure",
        "/doc/figure/seetaoe-258468/trade-2025",
    ],
)
def test_the_quads_of_a_document_are_all_quads_of_its_triples(
    client: httpx.Client, graph: Graph, path: str
) -> None:
    """The labels of blank nodes differ between documents, so they are left out."""

    def plain(node: object) -> str:
        return re.sub("_:[0-9a-z]+", "_:", str(node))

    published: dict[str, set[str]] = defaultdict(set)
    for quad in graph.quads():
        if quad.graph_name != ox.DefaultGraph():
            published[plain(quad.triple)].add(str(quad.graph_name))
    found = client.get(f"{path}.trig").raise_for_status()
    default, named = set[ox.Triple](), defaultdict[str, set[str]](set)
    blank = defaultdict[bool, set[ox.BlankNode]](set)
    for quad in ox.parse(found.content, ox.RdfFormat.TRIG):
        stands = quad.graph_name == ox.DefaultGraph()
        blank[stands] |= {term for term in quad.triple if isinstance(term, ox.BlankNode)}
        if stands:
            default.add(quad.triple)
        else:
            named[plain(quad.triple)].add(str(quad.graph_name))
    assert named
    assert named == {triple: published[triple] for triple in named}
    assert {plain(triple) for triple in default} & published.keys() <= named.keys()
    assert blank[True] == blank[False]


def test_a_document_names_a_query_for_the_links_that_it_does_not_list(
    client: httpx.Client,
) -> None:
    see_also = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#seeAlso")
    listed = ox.Dataset(
        ox.parse(client.get("/doc/dataset/trade.nt").content, ox.RdfFormat.N_TRIPLES)
    )
    (rest,) = {each.object for each in listed if each.predicate == see_also}
    assert isinstance(rest, ox.NamedNode)
    query = rest.value.removeprefix(BASE)
    answer = client.get(f"/{query}", headers={"Accept": "application/n-triples"})
    dataset = ox.NamedNode(f"{BASE}id/dataset/trade")
    links = set(ox.parse(answer.raise_for_status().content, ox.RdfFormat.N_TRIPLES))
    assert {each for each in listed if each.object == dataset} < links | {
        each for each in listed if each.subject == ox.NamedNode(f"{BASE}doc/dataset/trade")
    }
    page = client.get("/doc/dataset/trade.html").text
    assert re.search(r"Query all \d+ of them", page)


class TestWithdrawn:
    @pytest.fixture(scope="class")
    @classmethod
    def withdrawn(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
        copy = ContentCopy(tmp_path_factory.mktemp("withdrawn"), EXCERPT)
        copy.path("data/entities/withdrawn.ttl").write_text(
            f"""@base <{BASE}id/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<economy/PRC>
    a owl:Thing ;
    rdfs:label "China, as it was named at first"@en ;
    dcterms:isReplacedBy <economy/CHN> ;
    owl:deprecated true .

<economy/TWO>
    a owl:Thing ;
    rdfs:label "Two economies, as if they were one"@en ;
    dcterms:isReplacedBy <economy/AUS>,
        <economy/NZL> ;
    owl:deprecated true .

<economy/ZZZ>
    a owl:Thing ;
    rdfs:label "Nowhere"@en ;
    owl:deprecated true .
"""
        )
        # In an excerpt, some rules apply to nothing.
        release, _ = build_release(copy.root, tmp_path_factory.mktemp("releases"), accept_loss=True)
        with served(Publication.of(release)) as client:
            yield client

    @pytest.mark.parametrize(
        "path", ["/id/economy/PRC", "/doc/economy/PRC", "/doc/economy/PRC.ttl"]
    )
    def test_is_gone_and_leads_to_what_replaces_it(
        self, withdrawn: httpx.Client, path: str
    ) -> None:
        response = withdrawn.get(path)
        assert response.status_code == 410
        successor = f"{BASE}id/economy/CHN"
        assert response.json()["available"] == [successor]
        assert "as it was named at first" in response.json()["detail"]
        assert response.headers["link"] == f'<{successor}>; rel="successor-version"'
        page = withdrawn.get(path, headers={"Accept": BROWSER})
        assert page.status_code == 410
        assert 'href="/id/economy/CHN"' in page.text

    @pytest.mark.parametrize(
        ("path", "successors"),
        [
            ("id/economy/PRC", ["CHN"]),
            ("doc/economy/PRC.ttl", ["CHN"]),
            ("id/economy/TWO", ["AUS", "NZL"]),
            ("id/economy/ZZZ", []),
        ],
    )
    def test_is_gone_for_lookups(
        self, withdrawn: httpx.Client, path: str, successors: list[str]
    ) -> None:
        for accept in ("*/*", "application/json"):
            headers = {"Accept": accept}
            response = withdrawn.get("/lookup", params={"iri": BASE + path}, headers=headers)
            assert response.status_code == 410
            assert response.json()["available"] == [f"{BASE}id/economy/{x}" for x in successors]

    def test_list_lookups_return_its_replacement(self, withdrawn: httpx.Client) -> None:
        identifiers = [{"iri": f"{BASE}id/economy/{each}"} for each in ("PRC", "TWO", "ZZZ", "CHN")]
        china = {"iri": f"{BASE}id/economy/CHN", "name": "China"}
        assert withdrawn.post("/lookup", json=identifiers).json() == [
            {**china, "relation": "dcterms:isReplacedBy"},
            None,
            None,
            {**china, "relation": "owl:sameAs"},
        ]

    def test_its_replacement_exists(self, withdrawn: httpx.Client) -> None:
        assert withdrawn.get("/id/economy/CHN").status_code == 303


def test_a_document_is_compressed_for_clients_that_accept_gzip(client: httpx.Client) -> None:
    path = f"{DOCUMENT}.ttl"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    compressed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert compressed.headers["content-encoding"] == "gzip"
    assert int(compressed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert compressed.content == plain.content
    assert compressed.headers["etag"] != plain.headers["etag"]
    for response in (plain, compressed):
        assert response.headers["vary"] == "Accept-Encoding"
    tag = {"If-None-Match": compressed.headers["etag"]}
    assert client.get(path, headers={**tag, "Accept-Encoding": "gzip"}).status_code == 304
    assert client.get(path, headers={**tag, "Accept-Encoding": "identity"}).status_code == 200


@pytest.mark.parametrize(
    ("document", "members"),
    [
        ("ontology", ["ontology/bound", "ontology/Economy", "ontology/wantedQuality"]),
        ("scheme/bounds", ["id/bound/nearly"]),
        ("structure/trade", ["id/structure/trade/reporter"]),
    ],
)
@pytest.mark.parametrize("format_", [each for each in DOCUMENT_FORMATS if each != HTML])
def test_a_document_contains_the_members_of_its_thing(
    client: httpx.Client, document: str, members: list[str], format_: Format
) -> None:
    if format_.content_type.startswith("application/linkset"):
        return
    body = client.get(f"/doc/{document}.{format_.extension}").raise_for_status().content
    kind = {N_QUADS: ox.RdfFormat.N_QUADS, TRIG: ox.RdfFormat.TRIG}.get(format_)
    if format_ is JSON_LD:
        text = body.decode()
        assert all(member.rpartition("/")[2] in text for member in members)
        return
    kind = kind or ox.RdfFormat.from_extension(format_.extension)
    read = {(term_text(quad.subject), quad.predicate.value) for quad in ox.parse(body, kind)}
    for member in members:
        labels = {(BASE + member, name.strip("<>")) for name in LABELS}
        assert labels & read, member


@pytest.mark.parametrize(
    "format_", [each for each in DOCUMENT_FORMATS if each != HTML], ids=lambda each: each.name
)
def test_the_document_of_a_rejected_figure_says_so_in_words(
    client: httpx.Client, format_: Format
) -> None:
    path = f"/doc/figure/seetaoe-258468/trade-2025.{format_.extension}"
    data = client.get(path).raise_for_status().content
    if format_ is JSON_LD:
        document = json.loads(data)
        context = client.get(document["@context"]).raise_for_status().json()
        data = json.dumps({**document, **context}).encode()
    graph = Graph(
        quad for quad in ox.parse(data, format_.rdf) if quad.graph_name == ox.DefaultGraph()
    )
    figure, rejected = f"{ID}figure/seetaoe-258468/trade-2025", f"{ID}status/rejected"
    assert graph.values(figure, f"{ADMS}status") == [rejected]
    assert "rejected" in graph.values(rejected, f"{SKOS}prefLabel")
