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

TRADE = """PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT * { VALUES (?year ?who ?unit ?trade) {
  ("2024"^^xsd:gYear "Peru" "dollars" 1.5) ("2025"^^xsd:gYear "Peru" "dollars" 2.5)
  ("2024"^^xsd:gYear "Chile" "dollars" 4) ("2025"^^xsd:gYear "Chile" "dollars" 5)
  ("2024"^^xsd:gYear "Chile" "yuan" 30) ("2025"^^xsd:gYear "Chile" "yuan" 35)
} }"""


def write(page: Page, text: str) -> None:
    """Replace the query in the editor by typing."""
    page.locator(".CodeMirror textarea").focus()
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
    page.wait_for_function("document.activeElement.closest('.CodeMirror')")
    page.keyboard.type(" ; skos:prefLabel ?name . FILTER(?thing = Vie")
    expect(page.get_by_role("option", name="Viet Nam id/economy/VNM (thing)")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.keyboard.type(") }")
    assert "?thing a apec:Economy ; skos:prefLabel" in written(page)
    assert "?thing = <https://w3id.org/apecgraph/id/economy/VNM>)" in written(page)
    assert "PREFIX apec: <https://w3id.org/apecgraph/ontology/>" in written(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("2 rows in")
    expect(page.get_by_role("grid").get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("gridcell", name="Viet Nam en")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text().startswith("name,length")

    shared = visit("/" + page.url.split("/", 3)[3], PHONE, scheme="dark")
    expect(shared.get_by_role("gridcell", name="Viet Nam en")).to_be_visible()
    assert written(shared) == written(page)
    for view in ("Chart", "Response", "Table"):
        shared.get_by_role("button", name=view).click()
        expect(shared.get_by_role("button", name=view)).to_have_attribute("aria-pressed", "true")
        shared.wait_for_selector({"Chart": "svg rect", "Response": "pre"}.get(view, "table td"))
        assert violations(shared) == []
        assert shared.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_example_is_one_click_away(visit: Open, violations: Violations) -> None:
    page = visit(
        f"/sparql?query={quote('SELECT (6 * 7 AS ?answer) {}')}", {"width": 1280, "height": 800}
    )
    expect(page.get_by_role("gridcell", name="42")).to_be_visible()
    assert urlsplit(page.url).query == ""
    page.get_by_label("Search the examples").fill("chaired YEAR")
    expect(page.get_by_role("link", name="What do the claims C0021", exact=False)).to_have_count(0)
    page.get_by_role("link", name="Who chaired").first.press("Enter")
    expect(page.get_by_role("heading", name="Who chaired")).to_be_focused()
    named = page.locator("td a[href^='/id/source/']").first
    expect(named).to_be_in_viewport()  # the answer is in sight at once
    expect(named).not_to_have_text(re.compile("^id/"))
    page.get_by_label("Show IRIs and values as they are").check()
    expect(page.locator("td a[href^='/id/source/']").first).to_have_text(re.compile("^id/source/"))
    page.get_by_label("With the sources of each row").check()
    page.locator("td details summary", has_text="source").first.click()
    expect(page.locator("td details[open] a[href^='/id/source/']").first).to_be_visible()
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("cite=1"))
    assert violations(page) == []
    page.reload()
    expect(page.get_by_label("With the sources of each row")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("gridcell", name="42")).to_be_visible()
    page.get_by_label("Search the examples").fill("chaired")
    page.get_by_role("link", name="The page about: Who chaired").click()
    expect(page.get_by_role("heading", name="The query", exact=True)).to_be_visible()


def test_nothing_typed_is_lost(visit: Open, violations: Violations) -> None:
    page = visit("/sparql")
    status = page.get_by_role("main").get_by_role("status").first
    for number in (1, 2):
        write(page, f"SELECT ({number} AS ?n) {{}}")
        page.keyboard.press("Control+Enter")
        expect(status).to_contain_text("1 row in")
    write(page, "# not run yet")
    page.get_by_role("link", name="Questions").first.click()
    page.get_by_role("link", name="Query").first.click()
    expect(page.get_by_role("tab", name="not run yet")).to_have_attribute("aria-selected", "true")
    assert written(page) == "# not run yet"
    page.get_by_role("link", name="Who chaired").first.click()  # does not replace it
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.locator("td a[href^='/id/source/']").first).to_be_visible()
    page.reload()
    expect(page.locator("td a[href^='/id/source/']").first).to_be_visible()
    page.get_by_role("tab", name="not run yet").click()
    page.reload()
    expect(page.get_by_role("tab", name="not run yet")).to_have_attribute("aria-selected", "true")
    assert written(page) == "# not run yet"
    page.get_by_role("button", name="Close this query").click()
    expect(page.get_by_role("tab")).to_have_count(1)
    page.get_by_text("The last queries (4)").click()
    assert violations(page) == []
    listed = page.locator(".history li")
    expect(listed.filter(has_text="SELECT (1 AS ?n)")).to_contain_text("1 row in")
    listed.get_by_role("button", name="not run yet").click()
    assert written(page) == "# not run yet"
    page.get_by_role("button", name="New query").click()
    write(page, "SELECT (3 AS ?n) {}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("gridcell", name="3")).to_be_visible()
    listed.get_by_role("button", name="SELECT (2 AS ?n) {}").click()
    expect(page.get_by_role("gridcell", name="2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("gridcell", name="3")).to_be_visible()
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator(".history")).to_be_hidden()


def test_completion_knows_the_place(visit: Open) -> None:
    page = visit("/sparql?lang=zh")
    write(page, "SELECT * {\n ?f a qb:Observation ; ")
    options = page.get_by_role("option")
    measure = options.filter(has_text=re.compile(r"apec:measure \(.*\d"))
    expect(measure).to_have_count(1)
    expect(options.filter(has_text="apec:verdict")).to_have_count(0)
    page.keyboard.type("计量")
    expect(options).to_contain_text(["计量单位 sdmx-attribute:unitMeasure"])
    expect(options.filter(has_text="apec:period")).to_have_count(0)
    for _ in "计量":
        page.keyboard.press("Backspace")
    page.keyboard.type("apec:measure ")
    value = options.filter(has_text="id/measure/trade-value (")
    expect(value).to_contain_text(re.compile(r"\(指标, \d"))  # its code list, and how often it is
    page.keyboard.type("population")
    expect(options.first).to_contain_text("id/measure/population")
    page.keyboard.press("Enter")
    page.keyboard.type(" ; apec:period ?when . ?when ")
    expect(options.filter(has_text="skos:prefLabel")).to_be_visible()
    expect(options.filter(has_text="apec:measure")).to_have_count(0)
    page.keyboard.type("org:memb")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+Shift+ArrowLeft")
    assert "PREFIX org:" in written(page)
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    assert "PREFIX org:" not in written(page)  # nothing uses it any more
    assert "PREFIX apec:" in written(page)
    write(page, "SELECT * { ?s ")
    page.keyboard.press("Control+Space")
    expect(options.filter(has_text="rdf:type")).to_be_visible()
    write(page, "SELECT * { ?f a qb:Observation ; ")
    expect(measure).to_be_visible()
    for text, key in (("", "Enter"), ("} ORDER BY DESC(?f)", "Enter"), ("LIM", "Tab")):
        page.keyboard.type(text)
        if text == "LIM":
            expect(options).to_have_text(["LIMIT"])
        page.keyboard.press(key)  # a list that nobody asked for does not take Enter
        expect(options).to_have_count(0)
    assert re.search(r"Observation ;\s+} ORDER BY DESC\(\?f\)\nLIMIT$", written(page))
    write(
        page, "PREFIX e: <https://w3id.org/apecgraph/id/economy/>\nSELECT * { ?m org:member e:per"
    )
    expect(options).to_contain_text(["id/economy/PER"])
    page.keyboard.press("Enter")
    page.keyboard.type(" . ?who a apec:Economy ; lab")
    expect(options.first).to_contain_text("skos:prefLabel")
    expect(options.filter(has_text="rdfs:label")).to_have_count(0)
    assert "org:member e:PER . ?who" in written(page)


def test_an_answer_is_read_by_people(visit: Open, violations: Violations) -> None:
    query = """PREFIX apec: <https://w3id.org/apecgraph/ontology/>
SELECT * {
  VALUES (?when ?amount ?who) {
    (<https://w3id.org/apecgraph/id/period/2025> 45470000000000 <https://w3id.org/apecgraph/id/economy/CHN>)
    (<https://w3id.org/apecgraph/id/period/2024> 1234.5 <https://w3id.org/apecgraph/id/economy/PER>)
  }
  VALUES ?figure { <https://w3id.org/apecgraph/id/figure/seetao/trade-value-2025> }
}"""
    page = visit(f"/sparql?lang=zh#query={quote(query)}")
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("columnheader")).to_have_text(["when", "amount", "who", "figure"])
    expect(grid.get_by_role("gridcell", name="45,470,000,000,000")).to_have_class("number")
    expect(grid.get_by_role("gridcell", name="中国", exact=True)).to_be_visible()
    expect(grid.get_by_role("gridcell", name="2025年", exact=True)).to_be_visible()
    expect(grid.locator(".mark.rejected").first).to_have_text("不予采信")
    grid.get_by_role("button", name="amount").click()
    expect(grid.get_by_role("gridcell").first).to_have_text("2024年")
    grid.get_by_role("button", name="amount").click()
    expect(grid.get_by_role("columnheader", name="amount")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(grid.get_by_role("gridcell").first).to_have_text("2025年")
    page.get_by_label("筛选查询结果").fill("秘鲁")
    expect(grid.get_by_role("row")).to_have_count(2)
    expect(grid.get_by_role("gridcell").first).to_have_text("2024年")
    page.get_by_label("筛选查询结果").fill("")
    expect(grid.get_by_role("row")).to_have_count(3)
    grid.get_by_role("button", name="amount").click()
    grid.get_by_role("gridcell").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".choices")).to_contain_text("id/economy/CHN")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="只看含此值的行").click()
    expect(grid.get_by_role("row")).to_have_count(2)
    assert "FILTER(?who = <https://w3id.org/apecgraph/id/economy/CHN>)" in written(page)


