from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.build import build
from apecgraph.content import default_content
from apecgraph.errors import CheckFailed, ReleaseError
from apecgraph.formats import DATASET_FORMATS, JSON_LD, N_QUADS, TRIG, TURTLE
from apecgraph.release import DUMP_FORMATS, Release, digest, fingerprint
from editing import Copy


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Release]:
    releases = tmp_path_factory.mktemp("releases")
    release, report = build(default_content(), releases)
    assert report.conforms
    return releases, release


def canonical(path: Path, format_: ox.RdfFormat) -> str:
    return digest(ox.parse(path=path, format=format_))


def test_a_release_is_named_by_the_canonical_hash_of_its_dump(
    built: tuple[Path, Release],
) -> None:
    releases, release = built
    assert release.path.name == release.digest
    assert (releases / "current").readlink() == Path(release.digest)
    assert canonical(release.dump(N_QUADS), ox.RdfFormat.N_QUADS) == release.digest
    assert canonical(release.dump(TRIG), ox.RdfFormat.TRIG) == release.digest


def test_the_digest_is_that_of_the_canonical_n_quads() -> None:
    """RDFC-1.0, section 4: canonical labels, sorted lines, SHA-256."""
    data = b'_:b <http://x/p> "1" .\n<http://x/s> <http://x/p> _:b <http://x/g> .\n'
    lines = b'<http://x/s> <http://x/p> _:c14n0 <http://x/g> .\n_:c14n0 <http://x/p> "1" .\n'
    assert digest(ox.parse(data, ox.RdfFormat.N_QUADS)) == sha256(lines).hexdigest()[:16]


def test_dumps_of_triples_hold_the_default_graph(built: tuple[Path, Release]) -> None:
    _, release = built
    hashes = {
        format_.name: canonical(release.dump(format_), format_.rdf)
        for format_ in DUMP_FORMATS
        if format_ is JSON_LD or format_ not in DATASET_FORMATS
        if format_.rdf is not None
    }
    assert set(hashes) == {"turtle", "ntriples", "rdfxml", "jsonld"}
    assert len(set(hashes.values())) == 1
    assert sum(1 for _ in ox.parse(path=release.dump(TURTLE))) == release.triples


def test_same_content_same_release(built: tuple[Path, Release], tmp_path: Path) -> None:
    releases, release = built
    again, _ = build(Copy(tmp_path).root, releases)
    assert again.digest == release.digest
    assert again.files == release.files
    kept = {path.name for path in releases.iterdir()}
    assert kept == {release.digest, "current", ".lock"}


def test_other_content_other_release(built: tuple[Path, Release], tmp_path: Path) -> None:
    _, release = built
    content = Copy(tmp_path)
    content.replace("data/catalog.ttl", '"apecgraph"@en', '"another name"@en')
    other, _ = build(content.root, tmp_path / "releases")
    assert other.digest != release.digest
    assert other.fingerprint != release.fingerprint


def test_the_release_of_a_content_is_found_again(built: tuple[Path, Release]) -> None:
    releases, release = built
    assert Release.find(releases, fingerprint(default_content())) == release
    assert Release.find(releases, "0" * 64) is None


def test_content_that_fails_the_check_makes_no_release(
    built: tuple[Path, Release], tmp_path: Path
) -> None:
    content = Copy(tmp_path)
    content.remove("data/decisions.ttl", "<decision/trade-2025>")
    releases, release = built
    with pytest.raises(CheckFailed, match="one is 10 times the other"):
        build(content.root, releases)
    assert (releases / "current").readlink() == Path(release.digest)
    assert Release.open(releases / "current").digest == release.digest
    assert not list(releases.glob(".building*"))


def test_a_damaged_file_is_noticed_and_the_release_built_again(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    release, _ = build(default_content(), releases)
    path = release.dump(N_QUADS)
    path.write_bytes(path.read_bytes().replace(b"26290000000000", b"26290000000001", 1))
    with pytest.raises(ReleaseError, match=r"apecgraph\.nq is not what was released"):
        Release.open(release.path)
    assert Release.find(releases, release.fingerprint) is None
    again, _ = build(default_content(), releases)
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


def test_two_builds_at_once_both_end_well(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from apecgraph.build import build; "
        "from apecgraph.content import default_content; "
        "print(build(default_content(), Path(sys.argv[1]))[0].digest)"
    )
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    digests = {process.communicate(timeout=60)[0].strip() for process in builds}
    assert len(digests) == 1
    Release.open(tmp_path / digests.pop())


def test_the_report_is_kept(built: tuple[Path, Release]) -> None:
    _, release = built
    assert json.loads((release.path / "report.json").read_text())["conforms"] is True
    assert b"sh:conforms true" in (release.path / "report.ttl").read_bytes()


def test_the_catalogue_tells_each_dump_with_its_checksum(built: tuple[Path, Release]) -> None:
    _, release = built
    store = ox.Store()
    store.bulk_load(path=release.path / "catalog.nq", format=ox.RdfFormat.N_QUADS)
    rows = store.query(
        """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX spdx: <http://spdx.org/rdf/terms#>
        SELECT ?file ?size ?sum {
            <https://w3id.org/apecgraph/> dcat:distribution ?d .
            ?d dcat:downloadURL ?file ; dcat:byteSize ?size ; spdx:checksum/spdx:checksumValue ?sum
        }"""
    )
    assert isinstance(rows, ox.QuerySolutions)
    told = {
        (row["file"].value.rpartition("/")[2], int(row["size"].value), row["sum"].value)
        for row in rows
    }
    dumps = {release.dump(format_).name for format_ in DUMP_FORMATS}
    assert told == {
        (file.name, file.size, file.sha256) for file in release.files if file.name in dumps
    }
    assert len(told) == 6
