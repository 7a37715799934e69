from __future__ import annotations

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build import build
from apecgraph.errors import CheckFailed, ReleaseError
from apecgraph.formats import N_QUADS, TRIG
from apecgraph.release import DUMP_FORMATS, Release, digest, fingerprint
from editing import EXCERPT, Copy


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content that nobody edits."""
    return Copy(tmp_path_factory.mktemp("content"), EXCERPT).root


@pytest.fixture(scope="module")
def built(content: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Release]:
    releases = tmp_path_factory.mktemp("releases")
    release, report = build(content, releases)
    assert report.conforms
    return releases, release


def edited(folder: Path) -> Copy:
    """The same content, but for a name."""
    content = Copy(folder, EXCERPT)
    content.replace("data/catalog.ttl", '"apecgraph"@en', '"another name"@en')
    return content


def canonical(path: Path, format_: ox.RdfFormat) -> str:
    return digest(ox.parse(path=path, format=format_))


def test_a_release_is_named_by_the_canonical_hash_of_its_dump(release: Release) -> None:
    assert release.path.name == release.digest
    assert (release.path.parent / "current").readlink() == Path(release.digest)
    assert canonical(release.dump(N_QUADS), ox.RdfFormat.N_QUADS) == release.digest
    assert canonical(release.dump(TRIG), ox.RdfFormat.TRIG) == release.digest


def test_the_digest_is_that_of_the_canonical_n_quads() -> None:
    """RDFC-1.0, section 4: canonical labels, sorted lines, SHA-256."""
    data = b'_:b <http://x/p> "1" .\n<http://x/s> <http://x/p> _:b <http://x/g> .\n'
    lines = b'<http://x/s> <http://x/p> _:c14n0 <http://x/g> .\n_:c14n0 <http://x/p> "1" .\n'
    assert digest(ox.parse(data, ox.RdfFormat.N_QUADS)) == sha256(lines).hexdigest()[:16]


def test_all_dumps_have_one_canonical_hash(release: Release) -> None:
    """What holds the named graphs has that of the dataset, the rest that of its default graph."""
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


def test_same_content_same_release(built: tuple[Path, Release], tmp_path: Path) -> None:
    releases, release = built
    again, _ = build(Copy(tmp_path, EXCERPT).root, releases)
    assert again.digest == release.digest
    assert again.files == release.files
    kept = {path.name for path in releases.iterdir()}
    assert kept == {release.digest, "current", ".lock"}


def test_other_content_other_release(built: tuple[Path, Release], tmp_path: Path) -> None:
    _, release = built
    other, _ = build(edited(tmp_path).root, tmp_path / "releases")
    assert other.digest != release.digest
    assert other.fingerprint != release.fingerprint


def test_the_release_of_a_content_is_found_again(
    built: tuple[Path, Release], content: Path
) -> None:
    releases, release = built
    assert Release.find(releases, fingerprint(content)) == release
    assert Release.find(releases, "0" * 64) is None


def test_content_that_fails_the_check_makes_no_release(
    built: tuple[Path, Release], tmp_path: Path
) -> None:
    content = Copy(tmp_path, EXCERPT)
    source = "data/sources/chinadailyasia-628497.ttl"
    content.replace(source, "sdmx-measure:obsValue 3.79", "sdmx-measure:obsValue 37.9")
    releases, release = built
    with pytest.raises(CheckFailed, match=r"is written as 37\.9"):
        build(content.root, releases)
    assert (releases / "current").readlink() == Path(release.digest)
    assert Release.open(releases / "current").digest == release.digest
    assert not list(releases.glob(".building*"))


def test_a_damaged_file_is_noticed_and_the_release_built_again(
    content: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    release, _ = build(content, releases)
    path = release.dump(N_QUADS)
    path.write_bytes(path.read_bytes().replace(b"26290000000000", b"26290000000001", 1))
    with pytest.raises(ReleaseError, match=r"apecgraph\.nq is not what was released"):
        Release.open(release.path)
    assert Release.find(releases, release.fingerprint) is None
    again, _ = build(content, releases)
    assert again == release


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"files": 1}', '{"files": [{"name": "x"}]}', "\xff"]
)
def test_a_broken_manifest_is_an_error_and_no_crash(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="latin-1")
    with pytest.raises(ReleaseError, match="cannot be read"):
        Release.open(tmp_path)


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"has no manifest\.json"):
        Release.open(tmp_path)


def test_two_builds_at_once_both_end_well(content: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from apecgraph.build import build; "
        "print(build(*map(Path, sys.argv[1:]))[0].digest)"
    )
    command = [sys.executable, "-c", program, str(content), str(tmp_path)]
    builds = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    digests = {process.communicate(timeout=60)[0].strip() for process in builds}
    assert len(digests) == 1
    Release.open(tmp_path / digests.pop())


def test_the_report_is_kept(release: Release) -> None:
    assert json.loads((release.path / "report.json").read_text())["conforms"] is True
    assert b"sh:conforms true" in (release.path / "report.ttl").read_bytes()


def test_a_release_knows_the_one_before_it(
    built: tuple[Path, Release], content: Path, tmp_path: Path
) -> None:
    _, first = built
    releases = tmp_path / "releases"
    shutil.copytree(first.path, releases / first.digest)
    (releases / "current").symlink_to(first.digest)
    second, _ = build(edited(tmp_path).root, releases)
    assert (first.previous, second.previous) == (None, first.digest)
    assert second.beside(first.digest) == Release.open(releases / first.digest)
    # One that is built again stays where it was: its catalogue is the same.
    again, _ = build(content, releases)
    assert again.files == first.files
    assert (releases / "current").readlink() == Path(first.digest)


@pytest.mark.parametrize(
    "digest", ["0123456789abcdef", "../current", "current", ".", "", "0123456789ABCDEF"]
)
def test_there_is_no_other_release_beside_one(built: tuple[Path, Release], digest: str) -> None:
    _, release = built
    assert release.beside(digest) is None


def test_a_release_under_another_name_is_none(built: tuple[Path, Release], tmp_path: Path) -> None:
    _, release = built
    shutil.copytree(release.path, tmp_path / release.digest)
    shutil.copytree(release.path, tmp_path / "0123456789abcdef")
    copy = Release.open(tmp_path / release.digest)
    assert copy.beside("0123456789abcdef") is None


def test_what_was_published_is_never_written_anew(
    built: tuple[Path, Release], tmp_path: Path
) -> None:
    """The same facts in other bytes, here of another context, are a release of another name."""
    content = Copy(tmp_path, EXCERPT)
    releases = tmp_path / "releases"
    shutil.copytree(built[1].path, releases / built[1].name)
    (releases / "current").symlink_to(built[1].name)
    first = Release.open(releases / built[1].name)
    version = '"@version": 1.1,'
    content.replace("ontology/context.jsonld", version, f'{version} "x": "apec:x",')
    second, _ = build(content.root, releases)
    assert second.digest == first.digest
    assert second.name == f"{first.digest}-{second.fingerprint[:8]}"
    assert second.previous == first.name
    assert Release.open(releases / first.name) == first
    assert (releases / "current").readlink() == Path(second.name)
    again, _ = build(content.root, releases)
    assert again == second
    assert first.beside(second.name) == second
