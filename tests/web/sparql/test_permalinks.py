"""Permalinks over HTTP: to kept releases, to others, and damaged ones."""

from __future__ import annotations

import re
import shutil
import threading
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.query.model import DataFile, Query
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_CSV, TURTLE, Format
from apecgraph.rdf.namespaces import ID
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support import attacks
from tests.support.contents import PLACES, SmallContent
from tests.support.processes import zygotes
from tests.support.servers import QUERY_SECONDS, Server, served, server_process
from tests.support.waiting import soon

PREFIXES: Final = """PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
NAMES: Final = PREFIXES + (
    "SELECT ?place ?name { ?place a schema:Place ; skos:prefLabel ?name } ORDER BY ?place"
)
BROWSER: Final = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def link(release: Release | str, text: str, format_: Format = RESULTS_CSV) -> str:
    name = release if isinstance(release, str) else release.name
    return Permalink(name, Query(text, format_)).path


def packed(request: bytes) -> str:
    return "/q/" + urlsafe_b64encode(zlib.compress(request)).decode().rstrip("=")


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Server]:
    log = folder.parent / "log.txt"
    with server_process("--current", log=log, releases=folder, **settings) as server:
        yield server


class Life:
    """A folder of releases, built one after the other, of places that change."""

    def __init__(self, folder: Path) -> None:
        self.content = SmallContent(folder / "content")
        self.releases = folder / "releases"

    def build(self, places: str, **settings: Any) -> Release:
        self.content.write("data/entities/places.ttl", places)
        return build_release(self.content.root, self.releases, **settings)[0]


RENAMED: Final = PLACES.replace('"Lima"', '"City of Lima"')
REPLACED: Final = RENAMED.replace("santiago", "cusco").replace("Santiago", "Cusco")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Release], str]:
    """A folder with two releases, and the name of one that was removed from it."""
    life = Life(tmp_path_factory.mktemp("permalinks"))
    gone = life.build(PLACES + '<place/x> a schema:Place ; skos:prefLabel "X"@en .')
    kept = [life.build(places, keep=2) for places in (PLACES, REPLACED)]
    assert Archive(life.releases).names() == [each.name for each in kept]
    return life.releases, kept, gone.name


@pytest.fixture(scope="module")
def server(built: tuple[Path, list[Release], str]) -> Iterator[Server]:
    with serving(built[0]) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def earlier(built: tuple[Path, list[Release], str]) -> Release:
    return built[1][0]


@pytest.fixture(scope="module")
def latest(built: tuple[Path, list[Release], str]) -> Release:
    return built[1][1]


@pytest.fixture(scope="module")
def gone(built: tuple[Path, list[Release], str]) -> str:
    return built[2]


def test_a_link_answers_the_same_while_its_release_is_kept(tmp_path: Path) -> None:
    """Also while the server switches, rolls back, starts again, and after other builds."""
    life = Life(tmp_path)
    first = life.build(PLACES)
    seen: set[tuple[int, bytes]] = set()
    over = threading.Event()
    with serving(life.releases) as server, server.client() as client:
        made = client.get("/q", params={"query": NAMES, "format": "csv"})
        path = made.headers["location"]
        assert made.status_code == 303
        assert path == link(first, NAMES)
        answer = client.get(path).raise_for_status().content
        assert answer == client.get("/sparql", params={"query": NAMES, "format": "csv"}).content

        def ask() -> None:
            with server.client() as other:
                while not over.wait(0.1):
                    response = other.get(path)
                    if response.status_code != 503:  # while it is loaded
                        seen.add((response.status_code, response.content))

        asking = threading.Thread(target=ask)
        asking.start()
        second = life.build(RENAMED)
        assert soon(lambda: server.health()["release"] == second.name)
        assert soon(lambda: client.get(path).status_code == 200)
        Archive(life.releases).rollback()
        assert soon(lambda: server.health()["release"] == first.name)
        life.build(REPLACED)
        assert soon(lambda: server.health()["release"] not in (first.name, second.name))
        assert soon(lambda: client.get(path).status_code == 200)
        over.set()
        asking.join()
        assert seen == {(200, answer)}
        life.build(PLACES.replace("Lima", "Arequipa"), keep=1, never_pruned=[first.name])
        assert client.get(path).content == answer
        life.build(PLACES.replace("Lima", "Trujillo"), keep=1)
        assert client.get(path).status_code == 410


def test_a_link_is_made_by_every_way_of_sending_a_query(client: httpx.Client) -> None:
    form = {"query": NAMES, "format": "csv"}
    text = {"Content-Type": "application/sparql-query"}
    responses = [
        client.get("/q", params=form),
        client.post("/q", data=form),
        client.post("/q", params={"format": "csv"}, content=NAMES.encode(), headers=text),
        client.get("/q", params={"query": NAMES}, headers={"Accept": "text/csv"}),
        client.get("/q", params={**form, "lang": "zh"}, headers=BROWSER),
    ]
    assert {each.status_code for each in responses} == {303}
    (path,) = {each.headers["location"] for each in responses}
    assert client.get(path).headers["content-type"] == "text/csv; charset=utf-8"
    for refused, status in (
        ({"format": "csv"}, 400),
        ({"query": "DROP ALL"}, 403),
        ({"query": "DROP ALL #" + 50_000 * "a"}, 400),  # it is not read
        ({"query": NAMES, "format": "turtle"}, 406),
        ({"query": NAMES, "cite": "1", "format": "xml"}, 406),
        ({"query": "ASK {} #" + "".join(map(chr, range(0x4E00, 0x6200)))}, 400),
    ):
        assert client.post("/q", data=refused).status_code == status, refused


def test_an_earlier_release_answers_in_all_formats(
    client: httpx.Client, earlier: Release, latest: Release
) -> None:
    path = link(earlier, NAMES)
    assert b"Santiago" in client.get(path).content
    assert b"Cusco" in client.get(link(latest, NAMES)).content
    look_up = f"SELECT ?o {{ <{ID}place/santiago> ?p ?o }}"
    assert b"Santiago" in client.get(link(earlier, look_up)).content
    assert b"Santiago" not in client.get(link(latest, look_up)).content
    for asked, accepted, sent in (
        ({}, "*/*", "text/csv"),
        ({}, "application/json", "application/json"),
        ({}, "application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml"),
        ({"format": "tsv"}, "*/*", "text/tab-separated-values"),
        ({"format": "html"}, "*/*", "text/html"),
        ({}, BROWSER["Accept"], "text/html"),
    ):
        response = client.get(path, params=asked, headers={"Accept": accepted})
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == sent
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(path, params={"format": "turtle"}).status_code == 406
    graph = link(earlier, f"{PREFIXES} CONSTRUCT WHERE {{ ?place a schema:Place }}", TURTLE)
    assert client.get(graph).text.count("Place") == 3
    assert client.get(graph, headers=BROWSER).text.count('<a href="/id/place/') >= 3


def test_an_answer_is_cached_and_revalidated(client: httpx.Client, earlier: Release) -> None:
    first = client.get(link(earlier, NAMES))
    again = client.get(link(earlier, NAMES), headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.head(link(earlier, NAMES)).headers["content-length"] == str(len(first.content))
    options = client.options(link(earlier, NAMES))
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert client.post(link(earlier, NAMES)).status_code == 405


def test_the_page_shows_query_release_rows_and_citation(
    client: httpx.Client, earlier: Release, latest: Release
) -> None:
    path = link(earlier, NAMES)
    page = client.get(path, headers=BROWSER).text
    number = Permalink.read(path.removeprefix("/q/")).number
    for part in (
        "ORDER BY ?place",
        f'href="/releases/{earlier.name}"',
        "Santiago",
        "3 rows",
        f"Release {earlier.name}",
        f"https://w3id.org/apecgraph{path}",
        f"@incollection{{answer-to-query-{number}-{earlier.name}",
        'href="?release=latest"',
        'href="?format=tsv"',
        'href="/sparql?query=',
    ):
        assert part in page, part
    assert "Cusco" not in page
    served_page = client.get(link(latest, NAMES), headers=BROWSER).text
    assert "This server serves it." in served_page
    chinese = client.get(path, params={"lang": "zh"}, headers=BROWSER)
    assert 'lang="zh"' in chinese.text
    assert len(re.findall("[\u4e00-\u9fff]", chinese.text)) > 150
    hostile = '<script>alert("x")</script>'
    told = client.get(link(earlier, f"SELECT ('{hostile}' AS ?x) {{}}"), headers=BROWSER).text
    assert hostile not in told
    assert "&lt;script&gt;" in told


def test_the_page_of_a_query_that_changes_says_so_and_is_not_kept(
    client: httpx.Client, latest: Release
) -> None:
    pages = [client.get(link(latest, "SELECT (UUID() AS ?x) {}"), headers=BROWSER) for _ in "ab"]
    assert all("its answer differs each time" in page.text for page in pages)
    assert pages[0].headers["cache-control"] == "no-store"
    assert pages[0].text != pages[1].text


def test_a_page_stays_small_whatever_the_answer(client: httpx.Client, earlier: Release) -> None:
    for text in (
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { ?a ?b ?c } LIMIT 400",
        f"SELECT ?x ('{'a<' * 700}' AS ?y) {{ ?x ?p ?o }}",
        "SELECT (CONCAT(?x, ?x, ?x, ?x) AS ?y) { BIND('" + 1400 * "<b>" + "' AS ?x) }",
    ):
        page = client.get(link(earlier, text), headers=BROWSER)
        assert page.status_code == 200
        assert len(page.content) < 100_000, text[:50]
    assert (
        "It is larger than 1 MB"
        in client.get(
            link(earlier, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"),
            headers=BROWSER,
        ).text
    )


def test_latest_tells_how_the_answer_has_changed(
    client: httpx.Client, earlier: Release, latest: Release
) -> None:
    path = link(earlier, NAMES)
    response = client.get(path, params={"release": "latest"})
    assert response.headers["content-type"].startswith("application/json")
    found = response.json()
    values = {
        kind: sorted(row["name"]["value"] for row in found["rows"][kind])
        for kind in ("added", "gone")
    }
    (changed,) = found["rows"]["changed"]
    assert found["changed"] is True
    assert found["counts"] == {"added": 1, "gone": 1, "changed": 1}
    assert values == {"added": ["Cusco"], "gone": ["Santiago"]}
    assert [changed[side]["name"]["value"] for side in ("before", "after")] == [
        "Lima",
        "City of Lima",
    ]
    assert (found["release"], found["latest"]) == (earlier.name, latest.name)
    assert found["latestPermalink"] == f"https://w3id.org/apecgraph{link(latest, NAMES)}"
    page = client.get(path, params={"release": "latest"}, headers=BROWSER).text
    assert "Yes. Rows added: 1, gone: 1, changed: 1." in page
    assert re.search(r"<del>\s*Lima\s*</del>\s*<ins>\s*City of Lima\s*</ins>", page)
    for same in (link(latest, NAMES), link(earlier, "ASK {}")):
        assert client.get(same, params={"release": "latest"}).json()["changed"] is False
        told = client.get(same, params={"release": "latest"}, headers=BROWSER).text
        assert "No: both releases give the same rows." in told
    rows = client.get(path, params={"release": "latest"}, headers={"Accept": "text/csv"})
    assert rows.status_code == 303
    assert b"Cusco" in client.get(rows.headers["location"]).content
    large = link(earlier, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000")
    told = client.get(large, params={"release": "latest"}).json()
    assert (told["changed"], told["because"]) == (None, "The answer is larger than 1 MB.")


def test_a_release_that_is_gone_leaves_410_with_what_there_is(
    client: httpx.Client, earlier: Release, latest: Release, gone: str
) -> None:
    path = link(gone, NAMES)
    for name in (gone, "0123456789abcdef", "0123456789abcdef-01234567"):  # of another dataset
        response = client.get(link(name, NAMES))
        problem = response.json()
        assert response.status_code == 410
        assert earlier.name in problem["detail"]
        assert latest.name in problem["detail"]
        (there,) = problem["available"]
        assert there.endswith("?release=latest")
        assert f"<{there}>" in response.headers["link"]
    page = client.get(path, headers=BROWSER)
    assert page.status_code == 410
    assert f'href="{path}?release=latest"' in page.text
    asked = client.get(path, params={"release": "latest"})
    assert asked.json()["changed"] is None
    assert gone in asked.json()["because"]
    page = client.get(path, params={"release": "latest"}, headers=BROWSER)
    assert page.status_code == 200
    assert "The answers cannot be compared." in page.text
    assert "Cusco" in page.text
    rows = client.get(path, params={"release": "latest", "format": "csv"}, follow_redirects=True)
    assert b"Cusco" in rows.content


def test_a_damaged_link_is_refused_with_a_remedy(client: httpx.Client, latest: Release) -> None:
    whole = link(latest, NAMES)
    release = f"release={latest.name}&format=csv".encode()
    for path, status in {
        whole[:-3]: 400,
        whole[:40] + whole[41:]: 400,
        "/q/" + "A" * 5000: 400,
        "/q/%00%ff": 400,
        "/q/..%2f..%2fetc%2fpasswd": 404,
        f"{whole}/x": 404,
        packed(b"release=../../etc&format=csv&query=ASK {}"): 400,
        packed(b"release=current&format=csv&query=ASK {}"): 400,
        packed(b"release=&format=csv&query=ASK {}"): 400,
        packed(release + b"&query=ASK {}#" + 3_000_000 * b"a"): 400,
        packed(release + b"&query=DROP ALL"): 403,
        packed(release + b"&query=ASK FROM <urn:none> {}"): 403,
        packed(release + b"&query=ASK {"): 400,
        packed(release + b"&query=ASK {}&cite=2"): 400,
        packed(release + b"&query=" + b"ASK " + 4000 * b"{" + 4000 * b"}"): 422,
        f"{whole}?release=oldest": 400,
        f"{whole}?release=": 200,
        f"{whole}?query=ASK%20%7B%7D": 400,
        f"{whole}?format=csv&format=csv": 400,
        f"{whole}?lang=zh": 200,
    }.items():
        response = client.get(path)
        assert response.status_code == status, path[:100]
        if status == 400 and "?" not in path and "{" not in response.json()["detail"]:
            assert response.json()["detail"].endswith((".", "}")), path[:100]


def test_an_earlier_release_refuses_graphs_that_it_lacks(
    client: httpx.Client, earlier: Release
) -> None:
    request = f"release={earlier.name}&format=csv&query=".encode()
    assert client.get(packed(request + b"ASK FROM <urn:none> {}")).status_code == 403
    broken = client.get(packed(request + b"SELECT * {"))
    assert (broken.status_code, broken.json()["line"]) == (400, 1)


def test_the_log_does_not_contain_the_query(server: Server, latest: Release) -> None:
    path = link(latest, "ASK { <urn:secret> ?p ?o }")
    with server.client() as client:
        assert client.get(path).status_code == 200
    assert soon(lambda: '"path": "/q/"' in server.log.read_text())
    assert path.removeprefix("/q/") not in server.log.read_text()


def test_data_of_others_have_no_permalinks(tmp_path: Path) -> None:
    path = tmp_path / "data.nt"
    path.write_text("<urn:a> <urn:b> <urn:c> .")
    with served(Publication.of_files([DataFile.of(path, N_TRIPLES)])) as client:
        for address in ("/q?query=ASK%7B%7D", link("0123456789abcdef", "ASK {}")):
            response = client.get(address)
            assert response.status_code == 501
            assert "apecgraph build" in response.json()["detail"]
        assert 'formaction="/q"' not in client.get("/sparql", headers=BROWSER).text


def test_pages_of_queries_lead_to_permalinks(client: httpx.Client) -> None:
    page = client.get("/sparql", headers=BROWSER).text
    assert '<button formaction="/q"' in page


# --- a release of the press that is kept beside another, for queries that take all they can -------


@pytest.fixture(scope="module")
def attacked(
    release: Release, latest: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that serves a small release and keeps a large one."""
    folder = tmp_path_factory.mktemp("attacked") / "releases"
    for each in (release, latest):
        shutil.copytree(each.path, folder / each.name)
    (folder / "current").symlink_to(latest.name)
    limits = {"query_seconds": QUERY_SECONDS, "query_megabytes": 200, "reply_megabytes": 4}
    with serving(folder, **limits) as server:
        yield server


