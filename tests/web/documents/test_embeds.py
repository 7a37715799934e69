"""Charts in pages of other sites: the page for their frames, and its description (oEmbed)."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from apecgraph.rdf.namespaces import BASE
from tests.web.pages.test_pictures import HEADLINE, PAGES, read


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leads_to_the_description_of_its_chart(
    client: httpx.Client, server: str, page: str
) -> None:
    text = read(client, page)
    link = re.search('<link rel="alternate" type="application/json.oembed" href="([^"]+)"', text)
    assert link
    response = client.get(unescape(link[1])).raise_for_status()
    assert response.headers["content-type"] == "application/json"
    described = response.json()
    assert (described["version"], described["type"]) == ("1.0", "rich")
    assert described["provider_url"] == f"{server}/"
    frame = re.fullmatch(
        '<iframe src="([^"]+)" title="[^"]+" width="([0-9]+)" height="([0-9]+)" .*></iframe>',
        described["html"],
    )
    assert frame
    assert (int(frame[2]), int(frame[3])) == (described["width"], described["height"])
    inside = client.get(unescape(frame[1])).raise_for_status()
    assert inside.headers["content-security-policy"].endswith("frame-ancestors *")
    assert "x-frame-options" not in inside.headers
    assert "<script" not in inside.text
    thumbnail = client.get(described["thumbnail_url"]).raise_for_status()
    assert thumbnail.headers["content-type"] == "image/png"
    same = client.get("/oembed", params={"url": f"{BASE}{page[1:]}"}).raise_for_status().json()
    assert same["html"] == described["html"]


@pytest.mark.parametrize("path", ["", "/", "/doc/index.png", "/embed/doc/index", "/doc/index.html"])
def test_each_address_of_a_chart_has_its_description(
    client: httpx.Client, server: str, path: str
) -> None:
    described = client.get("/oembed", params={"url": server + path}).raise_for_status().json()
    assert f'src="{server}/embed/doc/index"' in described["html"]


def test_a_frame_is_not_larger_than_its_site_permits(client: httpx.Client, server: str) -> None:
    sent = {"url": f"{server}/figures?{HEADLINE}", "maxwidth": "320", "maxheight": "400"}
    described = client.get("/oembed", params=sent).raise_for_status().json()
    assert (described["width"], described["height"]) == (320, 400)
    assert 'width="320" height="400"' in described["html"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"url": f"{BASE}", "format": "xml"}, 501),
        ({"url": f"{BASE}", "format": "yaml"}, 501),
        ({}, 404),
        ({"url": "https://example.org/"}, 404),
        ({"url": f"{BASE}sources"}, 404),
        ({"url": f"{BASE}id/economy/XXX"}, 404),
        ({"url": f"{BASE}figures"}, 404),
        ({"url": f"{BASE}figures?measure=%FF"}, 404),
        ({"url": f"{BASE}figures?utm=1"}, 404),
        ({"url": "https://w3id.org/apecgraphs/"}, 404),
        ({"url": "http://[::1"}, 404),
        ({"url": f"{BASE}", "maxwidth": "-1"}, 400),
        ({"url": f"{BASE}", "maxheight": "1e3"}, 400),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    client: httpx.Client, sent: dict[str, str], status: int
) -> None:
    response = client.get("/oembed", params=sent)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/figures", "/doc/economy/CHN.html", "/sparql", "/none"])
def test_no_other_page_may_be_framed(client: httpx.Client, path: str) -> None:
    headers = client.get(path, headers={"Accept": "text/html"}).headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert headers["x-frame-options"] == "DENY"
