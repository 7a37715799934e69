from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, cast

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.rdf.formats import N_QUADS, TRIG, Format
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import DUMP_FORMATS, Release
from apecgraph.web.publication import Publication
from tests.support.connections import connected
from tests.support.servers import served, server_thread

TURTLE = "/dumps/apecgraph.ttl"

PLAIN = {"Accept-Encoding": "identity"}
CODED = {"Accept-Encoding": "br, gzip;q=0.5"}

DUMPS = [
    *(f"apecgraph.{extension}" for extension in ("trig", "nq", "ttl", "nt", "jsonld", "rdf")),
    "links.nt",
    "figures.csv",
    "figures.csv-metadata.json",
    "figures.sdmx.csv",
    "figures.sdmx.xml",
    "figures.croissant.json",
]
"""The dumps that are also there as .gz."""

NAMES = [
    *(name for each in DUMPS[:9] for name in (each, f"{each}.gz")),
    "figures.parquet",
    *(name for each in DUMPS[9:] for name in (each, f"{each}.gz")),
    "SHA256SUMS",
]


@pytest.mark.parametrize("format_", DUMP_FORMATS, ids=lambda each: each.name)
def test_a_dump_is_the_released_file(
    client: httpx.Client, release: Release, format_: Format
) -> None:
    response = client.get(f"/dumps/apecgraph.{format_.extension}", headers=PLAIN)
    response.raise_for_status()
    assert response.headers["content-type"] == format_.content_type
    assert response.headers["accept-ranges"] == "bytes"
    assert "content-disposition" not in response.headers
    assert response.content == release.dump(format_).read_bytes()
    assert response.headers["etag"] == f'"{sha256(response.content).hexdigest()}"'
    assert (
        parsedate_to_datetime(response.headers["last-modified"])
        .isoformat()
        .startswith(release.issued)
    )
    assert format_.rdf is not None
    has_graphs = format_ in (TRIG, N_QUADS)
    count = len(ox.Dataset(ox.parse(response.content, format_.rdf)))
    assert count == (release.quads if has_graphs else release.triples)


def test_browsers_get_the_list_as_a_page(client: httpx.Client, release: Release) -> None:
    page = client.get("/dumps/", headers={"Accept": "text/html"}).raise_for_status()
    assert page.headers["vary"] == "Accept, Accept-Encoding, Accept-Language, Cookie"
    for name in NAMES:
        assert f'href="/dumps/{release.digest}/{name}"' in page.text
    for file in release.files:
        assert (file.sha256 in page.text) == (file.name in NAMES)
    lasting = client.get(f"/dumps/{release.digest}/", headers={"Accept": "text/html"})
    assert lasting.text == page.text


def test_programs_get_the_list_as_json(client: httpx.Client, release: Release) -> None:
    listing = client.get("/dumps/", headers={"Accept": "application/json"}).json()
    assert listing["release"] == release.digest
    assert [each["url"] for each in listing["dumps"]] == [
        f"/dumps/{release.digest}/{name}" for name in NAMES
    ]
    for dump in listing["dumps"]:
        has_graphs = (".trig", ".nq", ".trig.gz", ".nq.gz")
        assert dump["namedGraphs"] == dump["url"].endswith(has_graphs)
        response = client.get(dump["url"], headers=PLAIN).raise_for_status()
        data = response.content
        assert (len(data), sha256(data).hexdigest()) == (dump["bytes"], dump["sha256"])
        assert response.headers["content-type"].removesuffix("; charset=utf-8") == dump["mediaType"]


def test_the_list_is_found_without_its_slash(client: httpx.Client) -> None:
    response = client.get("/dumps")
    assert (response.status_code, response.headers["location"]) == (308, "/dumps/")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_stays_at_its_address(client: httpx.Client, release: Release, name: str) -> None:
    canonical = f"/dumps/{release.digest}/{name}"
    lasting, current = client.get(canonical), client.get(f"/dumps/{name}")
    assert lasting.content == current.content
    assert lasting.headers["etag"] == current.headers["etag"]
    assert lasting.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["cache-control"] == "no-cache"
    assert current.headers["content-location"] == canonical
    assert f'<{BASE}{canonical[1:]}>; rel="canonical"' in current.headers["link"]
    latest = client.get(f"/dumps/latest/{name}")
    assert (latest.status_code, latest.headers["location"]) == (302, canonical)
    assert latest.headers["cache-control"] == "no-cache"


