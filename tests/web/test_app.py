from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from apecgraph.content.folder import CONTEXT
from apecgraph.query.model import DataFile
from apecgraph.rdf.formats import TRIG
from apecgraph.rdf.jsonld import Context
from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.pages import BROWSER
from tests.support.servers import served


def test_health_names_the_release(client: httpx.Client, release: Release) -> None:
    health = client.get("/health").raise_for_status().json()
    assert health["status"] == "ok"
    assert health["release"] == release.digest
    assert health["release_quads"] == release.quads
    # The endpoint's page explains how the two numbers are related.
    described = health["quads"] - release.quads
    assert described > 0
    page = client.get("/sparql", headers={"Accept": BROWSER}).raise_for_status().text
    assert f"{health['quads']:,} quads, " in page
    assert f"the {release.quads:,} of the release, " in page
    assert f"and {described:,} that describe it" in page
    assert health["workers"] == 1
    head = client.head("/health")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sources",
        "/id/nothing",
        "/doc/ontology.ttl",
        "/id/economy/CHN",
        "/dumps/apecgraph.ttl",
        "/static/style.css",
        "/sparql",
        "/sparql?query=ASK{}",
        "/sparql?query=nonsense",
        "/health",
        "/lookup?iri=http://www.wikidata.org/entity/Q148",
        "/lookup",
        "/reconcile",
        "/reconcile/preview?id=economy/CHN",
        "/nowhere",
    ],
)
def test_every_response_has_security_headers(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "access-control-allow-origin",
    ):
        assert len(response.headers.get_list(name)) == 1, name
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "path", ["/", "/sources", "/id/economy/CHN", "/doc/economy/CHN.ttl", "/dumps/", "/health"]
)
def test_resources_are_read_only(client: httpx.Client, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        response = client.request(method, path)
        assert response.status_code == 405
        assert {"GET", "HEAD"} <= set(response.headers["allow"].split(", "))
        assert response.headers["content-type"] == "application/problem+json"


def test_cors_preflight_requests_are_answered(client: httpx.Client) -> None:
    response = client.options("/id/economy/CHN")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


def test_an_unknown_path_is_answered_with_known_ones(client: httpx.Client) -> None:
    problem = client.get("/nowhere/at-all")
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert "https://w3id.org/apecgraph/sparql" in problem.json()["available"]
    page = client.get("/nowhere/at-all", headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<a href="/sparql">' in page.text


def test_no_link_is_built_from_the_host_header(client: httpx.Client) -> None:
    for path in ("/", "/dumps", "/sources/", "/id/economy/CHN", "/doc/economy/CHN"):
        response = client.get(path, headers={"Host": "evil.example", "Accept": BROWSER})
        assert "evil.example" not in str(response.headers) + response.text
    strange = client.get("/nowhere", headers={"Host": "evil.example/else?"})
    assert "evil" not in strange.text


def test_the_json_ld_context_is_served_to_other_sites(client: httpx.Client) -> None:
    document = client.get("/doc/economy/CHN.jsonld").raise_for_status().json()
    root, _, name = document["@context"].partition("/context/")
    assert root == str(client.base_url).rstrip("/")  # in full, so that a saved copy can be read
    path = f"/context/{name}"
    response = client.get(document["@context"]).raise_for_status()
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "immutable" in response.headers["cache-control"]
    assert "@context" in response.json()
    tag = {"If-None-Match": response.headers["etag"]}
    assert client.get(path, headers=tag).status_code == 304
    latest = client.get("/context.jsonld")
    assert (latest.status_code, latest.headers["location"]) == (302, path)
    missing = client.get("/context/0123456789abcdef.jsonld")
    assert missing.status_code == 404
    assert missing.json()["available"] == [path]


def test_the_context_of_an_earlier_release_stays_available(
    release: Release, tmp_path: Path
) -> None:
    shutil.copytree(release.path, tmp_path / release.path.name)
    (tmp_path / "0123456789abcdef").mkdir()
    earlier = tmp_path / "0123456789abcdef" / CONTEXT
    earlier.write_text('{"@context": {}}')
    publication = Publication.of(Release.open(tmp_path / release.path.name))
    with served(publication) as client:
        assert client.get(Context(earlier).path).raise_for_status().json() == {"@context": {}}
        assert client.get(Context(release.path / CONTEXT).path).status_code == 200


class TestFilesServedWithoutTheCheck:
    @pytest.fixture(scope="class")
    @classmethod
    def files(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
        path = tmp_path_factory.mktemp("data") / "data.trig"
        path.write_text("<a:a> <a:b> 1 . <a:g> { <a:a> <a:b> 2 }")
        with served(Publication.of_files([DataFile.of(path, TRIG)])) as client:
            yield client

    def test_home_describes_the_data(self, files: httpx.Client) -> None:
        page = files.get("/", headers={"Accept": BROWSER}).raise_for_status().text
        assert "2 quads" in page
        assert "a:g" in page
        assert "/sources" not in page

    def test_queries_are_answered(self, files: httpx.Client) -> None:
        query = {"query": "SELECT ?x { GRAPH ?g { ?s ?p ?x } }", "format": "csv"}
        assert files.get("/sparql", params=query).text == "x\r\n2\r\n"

    def test_the_service_is_described(self, files: httpx.Client) -> None:
        assert "<a:g>" in files.get("/sparql").raise_for_status().text

    def test_health_names_no_release(self, files: httpx.Client) -> None:
        assert files.get("/health").json() == {
            "status": "ok",
            "ready": True,
            "release": None,
            "quads": 2,
            "release_quads": None,
            "workers": 1,
            "failure": None,
            "since": None,
        }