def some(kinds: Mapping[str, attacks.Kind]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield a few queries of each kind that fit in a link, with their outcomes."""
    for kind in kinds.values():
        fitting = [text for text in kind.queries.values() if len(text) < 4000]
        for text in fitting[:: max(1, len(fitting) // 2)][:2]:
            yield text, kind.outcomes


def test_hostile_queries_to_an_earlier_release_keep_their_limits(
    attacked: Server, release: Release
) -> None:
    with attacked.client() as client:
        assert soon(lambda: client.get(link(release, "ASK {}")).status_code == 200)
        before = len(attacked.tree())
        wrong = {}
        for text, outcomes in some(attacks.KINDS):
            try:
                status = str(client.get(link(release, text)).status_code)
            except httpx.HTTPError:
                status = "broken off"
            # The data are others than those that the outcomes are written for.
            if status not in outcomes | {"200", "422", "503", "504"}:
                wrong[text[:80]] = status
            assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert wrong == {}
        assert client.get(link(release, "ASK {} # again")).status_code == 200
    assert soon(lambda: len(attacked.tree()) <= before)


def flooded(server: Server, ask: Callable[[httpx.Client, int], object]) -> None:
    """Ask on several connections at once."""

    def run(number: int) -> None:
        with server.client() as client:
            for step in range(3):
                ask(client, 3 * number + step)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_flood_of_links_to_all_releases_leaves_the_others_their_answers(
    tmp_path: Path, built: tuple[Path, list[Release], str]
) -> None:
    folder, life = tmp_path / "releases", Life(tmp_path)
    life.releases = folder
    kept = [life.build(PLACES.replace("Lima", f"Lima {number}")) for number in range(4)]
    most = 0
    statuses: set[int] = set()
    with serving(folder, query_seconds=2) as server, server.client() as other:

        def ask(client: httpx.Client, number: int) -> None:
            nonlocal most
            path = link(kept[number % 3], f"{NAMES} #{number}")
            statuses.add(client.get(path).status_code)
            most = max(most, len(zygotes(server.process.pid)))

        flood = threading.Thread(target=flooded, args=(server, ask))
        flood.start()
        while flood.is_alive():
            assert other.get("/sparql", params={"query": f"{NAMES} #"}).status_code == 200
            assert other.get("/health").json()["status"] == "ok"
            flood.join(0.05)
        assert 200 in statuses
        assert statuses <= {200, 503}
        assert most <= 3


def test_a_server_without_memory_for_earlier_releases_refuses_them(
    built: tuple[Path, list[Release], str], earlier: Release, latest: Release
) -> None:
    with serving(built[0], earlier_megabytes=0) as server, server.client() as client:
        response = client.get(link(earlier, "ASK {}"))
        assert response.status_code == 422
        assert response.json()["limit"] == "0 MB"
        assert client.get(link(latest, "ASK {}")).status_code == 200
        assert len(zygotes(server.process.pid)) == 1
