"""The language of pages: its choice (RFC 4647), its cookie, and the catalogues."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import httpx
import pytest

from apecgraph.rdf import formats
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS, PREFIXES, RDF
from apecgraph.rdf.terms import term_text
from apecgraph.text.catalogues import ENGLISH, LOCALES, read_catalogues
from apecgraph.text.languages import autonym
from tests.support.pages import Page, get
from tests.support.visitor import LARGEST
from tools.catalogues import catalogue, messages, written

PAGES = ("/", "/figures", "/conflicts", "/sources", "/search", "/dumps/", "/sparql", "/doc/index")
FORMATS = [each for each in vars(formats).values() if isinstance(each, formats.Format)]
CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/*.po"))


def language(response: httpx.Response) -> str:
    found = re.search('<html lang="([^"]*)">', response.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "expected"),
    [
        ("", "", "", "en"),
        ("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "", "fr, zh;q=0.5", "zh"),
        ("", "", "fr", "en"),
        ("", "en", "zh", "en"),
        ("", "zh", "en", "zh"),
        ("", "fr", "zh", "zh"),
        ("", '"<script>', "zh", "zh"),
        ("en", "zh", "zh", "en"),
        ("zh", "en", "en", "zh"),
        ("zh-Hans-CN", "", "", "zh"),
    ],
)
def test_a_page_is_in_the_language_that_its_reader_chose(
    client: httpx.Client, path: str, asked: str, kept: str, accepted: str, expected: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": accepted}
    headers |= {"Cookie": f"lang={kept}"} if kept else {}
    response = client.get(path, headers=headers, params={"lang": asked} if asked else {})
    assert response.status_code == 200
    assert language(response) == expected
    vary = {name.strip() for name in response.headers["vary"].split(",")}
    assert vary >= {"Accept-Language", "Cookie"}


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/search"])
def test_the_languages_of_a_page_are_told_apart_by_caches_and_linked(
    client: httpx.Client, path: str
) -> None:
    pages = {
        tag: client.get(path, params={"lang": tag}, headers={"Accept": "text/html"})
        for tag in ("en", "zh")
    }
    tags = {tag: page.headers["etag"] for tag, page in pages.items()}
    assert tags["en"] != tags["zh"]
    for tag, page in pages.items():
        links = re.findall('<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', page.text)
        assert [name for name, _ in links] == ["en", "zh", "x-default"]
        own = re.search('<link rel="canonical" href="([^"]*)">', page.text)
        assert own is not None
        assert own[1] == dict(links)["x-default" if tag == "en" else tag]
        headers = {"Accept": "text/html", "If-None-Match": tags["zh"]}
        again = client.get(path, params={"lang": tag}, headers=headers)
        assert again.status_code == (304 if tag == "zh" else 200)


def test_a_redirect_keeps_the_language(client: httpx.Client) -> None:
    asked = "/figures?lang=zh&to=2024&from=2021"
    assert client.get(asked).headers["location"] == "/figures?from=2021&to=2024&lang=zh"
    thing = client.get("/id/economy/CHN?lang=zh", headers={"Accept": "text/html"})
    assert thing.headers["location"] == "/doc/economy/CHN.html?lang=zh"


def test_an_unknown_language_is_refused_with_the_known_ones(client: httpx.Client) -> None:
    for text in ("xx", "", "<script>", "*"):
        response = client.get("/conflicts", params={"lang": text})
        if text:
            assert response.status_code == 400
            assert "en, zh" in response.json()["detail"]
        else:
            assert language(response) == "en"


def test_data_are_the_same_in_all_languages(client: httpx.Client) -> None:
    for path in ("/doc/economy/CHN.ttl", "/figures.csv?measure=measure/trade-value"):
        responses = [
            client.get(path, headers={"Accept": "*/*, text/html;q=0", "Accept-Language": tag})
            for tag in ("en", "zh")
        ]
        assert responses[0].content == responses[1].content
        assert responses[0].headers["etag"] == responses[1].headers["etag"]
        assert "cookie" not in responses[0].headers["vary"].lower()


CHINESE_PAGES = (
    "/",
    "/browse",
    "/browse/economies",
    "/browse/meetings",
    "/browse/topics",
    "/figures",
    "/figures?measure=measure/trade-value&reporter=economy/CHN",
    "/figures/changes?as_of=2000-01-01",
    "/conflicts",
    "/conflicts/blind-spots",
    "/conflicts/official-statistics",
    "/questions",
    "/sources",
    "/releases",
    "/shapes",
    "/about",
    "/dumps/",
    "/search",
    "/search?q=trade",
    "/sparql",
    "/doc/ontology.html",
    "/doc/ontology/Decision.html",
    "/doc/decision/trade-2025.html",
    "/doc/decision/wco-founding.html",
    "/doc/economy/CHN.html",
    "/doc/meeting/sccp1-2026.html",
    "/doc/body/sccp.html",
    "/doc/source/seetaoe-258468.html",
    "/doc/figure/seetaoe-258468/trade-2025.html",
    "/doc/relation/same-cell.html",
    "/doc/shape/decision.html",
    "/nothing",
    "/figures?no=1",
    "/search?q=a&page=99",
)
CHINESE = re.compile("[\u4e00-\u9fff]")
WORDS = re.compile("[A-Za-z]{2}")
CODE = re.compile(
    r"/?\S*[/_.:]\S*|[A-Z0-9-]+|[a-z]{2}|[a-z0-9]+(-[a-z0-9]+)+|（?[\d., ]*[kMG]B）?"
    r"|(EuroVoc|GeoNames) \d+|((C\d{4}): )?“.*”|(figure|statement)/.*"
)
"""Addresses, codes, identifiers, names of files, sizes, printed words, and records of claims."""

NAMES_OF_SOFTWARE = {
    *("apecgraph", "BibTeX", "CSL-JSON", "JavaScript", "OpenAPI", "OpenRefine", "Python", "SHACL"),
    *("OpenAPI (JSON)", "SPARQLWrapper", "gzip", "oxigraph（", "SPARQL", "CC0 1.0", "true"),
}


@pytest.mark.parametrize("path", CHINESE_PAGES)
def test_a_page_in_chinese_has_no_english_words(
    client: httpx.Client, graph: Graph, path: str
) -> None:
    """Nothing but names that have no Chinese form in any source, code and words as printed."""
    mark = "&" if "?" in path else "?"
    text = get(client, f"{path}{mark}lang=zh")
    assert len(text.encode()) < LARGEST
    page = Page(text)
    left = {
        text
        for text in page.texts
        if WORDS.search(text) and not CHINESE.search(text)
        for part in re.split("[，；：]", text.removesuffix(" · apecgraph"))
        if part and part not in names(graph) and not CODE.fullmatch(part)
    }
    assert not left


@cache
def names(graph: Graph) -> frozenset[str]:
    """Return the names of things without a Chinese one, of languages, of software, of claims."""
    labels = Labels(graph, "zh")
    found = [labels.label(iri) for iri in graph.subjects(f"{RDF}type")]
    things = {each.value for each in found if each is not None and each.language != "zh"}
    languages = {
        autonym(term_text(quad.object)) for quad in graph.quads(None, f"{DCTERMS}language")
    }
    identifiers = {term_text(quad.object) for quad in graph.quads(None, f"{DCTERMS}identifier")}
    software = {*NAMES_OF_SOFTWARE, *PREFIXES, *(each.label for each in FORMATS)}
    return frozenset(things | languages | identifiers | software)


def test_an_error_is_in_the_language_of_the_page(client: httpx.Client) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "zh"}
    assert language(client.get("/nothing", headers=headers)) == "zh"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://127.0.0.1:8000/figures?from=2021&lang=en&to=2024", "/figures?from=2021&to=2024"),
        ("http://other.example//evil.example/x", "/evil.example/x"),
        ("//evil.example", "/"),
        ("http://[", "/"),
        ("javascript:alert(1)", "/alert(1)"),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("", "/"),
    ],
)
def test_the_switch_sets_the_only_cookie_and_leads_back_to_the_page(
    client: httpx.Client, referer: str, back: str
) -> None:
    response = client.get("/language/zh", headers={"Referer": referer})
    assert response.status_code == 303
    assert response.headers["location"] == back
    assert response.headers["cache-control"] == "no-store"
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("lang=zh; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax")
    client.cookies.clear()
    assert client.get("/language/fr").status_code == 404


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_has_a_translation_of_each_message(path: Path) -> None:
    current = catalogue(path)
    assert written(current) == path.read_bytes(), "run: python -m tools.catalogues"
    assert len(current) > 500
    for message in current:
        if message.id:
            texts = (message.string,) if isinstance(message.string, str) else message.string
            assert texts
            assert all(texts), message.id
            assert not message.fuzzy
            # A language may put its own quotation marks around what %r would quote.
            faults = [each for each in message.check(current) if "'s' and 'r'" not in str(each)]
            assert not faults, message.id


def test_there_are_messages_and_catalogues() -> None:
    assert len(messages()) > 500
    assert CATALOGUES
    assert next(iter(read_catalogues())) == ENGLISH.tag
