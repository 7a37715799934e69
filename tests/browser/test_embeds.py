"""Charts in frames of other sites, and the letters of pictures, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from apecgraph.rdf.namespaces import BASE
from tests.support.browsing import Open, Violations
from tests.web.pages.test_pictures import HEADLINE, address

CHARTS = ("/doc/index", "/doc/decision/trade-2025", "/doc/economy/CHN", f"/figures?{HEADLINE}")
BOXES = """() => [...document.querySelectorAll("text")].map((text) => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  return [text.textContent, left, top, right, bottom];
})"""


class Foreign(BaseHTTPRequestHandler):
    """A page of another site with a frame; the query names its content."""

    def do_GET(self) -> None:
        frame = parse_qs(urlsplit(self.path).query).get("frame", [""])[0]
        body = f"<!doctype html><title>x</title><iframe src='{frame}' width=600 height=500>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://localhost:{site.server_port}"
    site.shutdown()
    site.server_close()


def test_another_site_can_show_an_answer(
    browser: Browser, server: str, foreign: str, visit: Open, violations: Violations
) -> None:
    query = quote(f"SELECT ?e {{ ?e a <{BASE}ontology/Economy> }}", safe="")
    path = f"/embed/sparql?lang=en#query={query}"
    text, complaints = framed(browser, foreign, quote(f"{server}{path}", safe=""))
    assert "Peru" in text
    assert "The query, its sources" in text
    assert complaints == []
    page = visit(path)
    expect(page.get_by_role("gridcell", name="Peru")).to_be_visible()
    expect(page.get_by_role("link", name="The query, its sources")).to_have_attribute(
        "href", f"/sparql#query={query}"
    )
    assert violations(page) == []


def framed(browser: Browser, foreign: str, url: str) -> tuple[str, list[str]]:
    """Return the text in a frame of another site, and the complaints of the browser."""
    context = browser.new_context()
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{foreign}/?frame={url.replace('&', '%26')}", wait_until="networkidle")
    text = page.frames[1].locator("body").inner_text()
    context.close()
    return text, [each for each in complaints if "favicon" not in each and "404" not in each]


@pytest.mark.parametrize("chart", CHARTS)
def test_other_sites_show_a_chart(browser: Browser, server: str, foreign: str, chart: str) -> None:
    text, complaints = framed(browser, foreign, f"{server}/embed{chart}")
    assert "Licence: CC0 1.0" in text
    assert "Source" in text
    assert not complaints


@pytest.mark.parametrize("path", ["/", f"/figures?{HEADLINE}", "/doc/index.svg", "/sparql"])
def test_other_sites_show_nothing_else(
    browser: Browser, server: str, foreign: str, path: str
) -> None:
    text, complaints = framed(browser, foreign, server + path)
    assert "apecgraph" not in text
    assert any("frame" in each.lower() for each in complaints)


def test_a_chart_is_copied_downloaded_and_seen_in_full(visit: Open) -> None:
    page = visit("/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Use this chart").click()
    for button, text in (
        ("Copy the code for a page", page.locator(".use code").first.inner_text()),
        ("Copy the citation", f"{BASE}embed/doc/index"),
    ):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("button", name=button, exact=True)).to_have_text("Copied")
        expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
        assert text in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.get_by_role("link", name="PNG", exact=True).click()
    assert download.value.suggested_filename.endswith(".png")
    page.get_by_role("link", name="Full screen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("a tenth of the true figure")
    box = page.locator(".chart > svg:visible").bounding_box()
    assert box
    assert box["width"] > 1200
    page.goto(page.url.partition("/embed")[0] + "/docs")
    page.get_by_text("GET /conflicts", exact=True).first.click()
    page.locator("details[open] button.copy").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -s ")
    plain = visit("/", scripts=False)
    plain.get_by_text("Use this chart").click()
    expect(plain.locator("button.copy").filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("wide", [300, 600, 1200])
def test_an_embedded_chart_fits_at_any_width(
    visit: Open, violations: Violations, chart: str, wide: int
) -> None:
    for scheme in ("light", "dark"):
        page = visit(f"/embed{chart}", {"width": wide, "height": 600}, scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        drawing = page.locator(".chart > svg:visible")
        expect(drawing).to_have_count(1)
        box = drawing.bounding_box()
        assert box
        assert box["width"] > 200
        assert not violations(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="apecgraph").click()
    opened.value.close()


@pytest.mark.parametrize("chart", CHARTS)
def test_no_letters_of_a_picture_cover_others(visit: Open, chart: str) -> None:
    page = visit(address(chart, "svg"))
    wide, high = page.evaluate(
        "[document.documentElement.width.baseVal.value,"
        " document.documentElement.height.baseVal.value]"
    )
    boxes = page.evaluate(BOXES)
    assert len(boxes) > 10
    for text, left, top, right, bottom in boxes:
        assert 0 <= left < right <= wide, text
        assert 0 <= top < bottom <= high, text
    for one, other in combinations(boxes, 2):
        apart = one[3] <= other[1] or other[3] <= one[1]
        # The boxes of lines include the space between them.
        apart = apart or one[4] - other[2] <= 5 or other[4] - one[2] <= 5
        assert apart, (one, other)
