"""openpyxl reads the workbook: the values of the table, and no formula."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pyoxigraph as ox
import pytest

from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, SKOS
from apecgraph.tabular.columns import COLUMNS
from apecgraph.tabular.figures import Figures, FigureTable
from apecgraph.tabular.workbook import write_workbook
from tests.support.figures import FORMULAS, SOURCE, figure


@pytest.fixture(scope="module")
def book(table: FigureTable) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(write_workbook(table)))


def test_all_values_are_those_of_the_table(
    book: openpyxl.Workbook, rows: list[dict[str, str]]
) -> None:
    header, *lines = book["figures"].iter_rows(values_only=True)
    assert list(header) == [column.name for column in COLUMNS]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        for column, value in zip(COLUMNS, line, strict=True):
            text = row[column.name]
            if column.datatype in ("decimal", "integer") and text:
                assert isinstance(value, int | float)
                assert Decimal(str(value)) == Decimal(text)
            elif column.datatype == "date" and text:
                assert isinstance(value, datetime)
                assert value.date().isoformat() == text
            else:
                assert (value or "") == text.removeprefix("'")


def test_the_columns_and_the_release_are_described(book: openpyxl.Workbook) -> None:
    (about, *_), *lines = book["columns"].iter_rows(values_only=True)
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in about
    described = dict(lines)
    assert list(described) == [column.name for column in COLUMNS]
    assert described["reporter"].startswith("Dimension: the economy")


def test_each_column_is_as_wide_as_its_values_and_amounts_are_grouped(
    book: openpyxl.Workbook,
) -> None:
    sheet = book["figures"]
    assert sheet.freeze_panes == "B2"
    widths = {
        number: each.width
        for each in sheet.column_dimensions.values()
        for number in range(each.min, each.max + 1)
    }
    for number, cells in enumerate(sheet.iter_cols(), 1):
        wide = widths[number]
        values = [cell.value for cell in cells[1:] if cell.value is not None]
        longest = max(
            (len(f"{each:,}") for each in values if isinstance(each, float | int)), default=0
        )
        assert max(longest, 8) <= wide <= 45
    value = next(cell for cell in sheet[2] if sheet.cell(1, cell.column).value == "value")
    assert value.number_format.startswith("#,##0")


@pytest.mark.parametrize("text", [*FORMULAS, "{=1+1}", "https://example.org", "1", "'x"])
def test_no_text_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    place = ox.NamedNode(f"{ID}place/x")
    graph = figure(
        (f"{APEC}printed", ox.Literal(text)),
        (f"{DCTERMS}identifier", ox.Literal(text)),
        (f"{APEC}reporter", place),
    )
    graph.store.add(ox.Quad(place, ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal(text), SOURCE))
    sheet = openpyxl.load_workbook(BytesIO(write_workbook(Figures(graph).table())))["figures"]
    header, line = sheet.iter_rows()
    cells = dict(zip([cell.value for cell in header], line, strict=True))
    for name in ("printed", "identifier", "reporterLabel"):
        assert cells[name].data_type in ("s", "inlineStr")
        assert cells[name].hyperlink is None
        # openpyxl does not read the escape of a carriage return
        assert cells[name].value.replace("_x000D_", "\r") == text


def test_early_days_and_long_numbers_remain_texts() -> None:
    period = ox.NamedNode(f"{ID}period/1853")
    graph = figure((f"{APEC}period", period), (f"{APEC}value", ox.Literal("1234567890123456789")))
    for name, day in (("startDate", "1853-01-01"), ("endDate", "1900-03-01")):
        graph.store.add(ox.Quad(period, ox.NamedNode(f"{DCAT}{name}"), ox.Literal(day), SOURCE))
    sheet = openpyxl.load_workbook(BytesIO(write_workbook(Figures(graph).table())))["figures"]
    header, line = sheet.iter_rows(values_only=True)
    found = dict(zip(header, line, strict=True))
    assert found["startDate"] == "1853-01-01"
    assert found["endDate"] == datetime(1900, 3, 1)
    assert found["value"] == "1234567890123456789"


def test_equal_tables_make_equal_files(table: FigureTable) -> None:
    assert write_workbook(table) == write_workbook(table)
