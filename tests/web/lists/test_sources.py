from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apecgraph.rdf.namespaces import ID
from tests.support.pages import BROWSER, Page, get


def order(text: str) -> list[str]:
    links = (href for href, _ in Page(text).links)
    return [href.removeprefix("/id/source/") for href in links if href.startswith("/id/source/")]


def test_sources_are_sorted_as_requested(client: httpx.Client) -> None:
    by_publisher, by_rejected = (
        get(client, f"/sources{query}") for query in ("", "?sort=rejected")
    )
    assert order(by_rejected) != order(by_publisher)
    assert sorted(order(by_rejected)) == sorted(order(by_publisher))
    assert order(by_rejected)[0] == "africa4press"
    assert 'rowspan="' in by_publisher
    assert 'rowspan="' not in by_rejected
    for text, name in ((by_publisher, "publisher"), (by_rejected, "rejected")):
        assert text.count("aria-sort=") == 1
        assert f"Sources sorted by {name}" in text


def test_an_unknown_sort_order_is_refused_with_the_known_ones(client: httpx.Client) -> None:
    for query in ("sort=<script>", "sort="):
        response = client.get(f"/sources?{query}")
        assert response.status_code == 400
        assert "`sort` must be one of publisher, kind, date" in response.json()["detail"]


def test_a_page_beyond_the_last_is_refused(client: httpx.Client) -> None:
    response = client.get("/sources?sort=rejected&page=99")
    assert response.status_code == 400
    assert "page: there are only" in response.json()["detail"]


def test_a_sort_order_has_one_cached_page(client: httpx.Client) -> None:
    tags = {
        client.get(f"/sources{query}", headers={"Accept": BROWSER}).headers["etag"]
        for query in ("", "?sort=publisher")
    }
    assert len(tags) == 1


class TestASource:
    @pytest.fixture(scope="class")
    @classmethod
    def text(cls, client: httpx.Client) -> str:
        return get(client, "/doc/source/seetaoe-258468.html")

    @pytest.mark.parametrize(
        ("source", "heading"),
        [("seetaoe-258468", "Figures"), ("supraverden-2026", "Statements")],
    )
    def test_lists_rejected_claims_first(
        self, client: httpx.Client, source: str, heading: str
    ) -> None:
        text = get(client, f"/doc/source/{source}.html")
        rows = text.partition(f"<h2>{heading}</h2>")[2].partition("</table>")[0].split("<tr")
        marked = [each.startswith(' class="rejected"') for each in rows[2:]]
        assert marked[0]
        assert marked == sorted(marked, reverse=True)
        assert False in marked

    def test_compares_its_figures_with_those_of_others(self, text: str) -> None:
        rows = text.split("<tr")
        (wrong,) = (each for each in rows if "2.629 trillion yuan</span>" in each)
        assert "10 times as much:</strong> 26.29 trillion yuan (24 Chasa and 4 others)" in wrong
        assert "the same: 2.629 trillion yuan (SEETAO)" in wrong
        (share,) = (each for each in rows if "<td>share of other APEC economies in the" in each)
        assert "agrees: 57.82 % (China Daily Asia)" in share
        (plan,) = (each for each in rows if "125.49 trillion yuan</span>" in each)
        assert "1 trillion times less:</strong> 125.49 yuan (Sada El Balad)" in plan

    def test_says_how_many_others_state_the_same(self, text: str) -> None:
        (row,) = (each for each in text.split("<tr") if ">C0002</a>" in each)
        assert '<td class="numeric">3</td>' in row

    def test_gives_its_named_graph(self, client: httpx.Client, text: str) -> None:
        links = [href for href, _ in Page(text).links if href.startswith("/sparql?")]
        graph = [each for each in links if f"GRAPH <{ID}source/seetaoe" in str(parse_qs(each))]
        formats = [parse_qs(urlsplit(each).query).get("format") for each in graph]
        assert ["turtle"] in formats
        assert ["jsonld"] in formats
        (nt,) = (each for each in graph if each.endswith("=ntriples"))
        answer = client.get(nt).raise_for_status().text
        assert f"<{ID}figure/seetaoe-258468/trade-2025> " in answer

    def test_links_to_its_document_without_endorsing_it(self, text: str) -> None:
        link = text.partition(">Read the document</a>")[0].rpartition("<a ")[2]
        assert link.startswith('href="https://www.seetaoe.com/')
        assert 'rel="nofollow"' in link
