from __future__ import annotations

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build.fingerprint import build_fingerprint
from apecgraph.build.pipeline import build_release
from apecgraph.check.report import Report
from apecgraph.errors import CheckFailed, ReleaseError
from apecgraph.rdf.canonical import digest
from apecgraph.rdf.formats import N_QUADS, TRIG
from apecgraph.rdf.namespaces import ID
from apecgraph.release.release import DUMP_FORMATS, Release
from tests.support.contents import ContentCopy, SmallContent, press_content


def canonical(path: Path, format_: ox.RdfFormat) -> str:
    return digest(ox.parse(path=path, format=format_))


def test_a_release_is_named_by_the_canonical_hash_of_its_dump(release: Release) -> None:
    assert release.path.name == release.digest
    assert (release.path.parent / "current").readlink() == Path(release.digest)
    assert canonical(release.dump(N_QUADS), ox.RdfFormat.N_QUADS) == release.digest
    assert canonical(release.dump(TRIG), ox.RdfFormat.TRIG) == release.digest


def test_the_digest_is_that_of_canonical_n_quads() -> None:
    """RDFC-1.0, section 4: canonical labels, sorted lines, SHA-256."""
    data = b'_:b <http://x/p> "1" .\n<http://x/s> <http://x/p> _:b <http://x/g> .\n'
    lines = b'<http://x/s> <http://x/p> _:c14n0 <http://x/g> .\n_:c14n0 <http://x/p> "1" .\n'
    assert digest(ox.parse(data, ox.RdfFormat.N_QUADS)) == sha256(lines).hexdigest()[:16]


def test_all_dumps_have_one_canonical_hash(release: Release) -> None:
    """Dumps with named graphs have the hash of the dataset, others that of its default graph."""
    wholes = {TRIG, N_QUADS}
    parsed = {
        format_: list(ox.parse(path=release.dump(format_), format=format_.rdf))
        for format_ in DUMP_FORMATS
    }
    assert {digest(parsed[each]) for each in wholes} == {release.digest}
    default = {
        digest(quad for quad in parsed[each] if quad.graph_name == ox.DefaultGraph())
        for each in DUMP_FORMATS
    }
    assert len(default) == 1
    for format_ in set(DUMP_FORMATS) - wholes:
        assert {quad.graph_name for quad in parsed[format_]} == {ox.DefaultGraph()}
        assert len(set(parsed[format_])) == release.triples


def test_the_same_content_makes_the_same_release(
    content: SmallContent, releases: Path, tmp_path: Path
) -> None:
    release, _ = build_release(content.root, releases)
    again, _ = build_release(SmallContent(tmp_path / "copy").root, releases)
    elsewhere, _ = build_release(content.root, tmp_path / "elsewhere")
    assert again == release
    assert elsewhere.files == release.files
    kept = {path.name for path in releases.iterdir()}
    assert kept == {release.digest, "current", ".lock", "history.json"}


def test_other_content_makes_another_release(content: SmallContent, releases: Path) -> None:
    release, _ = build_release(content.root, releases)
    content.source(0, "another name")
    other, _ = build_release(content.root, releases)
    assert other.digest != release.digest
    assert other.fingerprint != release.fingerprint


def test_the_release_of_a_content_folder_is_found_again(release: Release) -> None:
    releases = release.path.parent
    assert Release.find(releases, build_fingerprint(press_content())) == release
    assert Release.find(releases, "0" * 64) is None


def test_content_that_fails_the_check_makes_no_release(
    release: Release, releases: Path, conflict: ContentCopy
) -> None:
    conflict.remove("data/decisions.ttl", "<decision/trade-2025>")
    shutil.copytree(release.path, releases / release.name)
    (releases / "current").symlink_to(release.name)
    with pytest.raises(CheckFailed, match="one is 10 times the other"):
        build_release(conflict.root, releases)
    assert Release.current(releases).digest == release.digest
    assert not list(releases.glob(".tmp-*"))