def test_a_parameter_is_a_field(visit: Open, violations: Violations) -> None:
    query = """PREFIX org: <http://www.w3.org/ns/org#>
SELECT ?membership {
  ?membership a org:Membership ; org:member $who .
}"""
    page = visit(address(query), PHONE, scheme="dark")
    field = page.get_by_label("who", exact=True)
    field.focus()
    expect(page.locator("datalist option[value='Peru']")).to_have_count(1)
    assert violations(page) == []
    field.fill("peru")
    field.press("Enter")
    status = page.get_by_role("main").get_by_role("status").first
    expect(status).to_contain_text("1 row in")
    assert "VALUES $who { <https://w3id.org/apecgraph/id/economy/PER> }" in written(page)
    expect(field).to_have_value("Peru")
    assert quote("VALUES $who {") in page.url
    field.fill("")
    field.press("Enter")
    expect(status).not_to_contain_text("1 row in")
    assert written(page) == query
    field.fill("Atlantis")
    field.press("Enter")
    assert field.evaluate("each => each.validationMessage") != ""

    page = visit("/questions/27-korea")
    page.get_by_role("link", name="Choose other values").click()
    partner = page.get_by_role("combobox", name="partner")
    expect(partner).to_have_value("Korea")
    partner.fill("Japan")
    partner.press("Enter")
    expect(page.get_by_role("heading", name="A query of your own")).to_be_visible()
    assert "economy/JPN" in written(page)
    assert "Korea" not in written(page)
    expect(page.get_by_role("tab", name="Korea")).to_have_count(0)


