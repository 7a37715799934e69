from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID, ONTOLOGY
from apecgraph.readers.series import read_series
from apecgraph.release.release import Release
from apecgraph.search.entities import Entities
from apecgraph.search.entries import Entries, Naming, Section
from apecgraph.search.full_text import LONGEST_SEARCH, PAGE, Search
from apecgraph.text.catalogues import read_catalogues
from apecgraph.text.folding import fold
from apecgraph.web.language import Language
from apecgraph.web.publication import Publication
from tests.support.connections import PATIENCE
from tests.support.servers import server_thread


@pytest.fixture(scope="module")
def search(graph: Graph) -> Search:
    chinese = Language(graph, read_catalogues()["zh"])
    naming = Naming(chinese.labels, chinese.numerals)
    return Search(Entries(graph, Entities(graph), read_series(graph), [naming]))


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
        ("中国海关", "decision/chair-2026"),
        ("中华海关", "body/gacc"),  # 中华人民共和国海关总署
        ("中华海关 customs", "body/gacc"),
        ("中国海关 nowhere", None),
        ("海关程序分委会", "body/sccp"),  # 海关程序小组委员会
        ("APEC海关程序", "body/sccp"),  # APEC海关程序小组委员会
        ("APEC海关", "decision/chair-2026"),
        ("日本海关", "economy/JPN"),
        ("中国台北", "economy/TWN"),
        ("深圳", "place/shenzhen"),
        ("出口", "flow/exports"),
        ("亚太经合组织其他经济体", "group/apec-other-economies"),
        ("飞禽走兽", None),
        ("C0021", "figure/seetaoe-258468/trade-2025"),
        ("S001", "source/seetaoe-258468"),
        ("C0132", "statement/"),
        ("Q148", "economy/CHN"),
        ("what happens in a query of others", None),
        ("apec:bound", f"{ONTOLOGY}bound"),
        ("growth of", f"{ONTOLOGY}growthOf"),
        ("Who chairs", "question/"),
    ],
)
def test_the_best_match_comes_first(search: Search, text: str, first: str | None) -> None:
    found = [hit.entry.iri.removeprefix(ID) for hit in search.find(text).hits]
    assert (not found) if first is None else found[0].startswith(first), found[:3]


def test_a_match_in_another_language_is_shown(search: Search) -> None:
    hit = search.find("广东").hits[0]
    assert hit.entry.name.value == "Guangdong"
    assert hit.matched is not None
    assert (hit.matched.value, hit.matched.language) == ("广东省", "zh")
    assert search.find("Guangdong").hits[0].matched is None


def test_a_partial_match_shows_the_name_that_matches(search: Search) -> None:
    hits = search.find("中华海关").hits
    assert hits[0].matched is not None
    assert hits[0].matched.value == "中华人民共和国海关总署"
    assert f"{ID}body/wco" in [hit.entry.iri for hit in hits[1:]]
    assert not [hit for hit in hits if hit.entry.claims]


def test_a_source_is_found_by_its_publisher(search: Search) -> None:
    sources = search.kind("apec:Source")
    assert sources is not None
    found = {hit.entry.iri.removeprefix(ID) for hit in search.find("seetao", sources).hits}
    assert "source/seetaoe-258468" in found


def test_a_cell_is_found_by_the_words_printed_with_all_its_figures(search: Search) -> None:
    cells = search.kind("apec:Cell")
    assert cells is not None
    found = search.find("2.629 trillion", cells).hits
    assert "figure/seetaoe-258468/trade-2025" in {
        claim.removeprefix(ID) for claim in found[0].entry.claims
    }
    assert len(found[0].entry.claims) > 2
    assert len({hit.entry.iri for hit in found}) == len(found)


def test_a_decision_comes_before_what_it_decides(search: Search) -> None:
    sections = [hit.entry.section for hit in search.find("2.629").hits]
    assert sections[0] is Section.DECISION
    assert Section.CELL in sections
    found = search.find("China trade APEC 2025").hits
    assert [hit.entry.section for hit in found] == sorted(hit.entry.section for hit in found)
    assert {Section.DECISION, Section.CELL} <= {hit.entry.section for hit in found}


def test_a_series_is_found_by_what_it_measures(search: Search) -> None:
    series = search.kind("qb:Slice")
    assert series is not None
    found = search.find("growth of trade China", series).hits
    assert "figures?measure=measure/trade-growth" in found[0].entry.iri.replace("&", "?")


