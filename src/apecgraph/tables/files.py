"""Foreign files: which reader reads a file, found out from its first bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from apecgraph.errors import TableRefused
from apecgraph.files import read_file
from apecgraph.tables.grid import Grid
from apecgraph.tables.mapping import Layout

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_SDMX: Final = re.compile(rb"<[A-Za-z0-9:_-]*(?:StructureSpecificData|GenericData)\b")
_MARKUP: Final = re.compile(rb"\s*<")
_HEAD: Final = 4096
_EXTRA: Final = "install apecgraph[tables]: it has the readers of tables"


def read_grid(path: Path, layout: Layout) -> Grid:
    """Read a table of a file: CSV, TSV, XLSX, HTML, SDMX-CSV or SDMX-ML.

    Args:
        path: The file.
        layout: Which table of the file, and how it is written.

    Returns:
        The table.

    Raises:
        TableRefused: The file cannot be read as a table.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise TableRefused(f"{path.name}: cannot be read: {error.strerror}") from None
    try:
        return _read(path, data, layout)
    except ModuleNotFoundError as error:
        raise TableRefused(f"{path.name}: there is no {error.name}: {_EXTRA}") from None


def _read(path: Path, data: bytes, layout: Layout) -> Grid:
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if head.startswith(_ZIP):
        from apecgraph.tables.spreadsheets import read_spreadsheet

        return read_spreadsheet(path, data, layout.sheet)
    if head.startswith(_OLD_EXCEL):
        raise TableRefused(f"{path.name}: is an old Excel file: save it as XLSX")
    if _SDMX.search(head):
        from apecgraph.tables.sdmx import read_sdmx_message

        return read_sdmx_message(path, data, layout.table)
    if _MARKUP.match(head):
        from apecgraph.tables.html_tables import read_html_table

        return read_html_table(path, data, layout.table)
    if not data.strip():
        raise TableRefused(f"{path.name}: is empty")
    from apecgraph.tables.delimited import read_delimited

    return read_delimited(path, data, layout.encoding, layout.delimiter)