def test_the_latest_list_redirects_to_that_of_its_release(
    client: httpx.Client, release: Release
) -> None:
    latest = client.get("/dumps/latest/")
    assert (latest.status_code, latest.headers["location"]) == (302, f"/dumps/{release.digest}/")


@pytest.mark.parametrize("name", DUMPS)
def test_a_compressed_file_has_the_same_content(
    client: httpx.Client, release: Release, name: str
) -> None:
    compressed = client.get(f"/dumps/{name}.gz").raise_for_status()
    assert compressed.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in compressed.headers
    assert "vary" not in compressed.headers
    assert gzip.decompress(compressed.content) == (release.path / name).read_bytes()
    # The gzip header has no time, so the same content makes the same bytes.
    assert compressed.content[4:8] == bytes(4)


@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_is_compressed_for_clients_that_accept_gzip(
    client: httpx.Client, release: Release, name: str
) -> None:
    plain = client.get(f"/dumps/{name}", headers=PLAIN)
    coded = client.get(f"/dumps/{name}", headers=CODED)
    assert "content-encoding" not in plain.headers
    assert coded.headers["content-encoding"] == "gzip"
    assert coded.headers["content-type"] == plain.headers["content-type"]
    assert int(coded.headers["content-length"]) < int(plain.headers["content-length"])
    assert coded.content == plain.content  # the client has decoded it
    with client.stream("GET", f"/dumps/{name}", headers=CODED) as stream:
        assert b"".join(stream.iter_raw()) == (release.path / f"{name}.gz").read_bytes()
    assert coded.headers["etag"] == plain.headers["etag"].removesuffix('"') + '-gzip"'
    for response in (plain, coded):
        assert response.headers["vary"] == "Accept-Encoding"
    for headers, other in ((PLAIN, coded), (CODED, plain)):
        tag = {"If-None-Match": client.get(f"/dumps/{name}", headers=headers).headers["etag"]}
        found = client.get(f"/dumps/{name}", headers={**headers, **tag})
        assert (found.status_code, found.headers["vary"]) == (304, "Accept-Encoding")
        tag = {"If-None-Match": other.headers["etag"]}
        assert client.get(f"/dumps/{name}", headers={**headers, **tag}).status_code == 200


@pytest.mark.parametrize("refusal", ["gzip;q=0", "br", "", "identity;q=1, *;q=0"])
def test_a_dump_is_not_compressed_for_other_clients(client: httpx.Client, refusal: str) -> None:
    response = client.get(TURTLE, headers={"Accept-Encoding": refusal})
    assert "content-encoding" not in response.headers


def test_a_range_refers_to_the_uncompressed_file(client: httpx.Client, release: Release) -> None:
    """A client that resumes a download has the decoded file, whatever codings it accepts."""
    data = release.path.joinpath("apecgraph.ttl").read_bytes()
    response = client.get(TURTLE, headers={**CODED, "Range": "bytes=0-9"})
    assert (response.status_code, response.content) == (206, data[:10])
    assert "content-encoding" not in response.headers
    part = client.get(f"{TURTLE}.gz", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.content) == (206, b"\x1f\x8b")


def test_the_checksums_are_right(client: httpx.Client, release: Release, tmp_path: Path) -> None:
    for name in NAMES:
        data = client.get(f"/dumps/{release.digest}/{name}", headers=PLAIN).content
        (tmp_path / name).write_bytes(data)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    listed = sorted(name for name in NAMES if name != "SHA256SUMS")
    assert done.stdout.splitlines() == [f"{name}: OK" for name in listed]
    (tmp_path / "links.nt").write_bytes(b"")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1


