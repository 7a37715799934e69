"""Makes a workbook in a process with limited resources and without network access.

Run as `python -m apecgraph.tabular.workbook_process PID`: PID is the process that waits for the
workbook. The standard input has lines of JSON: an object with the title of the workbook, a text
about it, the names and the meanings of the columns, and the names of those with amounts; then the
cells of each row. A cell is a text, a number, a list with a date, or null. The standard output is
the workbook.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from apecgraph.isolation.deaths import abort_for_memory
from apecgraph.isolation.limits import confine, end_with_parent
from apecgraph.isolation.seccomp import deny_network

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MEGABYTES: Final = 512
"""Memory that the process may take in addition to the program."""

SECONDS: Final = 60
"""Processor time that the process may take."""

_WIDEST: Final = 300
"""The greatest width of a column in pixels: longer texts are cut, as far as one sees."""

_GROUPED: Final = "#,##0"
_FRACTION: Final = "#,##0.0##############"
"""The formats of whole amounts and of others, whose digits a spreadsheet groups."""

_MADE: Final = datetime(2000, 1, 1)
"""The date of every file, so that equal tables make equal files."""

_OPTIONS: Final = {
    "in_memory": True,  # the server may have no folder for temporary files
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


def main() -> None:
    """Read the lines and write a workbook."""
    import xlsxwriter  # noqa: F401 - it cannot be read any more when the limits are set

    confine(MEGABYTES)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    end_with_parent(int(sys.argv[1]))
    deny_network()
    try:
        made = _workbook()
    except MemoryError:
        abort_for_memory()
    sys.stdout.buffer.write(made)


def _workbook() -> bytes:
    from xlsxwriter import Workbook

    lines = map(json.loads, sys.stdin.buffer)
    head = next(lines)
    output = BytesIO()
    with Workbook(output, _OPTIONS) as workbook:
        workbook.set_properties(
            {"title": head["title"], "created": _MADE, "comments": head["about"]}
        )
        bold = workbook.add_format({"bold": True})
        whole, fraction = (
            workbook.add_format({"num_format": each}) for each in (_GROUPED, _FRACTION)
        )
        figures = workbook.add_worksheet("figures")
        figures.freeze_panes(1, 1)
        amounts: dict[int, int] = {}
        for number, (name, _) in enumerate(head["columns"]):
            figures.write_string(0, number, name, bold)
            if name in head["amounts"]:
                amounts[number] = len(name)
        for line, row in enumerate(lines, start=1):
            for number, value in enumerate(row):
                if number in amounts and isinstance(value, int | float):
                    figures.write_number(line, number, value, whole if value % 1 == 0 else fraction)
                    amounts[number] = max(amounts[number], len(f"{value:,}"))
                else:
                    _write(figures, line, number, value)
        figures.autofit(_WIDEST)
        for number, length in amounts.items():  # autofit does not count the commas
            figures.set_column(number, number, length + 2)
        columns = workbook.add_worksheet("columns")
        columns.freeze_panes(1, 0)
        columns.set_column(0, 0, 24)
        columns.set_column(1, 1, 110)
        columns.write_string(0, 0, head["about"], bold)
        for line, texts in enumerate(head["columns"], start=1):
            for number, text in enumerate(texts):
                columns.write_string(line, number, text)
    return output.getvalue()


def _write(sheet: Worksheet, line: int, number: int, value: object) -> None:
    """Write a cell; no text becomes a formula."""
    match value:
        case int() | float():
            sheet.write_number(line, number, value)
        case [str() as date]:
            sheet.write_datetime(line, number, datetime.fromisoformat(date))
        case str():
            sheet.write_string(line, number, value)


if __name__ == "__main__":
    main()