@pytest.mark.parametrize(
    "text",
    [
        "China APEC economies trade 2025",
        "中国 亚太经合组织 2025 贸易",
        "中国亚太经合组织其他经济体 2025年 贸易额",
    ],
)
def test_years_and_totals_come_before_months_and_growth(search: Search, text: str) -> None:
    cells = search.kind("apec:Cell")
    assert cells is not None
    names = [hit.entry.name.value for hit in search.find(text, cells).hits]
    assert names[0].startswith("Trade of China with the other APEC economies")
    assert names[0].endswith(", 2025")
    kinds = [name.partition(" of ")[0] for name in names if name.endswith(", 2025")]
    assert kinds == sorted(kinds, key=lambda each: each in ("Share", "Growth", "growth"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("China Vietnam", "China Viet Nam"),
        ("South Korea trade", "Korea trade"),
        ("韩国 贸易", "Korea 贸易"),
        ("中国越南贸易", "China Viet Nam 贸易"),
    ],
)
def test_everyday_names_stand_for_economies_in_the_names_of_figures(
    search: Search, text: str, same: str
) -> None:
    figures = {Section.SERIES, Section.CELL}
    found, expected = (
        [hit.entry.iri for hit in search.find(each).hits if hit.entry.section in figures]
        for each in (text, same)
    )
    assert expected
    assert found == expected


def test_the_digits_of_a_number_must_be_together(search: Search) -> None:
    hits = search.find("2.629").hits
    assert hits
    assert all(" 2 629" in f" {hit.entry.words}" for hit in hits)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("South Korea", "Korea"),
        ("Taiwan", "Chinese Taipei"),
        ("韩国", "Korea"),
        ("俄罗斯", "Russia"),
    ],
)
def test_everyday_names_lead_to_economies(search: Search, text: str, name: str) -> None:
    assert search.find(text).hits[0].entry.name.value == name


def test_things_come_before_statements_about_them(search: Search) -> None:
    sections = [hit.entry.section for hit in search.find("guangzhou").hits]
    assert sections[0] is Section.THING
    assert Section.STATEMENT in sections


def test_a_snippet_shows_the_words_that_the_name_lacks(search: Search) -> None:
    cells = search.kind("apec:Cell")
    assert cells is not None
    shown = search.find("2.629 trillion", cells).hits[0].snippet
    assert shown is not None
    assert any(found for _, found in shown.pieces)
    assert "2.629" in "".join(text for text, _ in shown.pieces)
    assert search.find("Guangdong").hits[0].snippet is None


def test_a_kind_is_listed_in_the_order_of_names(search: Search) -> None:
    kind = search.kind("apec:Economy")
    assert kind is not None
    names = [hit.entry.name.value for hit in search.of_kind(kind, 1)]
    assert len(names) == kind.count == 21
    assert names == sorted(names, key=fold)
    assert search.kind("apec:Nothing") is None


@pytest.mark.parametrize("kind", ["rdf:Statement", "apec:Cell"])
def test_the_pages_of_a_kind_have_each_entry_once(search: Search, kind: str) -> None:
    listed = search.kind(kind)
    assert listed is not None
    pages = range(1, -(-listed.count // PAGE) + 1)
    iris = [hit.entry.iri for page in pages for hit in search.of_kind(listed, page)]
    assert len(iris) == listed.count
    assert len(set(iris)) == len(iris)


def test_a_search_may_have_more_words_than_the_index_looks_for(search: Search) -> None:
    decision = search.find("China-APEC trade in 2025: 26.29 trillion yuan").hits[0].entry
    text = " ".join(decision.words.split()[:60])
    assert decision.iri in {hit.entry.iri for hit in search.find(text).hits}
    assert search.find(f"{text} zebra").hits == ()


@pytest.mark.parametrize(
    "text",
    [
        "x" * LONGEST_SEARCH,
        " ".join("abcdefghijklmnopqrstuvwxyz"),
        '"><script>alert(1)</script>',
        "(qzq+)+$",
        "???",
        "\x00\ufffe\u202e",
        "\ue000\ue001",
        'zq" OR "china',
        "zq* NOT tokens:zq",
        "NEAR(zq zq, 2) ^zq - {zq}",
        "'; DROP TABLE entry; --",
        "🇨🇳 🐉",
        "تجارة",
        "か" * LONGEST_SEARCH,
    ],
)
def test_an_unknown_name_finds_nothing(search: Search, text: str) -> None:
    assert search.find(text).hits == ()


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("custms procedures", "customs procedures"),
        ("the Sub-Comittee on Custmos", "sub committee customs"),
        ("Viet Nma trade", "viet nam trade"),
        ("Zhao Zenglan", "zhao zenglian"),
        ("customs procedures", ""),
        ("custo proced", ""),
        ("xqzzy blorp", ""),
    ],
)
def test_misspelt_words_are_corrected_one_by_one(search: Search, text: str, corrected: str) -> None:
    hits = search.find(text)
    assert hits.corrected == corrected
    if corrected:
        assert hits == replace(search.find(corrected), corrected=corrected)


