"""HTML tables are read with cells that span columns and rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from apecgraph.errors import TableRefused
from apecgraph.tables.html_tables import read_html_table

PATH = Path("page.html")


def texts(html: str, number: int = 0, encoding: str = "utf-8") -> list[list[str]]:
    rows = read_html_table(PATH, html.encode(encoding), number).rows
    return [[f"{cell.text}{'*' * cell.is_filled}" for cell in row] for row in rows]


def test_spanning_cells_have_their_text_everywhere() -> None:
    assert texts(
        "<table><tr><th rowspan=2>Partner<th colspan=2>Export &amp; Import</tr>"
        "<tr><td>3<td>1-<b>to</b>-3</tr><tr><td>Japan<td>2,269.8<td> 5,962.7\xa0</table>"
    ) == [
        ["Partner", "Export & Import", "Export & Import*"],
        ["Partner*", "3", "1-to-3"],
        ["Japan", "2,269.8", "5,962.7"],
    ]


def test_a_cell_that_reaches_down_beyond_the_cells_of_a_row_is_read() -> None:
    assert texts("<table><tr><td>a<td>b<td rowspan=3>c<tr><td>d<tr></table>") == [
        ["a", "b", "c"],
        ["d", "", "c*"],
        ["", "", "c*"],
    ]


def test_absurd_spans_are_limited() -> None:
    (row,) = texts(f"<table><tr><td colspan={'9' * 5000}>a<td colspan=x>b</table>")
    assert len(row) == 1001
    with pytest.raises(TableRefused, match="more than 2,000 columns"):
        texts(f"<table><tr>{'<td colspan=1000>a' * 3}</table>")


def test_the_table_is_chosen_by_its_number() -> None:
    page = "<html><table><tr><td>1</table><p>.</p><table><tr><td>2</table></html>"
    assert texts(page, 2) == [["2"]]
    with pytest.raises(TableRefused, match="has 2 tables: give a number"):
        texts(page)
    with pytest.raises(TableRefused, match="has no table 3, but 2 tables"):
        texts(page, 3)


def test_an_encoding_other_than_utf_8_is_read_from_the_page() -> None:
    page = '<meta charset="gb18030"><table><tr><td>日本</table>'
    assert texts(page, encoding="gb18030") == [["日本"]]


def test_a_page_without_a_table_is_refused() -> None:
    with pytest.raises(TableRefused, match="has no table 1, but 0 tables"):
        texts("<p>no table</p>")
