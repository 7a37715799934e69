"""Any selection of figures can be written in each format, without all of its rows in memory."""

from __future__ import annotations

import tracemalloc

import pytest

from apecgraph.tabular.figures import FigureTable
from apecgraph.tabular.writers import WRITERS


@pytest.mark.parametrize("extension", WRITERS)
def test_a_selection_is_written_row_by_row(table: FigureTable, extension: str) -> None:
    _, write = WRITERS[extension]
    figures = [row["figure"] for row in table.rows]
    expected = write(table)
    whole = len(repr(table.rows))
    tracemalloc.start()
    try:
        made = write(table.source.selected(figures))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made == expected
    assert peak < 2 * len(made) + whole // 2
