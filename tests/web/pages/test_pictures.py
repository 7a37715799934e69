"""The charts of pages as pictures, and what the pages say about them."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import httpx
import pytest

from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import Release
from tests.web.charts.test_picture import decoded

HEADLINE = (
    "measure=measure/trade-value&flow=flow/total&reporter=economy/CHN"
    "&counterpart=group/apec-other-economies&coverage=coverage/all-goods&currency=unit/CNY"
)
PAGES = {
    "/": ("/doc/index", BASE),
    "/id/decision/trade-2025": ("/doc/decision/trade-2025", f"{BASE}id/decision/trade-2025"),
    "/id/economy/CHN": ("/doc/economy/CHN", f"{BASE}id/economy/CHN"),
    f"/figures?{HEADLINE}": (f"/figures?{HEADLINE}", f"{BASE}figures?"),
}


def address(chart: str, extension: str) -> str:
    path, _, query = chart.partition("?")
    return f"{path}.{extension}{'?' if query else ''}{query}"


def read(client: httpx.Client, path: str) -> str:
    accept = {"Accept": "text/html"}
    return client.get(path, headers=accept, follow_redirects=True).raise_for_status().text


@pytest.mark.parametrize("page", PAGES)
def test_the_picture_of_a_page_says_where_it_is_from(
    client: httpx.Client, release: Release, page: str
) -> None:
    chart, iri = PAGES[page]
    response = client.get(address(chart, "svg"), follow_redirects=True).raise_for_status()
    assert response.headers["content-type"] == "image/svg+xml"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("frame-ancestors 'none'; sandbox")
    written = "".join(ET.fromstring(response.content).itertext())
    for part in ("CC0 1.0", release.name, iri, "yuan", "Sources: "):
        assert part in written
    png = client.get(address(chart, "png"), follow_redirects=True).raise_for_status()
    assert png.headers["content-type"] == "image/png"
    assert decoded(png.content)[0] == 1680


@pytest.mark.parametrize("page", PAGES)
def test_a_shared_page_is_shown_as_its_chart(client: httpx.Client, server: str, page: str) -> None:
    head = read(client, page).partition("</head>")[0]
    said = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', head))
    image = unescape(said["og:image"])
    assert image.startswith(f"{server}/")
    size = decoded(client.get(image).raise_for_status().content)
    assert size == (int(said["og:image:width"]), int(said["og:image:height"]))
    assert said["og:image:alt"]
    assert said["twitter:card"] == "summary_large_image"


def test_a_page_without_a_chart_has_no_picture(client: httpx.Client) -> None:
    for page in ("/sources", "/figures", "/id/publisher/seetao"):
        text = read(client, page)
        assert "og:image" not in text
        assert "oembed" not in text
        assert "Use this chart" not in text


@pytest.mark.parametrize("page", PAGES)
def test_all_that_is_offered_below_a_chart_is_there(client: httpx.Client, page: str) -> None:
    text = read(client, page)
    below = text.partition('<details class="use">')[2].partition("</details>")[0]
    links = [unescape(link) for link in re.findall('href="([^"]+)"', below)]
    types = [client.get(link).raise_for_status().headers["content-type"] for link in links]
    pictures = ["image/svg+xml", "image/png"]
    assert types[:5] == [*pictures, *pictures, "text/csv; charset=utf-8"]
    assert "application/sparql-results+json" in types
    assert f"{BASE}" in below
    assert "@incollection{" in below
    frame = re.search('src="([^"]+)"', unescape(below))
    assert frame
    assert client.get(unescape(frame[1])).status_code == 200


def test_each_chart_of_a_page_has_its_own_address(client: httpx.Client) -> None:
    several = 0
    for name in ("growth-2023", "trade-2020-rounding", "weight-of-the-region"):
        text = read(client, f"/id/decision/{name}")
        pictures = re.findall(r'href="(/doc/[^"]+\.svg[^"]*)" download', text)
        drawn = {client.get(unescape(link)).raise_for_status().content for link in pictures}
        assert len(drawn) == len(pictures) == text.count('<details class="use">')
        several += len(pictures) > 1
    assert several


def test_a_phone_gets_a_narrow_picture_whose_words_it_can_show(client: httpx.Client) -> None:
    """In a window of 390 pixels, a picture has 350: no text is smaller than 11 of them."""
    addresses = re.findall(r'srcset="([^"]+)"', read(client, "/doc/economy/CHN.html"))
    assert addresses
    for address in addresses:
        narrow = client.get(unescape(address)).raise_for_status().text
        assert ' width="360"' in narrow
        sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", narrow)]
        assert min(sizes) * 350 / 360 >= 11
        wide = client.get(unescape(address).replace("&width=narrow", "")).raise_for_status().text
        assert narrow.count("<a ") == wide.count("<a ") > 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/figures.png", 404),
        ("/figures.svg?measure=measure/trade-value&period=period/2025", 404),
        ("/figures.svg?measure=measure/nothing", 404),
        ("/figures.svg?scale=cubic", 400),
        ("/figures.svg?chart=pie", 400),
        (f"/figures.svg?{HEADLINE}&chart=bar&scale=log", 400),
        (f"/figures.svg?{HEADLINE}&chart=bar&chart=bar", 400),
        ("/figures.svg?measure=measure/trade-share&values=index", 404),
        ("/figures.svg?measure=measure/trade-share&values=per-head", 404),
        ("/figures.png?width=100000", 400),
        ("/figures.svg?measure=%3Cscript%3E", 404),
        ("/doc/source/seetao.svg", 404),
        ("/doc/economy/CHN.svg?chart=trade", 404),
        ("/doc/economy/CHN.svg?width=9", 400),
        ("/embed/doc/economy/CHN?width=narrow", 400),
        ("/doc/economy/CHN.png?chart=a&chart=b", 400),
        ("/doc/economy/XXX.png", 404),
    ],
)
def test_what_has_no_chart_has_no_picture(client: httpx.Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("image/png", "png"),
        ("image/avif,image/svg+xml,image/*,*/*;q=0.8", "svg"),
        ("text/csv", "csv"),
        ("application/json;q=0.9,image/png;q=0.5", "json"),
    ],
)
def test_a_selection_is_offered_in_each_format(
    client: httpx.Client, accept: str, extension: str
) -> None:
    response = client.get(f"/figures?{HEADLINE}&scale=log", headers={"Accept": accept})
    scale = "&scale=log" if extension in ("png", "svg") else ""
    assert response.status_code == 303
    assert response.headers["vary"] == "Accept"
    path = response.headers["location"]
    assert path.startswith(f"/figures.{extension}?measure=measure/trade-value")
    assert path.endswith(f"currency=unit/CNY{scale}")
    client.get(path).raise_for_status()


def test_a_chart_is_drawn_as_its_address_says(client: httpx.Client) -> None:
    trade = f"{HEADLINE.replace('group/apec-other-economies', 'group/world')}&frequency=freq/A"
    for words, view in (("Index, ", "values=index"), ("Index, ", "chart=bar&values=index")):
        page = client.get(f"/figures?{trade}&{view}", headers={"Accept": "text/html"})
        text = page.raise_for_status().text
        for path in ("/figures.svg", "/embed/figures"):
            (address,) = set(re.findall(f'href="({re.escape(path)}[^"]+=index)"', text))
            drawn = client.get(unescape(address)).raise_for_status().text
            assert words in drawn
            assert ('class="bar"' in drawn) is ("bar" in view)
        assert words in text
    plain = client.get(
        f"/figures?chart=line&{trade}&values=printed", headers={"Accept": "text/html"}
    )
    assert plain.status_code == 308
    assert plain.headers["location"] == f"/figures?{trade}"
    refused = client.get(f"/figures?{HEADLINE}&chart=pie", headers={"Accept": "text/html"})
    assert refused.status_code == 400
    assert "choose one of line, bar" in refused.text


def test_a_selection_in_no_format_is_not_acceptable(client: httpx.Client) -> None:
    assert client.get("/figures", headers={"Accept": "image/gif"}).status_code == 406


@pytest.mark.parametrize("path", ["/doc/economy/CHN.svg", f"/figures.svg?{HEADLINE}"])
def test_a_picture_is_in_the_language_of_its_address(client: httpx.Client, path: str) -> None:
    """What the client prefers does not count: all readers of a page see the same picture."""
    chinese = client.get(f"{path}{'&' if '?' in path else '?'}lang=zh").raise_for_status().text
    assert "来源：" in chinese
    assert "许可协议：CC0 1.0" in chinese
    english = client.get(path, headers={"Accept-Language": "zh"}).raise_for_status().text
    assert "Sources: " in english
    page = client.get("/", params={"lang": "zh"}).raise_for_status().text
    assert "/doc/index.png?lang=zh" in page
    assert "使用此图表" in page


def test_a_picture_is_cached(client: httpx.Client) -> None:
    path = address(PAGES["/"][0], "png")
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.head(path).headers["content-length"]
