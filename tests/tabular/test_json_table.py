"""JSON has the values of the table, with their types."""

from __future__ import annotations

import json
from decimal import Decimal

from apecgraph.tabular.columns import COLUMNS
from apecgraph.tabular.figures import FigureTable
from apecgraph.tabular.json_table import write_json
from tests.support.figures import csv_rows


def test_all_values_are_those_of_the_table(table: FigureTable, rows: list[dict[str, str]]) -> None:
    document = json.loads(write_json(table), parse_float=Decimal)
    assert document["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert len(document["figures"]) == len(rows)
    for found, row in zip(document["figures"], rows, strict=True):
        assert list(found) == [column.name for column in COLUMNS]
        for column in COLUMNS:
            value, text = found[column.name], row[column.name]
            if column.separator is not None:
                assert value == text.split()
            elif column.datatype in ("decimal", "integer") and text:
                assert isinstance(value, Decimal | int)
                assert value == Decimal(text)
            else:
                assert (value or "") == text.removeprefix("'")


def test_texts_are_as_printed(table: FigureTable) -> None:
    """JSON needs no apostrophe before what a spreadsheet would take for a formula."""
    printed = {figure["printed"] for figure in json.loads(write_json(table))["figures"]}
    assert "+1.9%" in printed
    assert csv_rows("a\n'+1.9%\n") == [{"a": "'+1.9%"}]
