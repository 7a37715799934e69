"""Official statistics on the pages: they are marked, and the press is compared with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.rdf.namespaces import ID
from apecgraph.web.publication import Publication
from tests.support.contents import CONFLICT, ContentCopy
from tests.support.figures import csv_rows
from tests.support.pages import get
from tests.support.servers import served

PRESS = ("cantonfair-net", "ecns-2019")
TABLES = ("gacc-2025-11", "gacc-totals-2013-2020")
MARK = '<span class="mark">official statistics</span>'
NOVEMBER = "/figures?counterpart=group/apec-other-economies&period=period/2025-01_2025-11"


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of a release with two tables of China's customs."""
    folder = tmp_path_factory.mktemp("official")
    content = ContentCopy(folder, CONFLICT.union(PRESS), tables=TABLES)
    release, _ = build_release(content.root, folder / "releases")
    with served(Publication.of(release)) as client:
        yield client


def row(text: str, part: str) -> str:
    (found,) = (each for each in text.split("<tr")[1:] if part in each)
    return found.partition("</tr>")[0]


def test_a_page_compares_the_press_with_official_statistics(official: httpx.Client) -> None:
    text = get(official, "/conflicts/official-statistics")
    assert "0 agree within rounding, 2 differ; decisions reject 2." in text
    wrong = row(text, ">C0525</a>")
    assert "100 times as much</strong>:" in wrong
    assert ">2.6711 trillion yuan</a>" in wrong
    assert ">C0524</a>" not in text  # no table that is kept has the year 2018
    for path in ("/conflicts", "/sources"):
        assert 'href="/conflicts/official-statistics"' in get(official, path)


def test_a_source_of_the_press_is_compared_with_official_statistics_first(
    official: httpx.Client,
) -> None:
    text = get(official, "/doc/source/cantonfair-net.html")
    assert f"<li>{MARK} <strong" in row(text, ">C0525</a>").replace("\n", "")
    assert MARK not in text.partition("</h1>")[2].partition("<table")[0]


def test_a_table_is_described_and_listed_in_part(official: httpx.Client) -> None:
    text = get(official, "/doc/source/gacc-2025-11.html")
    assert MARK in text.partition("</h1>")[2].partition("<table")[0]
    assert "Compiled by" in text
    assert "The first 100 of 108" in text
    assert text.partition("<h2>Figures</h2>")[2].partition("</table>")[0].count("<tr") == 101
    assert "/figures?counterpart=economy/USA&amp;source=source/gacc-2025-11" in text
    rows = official.get("/figures.csv?source=source/gacc-2025-11").raise_for_status().text
    assert len(csv_rows(rows)) == 108


def test_the_page_of_a_figure_names_the_place_in_its_table(official: httpx.Client) -> None:
    name = "apec-economies-exports-trade-value-2024-01_2024-11"
    text = get(official, f"/doc/figure/gacc-2025-11/{name}.html")
    assert "sheet 出口, row 10, column 14 of" in " ".join(text.split())


def test_the_sources_list_official_statistics_first_if_asked(official: httpx.Client) -> None:
    text = get(official, "/sources?sort=kind")
    assert "2 of the documents are tables of official statistics" in text
    rows = text.partition("<tbody>")[2].split("<tr>")[1:]
    assert [MARK in each for each in rows] == [True] * 2 + [False] * (len(rows) - 2)


def test_figures_of_one_period_are_a_table_of_partners(official: httpx.Client) -> None:
    text = get(official, NOVEMBER)
    assert f"{MARK}</p>" in text
    line = row(text, '<th scope="row"><a href="/id/group/apec-other-economies">')
    cells = [each.partition("</a>")[0].rpartition(">")[2] for each in line.split("<td")[1:]]
    assert cells == [
        *("23.84919723 trillion", "13.88409233 trillion", "9.9651049 trillion"),
        *("1.3 %", "2 %", "0.4 %"),
    ]
    partners = get(official, "/figures?reporter=economy/CHN&period=period/2025-01_2025-11")
    order = [
        each.partition('"')[0]
        for each in partners.partition('class="partners"')[2].split('<th scope="row"><a href="')
    ]
    assert order[1] == "/id/group/world"


