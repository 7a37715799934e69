from __future__ import annotations

import json
import re

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.rdf.canonical import canonical_quads
from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML, JSON_LD, TURTLE, Format
from apecgraph.rdf.namespaces import BASE, DCAT, FOAF, ID, RDF, VOID, XSD
from apecgraph.release.release import Release

PATHS = {"/.well-known/void": BASE, "/catalog": f"{ID}catalog"}
RDF_FORMATS = tuple(each for each in DOCUMENT_FORMATS if each is not HTML)


def graph(client: httpx.Client, path: str, format_: Format = TURTLE) -> list[ox.Quad]:
    response = client.get(path, headers={"Accept": format_.media_type}).raise_for_status()
    assert response.headers["content-type"] == format_.content_type
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    data = response.content
    if format_ is JSON_LD:
        context = client.get(response.json()["@context"]).raise_for_status().json()
        data = json.dumps({**response.json(), **context}).encode()
    return list(ox.parse(data, format_.rdf))


@pytest.mark.parametrize("path", PATHS)
class TestADescription:
    def test_is_the_same_graph_in_every_format(self, client: httpx.Client, path: str) -> None:
        graphs = [canonical_quads(graph(client, path, each)) for each in RDF_FORMATS]
        assert all(each == graphs[0] for each in graphs)
        assert len(graphs[0]) > 200

    def test_is_turtle_by_default(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).headers["content-type"] == TURTLE.content_type

    def test_is_about_its_topic(self, client: httpx.Client, path: str) -> None:
        found = {str(quad.triple) for quad in graph(client, path)}
        document = BASE + path.removeprefix("/")
        assert f"<{document}> <{FOAF}primaryTopic> <{PATHS[path]}>" in found

    def test_browsers_get_a_page(self, client: httpx.Client, path: str) -> None:
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 303
        assert page.headers["vary"] == "Accept"
        assert client.get(page.headers["location"]).headers["content-type"] == HTML.content_type

    def test_answers_304_to_a_client_with_a_fresh_copy(
        self, client: httpx.Client, path: str
    ) -> None:
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(path, headers={"If-None-Match": tag, "Accept": "application/ld+json"})
        assert other.status_code == 200

    def test_is_read_only(self, client: httpx.Client, path: str) -> None:
        assert (
            client.head(path).headers["content-length"]
            == client.get(path).headers["content-length"]
        )
        assert client.post(path).status_code == 405
        assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_void_describes_the_dataset_and_its_parts(client: httpx.Client, release: Release) -> None:
    quads = graph(client, "/.well-known/void")
    types = {
        (str(each.subject), str(each.object)) for each in quads if "type" in str(each.predicate)
    }
    assert (f"<{BASE}.well-known/void>", f"<{VOID}DatasetDescription>") in types
    assert (f"<{BASE}>", f"<{VOID}Dataset>") in types
    assert any(class_ == f"<{VOID}Linkset>" for _, class_ in types)
    subjects = {str(each.subject) for each in quads}
    for name in ("classPartition", "propertyPartition", "subset", "objectsTarget"):
        parts = {str(each.object) for each in quads if each.predicate.value == f"{VOID}{name}"}
        assert parts
        assert parts <= subjects
    counted = {str(each.object) for each in quads if each.predicate.value == f"{VOID}triples"}
    assert str(ox.Literal(release.triples)) in counted


def test_the_catalogue_describes_what_is_in_it(client: httpx.Client) -> None:
    quads = graph(client, "/catalog")
    subjects = {each.subject for each in quads}
    for name in ("dataset", "service", "distribution", "hasVersion", "inSeries"):
        parts = {each.object for each in quads if each.predicate.value == f"{DCAT}{name}"}
        assert parts
        assert parts <= subjects
    types = {str(each.object) for each in quads if each.predicate.value == f"{RDF}type"}
    for name in ("Catalog", "Dataset", "DatasetSeries", "DataService", "Distribution"):
        assert f"<{DCAT}{name}>" in types


def test_sizes_are_numbers_in_json_with_the_datatype_of_dcat(client: httpx.Client) -> None:
    quads = graph(client, "/catalog")
    sizes = [each.object for each in quads if each.predicate.value == f"{DCAT}byteSize"]
    assert len(sizes) > 20
    assert all(str(each).endswith(f"^^<{XSD}nonNegativeInteger>") for each in sizes)
    written = client.get("/catalog", headers={"Accept": JSON_LD.media_type}).text
    assert written.count('"byteSize"') == len(sizes)
    assert re.search(r'"byteSize": ?[0-9]+', written)
    assert not re.search(r'"byteSize": ?["{]', written)
