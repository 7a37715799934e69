from __future__ import annotations

from email.utils import parsedate_to_datetime
from hashlib import sha256

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.formats import N_QUADS, TRIG, Format
from apecgraph.release import DUMP_FORMATS, Release

TURTLE = "/dumps/apecgraph.ttl"


@pytest.mark.parametrize("format_", DUMP_FORMATS, ids=lambda each: each.name)
def test_a_dump_is_what_was_released(
    client: httpx.Client, release: Release, format_: Format
) -> None:
    response = client.get(f"/dumps/apecgraph.{format_.extension}").raise_for_status()
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
    whole = format_ in (TRIG, N_QUADS)
    count = len(ox.Dataset(ox.parse(response.content, format_.rdf)))
    assert count == (release.quads if whole else release.triples)


def test_the_list_for_browsers(client: httpx.Client, release: Release) -> None:
    page = client.get("/dumps/", headers={"Accept": "text/html"}).raise_for_status()
    assert page.headers["vary"] == "Accept, Accept-Encoding"
    for format_ in DUMP_FORMATS:
        assert f'href="/dumps/apecgraph.{format_.extension}"' in page.text
    for file in release.files:
        assert (file.sha256 in page.text) == file.name.startswith("apecgraph.")


def test_the_list_for_programs(client: httpx.Client, release: Release) -> None:
    listing = client.get("/dumps/", headers={"Accept": "application/json"}).json()
    assert listing["release"] == release.digest
    assert len(listing["dumps"]) == len(DUMP_FORMATS)
    for dump in listing["dumps"]:
        assert dump["namedGraphs"] == dump["url"].endswith((".trig", ".nq"))
        data = client.get(dump["url"]).raise_for_status().content
        assert (len(data), sha256(data).hexdigest()) == (dump["bytes"], dump["sha256"])


def test_the_list_is_found_without_its_slash(client: httpx.Client) -> None:
    response = client.get("/dumps")
    assert (response.status_code, response.headers["location"]) == (308, "/dumps/")


def test_what_a_client_has_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get(TURTLE).headers["etag"]
    response = client.get(TURTLE, headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == tag


def test_a_range(client: httpx.Client, release: Release) -> None:
    data = release.path.joinpath("apecgraph.ttl").read_bytes()
    response = client.get(TURTLE, headers={"Range": "bytes=100-199"})
    assert response.status_code == 206
    assert response.content == data[100:200]
    assert response.headers["content-range"] == f"bytes 100-199/{len(data)}"
    assert client.get(TURTLE, headers={"Range": "bytes=-5"}).content == data[-5:]
    assert client.get(TURTLE, headers={"Range": f"bytes={len(data)}-"}).status_code == 416


def test_a_range_of_another_release_is_the_whole_file(client: httpx.Client) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert client.get(TURTLE, headers=headers).status_code == 200
    tag = client.get(TURTLE).headers["etag"]
    assert client.get(TURTLE, headers={**headers, "If-Range": tag}).status_code == 206


def test_head(client: httpx.Client) -> None:
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
def test_nothing_else_is_served(client: httpx.Client, name: str) -> None:
    assert client.get(f"/dumps/{name}").status_code == 404
