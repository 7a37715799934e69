"""The pages in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apecgraph.release.release import Release
from tests.support.browsing import DESK, PHONE, Open, Violations

PAGES = (
    "/",
    "/figures",
    "/figures?counterpart=economy/USA",
    "/browse",
    "/browse/economies",
    "/browse/meetings?kind=https%3A%2F%2Fschema.org%2FEvent",
    "/browse/publishers",
    "/sources",
    "/conflicts",
    "/conflicts/blind-spots",
    "/sparql",
    "/dumps/",
    "/id/meeting/sccp1-2026",
    "/id/economy/CHN",
    "/id/figure/seetaoe-258468/trade-2025",
    "/id/source/seetaoe-258468",
    "/id/decision/trade-2025",
    "/id/decision/theme",
    "/ontology",
    "/ontology/bound",
    "/shapes",
    "/questions",
    "/questions/22-trade-with-apec",
    "/search",
    "/search?q=Korea",
    "/about",
    "/docs",
    "/docs/use",
    "/docs/http?lang=zh",
    "/releases",
    "/releases/{release}",
    "/releases/{release}/report",
)

# The lowest contrast ratio between text and its background (WCAG 2.2, success criterion 1.4.3).
CONTRAST = """() => {
  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = colour => numbers(colour).slice(0, 3)
    .map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = element => {
    const colour = getComputedStyle(element).backgroundColor;
    return numbers(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  const contrasts = [...document.body.querySelectorAll("*")]
    .filter(element => [...element.childNodes].some(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map(element => [light(getComputedStyle(element).color), light(ground(element))])
    .map(([one, other]) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
  return Math.min(...contrasts);
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible(
    visit: Open, violations: Violations, path: str, release: Release
) -> None:
    """One visit covers light and dark colours, a desktop and a phone."""
    page = visit(path.replace("{release}", release.name))
    ground = "getComputedStyle(document.body).backgroundColor"
    by_day = page.evaluate(ground)
    assert violations(page) == []
    assert page.evaluate(CONTRAST) >= 4.5
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) != by_day
    assert page.evaluate(CONTRAST) >= 4.5
    assert violations(page) == []
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert violations(page) == []


def test_home_leads_to_the_conflict(visit: Open) -> None:
    page = visit("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("a tenth of the true figure")
    page.get_by_role("link", name="2.629 trillion yuan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.629 trillion yuan")
    expect(page.get_by_text("Rejected by the decision")).to_be_visible()
    page.get_by_role("link", name="not 2.629").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("26.29 trillion yuan, not 2.629")


def test_a_reference_leads_to_its_source(visit: Open) -> None:
    page = visit("/id/meeting/sccp1-2026")
    page.get_by_role("link", name="source 1", exact=True).first.click()
    assert page.url.endswith("#source-1")
    source = page.locator("#source-1")
    expect(source).to_be_in_viewport()
    expect(source.locator("a[rel=nofollow]")).to_have_count(1)
    source.get_by_role("link", name="Back to where source 1").click()
    expect(page.locator("#cited-1")).to_be_in_viewport()
    timeline = page.locator(".timeline")
    expect(timeline.locator("[aria-current]")).to_contain_text("4 to 6 February 2026")
    themes = page.get_by_role("region", name="Wordings of the theme")
    expect(themes.get_by_role("row").filter(has_text="same in other words")).to_have_count(2)
    expect(themes.get_by_role("row").filter(has_text="alternative")).to_have_count(2)


def test_a_page_can_be_switched_to_another_language(visit: Open) -> None:
    page = visit("/id/meeting/sccp1-2026", PHONE, scripts=False)
    expect(page.get_by_role("link", name="中文")).to_have_count(1)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_card_describes_what_a_link_leads_to(visit: Open, violations: Violations) -> None:
    page = visit("/id/economy/PER")
    card = page.get_by_role("tooltip")
    link = page.get_by_role("link", name="Asia-Pacific Economic Cooperation", exact=True).first
    expect(card).to_be_hidden()
    link.hover()
    expect(card).to_contain_text("organization")
    expect(link).to_have_attribute("aria-describedby", "card")
    assert not violations(page)
    card.hover()
    page.wait_for_timeout(400)  # longer than the pointer may take from the link to the card
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.mouse.move(0, 0)
    page.locator(".trail a").last.focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(link).not_to_have_attribute("aria-describedby", "card")


def test_a_page_links_to_its_data_formats(visit: Open) -> None:
    page = visit("/id/economy/CHN")
    for name in ("Turtle", "JSON-LD", "N-Triples", "RDF/XML"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_the_keyboard_leads_to_why_a_figure_is_wrong(visit: Open) -> None:
    page = visit("/")
    for name in ("Conflicts", "China-APEC trade in 2025: 26.29 trillion yuan, not 2.629"):
        link = page.get_by_role("link", name=name).first
        for _ in range(100):
            page.keyboard.press("Tab")
            if link.evaluate("link => link === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    wrong = page.get_by_role("row").filter(has_text="2.629 trillion yuan")
    expect(wrong).to_have_count(2)
    expect(wrong.first).to_contain_text("rejected")
    expect(page.get_by_text("One is 10 times the other").first).to_be_visible()
    chart = page.locator(".chart > .wide")
    expect(chart.get_by_text("2.629 trillion yuan", exact=True)).to_be_visible()


def test_a_query_is_run_without_scripts(visit: Open) -> None:
    page = visit("/sparql?query=SELECT (6 * 7 AS ?answer) {}", scripts=False)
    expect(page.get_by_role("textbox", name="Query").first).to_have_value(
        "SELECT (6 * 7 AS ?answer) {}"
    )
    page.get_by_label("Answer in").first.select_option("json")
    page.get_by_role("button", name="Run the query").first.click()
    page.wait_for_url("**/sparql?query=*")
    assert '"value":"42"' in page.content().replace(" ", "")


def test_the_api_is_tried_without_scripts(visit: Open) -> None:
    page = visit("/docs", scripts=False)
    operation = page.locator("details").filter(has_text="GET /api/decisions/{name}")
    operation.locator("summary").click()
    operation.get_by_label("name").fill("trade-2025")
    operation.get_by_label("lang").fill("zh")
    operation.get_by_role("button", name="Try it").click()
    assert page.url.endswith("/api/decisions/trade-2025?lang=zh")
    assert '"identifier":"A1"' in page.content()


def test_a_wrong_query_is_explained_without_scripts(visit: Open) -> None:
    page = visit("/sparql", scripts=False)
    page.get_by_label("Query").first.fill("SELECT ?x WHERE { ?x ?y }")
    page.get_by_role("button", name="Run the query").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bad Request")
    expect(page.get_by_text("Line 1, column 25")).to_be_visible()


def test_the_keyboard_reaches_the_content(visit: Open) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@pytest.mark.parametrize("width", [1040, 1280])
def test_the_menu_and_the_search_are_in_one_row(visit: Open, width: int) -> None:
    page = visit("/browse", {"width": width, "height": 900})
    top = "selector => document.querySelector(selector).getBoundingClientRect().top"
    assert abs(page.evaluate(top, "header nav") - page.evaluate(top, "header form")) < 20
    expect(page.get_by_role("navigation", name="Site").get_by_role("link")).to_have_count(6)
