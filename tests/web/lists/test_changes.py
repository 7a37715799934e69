"""The figures as known on a day, over HTTP, with releases that are kept and one that is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.release.earlier import EarlierReleases
from apecgraph.release.history import History, ReleaseSwitched
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.figures import csv_rows
from tests.support.servers import served

PATH = "/figures/changes"
CELL = f"{ID}cell/CHN/world/exports/all-goods/trade-value/CNY/fob/"
EXPECTED = {
    f"{CELL}2022": ("changed", "value interval", "9000000000000", "90000000000000"),
    f"{CELL}2023": ("gone", "", "2000000000000", ""),
    f"{CELL}2024": ("changed", "value interval", "2500000000000", "2600000000000"),
    f"{CELL}2025": ("added", "", "", "3100000000000"),
    f"{ID}figure/s0/a": ("changed", "value interval", "2500000000000", "2600000000000"),
    f"{ID}figure/s0/gone": ("gone", "", "2000000000000", ""),
    f"{ID}figure/s0/new": ("added", "", "", "3100000000000"),
    f"{ID}figure/s1/b": ("changed", "status decision", "9000000000000", "9000000000000"),
    f"{ID}figure/s2/c": ("added", "", "", "90000000000000"),
}
"""What differs between the two kept releases."""


@pytest.fixture(scope="module")
def compared(
    compared: tuple[str, Release, Release], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Release, Release]:
    """The releases of three days."""
    removed, old, new = compared
    folder = tmp_path_factory.mktemp("days") / "releases"
    shutil.copytree(new.path.parent, folder, symlinks=True)
    assert sorted(each.release for each in History.read(folder).events) == sorted(
        (removed, old.name, new.name)
    )
    events = [
        ReleaseSwitched(f"2026-11-{day}T10:00:00+00:00", name, before, "build")
        for day, name, before in (
            (10, removed, None),
            (20, old.name, removed),
            (25, new.name, old.name),
        )
    ]
    History(tuple(events)).write(folder)
    return removed, Release.read(folder / old.name), Release.read(folder / new.name)


@pytest.fixture(scope="module")
def client(compared: tuple[str, Release, Release]) -> Iterator[httpx.Client]:
    with served(Publication.of(compared[2])) as client:
        yield client


def rows(client: httpx.Client, **asked: str) -> dict[str, tuple[str, str, str, str]]:
    response = client.get(f"{PATH}.csv", params=asked).raise_for_status()
    assert response.headers["content-type"].startswith("text/csv")
    return {
        row["iri"]: (row["happened"], row["differs"], row["valueBefore"], row["valueAfter"])
        for row in csv_rows(response.text)
    }


@pytest.mark.parametrize("as_of", ["2026-11-20", "2026-11-24", ""])
def test_what_differs_from_a_release_is_listed(
    client: httpx.Client, compared: tuple[str, Release, Release], as_of: str
) -> None:
    assert rows(client, as_of=as_of or compared[1].name) == EXPECTED


def test_releases_are_compared_once_for_all_selections(
    compared: tuple[str, Release, Release],
) -> None:
    _, old, new = compared
    earlier = EarlierReleases(new)
    first = earlier.changes(old)
    assert {each.iri for each in first} == EXPECTED.keys()
    assert earlier.changes(old) is first
    assert earlier.changes(new) == []
    assert earlier.changes(old) == first


def test_nothing_differs_from_the_served_release(client: httpx.Client) -> None:
    page = client.get(PATH, params={"as_of": "2026-11-25"}).raise_for_status().text
    assert "No figure and no best known value differs." in page
    assert rows(client, as_of="2026-11-25") == {}


def test_a_selection_is_of_figures_as_they_are_or_were(client: httpx.Client) -> None:
    found = rows(client, as_of="2026-11-20", source="source/s0", to="2024")
    assert list(found) == [f"{ID}figure/s0/a", f"{ID}figure/s0/gone"]
    year = rows(client, as_of="2026-11-20", period="period/2025")
    assert list(year) == [f"{CELL}2025", f"{ID}figure/s0/new"]


def test_the_page_says_in_words_what_happened(client: httpx.Client) -> None:
    page = client.get(PATH, params={"as_of": "2026-11-20"}).raise_for_status().text
    assert "Figures as known on 20 November 2026, and now" in page
    assert "differ: 4; figures of sources that differ: 5." in page
    text = " ".join(page.split())
    now = (
        '<span class="whole">9 trillion yuan</span><br><span class="mark rejected">rejected</span>'
    )
    assert f"<td>{now}</td> <td>rejected since<br>" in text
    assert '<a href="/id/decision/b">Not 9 &#39;trillion&#39;</a>' in text
    assert "<b>s0</b>" not in text
    for words in ("added", "gone", "another value"):
        assert f"<td>{words}" in text
    chinese = client.get(PATH, params={"as_of": "2026-11-20", "lang": "zh"}).text
    for words in ('<span class="whole">9万亿元</span>', "此后不予采信", "2026年11月20日"):
        assert words in chinese
    assert f'href="{PATH}"' not in page
    figures = client.get("/figures", params={"period": "period/2025"}, follow_redirects=True).text
    assert f'action="{PATH}"' in figures
    cell = client.get(f"{CELL.replace(ID, '/doc/')}2025.html").raise_for_status()
    form = cell.text[cell.text.index(f'action="{PATH}"') :].partition("</form>")[0]
    assert '<input type="hidden" name="period" value="period/2025">' in form


def test_programs_get_what_differs_as_numbers_with_names(
    client: httpx.Client, compared: tuple[str, Release, Release]
) -> None:
    asked: dict[str, str | int] = {"as_of": "2026-11-20", "limit": 4}
    first = client.get("/api/changes", params=asked).raise_for_status().json()
    second = client.get(first["next"]).raise_for_status().json()
    assert (first["total"], first["compared_with"]) == (9, compared[1].name)
    items = first["items"] + second["items"]
    assert [each["iri"] for each in items] == list(EXPECTED)[:8]
    rejected = items[7]
    assert rejected["after"]["status"] == "rejected"
    assert rejected["after"]["decisions"][0]["iri"] == f"{ID}decision/b"
    assert rejected["differs"] == ["status", "decision"]
    assert rejected["before"]["value"] == 9 * 10**12
    assert items[3]["before"] is None


@pytest.mark.parametrize("path", [PATH, f"{PATH}.csv", "/api/changes"])
@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ("", 400, "as_of: "),
        ("as_of=", 400, "as_of: "),
        ("as_of=yesterday", 400, "as_of: yesterday is neither a day"),
        ("as_of=2026-02-30", 400, "as_of: 2026-02-30 is neither a day"),
        ("as_of=9999-01-01", 400, "as_of: 9999-01-01 has not come yet"),
        ("as_of=../../etc/passwd", 400, "as_of: "),
        ("as_of=%00", 400, "as_of: "),
        ("as_of=2026-11-20&as_of=2026-11-21", 400, "as_of: this parameter is repeated"),
        ("as_of=2026-11-20&x=1", 400, "x: "),
        ("as_of=0123456789abcdef", 404, "as_of: there is no release 0123456789abcdef"),
        ("as_of=2026-11-01", 404, "as_of: no release is known to have been current"),
        ("as_of=2026-11-10", 410, "is no longer kept"),
        ("as_of=2026-11-20&period=period/1066", 404, "period: "),
    ],
)
def test_an_error_names_the_parameter_and_what_there_is(
    client: httpx.Client,
    compared: tuple[str, Release, Release],
    path: str,
    asked: str,
    status: int,
    words: str,
) -> None:
    response = client.get(f"{path}?{asked}")
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert words in problem["detail"]
    if status == 410:
        removed, old, new = compared
        assert f"{removed} is no longer kept" in problem["detail"]
        assert f"those that are: {new.name}, {old.name}" in problem["detail"]
        assert f"{BASE}releases/{old.name}" in problem["available"]
        assert client.get(path, params={"as_of": removed}).status_code == 410


def test_a_damaged_release_is_not_compared(
    compared: tuple[str, Release, Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(compared[2].path.parent, folder, symlinks=True)
    dump = Release.read(folder / compared[1].name).dump(N_QUADS)
    dump.write_bytes(dump.read_bytes().replace(b'"2500000000000"', b'"2600000000000"'))
    with served(Publication.of(Release.read(folder / compared[2].name))) as client:
        response = client.get(PATH, params={"as_of": compared[1].name})
        monkeypatch.delattr(Release, "has")  # it reads hundreds of megabytes: once is enough
        again = client.get(PATH, params={"as_of": compared[1].name})
    assert again.status_code == response.status_code == 404
    assert f"release {compared[1].name} is damaged" in response.text


def test_more_changes_than_the_limit_are_refused(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apecgraph.release.figure_changes.MOST", 12)
    rows(client, as_of="2026-11-25", measure="measure/trade-value")  # the other one is not kept
    response = client.get(
        f"{PATH}.csv", params={"as_of": "2026-11-21", "measure": "measure/trade-value"}
    )
    assert response.status_code == 422
    assert "choose a later release" in response.json()["detail"]
