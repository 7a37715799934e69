"""What crawlers read: robots.txt and the sitemap."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from urllib.robotparser import RobotFileParser

import httpx
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, ID, OWL, RDF
from apecgraph.release.release import Release
from apecgraph.web.documents import crawlers
from apecgraph.web.publication import Publication
from tests.support.servers import server_thread

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def entries(client: httpx.Client) -> dict[str, str | None]:
    """The addresses in the sitemap, each with its date."""
    response = client.get("/sitemap.xml").raise_for_status()
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    urls = ET.fromstring(response.content).findall(f"{NAMESPACE}url")
    found = {
        each.findtext(f"{NAMESPACE}loc", ""): each.findtext(f"{NAMESPACE}lastmod") for each in urls
    }
    assert len(found) == len(urls)
    return found


@pytest.fixture(scope="module")
def robots(client: httpx.Client) -> RobotFileParser:
    response = client.get("/robots.txt").raise_for_status()
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(response.text.splitlines())
    return parser


@pytest.fixture(scope="module")
def root(client: httpx.Client) -> str:
    return f"{str(client.base_url).rstrip('/')}/"


def test_robots_txt_names_the_sitemap(robots: RobotFileParser, root: str) -> None:
    assert robots.site_maps() == [f"{root}sitemap.xml"]


@pytest.mark.parametrize(
    "path", ["sparql?query=ASK%7B%7D", "search?q=China", "reconcile", "lookup?iri=x", "q/eN"]
)
def test_crawlers_leave_out_what_is_computed(robots: RobotFileParser, root: str, path: str) -> None:
    assert not robots.can_fetch("a crawler", root + path)


def test_crawlers_may_read_all_pages_of_the_sitemap(
    robots: RobotFileParser, entries: dict[str, str | None]
) -> None:
    assert all(robots.can_fetch("a crawler", url) for url in entries)


def test_the_sitemap_lists_pages(
    client: httpx.Client, entries: dict[str, str | None], release: Release, root: str
) -> None:
    pages = ["", "figures", "sparql", "doc/economy/CHN.html", "doc/source/seetao.html"]
    pages += [
        "doc/decision/trade-2025.html",
        "doc/ontology/Cell.html",
        "doc/person/xi-jinping.html",
    ]
    assert {root + page for page in pages} <= entries.keys()
    assert set(entries.values()) == {release.issued}
    assert 500 < len(entries) < 50_000  # sitemaps.org allows no more
    sample = sorted(entries)[:: len(entries) // 60]
    for url in sample:
        page = client.get(url, headers={"Accept": "text/html"})
        assert page.status_code == 200, url
        assert page.headers["content-type"].startswith("text/html"), url


def test_the_sitemap_lists_nothing_that_is_withdrawn(
    client: httpx.Client, entries: dict[str, str | None], root: str
) -> None:
    query = "SELECT ?thing { ?thing <http://www.w3.org/2002/07/owl#deprecated> true }"
    found = client.get("/sparql", params={"query": query, "format": "csv"}).raise_for_status()
    withdrawn = [iri.removeprefix(f"{BASE}id/") for iri in found.text.split()[1:]]
    assert withdrawn
    assert not {f"{root}doc/{name}.html" for name in withdrawn} & entries.keys()


def test_the_sitemap_has_every_document_that_is_not_withdrawn(
    entries: dict[str, str | None], graph: Graph, root: str
) -> None:
    gone = set(graph.subjects(f"{OWL}deprecated"))
    things = {iri for iri in graph.subjects(f"{RDF}type") if iri.startswith(ID)} - gone
    assert len(things) > 1000
    assert {f"{root}doc/{iri.removeprefix(ID)}.html" for iri in things} <= entries.keys()
    assert not {f"{root}doc/{iri.removeprefix(ID)}.html" for iri in gone} & entries.keys()


def test_a_sitemap_of_too_many_addresses_has_parts(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, publication: Publication
) -> None:
    monkeypatch.setattr(crawlers, "_MOST_LISTED", 500)
    with server_thread(publication) as url, httpx.Client(base_url=url) as other:
        index = ET.fromstring(other.get("/sitemap.xml").content)
        assert index.tag == f"{NAMESPACE}sitemapindex"
        parts = [each.text or "" for each in index.iter(f"{NAMESPACE}loc")]
        assert len(parts) > 1
        found = [
            each.text
            for part in parts
            for each in ET.fromstring(other.get(part).content).iter(f"{NAMESPACE}loc")
        ]
        assert len(found) == len(set(found)) == client.get("/sitemap.xml").text.count("<loc>")
        assert other.get(f"/sitemap/{len(parts) + 1}.xml").status_code == 404


def test_browsers_can_offer_the_search(client: httpx.Client) -> None:
    page = client.get("/about").text
    assert (
        'rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml"' in page
    )
    described = ET.fromstring(client.get("/opensearch.xml").raise_for_status().content)
    form = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert 0 < len(described.findtext(f"{form}ShortName", "")) <= 16
    [template] = [
        each.attrib["template"]
        for each in described.iter(f"{form}Url")
        if each.attrib["type"] == "text/html"
    ]
    answer = client.get(template.replace("{searchTerms}", "Guangdong")).raise_for_status()
    assert "Search: Guangdong" in answer.text


def test_llms_txt_links_to_pages_that_exist(client: httpx.Client) -> None:
    text = client.get("/llms.txt").raise_for_status().text
    assert text.startswith("# ")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    for link in links:
        headers = {"Accept": "text/html, */*"}
        assert client.get(link, headers=headers, follow_redirects=True).status_code == 200


def test_phones_find_an_icon_in_pixels(client: httpx.Client) -> None:
    answer = client.get("/apple-touch-icon.png", follow_redirects=True).raise_for_status()
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(answer.content[16:20], "big") == 180