class TestThePage:
    def test_says_what_it_searched_for_instead(self, client: httpx.Client) -> None:
        page = client.get("/search?q=custms+procedures").text
        assert 'href="/search?q=customs%20procedures">customs procedures</a>' in page
        assert "Nothing matches “custms procedures”" in page
        assert "/id/body/sccp" in page

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

    def test_names_hits_and_kinds_in_the_language_of_the_page(self, client: httpx.Client) -> None:
        page = client.get("/search", params={"q": "中国 2025 贸易", "lang": "zh"}).text
        assert re.search(r"<h2>数字</h2>\s*<ol[^>]*>\s*<li><a[^>]*>[^<]*中国", page)
        [first, *_] = client.get("/search.json", params={"q": "Peru", "lang": "zh"}).json()
        assert (first["name"], first["type"]) == ("秘鲁", "经济体")
        assert client.get("/search.json", params={"q": "Peru"}).json()[0]["type"] == "economy"
        assert client.get("/search.json", params={"q": "Peru", "lang": "xx"}).status_code == 400

    def test_describes_what_has_no_snippet(self, client: httpx.Client) -> None:
        page = client.get("/search", params={"q": "Peru"}).text
        assert "Economy, member of Asia-Pacific Economic Cooperation since" in page

    def test_marks_rejected_figures_and_folds_statements(self, client: httpx.Client) -> None:
        page = client.get("/search", params={"q": "2.629"}).text
        assert (
            '<span class="mark rejected">rejected</span> <s>2.629\xa0trillion\xa0yuan</s>' in page
        )
        assert page.index("26.29\xa0trillion\xa0yuan, not 2.629") < page.index("<s>2.629")
        page = client.get("/search", params={"q": "guangzhou"}).text
        assert page.index('<ol class="hits"') < page.index('<details class="statements"')

    @pytest.mark.parametrize(
        ("address", "path"),
        [
            ("https://w3id.org/apecgraph/id/economy/PER", "/id/economy/PER"),
            ("http://w3id.org/apecgraph/doc/economy/PER.html", "/doc/economy/PER.html"),
            ("https://www.wikidata.org/wiki/Q148", "/id/economy/CHN"),
            ("{server}/conflicts", "/conflicts"),
            (
                "{server}/figures?measure=measure/trade-value",
                "/figures?measure=measure/trade-value",
            ),
            ("{server}", "/"),
            ("{server}//example.org/x", "/example.org/x"),
            ("{server}/\\example.org", "/example.org"),
            ("{server}/a%0d%0aSet-Cookie:x", "/a%0d%0aSet-Cookie:x"),
        ],
    )
    def test_an_address_leads_to_its_page(
        self, client: httpx.Client, server: str, address: str, path: str
    ) -> None:
        text = address.replace("{server}", server)
        response = client.get("/search", params={"q": text})
        assert (response.status_code, response.headers.get("location")) == (303, path)
        [only] = client.get("/search.json", params={"q": text}).json()
        assert only["path"] == path

    @pytest.mark.parametrize(
        "address", ["https://example.org/nothing", "{server}.example.org/conflicts", "javascript:1"]
    )
    def test_other_addresses_are_searched_for(
        self, client: httpx.Client, server: str, address: str
    ) -> None:
        response = client.get("/search", params={"q": address.replace("{server}", server)})
        assert response.status_code == 200
        assert "No results" in response.text

    @pytest.mark.parametrize(
        ("query", "status", "word"),
        [
            ("q=" + "x" * 1001, 413, "1000 characters"),
            ("q=" + "word%20" * 1500, 413, "1000 characters"),
            ("q=%ff", 400, "UTF-8"),
            ("q=a&q=b", 400, "once"),
            ("q=China&page=0", 400, "page"),
            ("q=China&page=99999", 400, "page"),
            ("q=China&page=9999", 400, "pages"),
            ("type=apec:Nothing", 400, "apec:Nothing"),
            ("type=" + "x" * 1001, 413, "1000 characters"),
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
    with httpx.Client(base_url=strict, headers=headers, timeout=PATIENCE) as client:
        # On a busy machine, the limit may allow a few more in the time that these take.
        statuses = [client.get(f"/search.json?q=china{n}").status_code for n in range(20)]
    assert statuses[:3] == [200, 200, 200]
    assert 429 in statuses
