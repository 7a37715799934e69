"""The search field in the header, by keyboard, by touch and without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browsing import PHONE, Open, Violations


def test_suggestions_are_chosen_by_keyboard(visit: Open, violations: Violations) -> None:
    page = visit("/about")
    box = page.get_by_role("combobox", name="Search")
    box.focus()
    page.keyboard.type("广")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Guangdong")
    expect(options.first).to_contain_text("广东省")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("广")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guangdong")


def test_search_works_by_touch_on_a_phone(visit: Open) -> None:
    page = visit("/about", PHONE)
    page.get_by_role("combobox", name="Search").press_sequentially("C0021")
    option = page.get_by_role("option").filter(has_text="2.629")
    expect(option).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    option.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.629 trillion yuan")


def test_enter_shows_all_results_and_a_link_those_of_a_type(visit: Open) -> None:
    page = visit("/about", scripts=False)
    page.get_by_role("searchbox", name="Search").fill("Korea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search: Korea")
    expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
    kinds = page.get_by_role("navigation", name="Kinds of results")
    kinds.get_by_role("link", name="economy").click()
    results = page.locator("ol.hits a")
    expect(results).to_have_count(1)
    results.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Korea")