def test_a_damaged_file_is_detected_and_the_release_built_again(
    content: SmallContent, releases: Path
) -> None:
    release, _ = build_release(content.root, releases)
    path = release.dump(N_QUADS)
    path.write_bytes(path.read_bytes().replace(b"Source 1", b"Source 7", 1))
    with pytest.raises(ReleaseError, match=r"apecgraph\.nq is missing or was changed"):
        Release.open(release.path)
    assert Release.find(releases, release.fingerprint) is None
    again, _ = build_release(content.root, releases)
    assert again == release
    assert Release.open(release.path) == release


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"files": 1}', '{"files": [{"name": "x"}]}', "\xff"]
)
def test_a_broken_manifest_is_reported_as_an_error(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="latin-1")
    with pytest.raises(ReleaseError, match="cannot be read"):
        Release.open(tmp_path)


def test_a_folder_without_manifest_is_not_a_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"has no manifest\.json"):
        Release.open(tmp_path)


def test_concurrent_builds_all_succeed(content: SmallContent, releases: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from apecgraph.build.pipeline import build_release; "
        "print(build_release(*map(Path, sys.argv[1:]))[0].digest)"
    )
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", program, content.root, releases],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    digests = {process.communicate(timeout=60)[0].strip() for process in builds}
    assert digests == {Release.current(releases).digest}


def test_the_report_is_kept(release: Release) -> None:
    path = release.path / "report.json"
    assert json.loads(path.read_text())["conforms"] is True
    assert b"sh:conforms true" in (release.path / "report.ttl").read_bytes()
    report = Report.read(path)
    assert report.json() == path.read_text()
    # Every shape that it was checked with applies to something.
    nodes = {rule.iri.removeprefix(ID): rule.nodes for rule in report.rules}
    assert nodes["shape/figure-bound"] == release.figures
    assert nodes["relation/same-cell"] is None
    assert 0 not in nodes.values()


def test_a_release_knows_the_previous_one(content: SmallContent, releases: Path) -> None:
    first, _ = build_release(content.root, releases)
    content.source(0, "another name")
    second, _ = build_release(content.root, releases)
    assert (first.previous, second.previous) == (None, first.digest)
    assert second.beside(first.digest) == first
    # A release that is built again keeps its predecessor: its catalogue is the same.
    content.source(0, "Source 0")
    again, _ = build_release(content.root, releases)
    assert again == first
    assert (releases / "current").readlink() == Path(first.digest)


@pytest.mark.parametrize(
    "digest", ["0123456789abcdef", "../current", "current", ".", "", "0123456789ABCDEF"]
)
def test_no_release_is_found_under_an_invalid_name(release: Release, digest: str) -> None:
    assert release.beside(digest) is None


def test_a_release_in_a_folder_of_another_name_is_not_found(
    release: Release, tmp_path: Path
) -> None:
    shutil.copytree(release.path, tmp_path / release.digest)
    shutil.copytree(release.path, tmp_path / "0123456789abcdef")
    copy = Release.open(tmp_path / release.digest)
    assert copy.beside("0123456789abcdef") is None


def test_a_published_release_is_never_overwritten(content: SmallContent, releases: Path) -> None:
    """The same facts in other bytes, here with another context, make a release with a new name."""
    first, _ = build_release(content.root, releases)
    context = content.root / "ontology" / "context.jsonld"
    version = '"@version": 1.1,'
    context.write_text(context.read_text().replace(version, f'{version} "x": "apec:x",'))
    second, _ = build_release(content.root, releases)
    assert second.digest == first.digest
    assert second.name == f"{first.digest}-{second.fingerprint[:8]}"
    assert second.previous == first.name
    assert Release.open(releases / first.name) == first
    assert (releases / "current").readlink() == Path(second.name)
    again, _ = build_release(content.root, releases)
    assert again == second
    assert first.beside(second.name) == second
