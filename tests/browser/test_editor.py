"""The query editor at /sparql."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from tests.support.browsing import DESK, PHONE, Open, Violations
from tests.support.servers import server_thread

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HOSTILE = """SELECT * { VALUES (?text ?other ?link ?own) { (
  "<img src=x onerror=alert(1)>" "{{text}}" <javascript:alert(1)> <id/economy/%22%3E%3Cb%3E>
) } }"""


def write(page: Page, text: str) -> None:
    """Replace the query in the editor by typing."""
    page.locator(".CodeMirror").get_by_role("textbox", name="Query").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def written(page: Page) -> str:
    text: str = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    return text


def address(query: str) -> str:
    return f"/sparql#query={quote(query)}"


def test_a_query_can_be_completed_run_charted_and_shared(
    visit: Open, violations: Violations
) -> None:
    page = visit("/sparql")
    write(page, "SELECT ?name (STRLEN(?name) AS ?length) {\n ?thing a econ")
    page.get_by_role("option", name="economy").first.click()
    page.keyboard.type(" ; skos:prefLabel ?name . FILTER(?thing = Vie")
    expect(page.get_by_role("option", name="Viet Nam id/economy/VNM (thing)")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.keyboard.type(") }")
    assert "?thing a apec:Economy ; skos:prefLabel" in written(page)
    assert "?thing = <https://w3id.org/apecgraph/id/economy/VNM>)" in written(page)
    assert "PREFIX apec: <https://w3id.org/apecgraph/ontology/>" in written(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("2 rows in")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("cell", name="Viet Nam en")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text().startswith("name,length")

    shared = visit("/" + page.url.split("/", 3)[3], PHONE, scheme="dark")
    expect(shared.get_by_role("cell", name="Viet Nam en")).to_be_visible()
    assert written(shared) == written(page)
    for view in ("Chart", "Response", "Table"):
        shared.get_by_role("button", name=view).click()
        expect(shared.get_by_role("button", name=view)).to_have_attribute("aria-pressed", "true")
        shared.wait_for_selector({"Chart": "svg rect", "Response": "pre"}.get(view, "table td"))
        assert violations(shared) == []
        assert shared.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_example_is_one_click_away(visit: Open) -> None:
    page = visit(f"/sparql?query={quote('SELECT (6 * 7 AS ?answer) {}')}")
    expect(page.get_by_role("cell", name="42")).to_be_visible()
    assert urlsplit(page.url).query == ""
    page.get_by_role("link", name="What do the claims C0021").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("rows in")
    expect(page.get_by_role("heading", name="What do the claims C0021")).to_be_visible()
    expect(page.get_by_role("cell", name="C0021").first).to_be_visible()
    page.get_by_role("link", name="Who chaired").click()
    expect(page.get_by_role("heading", name="Who chaired")).to_be_visible()
    expect(page.locator("td a[href^='/id/source/']").first).to_be_visible()
    page.get_by_label("With the sources of each row").check()
    page.locator("td details summary", has_text="source").first.click()
    expect(page.locator("td details[open] a[href^='/id/source/']").first).to_be_visible()
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("cite=1"))
    page.reload()
    expect(page.get_by_label("With the sources of each row")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("heading", name="What do the claims C0021")).to_be_visible()
    expect(page.get_by_role("cell", name="C0021").first).to_be_visible()


def test_an_error_is_marked_at_its_line_and_tab_leaves_the_editor(
    visit: Open, violations: Violations
) -> None:
    page = visit("/sparql")
    write(page, "SELECT * {\n ?x 😀 ?y }")
    page.get_by_role("button", name="Run").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 2, column 6")
    expect(page.locator(".CodeMirror-linebackground.wrong")).to_have_count(1)
    place = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor()")
    assert (place["line"], place["ch"]) == (1, 5)
    assert violations(page) == []
    page.keyboard.press("Delete")
    expect(alert).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


def test_a_query_can_be_stopped(visit: Open) -> None:
    page = visit(address(ENDLESS))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Stopped after")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_markup_in_an_answer_is_shown_as_text(visit: Open) -> None:
    page = visit(address(HOSTILE))
    expect(page.get_by_role("cell", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_role("cell", name="{{text}}")).to_be_visible()
    expect(page.get_by_role("cell", name="javascript:alert(1)")).to_be_visible()
    hrefs = page.locator("td a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert hrefs == ["/id/economy/%22%3E%3Cb%3E"]
    page.get_by_role("button", name="Chart").click()
    expect(page.get_by_text("There is nothing to draw: no column")).to_be_visible()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ASK {}", "Yes in"),
        ("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 7", "7 triples in"),
        ("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 0", "No triples in"),
    ],
)
def test_answers_of_the_other_query_forms_are_shown(visit: Open, query: str, status: str) -> None:
    expect(visit(address(query)).get_by_role("main").get_by_role("status")).to_contain_text(status)


def test_the_editor_speaks_the_language_of_the_page(visit: Open) -> None:
    page = visit(f"/sparql?lang=zh#query={quote('SELECT (1234 AS ?n) {}')}")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("1行，用时")
    page.get_by_role("button", name="图表").click()
    expect(page.get_by_text("没有可绘制的内容：结果中没有名称列或日期列。")).to_be_visible()


def test_an_exceeded_limit_is_explained(
    browser: Browser, publication: Publication, release: Release
) -> None:
    with (
        server_thread(publication, query_seconds=0.5) as url,
        browser.new_context(viewport=DESK) as context,
    ):
        page = context.new_page()
        page.goto(url + address(ENDLESS))
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("deadline of 0.5 s")
        expect(alert).to_contain_text("add a LIMIT")
