"""What a person sees, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import DESK, PHONE, Open, Violations

PAGES = (
    "/",
    "/sources",
    "/conflicts",
    "/sparql",
    "/dumps/",
    "/id/meeting/sccp1-2026",
    "/id/figure/seetaoe-258468/trade-2025",
    "/id/source/seetaoe-258468",
    "/ontology",
)

# The least contrast between text and what is behind it (WCAG 2.2, success criterion 1.4.3).
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
def test_a_page_is_for_everybody(visit: Open, violations: Violations, path: str) -> None:
    """By day and by night, on a desk and on a phone: in one visit, since there are many pages."""
    page = visit(path)
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
    claim = page.get_by_role("link", name="C0021")
    row = page.get_by_role("row").filter(has_text="2.629 trillion yuan").filter(has=claim)
    expect(row).to_contain_text("rejected")
    row.get_by_role("link", name="C0021").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.629 trillion yuan")
    expect(page.get_by_text("Rejected by the decision")).to_be_visible()
    page.get_by_role("link", name="not 2.629").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("26.29 trillion yuan, not 2.629")


def test_a_reference_leads_to_its_source(visit: Open) -> None:
    page = visit("/id/meeting/sccp1-2026")
    page.get_by_role("link", name="source 1", exact=True).first.click()
    assert page.url.endswith("#source-1")
    source = page.locator("#source-1")
    expect(source).to_be_in_viewport()
    expect(source.locator("a[rel=nofollow]")).to_have_count(1)


def test_a_thing_can_be_had_as_data(visit: Open) -> None:
    page = visit("/id/economy/CHN")
    for name in ("Turtle", "JSON-LD", "N-Triples", "RDF/XML"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_conflicts_show_the_arithmetic(visit: Open) -> None:
    page = visit("/conflicts")
    section = page.get_by_role("region", name=re.compile("^China-APEC trade in 2025"))
    expect(section).to_contain_text("no number is in both; one is 10 times the other")
    expect(section.get_by_role("row").filter(has_text="stands")).to_have_count(6)


def test_a_query_is_run_without_scripts(visit: Open) -> None:
    page = visit("/sparql", scripts=False)
    page.get_by_label("Query").first.fill("SELECT (6 * 7 AS ?answer) {}")
    page.get_by_label("Answer in").first.select_option("json")
    page.get_by_role("button", name="Run the query").first.click()
    page.wait_for_url("**/sparql?query=*")
    assert '"value":"42"' in page.content().replace(" ", "")


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