def test_help_is_where_one_stands(visit: Open, violations: Violations) -> None:
    query = """PREFIX apec: <https://w3id.org/apecgraph/ontology/>
SELECT ?e ?o { ?e a apec:Economy .
 ?e skos:prefLabl ?o }"""
    page = visit(address(query))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing matches ?e skos:prefLabl ?o.")
    assert violations(page) == []
    alert.get_by_role("button", name="name").first.click()
    assert "skos:prefLabel" in written(page)
    expect(page.get_by_role("gridcell").first).to_be_visible()
    page.get_by_role("button", name="Format the text").click()
    assert "\n\nSELECT ?e ?o {\n  ?e a apec:Economy .\n  ?e " in written(page)
    class_ = page.locator(".CodeMirror-line span").filter(has_text=re.compile("Economy$")).last
    class_.hover()
    expect(class_).to_have_attribute("title", "economy")
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl Space")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("Pass it on").click()
    expect(page.locator(".sharing")).to_contain_text("urllib.request")
    page.get_by_text("Classes of the data").click()
    page.get_by_role("button", name="economy", exact=True).click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("rows in")
    assert violations(page) == []
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator(".editor:fullscreen")).to_have_count(1)
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("F11")
    expect(page.locator(".editor:fullscreen")).to_have_count(0)
    page.keyboard.press("F11")
    expect(page.get_by_role("button", name="Leave the full screen (Esc)")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".editor:fullscreen")).to_have_count(0)
    page.get_by_label("With the sources of each row").check()
    page.get_by_role("link", name="Permalink").click()
    expect(page).to_have_url(re.compile("/q/"))
    page.get_by_role("link", name="Run it in the editor").click()
    expect(page.get_by_label("With the sources of each row")).to_be_checked()


