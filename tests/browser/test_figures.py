"""From the home page to figures in a chart and as CSV."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.browsing import PHONE, Open

HEADLINE = "Trade of China with the other APEC economies, in yuan"
PATIENCE = 60  # presses of the Tab key to a link


def test_a_figure_and_its_csv_are_reached_by_mouse(visit: Open) -> None:
    """Two clicks lead to the series with the value of 2025; the third to its CSV."""
    page = visit("/", scripts=False)
    page.get_by_role("navigation").get_by_role("link", name="Figures").click()
    page.get_by_role("link", name=HEADLINE).click()
    chart = page.locator("svg", has_text=HEADLINE).first
    expect(chart.get_by_text("26.29 trillion", exact=True)).to_be_visible()
    expect(chart.get_by_text("2.629 trillion", exact=True)).to_be_visible()
    rejected = chart.locator("a.rejected", has_text="2025: 2.629 trillion yuan")
    expect(rejected).to_have_count(2)
    assert rejected.first.locator(".shape").get_attribute("d") != (
        chart.locator("a.stands .shape").first.get_attribute("d")
    )
    page.get_by_label("Period").select_option("2025")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("&currency=unit/CNY&valuation=valuation/mixed&period=period/2025")
    row = page.get_by_role("row").filter(has_text="2.629 trillion yuan")
    expect(row.first).to_contain_text("rejected")
    assert _saved(page).count("\n") == 1 + 8
    page.get_by_role("link", name="2025: 2.629 trillion yuan").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.629 trillion yuan")


def test_a_figure_and_its_csv_are_reached_by_keyboard(visit: Open) -> None:
    """The test uses a phone, on which the chart scrolls in its own region."""
    page = visit("/", PHONE)
    expect(page.get_by_role("region", name=f"Chart: {HEADLINE}")).to_be_visible()
    _tab_to(page, "Explore these figures")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADLINE)
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


def test_chart_and_table_are_side_by_side_if_there_is_room(visit: Open) -> None:
    page = visit("/figures?counterpart=economy/USA", {"width": 1600, "height": 900})
    chart = page.get_by_role("region", name="Chart").first.bounding_box()
    table = page.get_by_role("table").first.bounding_box()
    assert chart
    assert table
    assert chart["x"] + chart["width"] <= table["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1600
