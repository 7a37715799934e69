"""Sheets of XLSX files are read with their merged cells; damaged and huge files are refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from apecgraph.errors import TableRefused
from apecgraph.tables.grid import Cell
from apecgraph.tables.spreadsheets import read_spreadsheet

PATH = Path("table.xlsx")


def workbook(*sheets: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = sheets[0] if sheets else "出口"
    for name in sheets[1:]:
        book.create_sheet(name)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def test_merged_cells_have_their_text_everywhere() -> None:
    book = workbook()
    sheet = book.active
    sheet["A1"] = "进出口"
    sheet.merge_cells("A1:B2")
    sheet["C3"] = "x\xa0"
    grid = read_spreadsheet(PATH, saved(book))
    filled = Cell("进出口", is_filled=True)
    assert [list(row[:2]) for row in grid.rows[:2]] == [[Cell("进出口"), filled], [filled, filled]]
    assert grid.rows[2][2] == Cell("x")
    assert grid.locator(3, 3) == "sheet=出口;row=3;column=3"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (3.6, "General", "3.6"),
        (2, "0.0", "2.0"),
        (1234567, "#,##0", "1234567"),
        (2219.81, "#,##0", "2219.81"),
        (257973.05755049997, "General", "257973.0575505"),
        (1e-7, "General", "0.0000001"),
        (99201359657.997, "General", "99201359657.997"),
        (datetime(2025, 11, 1), "yyyy-mm", "2025-11-01"),
        (True, "General", "TRUE"),
    ],
)
def test_numbers_keep_their_digits(value: object, number_format: str, text: str) -> None:
    book = workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = number_format
    assert read_spreadsheet(PATH, saved(book)).rows[0][0].text == text


def test_a_formula_without_a_kept_value_is_told_from_a_blank_cell() -> None:
    book = workbook()
    book.active["A1"] = "=1+1"
    book.active["C1"] = 1
    row = read_spreadsheet(PATH, saved(book)).rows[0]
    assert [cell.has_lost_value for cell in row] == [True, False, False]


def test_a_formula_with_its_kept_value_is_a_number() -> None:
    book = workbook()
    book.active["A1"] = "=1+1"
    kept = replaced(saved(book), b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    assert read_spreadsheet(PATH, kept).rows[0][0] == Cell("2")


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    output = io.BytesIO()
    count = 0
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(output, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            count += content.count(old)
            after.writestr(part, content.replace(old, new))
    assert count == 1
    return output.getvalue()


def test_the_sheet_is_named_if_there_are_several() -> None:
    data = saved(workbook("Exports", "Imports"))
    assert read_spreadsheet(PATH, data, "Imports").part == "sheet=Imports"
    with pytest.raises(TableRefused, match="has several sheets: name one of Exports, Imports"):
        read_spreadsheet(PATH, data)
    with pytest.raises(TableRefused, match="has no sheet 'Export': name one of Exports"):
        read_spreadsheet(PATH, data, "Export")


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_file_is_refused(kept: float) -> None:
    data = saved(workbook())
    with pytest.raises(TableRefused, match=r"table.xlsx: is damaged or truncated"):
        read_spreadsheet(PATH, data[: int(len(data) * kept)])


def test_a_part_that_is_damaged_is_refused() -> None:
    data = replaced(saved(workbook()), b"<sheetData", b"<sheetDat")
    with pytest.raises(TableRefused, match=r"table.xlsx: is damaged"):
        read_spreadsheet(PATH, data)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    output = io.BytesIO(saved(workbook()))
    with zipfile.ZipFile(output, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", bytes(200 * 1024 * 1024))
    assert len(output.getvalue()) < 1024 * 1024
    with pytest.raises(TableRefused, match=r"unpacked, it has 2[0-9,]+ bytes"):
        read_spreadsheet(PATH, output.getvalue())
