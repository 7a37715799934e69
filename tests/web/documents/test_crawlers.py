"""What crawlers read: robots.txt and the sitemap."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.robotparser import RobotFileParser

import httpx
import pytest

from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import Release

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
    "path", ["sparql?query=ASK%7B%7D", "search?q=China", "reconcile", "lookup?iri=x"]
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
