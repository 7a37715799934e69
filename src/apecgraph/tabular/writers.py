"""The formats in which any selection of figures can be downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from apecgraph.rdf.formats import CSV, JSON, SDMX_CSV, XLSX, Format
from apecgraph.tabular.csv_table import write_csv
from apecgraph.tabular.figures import FigureTable
from apecgraph.tabular.json_table import write_json
from apecgraph.tabular.sdmx_csv import write_sdmx_csv
from apecgraph.tabular.workbook import write_workbook

WRITERS: Final[Mapping[str, tuple[Format, Callable[[FigureTable], bytes]]]] = {
    format_.extension: (format_, write)
    for format_, write in (
        (CSV, write_csv),
        (XLSX, write_workbook),
        (JSON, write_json),
        (SDMX_CSV, write_sdmx_csv),
    )
}
"""The formats with their writers, keyed by the extension of their files."""
