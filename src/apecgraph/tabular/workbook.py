"""The table of figures as a workbook: XLSX (Office Open XML, ECMA-376)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from itertools import chain
from typing import Final

from apecgraph.errors import WorkerKilled
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCAT, DCTERMS
from apecgraph.tabular.columns import COLUMNS, Column, meaning, typed
from apecgraph.tabular.figures import FigureTable, Row

_FIRST_DAY: Final = date(1900, 3, 1)
"""The first day that all spreadsheet programs number alike; earlier dates are written as text."""


def write_workbook(table: FigureTable) -> bytes:
    """Write a table of figures as a workbook with two sheets: the figures, and the columns.

    No cell is a formula: texts are written as texts. A process of its own makes the file, since the
    library keeps all cells, and a server would not get their memory back.

    Args:
        table: The table.

    Returns:
        The file.

    Raises:
        WorkerKilled: The process ended without a file.
    """
    graph = table.source.graph
    head = {
        "title": Labels(graph).text(BASE, f"{DCTERMS}title") or BASE,
        "about": _about(table),
        "columns": [(column.name, meaning(graph, column) or "") for column in COLUMNS],
        "amounts": [column.name for column in COLUMNS if column.datatype == "decimal"],
    }
    command = (sys.executable, "-m", f"{__package__}.workbook_process", str(os.getpid()))
    ended = WorkerKilled("The process that makes the workbook was ended; try again.")
    try:
        with subprocess.Popen(  # noqa: S603 - the arguments are ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdin is not None  # noqa: S101
            assert process.stdout is not None  # noqa: S101
            for line in chain([head], map(_cells, table.rows)):
                process.stdin.write(f"{json.dumps(line)}\n".encode())
            process.stdin.close()
            made = process.stdout.read()
    except BrokenPipeError:
        raise ended from None
    if process.returncode != 0:
        raise ended
    return made


def _cells(row: Row) -> list[object]:
    return [_cell(column, row[column.name]) for column in COLUMNS]


def _cell(column: Column, text: str) -> object:
    """Return a cell as the process reads it."""
    value = text if column.separator else typed(column, text)
    if isinstance(value, date):
        return [value.isoformat()] if value >= _FIRST_DAY else value.isoformat()
    return value if isinstance(value, int | float) else str(value or "") or None


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
