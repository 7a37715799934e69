"""Reading back: a release that another program could not read is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build import reading_back
from apecgraph.build.pipeline import build_release
from apecgraph.build.reading_back import read_back
from apecgraph.content.folder import CONTEXT
from apecgraph.errors import ReleaseError
from apecgraph.rdf.formats import (
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    TURTLE,
    Format,
)
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.writer import Writer
from apecgraph.release.release import DUMP_FORMATS, File, Release
from tests.support.contents import SmallContent


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Release:
    """A copy of the release, whose files a test may change."""
    return replace(release, path=Path(shutil.copytree(release.path, tmp_path / release.name)))


def context(release: Release) -> Context:
    return Context(release.path / CONTEXT)


def with_checksums(release: Release) -> Release:
    """Return the release with the checksums that its files have."""
    names = [file.name for file in release.files if (release.path / file.name).exists()]
    files = (File.written(release.path, name, (release.path / name).read_bytes()) for name in names)
    return replace(release, files=tuple(files))


def test_a_release_is_read_back(release: Release) -> None:
    read_back(release, context(release))


def cut_a_line(data: bytes) -> bytes:
    return data[: data.rindex(b"\n", 0, -1) + 1]


def lose_a_node(data: bytes) -> bytes:
    document = json.loads(data)
    document["@graph"].pop()
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("apecgraph.nq", cut_a_line, "does not match the digest"),
        ("apecgraph.nq", lambda data: data.replace(b'"', b'"\\x', 1), "is not N-Quads in line"),
        ("apecgraph.nq", lambda data: data[:-3], "is not N-Quads in line"),
        ("apecgraph.nt", cut_a_line, "does not hold the default graph"),
        ("apecgraph.rdf", lambda data: data.replace(b"</rdf:RDF>", b""), "cannot be read"),
        ("apecgraph.rdf", lambda data: data.replace(b"<qb:", b"<qb: ", 1), "cannot be read"),
        ("apecgraph.jsonld", lose_a_node, "another reader finds"),
        ("apecgraph.jsonld", lambda data: data[:-3], "cannot be read"),
        ("links.nt", lambda data: data + b"<x", "cannot be read"),
        ("report.ttl", lambda data: data.replace(b"true", b"maybe", 1), "cannot be read"),
        ("figures.csv", cut_a_line, "another reader finds"),
        ("figures.sdmx.csv", cut_a_line, "another reader finds"),
        ("figures.parquet", lambda data: data[:-3], "cannot be read"),
        ("figures.sdmx.xml", lambda data: data[:-3], "cannot be read"),
        ("figures.csv-metadata.json", lambda data: data[:-3], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    copy: Release, name: str, spoil: Callable[[bytes], bytes], message: str
) -> None:
    path = copy.path / name
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ReleaseError, match=message) as caught:
        read_back(with_checksums(copy), context(copy))
    assert name in str(caught.value)


def spoiling(spoilt: Format, old: bytes, new: bytes) -> type[Writer]:
    """Return a writer that writes one format wrongly."""

    class SpoilingWriter(Writer):
        def dump(
            self, dataset: Iterable[ox.Quad], default_graph: Iterable[ox.Triple], format_: Format
        ) -> bytes:
            data = super().dump(dataset, default_graph, format_)
            return data.replace(old, new) if format_ == spoilt else data

    return SpoilingWriter


@pytest.mark.parametrize("format_", DUMP_FORMATS, ids=lambda item: item.name)
@pytest.mark.parametrize("new", [b"", b"<\x00"], ids=["another graph", "unreadable"])
def test_a_writer_that_another_program_cannot_follow_is_noticed(
    release: Release, monkeypatch: pytest.MonkeyPatch, format_: Format, new: bytes
) -> None:
    old = b"core#prefLabel" if format_ in (N_QUADS, N_TRIPLES) else "中".encode()
    if new and format_ == JSON_LD:
        old = b'"@graph"'
    monkeypatch.setattr(reading_back, "Writer", spoiling(format_, old, new))
    with pytest.raises(ReleaseError, match="another program") as caught:
        read_back(release, context(release))
    assert format_.label in str(caught.value)


def test_a_release_that_cannot_be_read_back_is_not_published(
    content: SmallContent, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = build_release(content.root, releases)
    content.source(0, "another name")
    monkeypatch.setattr(reading_back, "Writer", spoiling(TURTLE, b"@en", b"@fr"))
    with pytest.raises(ReleaseError, match="reads another graph"):
        build_release(content.root, releases)
    assert Release.current(releases) == release
    assert not list(releases.glob(".tmp-*"))


def test_the_sample_has_every_kind_of_statement(release: Release) -> None:
    lines = reading_back._read_lines(release.dump(N_QUADS))
    quads = list(ox.parse(path=release.dump(N_QUADS), format=ox.RdfFormat.N_QUADS))
    sample = list(ox.parse(b"".join(lines.sample), ox.RdfFormat.N_QUADS))
    assert len(sample) < len(quads) / 2

    def kinds(quads: Iterable[ox.Quad]) -> set[object]:
        found: set[object] = set()
        for quad in quads:
            value = quad.object
            if isinstance(value, ox.Literal):
                found.add((quad.predicate, quad.graph_name, value.datatype, value.language))
                stands = quad.graph_name == ox.DefaultGraph()
                found |= {(each, stands) for each in value.value if not each.isalnum()}
            else:
                found.add((quad.predicate, quad.graph_name, type(value)))
        return found

    assert kinds(sample) == kinds(quads)
