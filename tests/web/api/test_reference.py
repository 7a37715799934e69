"""The page of the API, and the catalogue of the interfaces."""

from __future__ import annotations

import httpx
import pytest

from tests.support.pages import Page, get
from tests.support.visitor import LARGEST

PROFILE = "https://www.rfc-editor.org/info/rfc9727"


def test_the_page_has_every_operation_with_a_form_or_a_link(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    text = get(client, "/docs")
    for each in (text, get(client, "/docs?lang=zh")):
        assert len(each.encode()) < LARGEST
    for path, item in paths.items():
        for method in item:
            assert f"{method.upper()} {path}</code>" in text
    page = Page(text)
    operations = {each["value"] for _, each in page.all("input") if each.get("name") == "operation"}
    with_parameters = {
        item["get"]["operationId"]
        for item in paths.values()
        if any(each["name"] != "lang" for each in item.get("get", {}).get("parameters", ()))
    }
    assert operations == with_parameters
    links = {href for href, _ in page.links}
    assert {"/conflicts", "/openapi.json", "/llms.txt"} <= links
    assert "curl -s" in text


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        (
            {"operation": "figures_api_figures_get", "measure": "measure/trade-value", "flow": ""},
            "/api/figures?measure=measure/trade-value",
        ),
        (
            {"operation": "thing_api_things__name__get", "name": "economy/CHN", "lang": "zh"},
            "/api/things/economy/CHN?lang=zh",
        ),
        (
            {"operation": "thing_api_things__name__get", "name": "//a.example/?x#y\r\n"},
            "/api/things///a.example/%3Fx%23y%0D%0A",
        ),
        ({"operation": "get_lookup", "iri": "", "code": "PER", "scheme": "a b"}, None),
    ],
)
def test_a_form_leads_to_the_address(
    client: httpx.Client, sent: dict[str, str], address: str | None
) -> None:
    response = client.get("/docs", params=sent)
    assert response.status_code == 303
    assert response.headers["location"] == (address or "/lookup?code=PER&scheme=a+b")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"operation": "nothing"}, "operation"),
        ({"measure": "x"}, "operation"),
        ({"operation": "thing_api_things__name__get", "name": ""}, "name"),
        ({"operation": "post_sparql"}, "operation"),
    ],
)
def test_a_wrong_form_is_refused(client: httpx.Client, sent: dict[str, str], name: str) -> None:
    response = client.get("/docs", params=sent)
    assert response.status_code == 400
    assert name in response.json()["detail"]


def test_the_catalogue_lists_the_interfaces(client: httpx.Client) -> None:
    """RFC 9727, sections 2 and 4."""
    path = "/.well-known/api-catalog"
    response = client.get(path)
    assert response.headers["content-type"] == f'application/linkset+json;profile="{PROFILE}"'
    for answer in (response, client.head(path)):
        assert answer.headers["link"] == f'<{path}>; rel="api-catalog"'
    root = str(client.base_url).rstrip("/")
    interfaces = response.json()["linkset"]
    assert {each["anchor"] for each in interfaces} == {
        f"{root}{path}" for path in ("/api", "/sparql", "/reconcile")
    }
    for interface in interfaces:
        for relation in ("service-desc", "service-doc", "status"):
            for link in interface[relation]:
                found = client.get(link["href"], headers={"Accept": link["type"]})
                assert found.status_code == 200
                assert found.headers["content-type"].startswith(link["type"])