def test_a_selection_of_a_source_offers_the_other_sources(official: httpx.Client) -> None:
    text = get(official, "/figures?measure=measure/trade-value&source=source/gacc-2025-11")
    assert '<option value="source/gacc-2025-11" selected>' in text
    kinds = text.partition('<optgroup label="Official statistics">')[2].split("</optgroup>")
    assert 'value="source/gacc-totals-2013-2020"' in kinds[0]
    assert 'value="source/cantonfair-net"' in kinds[1]
    query = text.rpartition("<pre")[2].partition("</pre>")[0]
    assert f"FILTER(?source = &lt;{ID}source/gacc-2025-11&gt;)" in query


def test_a_long_series_is_drawn_by_frequency(official: httpx.Client) -> None:
    series = "measure=measure/trade-value&flow=flow/total&counterpart=group/world&currency=unit/CNY"
    mixed = get(official, f"/figures?{series}")
    assert int(mixed.partition("1–40 of ")[2].partition("<")[0]) > 90
    assert "<strong>monthly</strong>" in mixed
    months = get(official, f"/figures?{series}&frequency=freq/M")
    assert int(months.partition("1–40 of ")[2].partition("<")[0]) > 90
    dots = re.findall('<path class="dot official" d="([^"]+)"', months)
    assert sum(each.count("h0") for each in dots) > 2 * 80
    assert "monthly" in months.partition("<dt>frequency</dt>")[2].partition("</dd>")[0]
    assert "logarithmic" in months


def test_a_chart_is_logarithmic_if_the_reader_asks_for_it(official: httpx.Client) -> None:
    series = "measure=measure/trade-value&flow=flow/total&counterpart=group/world&currency=unit/CNY"
    note = "The scale is logarithmic"
    assert note not in get(official, f"/figures?{series}")
    address = get(official, f"/figures?{series}").partition('">logarithmic</a>')[0]
    address = address.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert note in get(official, address)
    assert official.get(f"/figures?{series}&scale=cubic").status_code == 400
    moved = official.get(f"/figures?scale=log&{series}", follow_redirects=False)
    assert moved.status_code == 308
    assert moved.headers["location"].endswith("&scale=log")


def test_the_blind_spots_of_official_statistics_are_counted_by_table(
    official: httpx.Client,
) -> None:
    text = get(official, "/conflicts/blind-spots")
    table = text.partition("<h2>In official statistics</h2>")[2].partition("</table>")[0]
    assert '<a href="/id/source/gacc-2025-11">' in table
    assert "row 10, column" not in text


def test_the_page_of_an_economy_draws_its_trade_by_year(client: httpx.Client) -> None:
    text = get(client, "/doc/economy/CHN.html")
    title = "Trade of China with the world, in yuan"
    assert f'aria-label="Chart: {title}"' in text
    assert "Official statistics</th>" not in text  # of these figures, there are none
    assert set(re.findall('<text class="name"[^>]*>([^<]*)<', text)) >= {"exports", "imports"}
    address = text.partition('<p class="ways"><a href="')[2].partition('"')[0].replace("&amp;", "&")
    assert 'class="chart"' in get(client, address)
    assert "chart" not in get(client, "/doc/place/guangzhou.html").partition("<main")[2]


def test_a_decision_is_drawn_with_official_statistics_of_a_part_of_the_period(
    official: httpx.Client,
) -> None:
    drawn = (
        get(official, "/doc/decision/trade-2025.html").partition("<svg")[2].partition("</svg>")[0]
    )
    assert "January to November 2025: General Administration of Customs of China" in drawn
    assert drawn.count('class="point official') == 1
    assert drawn.count('class="point rejected') == 1
