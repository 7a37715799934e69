from __future__ import annotations

import re

import httpx
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, ORG, RDF, SCHEMA
from apecgraph.readers.lists.kinds import KINDS
from apecgraph.readers.lists.listings import Listings
from apecgraph.readers.series import read_series
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_list_two_clicks_from_home(client: httpx.Client, kind: str) -> None:
    assert '<a href="/browse"' in client.get("/").text
    assert f'<a href="/browse/{kind}">' in client.get("/browse").text
    address, rows, count = f"/browse/{kind}", 0, ""
    while address:
        page = client.get(address).raise_for_status().text
        assert len(page.encode()) < 100_000
        rows += page.count('<th scope="row">')
        count = re.findall(r">All ([0-9,]+);", page)[0]
        address = "".join(re.findall('<link rel="next" href="([^"]+)">', page))
    assert f"{rows:,}" == count


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        ("economies", [f"{APEC}Economy"]),
        ("meetings", [f"{SCHEMA}Event", f"{SCHEMA}EventSeries"]),
        ("bodies", [f"{ORG}Organization", f"{ORG}OrganizationalCollaboration"]),
        ("people", [f"{SCHEMA}Person"]),
    ],
)
def test_a_list_has_all_things_of_its_kind(
    client: httpx.Client, graph: Graph, kind: str, classes: list[str]
) -> None:
    things = {
        iri
        for class_ in classes
        for iri in graph.default_graph.subjects(f"{RDF}type", class_)
        if iri.startswith(ID)
    }
    page = client.get(f"/browse/{kind}").text
    linked = set(re.findall(r'<th scope="row"><a href="/id/([^"]+)"', page))
    assert linked == {iri.removeprefix(ID) for iri in things}


def test_an_economy_has_its_code_its_membership_and_its_administration(
    client: httpx.Client,
) -> None:
    page = client.get("/browse/economies").text
    row = next(each for each in page.split("<tr>") if 'href="/id/economy/PER"' in each)
    assert ">PER<" in row
    assert "November 1998" in row
    assert 'href="/id/body/customs-per"' in row
    assert "秘鲁" in row


def test_economies_have_their_trade_in_the_latest_year_of_official_tables(
    full_release: Release,
) -> None:
    graph = Publication.of(full_release).graph
    assert graph is not None
    series = read_series(graph)
    official = {
        claim.source for each in series for claim in each.claims if "gacc-2024" in claim.source
    }
    listing = Listings(graph, Labels(graph), series, official).of(KINDS["economies"])
    assert "trade" in [column.name for column in listing.columns]
    assert listing.note is not None
    assert listing.note.figure.cell.period == f"{ID}period/2024"
    claims = [row.cells[4] for row in listing.rows.chosen({})]
    assert sum(map(bool, claims)) > 15


def test_a_facet_narrows_a_list_to_as_many_rows_as_it_says(client: httpx.Client) -> None:
    page = client.get("/browse/economies").text
    offered = re.findall(
        r'<a href="/browse/economies\?since=(\d+)">\d+</a> <span class="note number">(\d+)<', page
    )
    assert sum(int(count) for _, count in offered) == 21
    for year, count in offered:
        narrowed = client.get("/browse/economies", params={"since": year}).text
        assert narrowed.count('<th scope="row">') == int(count)
        assert f"<title>Economies: {year} ·" in narrowed


def test_a_list_is_sorted_as_asked(client: httpx.Client) -> None:
    page = client.get("/browse/publishers", params={"sort": "documents"}).text
    counts = [int(each) for each in re.findall(r'</th>\s*<td class="numeric">(\d+)</td>', page)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    assert 'aria-sort="descending"' in page


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/browse/nothing", 404, "no list"),
        ("/browse/economies?size=1", 400, "since"),
        ("/browse/economies?since=1066", 400, "1989"),
        ("/browse/economies?sort=size", 400, "name"),
        ("/browse/economies?sort=name&sort=name", 400, "once"),
        ("/sources?language=xx", 400, "language"),
        ("/sources?colour=red", 400, "kind, language, year"),
    ],
)
def test_a_list_says_what_it_can_be_narrowed_by(
    client: httpx.Client, path: str, status: int, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert words in response.json()["detail"]


def test_sources_are_narrowed_by_language_and_year(client: httpx.Client) -> None:
    page = client.get("/sources", params={"language": "zh", "year": "2026"}).text
    assert "<title>Sources: 中文, 2026 ·" in page
    assert 0 < page.count('<bdi lang="zh">') < client.get("/sources").text.count('<bdi lang="zh">')


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/id/economy", "/browse/economies"),
        ("/id/meeting/", "/browse/meetings"),
        ("/id/person", "/browse/people"),
        ("/id/source", "/sources"),
        ("/id/decision", "/conflicts"),
        ("/id/figure", "/figures"),
        ("/id", "/browse"),
    ],
)
def test_the_beginning_of_an_iri_leads_to_the_list(
    client: httpx.Client, path: str, to: str
) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["location"]) == (303, to)
    assert client.get(to).status_code == 200


@pytest.mark.parametrize("kind", ["economies", "topics"])
def test_a_list_is_also_data(client: httpx.Client, kind: str) -> None:
    page = client.get(f"/browse/{kind}").text
    [address] = re.findall(r'<link rel="alternate" type="text/turtle" href="([^"]+)"', page)
    turtle = client.get(address, headers={"Accept": "text/turtle"}).raise_for_status().text
    for thing in re.findall(r'<th scope="row"><a href="/id/[a-z]+/([^"]+)"', page):
        assert thing in turtle


def test_a_body_says_who_chairs_it_and_an_economy_since_when_it_is_a_member(
    client: httpx.Client,
) -> None:
    body = client.get("/doc/body/sccp.html").text
    roles = body[body.index('<dl class="facts roles">') : body.index("<h2>Facts</h2>")]
    assert roles.index("General Administration of Customs") < roles.index("Korea Customs Service")
    assert ">2026</a>" in roles
    assert "Chair of" not in re.sub("<[^>]+>", "", body[body.index("<h2>Facts</h2>") :])
    economy = client.get("/doc/economy/PER.html").text
    roles = economy[economy.index('<dl class="facts roles">') : economy.index("</dl>")]
    assert "since <time" in roles
    assert "November 1998" in roles
    assert 'href="/id/body/customs-per"' in roles
    assert 'href="/id/meeting/apec-2008"' in roles
    assert '<a href="/browse/economies">Economies</a>' in economy


def test_the_page_of_an_economy_shows_what_the_press_says(client: httpx.Client) -> None:
    page = client.get("/doc/economy/CHN.html").text
    assert "<h2>What the press says</h2>" in page
    assert 'href="/figures?counterpart=economy/CHN"' in page or "All figures" not in page