def test_the_editor_is_light(visit: Open, server: str) -> None:
    page = visit("/sparql")
    expect(page.locator(".CodeMirror")).to_be_visible()
    sizes = page.evaluate("""performance.getEntries()
        .filter(({ entryType }) => ["navigation", "resource"].includes(entryType))
        .map(({ transferSize }) => transferSize)""")
    assert 0 < sum(sizes) <= 394_000, sizes


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
    expect(page.locator(".progress")).to_have_text(re.compile(r"^\d+\.\d+ seconds$"))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".progress")).to_have_text("")
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("Stopped after")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_markup_in_an_answer_is_shown_as_text(visit: Open) -> None:
    page = visit(address(HOSTILE))
    expect(page.get_by_role("gridcell", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_role("gridcell", name="{{text}}")).to_be_visible()
    expect(page.get_by_role("gridcell", name="javascript:alert(1)")).to_be_visible()
    hrefs = page.locator("td a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert hrefs == ["/id/economy/%22%3E%3Cb%3E"]
    page.get_by_role("button", name="Chart").click()
    expect(page.get_by_text("There is nothing to draw: no column")).to_be_visible()


def test_a_chart_has_one_unit_and_can_be_downloaded(visit: Open) -> None:
    page = visit(address(TRADE))
    page.get_by_role("button", name="Chart").click()
    dollars, yuan = page.locator("figure svg").nth(0), page.locator("figure svg").nth(1)
    expect(yuan).to_contain_text("yuan")
    expect(dollars).to_contain_text("dollars")
    line = "path[stroke^='var(--line-']"
    expect(dollars.locator(line)).to_have_count(2)  # a line for each economy
    expect(yuan.locator(line)).to_have_count(1)
    expect(page.locator("figure svg")).to_have_count(2)
    expect(dollars.locator("> title")).to_have_text("Line chart: trade (dollars) along year")
    page.get_by_role("combobox", name="Series").select_option("")
    expect(dollars.locator(line)).to_have_count(0)
    page.get_by_role("combobox", name="Series").select_option("who")
    files = {}
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download the chart as {kind}").first.click()
        files[download.value.suggested_filename] = download.value.path().read_bytes()
    assert list(files) == ["chart-dollars.svg", "chart-dollars.png"]
    drawing, picture = files.values()
    assert drawing.startswith(b"<svg")
    assert b"Peru" in drawing
    assert b"var(" not in drawing  # it has the colours of the page, which it leaves
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ASK {}", "Yes in"),
        ("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 7", "7 triples in"),
        ("CONSTRUCT { ?s a ?c } { ?s a ?c } LIMIT 0", "No triples in"),
    ],
)
def test_answers_of_the_other_query_forms_are_shown(visit: Open, query: str, status: str) -> None:
    expect(visit(address(query)).get_by_role("main").get_by_role("status").first).to_contain_text(
        status
    )


def test_the_editor_speaks_the_language_of_the_page(visit: Open) -> None:
    page = visit(f"/sparql?lang=zh#query={quote('SELECT (1234 AS ?n) {}')}")
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("1行，用时")
    page.get_by_role("button", name="图表").click()
    expect(page.get_by_text("没有可绘制的内容：结果中没有名称列或日期列。")).to_be_visible()
    page = visit(f"/sparql?lang=zh#query={quote('SELECT * { <id/economy/CHN> a* ?x }')}")
    page.get_by_label("注明每一行的来源").check()
    expect(page.get_by_text("无法追溯：属性路径用“*”或“+”重复属性。").first).to_be_visible()


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
