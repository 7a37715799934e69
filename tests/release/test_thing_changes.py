"""What changed about one thing, found in the patch of a release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.errors import ReleaseError
from apecgraph.rdf.namespaces import BASE, ID, RDFS
from apecgraph.release.release import PATCH, File, Release
from apecgraph.release.snapshot import Snapshot
from apecgraph.release.thing_changes import read_thing_changes
from apecgraph.web.publication import Publication
from tests.support.servers import served

GRAPH = ox.NamedNode(f"{ID}source/s")


def quad(subject: str, number: int, graph: ox.NamedNode | None = GRAPH) -> ox.Quad:
    value = ox.Literal(f"{number}\nA <{ID}thing/2> ")
    where = ox.DefaultGraph() if graph is None else graph
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(f"{RDFS}label"), value, where)


def release_with(patch: bytes, folder: Path, release: Release) -> Release:
    (folder / PATCH).write_bytes(patch)
    return replace(release, path=folder, files=(File(PATCH, len(patch), ""),))


def test_the_changes_of_each_thing_are_those_of_the_patch(
    tmp_path: Path, pair: tuple[Release, Release]
) -> None:
    things = [f"{ID}thing/{number}" for number in (*range(1, 30), "é", "1/x")]
    old = [quad(thing, n) for n, thing in enumerate(things) if n % 3]
    new = [quad(thing, n + n % 2) for n, thing in enumerate(things) if n % 5]
    derived = [quad(thing, 7, None) for thing in things]
    before, after = Snapshot.of("1" * 16, old), Snapshot.of("2" * 16, [*new, *derived])
    release = release_with("".join(before.patch(after)).encode(), tmp_path, pair[0])
    for thing in things:
        was, is_ = (
            {each.object for each in quads if each.subject == ox.NamedNode(thing)}
            for quads in (old, new)
        )
        changes = read_thing_changes(release, thing)
        assert changes is not None
        assert (changes.added, changes.removed) == (len(is_ - was), len(was - is_))
        assert changes.properties == ((f"{RDFS}label",) if is_ != was else ())
    unknown = read_thing_changes(release, f"{ID}thing")
    assert unknown is not None
    assert not unknown.added + unknown.removed


@pytest.mark.parametrize("patch", [b"", b"A <" + ID.encode() + b"thing/1> nonsense\n"])
def test_a_damaged_patch_is_reported(
    tmp_path: Path, pair: tuple[Release, Release], patch: bytes
) -> None:
    release = release_with(patch, tmp_path, pair[0])
    with pytest.raises(ReleaseError, match="patch"):
        read_thing_changes(release, f"{ID}thing/1")


def test_a_page_names_the_releases_that_changed_its_thing(pair: tuple[Release, Release]) -> None:
    first, second = pair
    assert read_thing_changes(first, BASE) is None
    with served(Publication.of(second)) as client:
        changed = page(client, "/doc/index.html")
        assert f'<a href="/releases/{second.name}">' in changed
        assert "1 new fact" in changed
        assert "has not changed" in page(client, "/doc/place/lima.html")
    with served(Publication.of(first)) as client:
        assert "History" not in page(client, "/doc/place/lima.html")


def page(client: httpx.Client, path: str) -> str:
    return client.get(path).raise_for_status().text
