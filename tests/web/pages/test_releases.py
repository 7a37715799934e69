"""The pages of releases, and their feed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.rdf.canonical import canonical_quads
from apecgraph.rdf.formats import GRAPH_FORMATS
from apecgraph.rdf.namespaces import ID, SH
from apecgraph.release.differences import (
    Change,
    ChangedThing,
    ChangedValue,
    ChangeKind,
    Differences,
)
from apecgraph.release.history import History, ReleaseSwitched
from apecgraph.release.release import REPORT, Release
from apecgraph.web.publication import Publication
from tests.support.probe import FIRST_NAME, SECOND_NAME
from tests.support.servers import served

ATOM = "{http://www.w3.org/2005/Atom}"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(pair: tuple[Release, Release]) -> Iterator[httpx.Client]:
    """A client of a server of the second of two releases."""
    release = pair[1]
    with served(Publication.of(release)) as client:
        yield client


def test_releases_are_listed_latest_first(
    client: httpx.Client, pair: tuple[Release, Release]
) -> None:
    text = client.get("/releases", headers=HTML).raise_for_status().text
    first, second = (text.index(f'href="/releases/{each.name}"') for each in pair)
    assert second < first
    assert "0 added, 0 removed, 1 changed" in text
    footer = text[text.index("<footer>") :]
    assert f'<a href="/releases/{pair[1].name}"><code>{pair[1].name}</code></a>' in footer


def test_a_release_page_lists_the_differences(
    client: httpx.Client, pair: tuple[Release, Release]
) -> None:
    first, second = pair
    text = client.get(f"/releases/{second.name}", headers=HTML).raise_for_status().text
    assert f"{FIRST_NAME} -&gt; {SECOND_NAME}" in text
    assert "It is the first release" in client.get(f"/releases/{first.name}", headers=HTML).text
    found = client.get(f"/releases/{second.name}/differences.json").raise_for_status()
    assert (found.json()["old"], found.json()["new"]) == (first.name, second.name)
    patch = client.get(f"/releases/{second.name}/differences.rdfp").raise_for_status()
    assert patch.headers["content-type"].startswith("application/rdf-patch")
    rows = [line for line in patch.text.splitlines() if f'"{SECOND_NAME}"@en' in line]
    assert rows
    assert all(line.startswith("A ") for line in rows)


def test_the_report_of_the_check_is_served_as_a_page_as_rdf_and_as_json(
    client: httpx.Client, pair: tuple[Release, Release]
) -> None:
    for release in pair:
        path = f"/releases/{release.name}/report"
        page = client.get(path, headers=HTML).raise_for_status()
        assert "nothing is wrong, as in every release.\nThe same as" in page.text
        assert page.headers["vary"].startswith("Accept")
        report = client.get(path, headers={"Accept": "application/json"}).raise_for_status()
        assert report.json()["conforms"] is True
        turtle = client.get(path, headers={"Accept": "text/turtle"}).raise_for_status()
        graph = canonical_quads(ox.parse(turtle.content, ox.RdfFormat.TURTLE))
        (conforming,) = (quad for quad in graph if quad.predicate.value == f"{SH}conforms")
        assert isinstance(conforming.object, ox.Literal)
        assert conforming.object.value == "true"
        assert client.get(f"{path}.ttl").content == turtle.content
        for format_ in GRAPH_FORMATS:
            other = client.get(path, headers={"Accept": format_.media_type}).raise_for_status()
            assert canonical_quads(ox.parse(other.content, format_.rdf)) == graph


def test_a_report_names_rules_in_words_and_links_those_that_have_a_page(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    folder = tmp_path / pair[1].name
    shutil.copytree(pair[1].path, folder)
    report = json.loads((folder / REPORT).read_bytes())
    report["rules"].append({"iri": f"{ID}shape/gone", "constraints": [], "nodes": 3})
    (folder / REPORT).write_text(json.dumps(report))
    release = Release.read(folder)
    with served(Publication.of(release)) as client:
        page = client.get(f"/releases/{release.name}/report", headers=HTML).raise_for_status().text
        assert "<code>shape/gone</code></td>" in page
        found = re.search('<a href="([^"]+)">(A source has exactly one “[^<]+)</a>', page)
        assert found, page
        thing = client.get(found[1], headers=HTML, follow_redirects=True).raise_for_status()
        assert f"{found[2]}</h1>" in thing.text
        assert not re.findall(">shape/[^<]+</a>", page)


def test_the_feed_is_atom(client: httpx.Client, pair: tuple[Release, Release]) -> None:
    """RFC 4287: each entry has an id, a title and the time of its update."""
    response = client.get("/releases.atom").raise_for_status()
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    names = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert names == [f"Release {each.name}" for each in reversed(pair)]
    for entry in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert entry.findtext(f"{ATOM}{name}")
    assert f"{FIRST_NAME} -> {SECOND_NAME}" in (entries[0].findtext(f"{ATOM}content") or "")


def test_the_feed_says_what_happened_to_figures(
    pair: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Differences.kept(pair[1])
    assert kept

    def figure(number: int, kind: ChangeKind, *stands: bool) -> ChangedThing:
        values = [ChangedValue("1", '"1"', (), each) for each in stands]
        change = Change("p", "p", tuple(values[:-1]), tuple(values[-1:]))
        return ChangedThing(f"{ID}figure/x/{number}", f"<figure> {number}", kind, (change,))

    things = [figure(number, "added", True) for number in range(60)]
    things += [figure(60, "changed", True, False), figure(61, "changed", False, True)]
    made = replace(kept, things=(*things, figure(62, "changed", True, True), *kept.things))
    monkeypatch.setattr(Differences, "kept", lambda _: made)
    with served(Publication.of(pair[1])) as other:
        feed = ElementTree.fromstring(other.get("/releases.atom").raise_for_status().content)
    entry = feed.findall(f"{ATOM}entry")[0]
    summary, content = (entry.findtext(f"{ATOM}{name}") or "" for name in ("summary", "content"))
    assert summary.endswith("; figures: 60 added, 1 rejected, 1 accepted again, 1 changed")
    assert "Figures added:\n- <figure> 0\n" in content
    assert "- <figure> 49\n- and 10 more\nFigures rejected:\n- <figure> 60\n" in content
    assert f"{FIRST_NAME} -> {SECOND_NAME}" in content


def test_the_feed_says_what_figures_were_and_which_decision_rejects_them(
    compared: tuple[str, Release, Release],
) -> None:
    _, old, new = compared
    with served(Publication.of(new)) as other:
        feed = ElementTree.fromstring(other.get("/releases.atom").raise_for_status().content)
    entries = feed.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}title") for each in entries] == [
        f"Release {each.name}" for each in (new, old)
    ]
    content = " ".join((entries[0].findtext(f"{ATOM}content") or "").split())
    what = "exports of China to the world"
    assert f"{what}, 2024: 2.6 trillion yuan; was “2.5 trillion yuan”" in content
    assert f"{what}, 2022: 9 trillion yuan; rejected since: Not 9 'trillion'" in content
    assert f"Figures removed: - {what}, 2023: 2 trillion yuan" in content


def test_a_rollback_is_shown_and_adds_no_entry_to_the_feed(
    pair: tuple[Release, Release], tmp_path: Path
) -> None:
    first, second = pair
    folder = tmp_path / "releases"
    shutil.copytree(first.path.parent, folder, symlinks=True)
    published = [f"2026-02-0{day}T10:00:00+00:00" for day in (1, 2)]
    taken_back = "2026-02-03T10:00:00+00:00"
    events = (
        ReleaseSwitched(published[0], first.name, None, "build"),
        ReleaseSwitched(published[1], second.name, first.name, "build"),
        ReleaseSwitched(taken_back, first.name, second.name, "rollback"),
    )
    History(events).write(folder)
    release = Release.read(folder / first.name)
    with served(Publication.of(release)) as client:
        page = client.get("/releases", headers=HTML).raise_for_status().text
        undone = client.get(f"/releases/{second.name}", headers=HTML).raise_for_status().text
        first_page = client.get(f"/releases/{first.name}", headers=HTML).raise_for_status().text
        feed = ElementTree.fromstring(client.get("/releases.atom").raise_for_status().content)
    rows = page[page.index("<tbody>") :].split("</tr>")
    assert f'{second.name}</code></a> <span class="mark rejected">rolled back</span>' in rows[0]
    assert f'{first.name}</code></a> <span class="mark">served now</span>' in rows[1]
    assert f'datetime="{published[0]}">1 February 2026' in rows[1]
    assert 'was rolled back on <time datetime="2026-02-03">3 February 2026' in page
    assert "It was rolled back on" in undone
    assert "published on" in undone
    assert "This server serves it." in first_page
    assert f'datetime="{published[0]}"' in first_page
    entries = feed.findall(f"{ATOM}entry")
    times = [
        [each.findtext(f"{ATOM}{name}") for name in ("published", "updated")] for each in entries
    ]
    assert times == [[published[1], taken_back], [published[0], published[0]]]
    assert feed.findtext(f"{ATOM}updated") == taken_back
    assert "Rolled back at" in (entries[0].findtext(f"{ATOM}summary") or "")
    # Forward again: no newer release is left out.
    again = "2026-02-04T10:00:00+00:00"
    History((*events, ReleaseSwitched(again, second.name, first.name, "rollback"))).write(folder)
    with served(Publication.of(Release.read(folder / second.name))) as client:
        page = client.get("/releases", headers=HTML).raise_for_status().text
    assert "was rolled back on" not in page
    assert f'{second.name}</code></a> <span class="mark">served now</span>' in page


@pytest.mark.parametrize(
    "path",
    [
        "/releases/0123456789abcdef",
        "/releases/current",
        "/releases/..%2F..%2Fetc",
        "/releases/<script>",
        "/releases/0123456789abcdef/report",
    ],
)
def test_an_unknown_release_is_not_found(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "<script>" not in response.text or response.headers["content-type"] != "text/html"


def test_files_other_than_the_report_are_not_served(
    client: httpx.Client, pair: tuple[Release, Release]
) -> None:
    for name in ("manifest.json", "apecgraph.nq", "nothing", "%2E%2E%2Fcurrent"):
        assert client.get(f"/releases/{pair[1].name}/{name}").status_code == 404
