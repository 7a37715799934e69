"""Spreadsheets: the sheets of XLSX files (Office Open XML, ECMA-376).

An XLSX file is a ZIP archive, so its unpacked size is limited before anything is unpacked.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Context
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils.cell import range_boundaries

from apecgraph.errors import TableRefused
from apecgraph.tables.grid import BLANK, MOST_CELLS, Cell, Grid, GridBuilder, shown

_MOST_UNPACKED: Final = 128 * 1024 * 1024
"""Bytes that all parts of a file may have together."""

_MOST_PARTS: Final = 1_000
_MERGED: Final = re.compile(rb"""mergeCell\s[^>]*?ref\s*=\s*["']([^"']*)""")

_PRECISION: Final = Context(prec=15)
"""Spreadsheets keep 15 digits: what follows is noise of binary numbers."""

_DECIMALS: Final = re.compile(r"[#0?](?:\.(0+))?(?![#0?.,]*[#?])")


def read_spreadsheet(path: Path, data: bytes, sheet: str = "") -> Grid:
    """Read a sheet of an XLSX file.

    Args:
        path: The file, for error messages.
        data: Its bytes.
        sheet: The name of the sheet; may be empty if there is only one.

    Returns:
        The table, in which all cells of a merged range have its text.

    Raises:
        TableRefused: The file is damaged or too large, or has no such sheet.
    """
    _limit(path, data)
    try:
        # A formula and its kept value are two views of the file.
        formulas = openpyxl.load_workbook(io.BytesIO(data))
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl lets the errors of its parsers through
        raise TableRefused(f"{path.name}: is damaged: {error}") from None
    names = [each.title for each in values.worksheets]
    if not sheet and len(names) == 1:
        sheet = names[0]
    if sheet not in names:
        raise TableRefused(
            f"{path.name}: has no sheet '{sheet}': name one of {', '.join(names)} in [layout]"
            if sheet
            else f"{path.name}: has several sheets: name one of {', '.join(names)} in [layout]"
        )
    builder = GridBuilder(path, f"sheet={sheet}")
    for row in _rows(formulas[sheet], values[sheet]):
        builder.add(row)
    return builder.grid()


def _limit(path: Path, data: bytes) -> None:
    """Refuse an archive that is damaged, or that would be large if it were unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
                raise TableRefused(
                    f"{path.name}: unpacked, it has {size:,} bytes in {len(parts):,} parts: at "
                    f"most {_MOST_UNPACKED:,} bytes in {_MOST_PARTS:,} parts are read"
                )
            # openpyxl makes an object for each cell of a merged range.
            merged = sum(
                _area(match[1].decode())
                for part in parts
                if part.filename.startswith("xl/worksheets/")
                for match in _MERGED.finditer(archive.read(part))
            )
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise TableRefused(f"{path.name}: is damaged or truncated: {error}") from None
    if merged > MOST_CELLS:
        raise TableRefused(
            f"{path.name}: {merged:,} cells are merged, more than the {MOST_CELLS:,} allowed"
        )


def _area(block: str) -> int:
    """Return the number of cells of a range such as A1:C3; 0 if it is malformed."""
    try:
        left, top, right, bottom = map(int, range_boundaries(block))
    except (TypeError, ValueError):
        return 0
    return (right - left + 1) * (bottom - top + 1)


def _rows(formulas: Any, values: Any) -> Iterator[Sequence[Cell]]:
    filled = {
        place: (block.min_row, block.min_col)
        for block in values.merged_cells.ranges
        for place in _places(block)
    }
    height, width = values.max_row, values.max_column
    for row in range(1, height + 1):
        cells = []
        for column in range(1, width + 1):
            first = filled.get((row, column), (row, column))
            cell = _cell(formulas.cell(*first), values.cell(*first))
            cells.append(
                cell if first == (row, column) else Cell(cell.text, is_filled=bool(cell.text))
            )
        yield cells


def _places(block: Any) -> Iterator[tuple[int, int]]:
    for row in range(block.min_row, block.max_row + 1):
        for column in range(block.min_col, block.max_col + 1):
            yield row, column


def _cell(formula: Any, kept: Any) -> Cell:
    value = kept.value
    if value is None:
        return Cell("", has_lost_value=True) if formula.data_type == "f" else BLANK
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, (int, float)):
        return Cell(_number(value, kept.number_format))
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return Cell(value.date().isoformat() if is_day else value.isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    return Cell(shown(str(value)))


def _number(value: float, number_format: str) -> str:
    """Return all digits of a number, with the zeros at its end that its format shows."""
    digits = _PRECISION.create_decimal(repr(value))
    positive = number_format.partition(";")[0]
    places = _DECIMALS.search(positive) if "%" not in positive and "E" not in positive else None
    shown_places = len(places[1] or "") if places else 0
    held_places = max(-int(digits.normalize().as_tuple().exponent), 0)
    return f"{digits:.{max(shown_places, held_places)}f}"
