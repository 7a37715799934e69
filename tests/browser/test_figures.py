"""From the home page to figures in a chart and as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import PHONE, Open

HEADLINE = "Trade of China with the other APEC economies, in yuan"
WORLD = "measure=measure/trade-value&flow=flow/total&counterpart=group/world&currency=unit/CNY"
PATIENCE = 60  # presses of the Tab key to a link


def test_a_figure_and_its_csv_are_reached_by_mouse(visit: Open) -> None:
    """Two clicks lead to the series with the value of 2025; the third to its CSV."""
    page = visit("/", scripts=False)
    page.get_by_role("navigation").get_by_role("link", name="Figures").click()
    page.get_by_role("link", name=HEADLINE).click()
    chart = page.locator("svg.wide", has_text=HEADLINE)
    expect(chart.get_by_text("26.29 ×6", exact=True)).to_be_visible()
    expect(chart.get_by_text("2.629 ×2 rejected", exact=True)).to_be_visible()
    rejected = chart.locator("a.rejected", has_text="2025: 2.629 trillion yuan")
    expect(rejected).to_have_count(1)
    assert rejected.locator(".shape").get_attribute("d") != (
        chart.locator("a.stands .shape").first.get_attribute("d")
    )
    page.get_by_label("Period").select_option("2025")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("&currency=unit/CNY&valuation=valuation/mixed&period=period/2025")
    row = page.get_by_role("row").filter(has_text="2.629 trillion yuan")
    expect(row.first).to_contain_text("rejected")
    assert _saved(page).count("\n") == 1 + 8
    page.locator("svg.wide a", has_text="2025: 2.629 trillion yuan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("not 2.629")


def test_a_figure_and_its_csv_are_reached_by_keyboard(visit: Open) -> None:
    page = visit("/", PHONE)
    expect(page.get_by_role("figure", name="Chart: ")).to_be_visible()
    _tab_to(page, "explore these figures")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{HEADLINE}, FOB and CIF")
    expect(page.get_by_role("row").filter(has_text="26.29 trillion yuan")).to_have_count(6)
    _tab_to(page, "CSV")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.count("26290000000000") == 6
    assert text.count("2629000000000,") == 2


def _tab_to(page: Page, name: str) -> None:
    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"{PATIENCE} presses of the Tab key do not reach {name}")


def _saved(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    return Path(download.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/", "/id/decision/trade-2025", f"/figures?{WORLD}"])
@pytest.mark.parametrize("wide", [360, 390, 768, 1280, 1920, 2560])
def test_every_point_is_in_sight_at_any_width(visit: Open, path: str, wide: int) -> None:
    page = visit(path, {"width": wide, "height": 900}, scripts=False)
    points = page.locator(".chart > svg:visible .point .shape")
    assert points.count() > 1
    for box in (point.bounding_box() for point in points.all()):
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= wide
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    page.emulate_media(media="print")
    expect(page.locator(".chart > svg:visible")).to_have_count(page.locator(".chart").count())
    assert not page.get_by_role("button").filter(visible=True).count()


def test_the_words_of_a_point_are_read_with_the_keyboard(visit: Open) -> None:
    page = visit("/id/decision/trade-2025")
    words = page.locator(".words")
    expect(words).to_be_hidden()
    first = page.locator(".chart > svg:visible .point").first
    first.focus()
    expect(words).to_contain_text("2025: 26.29 trillion yuan")
    expect(words).to_be_in_viewport()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("rejected: China-APEC trade in 2025: 26.29 trillion yuan, not")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/cell/**")


def test_the_words_of_a_point_are_read_by_touch(browser: Browser, server: str) -> None:
    """The first tap shows the words, the second one follows the link."""
    context = browser.new_context(viewport=PHONE, has_touch=True)
    page = context.new_page()
    page.goto(f"{server}/id/decision/trade-2025")
    rejected = page.locator(".chart > svg:visible .point.rejected .reach")
    rejected.tap()
    expect(page.locator(".words")).to_contain_text("2025: 2.629 trillion yuan")
    expect(page.locator(".words")).to_be_in_viewport(ratio=1)
    assert page.url.endswith("/doc/decision/trade-2025.html")
    rejected.tap()
    page.wait_for_load_state()
    context.close()


def test_chart_and_table_are_side_by_side_if_there_is_room(visit: Open) -> None:
    page = visit("/figures?counterpart=economy/USA", {"width": 1600, "height": 900})
    chart = page.get_by_role("figure", name="Chart").first.bounding_box()
    table = page.get_by_role("table").first.bounding_box()
    assert chart
    assert table
    assert chart["x"] + chart["width"] <= table["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1600