def test_the_links_are_those_of_the_default_graph(client: httpx.Client, graph: Graph) -> None:
    query = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX owl: <http://www.w3.org/2002/07/owl#>
    CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?p IN (owl:sameAs, skos:exactMatch,
      skos:closeMatch, skos:broadMatch, skos:narrowMatch, skos:relatedMatch)) }"""
    found = list(cast(ox.QueryTriples, graph.store.query(query)))
    elsewhere = {each for each in found if not str(each.object).startswith(f"<{BASE}")}
    data = client.get("/dumps/links.nt").content
    dumped = {quad.triple for quad in ox.parse(data, ox.RdfFormat.N_TRIPLES)}
    assert dumped == elsewhere
    assert len(dumped) > 50


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Release:
    return Release.open(shutil.copytree(release.path, tmp_path / release.name))


def cut(data: bytes) -> bytes:
    return data[:-1]


def flipped(data: bytes) -> bytes:
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def emptied(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("harm", [cut, flipped, emptied])
def test_a_damaged_dump_is_never_sent_under_the_entity_tag_of_the_whole_one(
    copied: Release, harm: Callable[[bytes], bytes]
) -> None:
    with served(Publication.of(copied)) as client:
        for name, file, headers in (
            ("apecgraph.ttl", "apecgraph.ttl", PLAIN),
            ("apecgraph.ttl", "apecgraph.ttl", {**PLAIN, "Range": "bytes=0-99"}),
            ("apecgraph.ttl", "apecgraph.ttl", {**PLAIN, "Range": "bytes=0-9,20-29"}),
            ("apecgraph.ttl", "apecgraph.ttl.gz", CODED),
            ("apecgraph.ttl.gz", "apecgraph.ttl.gz", PLAIN),
        ):
            path = copied.path / file
            url = f"/dumps/{copied.name}/{name}"
            whole = client.get(url, headers=headers).raise_for_status()
            data = path.read_bytes()
            path.write_bytes(harm(data))
            for method in ("GET", "HEAD"):
                answer = client.request(method, url, headers=headers)
                assert answer.status_code == 503
                assert "etag" not in answer.headers
                assert str(copied.path) not in answer.text
            path.write_bytes(data)
            again = client.get(url, headers=headers)
            assert (again.status_code, again.headers["etag"]) == (
                whole.status_code,
                whole.headers["etag"],
            )


@pytest.mark.parametrize("how", ["cut", "changed in place", "deleted"])
def test_a_dump_that_changes_while_it_is_sent_is_not_completed(copied: Release, how: str) -> None:
    """A deleted file, as of a release that a build removes, is still sent as it was."""
    path = copied.path / "apecgraph.nq"
    size = path.stat().st_size
    with (
        server_thread(Publication.of(copied)) as url,
        connected(int(url.rpartition(":")[2]), receives=4096) as connection,
    ):
        head = f"GET /dumps/{copied.name}/apecgraph.nq HTTP/1.1\r\nHost: a\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        received = connection.recv(4096)
        assert received.startswith(b"HTTP/1.1 200")
        assert f"content-length: {size}".encode() in received.lower()
        if how == "cut":
            os.truncate(path, size // 2)
        elif how == "deleted":
            path.unlink()
        else:
            with path.open("r+b") as file:
                file.seek(-100, os.SEEK_END)
                file.write(b"x")
        while part := connection.recv(1 << 20):
            received += part
    sent = len(received.partition(b"\r\n\r\n")[2])
    assert sent == size if how == "deleted" else 0 < sent < size


class TestAnEarlierRelease:
    """Files of an earlier release stay available while its folder is kept."""

    earlier = "00000000000000aa"
    damaged = "00000000000000bb"
    kept: ClassVar[list[Path]] = []

    @pytest.fixture(scope="class")
    @classmethod
    def later(
        cls, release: Release, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[httpx.Client]:
        releases = tmp_path_factory.mktemp("kept")
        cls.kept.append(releases)
        for digest in (release.digest, cls.earlier, cls.damaged):
            folder = releases / digest
            shutil.copytree(release.path, folder)
            (folder / "manifest.json").write_bytes(replace(release, name=digest).manifest())
        (releases / cls.damaged / "links.nt").write_bytes(b"")
        (releases / "current").symlink_to(release.digest)
        opened = Release.open(releases / "current")
        with served(Publication.of(opened)) as client:
            yield client

    def test_is_served(self, later: httpx.Client, release: Release) -> None:
        url = f"/dumps/{self.earlier}/apecgraph.ttl"
        response = later.get(url, headers=PLAIN).raise_for_status()
        assert response.content == release.path.joinpath("apecgraph.ttl").read_bytes()
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        listing = later.get(f"/dumps/{self.earlier}/", headers={"Accept": "application/json"})
        assert listing.json()["release"] == self.earlier
        assert later.head(url).status_code == 200

    @pytest.mark.parametrize(
        "digest",
        [
            damaged,
            "00000000000000cc",
            "current",
            "%2e%2e",
            "00000000000000AA",
            "00000000000000aa%00",
            "00000000000000aa%2f..%2f00000000000000aa",
        ],
    )
    def test_is_not_found_under_another_name(self, later: httpx.Client, digest: str) -> None:
        for name in ("", "apecgraph.ttl"):
            assert later.get(f"/dumps/{digest}/{name}").status_code == 404

    def test_that_was_removed_is_not_found(self, later: httpx.Client, release: Release) -> None:
        removed, kept = "00000000000000dd", self.kept[0]
        shutil.copytree(kept / self.earlier, kept / removed)
        (kept / removed / "manifest.json").write_bytes(replace(release, name=removed).manifest())
        assert later.get(f"/dumps/{removed}/links.nt").status_code == 200
        shutil.rmtree(kept / removed)
        assert later.get(f"/dumps/{removed}/links.nt").status_code == 404
        assert later.get(f"/dumps/{removed}/").status_code == 404

    def test_has_no_other_files(self, later: httpx.Client) -> None:
        problem = later.get(f"/dumps/{self.earlier}/manifest.json")
        assert problem.status_code == 404
        expected = f"https://w3id.org/apecgraph/dumps/{self.earlier}/links.nt"
        assert expected in problem.json()["available"]


def test_a_client_with_a_fresh_copy_is_answered_with_304(client: httpx.Client) -> None:
    tag = client.get(TURTLE).headers["etag"]
    response = client.get(TURTLE, headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == tag


def test_a_range_is_sent(client: httpx.Client, release: Release) -> None:
    data = release.path.joinpath("apecgraph.ttl").read_bytes()
    response = client.get(TURTLE, headers={"Range": "bytes=100-199"})
    assert response.status_code == 206
    assert response.content == data[100:200]
    assert response.headers["content-range"] == f"bytes 100-199/{len(data)}"
    assert client.get(TURTLE, headers={"Range": "bytes=-5"}).content == data[-5:]
    assert client.get(TURTLE, headers={"Range": f"bytes={len(data)}-"}).status_code == 416


@pytest.mark.parametrize(
    "header",
    [
        "lines=1-2",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=",
        "bytes=-",
        "0-9",
        "bytes=" + "1-2," * 30 + "3-4",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_header_that_asks_for_no_range_gets_the_full_file(
    client: httpx.Client, release: Release, header: str
) -> None:
    response = client.get(TURTLE, headers={"Range": header})
    assert response.status_code == 200
    assert response.content == release.path.joinpath("apecgraph.ttl").read_bytes()


def test_unsatisfiable_ranges_are_answered_with_416(client: httpx.Client, release: Release) -> None:
    size = release.path.joinpath("apecgraph.ttl").stat().st_size
    for header in (f"bytes={size}-", f"bytes={size}-,{size + 5}-{size + 9}", "bytes=-0"):
        response = client.get(TURTLE, headers={"Range": header})
        assert response.status_code == 416
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["content-range"] == f"bytes */{size}"


def test_head_ignores_ranges(client: httpx.Client) -> None:
    head = client.head(TURTLE, headers={"Range": "bytes=0-9"})
    assert head.status_code == 200
    assert int(head.headers["content-length"]) > 10


def test_a_range_of_another_release_gets_the_full_file(client: httpx.Client) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert client.get(TURTLE, headers=headers).status_code == 200
    tag = client.get(TURTLE, headers=PLAIN).headers["etag"]
    assert client.get(TURTLE, headers={**headers, "If-Range": tag}).status_code == 206
    # A compressed download cannot be resumed.
    tag = client.get(TURTLE, headers=CODED).headers["etag"]
    assert client.get(TURTLE, headers={**headers, "If-Range": tag}).status_code == 200


def test_head_has_the_headers_of_get(client: httpx.Client) -> None:
    got, head = client.get(TURTLE), client.head(TURTLE)
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "catalog.nq",
        "report.json",
        "apecgraph.zip",
        "..%2fmanifest.json",
        "%2e%2e/manifest.json",
        "%2fetc%2fpasswd",
    ],
)
def test_nothing_else_is_served(client: httpx.Client, release: Release, name: str) -> None:
    for folder in ("", f"{release.digest}/", "latest/"):
        assert client.get(f"/dumps/{folder}{name}").status_code == 404


@pytest.mark.parametrize(
    ("name", "description", "media_type"),
    [
        ("figures.csv", "figures.csv-metadata.json", "application/csvm+json"),
        ("figures.parquet", "figures.croissant.json", "application/ld+json"),
        (
            "figures.sdmx.csv",
            "figures.sdmx.xml",
            "application/vnd.sdmx.structure+xml;version=3.0.0",
        ),
    ],
)
def test_files_of_figures_lead_to_their_descriptions(
    client: httpx.Client, name: str, description: str, media_type: str
) -> None:
    response = client.get(f"/dumps/{name}").raise_for_status()
    first = response.headers["link"].split(", ")[0]
    assert first == f'<{description}>; rel="describedby"; type="{media_type}"'
    described = client.get(response.url.join(description)).raise_for_status()
    assert described.headers["content-type"].startswith(media_type)
