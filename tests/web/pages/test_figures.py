"""The page of figures: its selections, and the files and the query of each."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import Counter
from io import BytesIO

import httpx
import openpyxl
import pytest

from apecgraph.rdf.namespaces import BASE, ID
from tests.support.figures import csv_rows
from tests.support.pages import Page

KOREA = "measure=measure/trade-value&counterpart=economy/KOR"
SELECTIONS = (
    "",
    KOREA,
    "counterpart=group/apec-other-economies&currency=unit/CNY&period=period/2025",
    "measure=measure/trade-share&from=2005&to=2013",
    "subject=group/apec-economies&to=2010",
    "measure=measure/trade-value&frequency=freq/A",
    "measure=measure/trade-growth&frequency=freq/to-date",
    "measure=measure/representatives",
)


def rows(client: httpx.Client, selection: str) -> list[dict[str, str]]:
    response = client.get(f"/figures.csv?{selection}").raise_for_status()
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="figures')
    return csv_rows(response.text)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_query_finds_the_figures_of_the_csv(client: httpx.Client, selection: str) -> None:
    page = client.get(f"/figures?{selection}").raise_for_status().text
    query = page.partition('<pre tabindex="0"><code>')[2].partition("</code>")[0]
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&amp;", "&")):
        query = query.replace(escaped, character)
    answer = client.get("/sparql", params={"query": query, "format": "json"}).raise_for_status()
    names = ("figure", "period", "source", "value", "status")
    found = [
        tuple(row[name]["value"] for name in names) for row in answer.json()["results"]["bindings"]
    ]
    listed = rows(client, selection)
    columns = ("figure", "period", "statedIn", "value", "status")
    assert sorted(found) == [tuple(row[name] for name in columns) for row in listed]
    assert listed


def test_a_selection_is_a_part_of_the_dump(client: httpx.Client) -> None:
    dump = client.get("/dumps/figures.csv", follow_redirects=True)
    assert client.get("/figures.csv").content == BOM_UTF8 + dump.content
    assert dump.text.startswith("figure,value,unitMeasure,unitMeasureLabel,period,periodLabel,")
    name = client.get(f"/figures.csv?{KOREA}").headers["content-disposition"]
    assert name == 'attachment; filename="figures-trade-value-KOR.csv"'
    assert {row["counterpart"] for row in rows(client, KOREA)} == {f"{ID}economy/KOR"}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_each_format_has_the_figures_of_the_csv(client: httpx.Client, selection: str) -> None:
    listed = [row["figure"] for row in rows(client, selection)]
    page = client.get(f"/figures?{selection}").text
    query = f"?{selection}" if selection else ""
    contents = {}
    for extension, media_type in (
        ("csv", "text/csv"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "application/json"),
        ("sdmx.csv", "application/vnd.sdmx.data+csv;version=2.0.0"),
    ):
        address = f"/figures.{extension}{query}"
        assert f'href="{address.replace("&", "&amp;")}" download' in page
        assert f'<link rel="alternate" type="{media_type}"' in page
        response = client.get(address).raise_for_status()
        assert response.headers["content-type"].removesuffix("; charset=utf-8") == media_type
        assert response.headers["content-disposition"].endswith(f'.{extension}"')
        assert (
            client.get(address, headers={"If-None-Match": response.headers["etag"]}).status_code
            == 304
        )
        contents[extension] = response
    sheet = openpyxl.load_workbook(BytesIO(contents["xlsx"].content))["figures"]
    assert [line[0] for line in sheet.iter_rows(min_row=2, values_only=True)] == listed
    document = contents["json"].json()
    assert [figure["figure"] for figure in document["figures"]] == listed
    listing = client.get("/dumps/", headers={"Accept": "application/json"}).json()
    assert document["release"] == listing["release"]
    assert [row["FIGURE"] for row in csv_rows(contents["sdmx.csv"].text)] == listed


def test_codes_of_a_selection_are_those_of_the_dump(client: httpx.Client) -> None:
    dump = client.get("/dumps/figures.sdmx.csv").raise_for_status().text.splitlines()
    header, *lines = client.get(f"/figures.sdmx.csv?{KOREA}").raise_for_status().text.splitlines()
    assert header == dump[0]
    assert set(lines) <= set(dump[1:])
    assert lines


def test_other_formats_are_refused(client: httpx.Client) -> None:
    response = client.get("/figures.ods")
    assert response.status_code == 404
    assert "There are no figures in the format 'ods'" in response.json()["detail"]
    assert f"{BASE}figures.xlsx" in response.json()["available"]


def test_a_selection_has_one_address(client: httpx.Client) -> None:
    response = client.get(
        "/figures?currency=&counterpart=economy%2FKOR&period=&measure=measure/trade-value&from="
    )
    assert response.status_code == 308
    assert response.headers["location"] == f"/figures?{KOREA}"
    early = client.get("/figures?from=1000&to=9999")
    assert early.headers["location"] == "/figures?from=1989&to=2026"
    page = client.get(f"/figures?{KOREA}")
    assert f'<link rel="canonical" href="{BASE}figures?{KOREA.replace("&", "&amp;")}">' in page.text
    other = client.get("/figures?measure=measure/trade-value")
    assert page.headers["etag"] != other.headers["etag"]


def test_only_existing_values_are_offered(client: httpx.Client) -> None:
    page = client.get(f"/figures?{KOREA}").text
    facets = page.partition('class="facets"')[2].partition("</nav>")[0]
    assert "measure=measure/trade-growth&amp;counterpart=economy/KOR" in facets
    assert "unit/USD" not in facets
    assert "reporter=" not in facets


@pytest.mark.parametrize(
    ("selection", "status", "words", "available"),
    [
        ("colour=red", 400, "colour: there is no such parameter", None),
        ("currency=unit/CNY&currency=unit/USD", 400, "currency: this parameter is repeated", None),
        ("from=25", 400, "from: 25 is not a year of four digits, such as 2025.", None),
        ("to=２０２５", 400, "is not a year", None),
        ("%ff", 400, "not UTF-8", None),
        ("flow=flow/sideways", 404, "flow: there are no figures with", "figures?flow=flow/exports"),
        (
            "currency=%3Cscript%3E",
            404,
            "currency: there are no figures with",
            "figures?currency=unit/CNY",
        ),
        (
            "counterpart=economy/KOR&currency=unit/not-applicable",
            404,
            "No figures match the whole selection: counterpart=economy/KOR, "
            "currency=unit/not-applicable",
            "figures?counterpart=economy/KOR",
        ),
        ("from=2030", 404, "from=2030", "figures"),
    ],
)
def test_invalid_selections_are_reported(
    client: httpx.Client, selection: str, status: int, words: str, available: str | None
) -> None:
    for path in ("/figures", "/figures.csv"):
        response = client.get(f"{path}?{selection}")
        assert response.status_code == status
        assert words in response.json()["detail"]
        if available is not None:
            assert BASE + available in response.json()["available"]


@pytest.mark.parametrize(
    ("former", "present"),
    [
        (
            "measure=measure/trade-value&unit=unit/USD",
            "measure=measure/trade-value&currency=unit/USD",
        ),
        ("measure=measure/trade-share&unit=unit/percent", "measure=measure/trade-share"),
        ("measure=measure/trade-growth-dollars", "measure=measure/trade-growth"),
        ("measure=measure/delegates-expected&unit=unit/person", "measure=measure/delegates"),
        ("unit=unit/CNY&currency=unit/USD", "currency=unit/USD"),
    ],
)
def test_a_former_address_leads_to_what_replaces_it(
    client: httpx.Client, former: str, present: str
) -> None:
    response = client.get(f"/figures?{former}")
    assert (response.status_code, response.headers["location"]) == (308, f"/figures?{present}")
    table = client.get(f"/figures.csv?{former}").raise_for_status()
    assert table.text == client.get(f"/figures.csv?{present}").raise_for_status().text


def test_the_title_tells_selections_apart(client: httpx.Client) -> None:
    one = "/figures?measure=measure/trade-value&reporter=economy/CHN"
    paths = [
        "/figures",
        "/figures?measure=measure/trade-value",
        one,
        f"{one}&frequency=freq/A",
        f"{one}&source=source/seetaoe-258468",
        f"{one}&from=2020",
        f"{one}&to=2020",
        f"{one}&period=period/2025",
    ]
    titles = []
    for path in paths:
        page = client.get(path, follow_redirects=True).raise_for_status().text
        title = re.findall("<title>(.*?)</title>", page)[0]  # charts have titles, too
        [heading] = re.findall("<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
        assert heading.strip().casefold() in title.casefold()
        titles.append(title)
    assert len(set(titles)) == len(paths), titles


def test_each_series_has_a_title_of_its_own(client: httpx.Client) -> None:
    listed = client.get("/figures").text.partition('class="series"')[2]
    paths = list(dict.fromkeys(re.findall(r'<a href="(/figures\?[^"]+)"', listed)))
    assert len(paths) > 40
    titles = Counter(
        re.findall("<title>(.*?)</title>", client.get(path.replace("&amp;", "&")).text)[0]
        for path in paths
    )
    assert not [title for title, count in titles.items() if count > 1]


def test_a_series_begins_with_years_and_says_of_each_value_what_was_decided(
    client: httpx.Client,
) -> None:
    series = "measure=measure/trade-value&flow=flow/total&reporter=economy/CHN"
    series += "&counterpart=group/apec-other-economies&currency=unit/CNY"
    text = client.get(f"/figures?{series}").raise_for_status().text
    assert "<strong>annual</strong>" in text
    rows = text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr")[1:]
    periods = [row.partition("<td>")[2].partition("<")[0].strip() for row in rows]
    assert periods[0] == "2025"
    assert periods[-1] == "2021 to 2025"
    wrong = [row for row in rows if ">2.629\xa0trillion\xa0yuan</a>" in row]
    assert len(wrong) == 2
    assert all(">rejected</a>" in row.split("</td>")[1] for row in wrong)
    cited = text.partition('<details class="citation">')[2].partition("</details>")[0]
    assert f"{BASE}figures?{series}".replace("&", "&amp;") in cited
    assert "Release " in cited
    assert "@incollection{" in cited


def test_a_measure_with_many_series_lists_the_longest_and_leads_to_all(
    client: httpx.Client,
) -> None:
    text = client.get("/figures").raise_for_status().text
    more = re.findall('<a href="([^"]+)">All ([0-9]+) series</a>', text)
    assert more
    assert len(text.encode()) < 100_000
    for address, number in more:
        listed = client.get(address.replace("&amp;", "&")).raise_for_status().text
        found = re.findall('<li><a href="/figures', listed.partition('class="series"')[2])
        assert len(found) == min(int(number), 60)
        assert len(listed.encode()) < 100_000


def test_a_long_table_is_paged(client: httpx.Client) -> None:
    series = "measure=measure/trade-value&flow=flow/total&reporter=economy/CHN"
    series += "&counterpart=group/world&coverage=coverage/all-goods&currency=unit/CNY"
    address, rows, pages = f"/figures?{series}&valuation=valuation/mixed", 0, 0
    while address:
        text = client.get(address).raise_for_status().text
        assert len(text.encode()) < 100_000, address
        page = Page(text)
        rows += text.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr")
        pages += 1
        canonical = [link["href"] for _, link in page.all("link") if link["rel"] == "canonical"]
        assert canonical == [BASE + address[1:]]
        following = [link["href"] for _, link in page.all("link") if link["rel"] == "next"]
        assert len(following) == ('rel="next"' in text.partition("<main")[2])
        address = str(following[0]) if following else ""
    assert pages > 1
    assert f"of {rows}</span>" in text
    assert f"page {pages}" in text.partition("</title>")[0]
    beyond = client.get(f"/figures?{series}&valuation=valuation/mixed&page={pages + 1}")
    assert beyond.status_code == 400
    assert f"only {pages} pages" in beyond.text
    first = client.get(f"/figures?{series}&valuation=valuation/mixed&page=1")
    assert first.status_code == 308
