"""The table of figures as SDMX-CSV 2.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from apecgraph.tabular.codes import CODED, component_id, dataflow
from apecgraph.tabular.columns import COLUMNS, Column
from apecgraph.tabular.csv_table import csv_bytes
from apecgraph.tabular.figures import FigureTable

COMPONENTS: Final = tuple(
    column for column in COLUMNS if not column.is_label and column.name != "dataSet"
)
"""The columns that are components of SDMX. Labels are in the code lists."""

_STRUCTURAL: Final = ("STRUCTURE", "STRUCTURE_ID", "ACTION")


def write_sdmx_csv(table: FigureTable) -> bytes:
    """Write a table of figures as SDMX-CSV: a row per figure, with the dataflow of its dataset.

    Things have the codes of `Codes`, which the structure of the cube lists. As in `csv_bytes`, no
    text is a formula.

    Args:
        table: The table.

    Returns:
        The table in UTF-8.
    """
    names = [*_STRUCTURAL, *(component_id(column.name) for column in COMPONENTS)]
    return csv_bytes(names, _rows(table))


def _rows(table: FigureTable) -> Iterator[dict[str, str]]:
    codes = {column.name: table.source.codes.of(column.name) for column in CODED}

    def cell(column: Column, text: str) -> str:
        return codes[column.name][text] if text and column.name in codes else text

    for row in table.rows:
        yield {
            "STRUCTURE": "dataflow",
            "STRUCTURE_ID": dataflow(row["dataSet"]),
            "ACTION": "I",  # information: the file does not ask anybody to change a database
            **{component_id(each.name): cell(each, row[each.name]) for each in COMPONENTS},
        }
