"""The table of figures as a workbook: XLSX (Office Open XML, ECMA-376)."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Final

from apecgraph.rdf.namespaces import BASE, DCAT, DCTERMS
from apecgraph.tabular.columns import COLUMNS, meaning, typed
from apecgraph.tabular.figures import FigureTable

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FIRST_DAY: Final = date(1900, 3, 1)
"""The first day that all spreadsheet programs number alike; earlier dates are written as text."""

_MADE: Final = datetime(2000, 1, 1)
"""The date of every file, so that equal tables make equal files."""

_OPTIONS: Final = {
    "in_memory": True,  # the server may have no folder for temporary files
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_workbook(table: FigureTable) -> bytes:
    """Write a table of figures as a workbook with two sheets: the figures, and the columns.

    No cell is a formula: texts are written as texts.

    Args:
        table: The table.

    Returns:
        The file.
    """
    from xlsxwriter import Workbook  # a server needs it only for this answer

    graph = table.source.graph
    output = BytesIO()
    with Workbook(output, _OPTIONS) as workbook:
        workbook.set_properties(
            {
                "title": graph.value(BASE, f"{DCTERMS}title") or BASE,
                "created": _MADE,
                "comments": _about(table),
            }
        )
        bold = workbook.add_format({"bold": True})
        figures = workbook.add_worksheet("figures")
        figures.freeze_panes(1, 1)
        for number, column in enumerate(COLUMNS):
            figures.write_string(0, number, column.name, bold)
        for line, row in enumerate(table.rows, start=1):
            for number, column in enumerate(COLUMNS):
                value = typed(column, row[column.name])
                _write(figures, line, number, row[column.name] if column.separator else value)
        columns = workbook.add_worksheet("columns")
        columns.write_string(0, 0, _about(table), bold)
        for line, column in enumerate(COLUMNS, start=1):
            columns.write_string(line, 0, column.name)
            columns.write_string(line, 1, meaning(graph, column) or "")
    return output.getvalue()


def _write(sheet: Worksheet, line: int, number: int, value: object) -> None:
    if isinstance(value, int | float):
        sheet.write_number(line, number, value)
    elif isinstance(value, date) and value >= _FIRST_DAY:
        sheet.write_datetime(line, number, datetime.combine(value, time()))
    elif value:
        sheet.write_string(line, number, str(value))


def _about(table: FigureTable) -> str:
    """Return the release of a table, and its licence."""
    graph = table.source.graph
    release = graph.value(BASE, f"{DCAT}version")
    texts = [
        BASE,
        f"release {release}" if release else "",
        *graph.values(BASE, f"{DCTERMS}license"),
    ]
    return ", ".join(filter(None, texts))
