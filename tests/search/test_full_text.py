from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, ONTOLOGY
from apecgraph.release.release import Release
from apecgraph.search.entities import Entities
from apecgraph.search.entries import Entries
from apecgraph.search.full_text import LONGEST_SEARCH, Search
from apecgraph.text.folding import fold
from apecgraph.web.publication import Publication
from tests.support.servers import server_thread


@pytest.fixture(scope="module")
def search(graph: Graph) -> Search:
    return Search(Entries(graph, Entities(graph)))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("China", "economy/CHN"),
        ("  CHINA ", "economy/CHN"),
        ("中国", "economy/CHN"),
        ("Perú", "economy/PER"),
        ("Korea, Republic of", "economy/KOR"),
        ("vietnam", "economy/VNM"),
        ("Other Asia, nes", "economy/TWN"),  # as UN Comtrade writes it
        ("广州", "place/guangzhou"),
        ("Guangzou", "place/guangzhou"),
        ("中国海关", "body/gacc"),  # 中华人民共和国海关总署
        ("中国海关 customs", "body/gacc"),
        ("中国海关 nowhere", None),
        ("海关程序分委会", "body/sccp"),  # 海关程序小组委员会
        ("APEC海关", "source/stheadline-3542542"),  # 2026年APEC海关程序小组委员会
        ("日本海关", "economy/JPN"),
        ("飞禽走兽", None),
        ("C0021", "figure/seetaoe-258468/trade-2025"),
        ("S001", "source/seetaoe-258468"),
        ("C0132", "statement/"),
        ("Q148", "economy/CHN"),
        ("what happens in a query of others", None),
        ("apec:bound", f"{ONTOLOGY}bound"),
        ("growth of", f"{ONTOLOGY}growthOf"),
        ("In which fields", "question/"),
    ],
)
def test_the_best_match_comes_first(search: Search, text: str, first: str | None) -> None:
    found = [hit.entry.iri.removeprefix(ID) for hit in search.find(text)]
    assert (not found) if first is None else found[0].startswith(first), found[:3]


def test_a_match_in_another_language_is_shown(search: Search) -> None:
    hit = search.find("广东")[0]
    assert hit.entry.name.value == "Guangdong"
    assert hit.matched is not None
    assert (hit.matched.value, hit.matched.language) == ("广东省", "zh")
    assert search.find("Guangdong")[0].matched is None


def test_a_partial_match_shows_the_name_that_matches(search: Search) -> None:
    hits = search.find("中国海关")
    assert hits[0].matched is not None
    assert hits[0].matched.value == "中华人民共和国海关总署"
    assert f"{ID}body/wco" in [hit.entry.iri for hit in hits[1:]]
    assert not [hit for hit in hits if hit.entry.claimed]


def test_a_source_is_found_by_its_publisher(search: Search) -> None:
    sources = search.kind("apec:Source")
    assert sources is not None
    found = {hit.entry.iri.removeprefix(ID) for hit in search.find("seetao", sources)}
    assert "source/seetaoe-258468" in found


def test_a_figure_is_found_by_the_words_printed(search: Search) -> None:
    figures = search.kind("qb:Observation")
    assert figures is not None
    assert "figure/seetaoe-258468/trade-2025" in {
        hit.entry.iri.removeprefix(ID) for hit in search.find("2.629 trillion", figures)
    }


def test_things_come_before_claims_about_them(search: Search) -> None:
    claimed = [hit.entry.claimed for hit in search.find("guangzhou")]
    assert claimed[0] is False
    assert True in claimed


def test_a_kind_is_listed_in_the_order_of_names(search: Search) -> None:
    kind = search.kind("apec:Economy")
    assert kind is not None
    names = [hit.entry.name.value for hit in search.find("", kind)]
    assert len(names) == kind.count == 21
    assert names == sorted(names, key=fold)
    assert search.kind("apec:Nothing") is None


@pytest.mark.parametrize(
    "text",
    [
        "x" * LONGEST_SEARCH,
        " ".join("abcdefghijklmnopqrstuvwxyz"),
        '"><script>alert(1)</script>',
        "(qzq+)+$",
        "???",
        "\x00\ufffe\u202e",
        "か" * LONGEST_SEARCH,
    ],
)
def test_an_unknown_name_finds_nothing(search: Search, text: str) -> None:
    assert search.find(text) == []


class TestThePage:
    def test_escapes_the_query(self, client: httpx.Client) -> None:
        page = client.get("/search", params={"q": '"><script>alert(1)</script>'})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "No results" in page.text

    def test_lists_a_kind_page_by_page(self, client: httpx.Client) -> None:
        first = client.get("/search", params={"type": "rdf:Statement"}).text
        assert 'href="/search?type=rdf%3AStatement&page=2"' in first.replace("&amp;", "&")
        second = client.get("/search", params={"type": "rdf:Statement", "page": "2"}).text
        assert '<ol class="hits" start="51">' in second

    def test_suggests_with_path_and_type(self, client: httpx.Client) -> None:
        response = client.get("/search.json", params={"q": "广东"}).raise_for_status()
        first = response.json()[0]
        assert first["path"] == "/id/place/guangdong"
        assert (first["name"], first["matched"]) == ("Guangdong", "广东省")
        assert len(client.get("/search.json", params={"q": "a"}).json()) == 8
        assert client.get("/search.json").json() == []
        tag = {"If-None-Match": response.headers["etag"]}
        again = client.get("/search.json", params={"q": "  广东 "}, headers=tag)
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("query", "status", "word"),
        [
            ("q=" + "x" * 201, 413, "200 characters"),
            ("q=%ff", 400, "UTF-8"),
            ("q=a&q=b", 400, "once"),
            ("q=China&page=0", 400, "page"),
            ("q=China&page=99999", 400, "page"),
            ("q=China&page=9999", 400, "pages"),
            ("type=apec:Nothing", 400, "apec:Nothing"),
            ("type=" + "x" * 201, 413, "200 characters"),
        ],
    )
    def test_reports_invalid_parameters(
        self, client: httpx.Client, query: str, status: int, word: str
    ) -> None:
        response = client.get(f"/search?{query}")
        assert response.status_code == status
        assert word in response.json()["detail"] + str(response.json().get("limit", ""))


@pytest.fixture(scope="module")
def strict(publication: Publication, release: Release) -> Iterator[str]:
    with server_thread(publication, queries_per_minute=3) as url:
        yield url


def test_a_client_has_a_rate_limit(strict: str) -> None:
    # The server takes this for a remote client; loopback clients have no limit.
    headers = {"X-Forwarded-For": "192.0.2.7"}
    with httpx.Client(base_url=strict, headers=headers) as client:
        # On a busy machine, the limit may allow a few more in the time that these take.
        statuses = [client.get(f"/search.json?q=china{n}").status_code for n in range(20)]
    assert statuses[:3] == [200, 200, 200]
    assert 429 in statuses
