"""Readers of Parquet find the values of the table, with their types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from apecgraph.errors import ReleaseError
from apecgraph.release.release import Release
from apecgraph.tabular.columns import COLUMNS
from apecgraph.tabular.figures import FigureTable
from apecgraph.tabular.parquet import write_parquet

TYPES = {"string": str, "anyURI": str, "decimal": Decimal, "integer": int, "date": date}


def test_all_values_are_those_of_the_table(release: Release, rows: list[dict[str, str]]) -> None:
    frame = pd.read_parquet(release.path / "figures.parquet", dtype_backend="pyarrow")
    assert list(frame.columns) == [column.name for column in COLUMNS]
    assert list(frame.figure) == [row["figure"] for row in rows]
    for column in COLUMNS:
        for value, row in zip(frame[column.name], rows, strict=True):
            text = row[column.name].removeprefix("'")
            if column.separator is not None:
                assert list(value if text else []) == text.split()
            elif not text:
                assert pd.isna(value)
            else:
                assert isinstance(value, TYPES[column.datatype])
                assert (value if isinstance(value, Decimal) else str(value)) == (
                    Decimal(text) if isinstance(value, Decimal) else text
                )


def test_a_query_calculates_with_it(release: Release) -> None:
    found = duckdb.execute(
        f"SELECT sum(value) FROM '{release.path}/figures.parquet' WHERE statusLabel = 'stands'"
        " AND startDate = DATE '2025-01-01' AND printed = '26.29 trillion yuan'"
    ).fetchone()
    assert found is not None
    assert found[0] % 26_290_000_000_000 == 0 < found[0]


def test_the_meanings_of_the_columns_are_in_the_file(release: Release) -> None:
    path = release.path / "figures.parquet"
    stored = dict(
        duckdb.execute(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    )
    name = "figures.csv-metadata.json"
    assert stored[name.encode()] == (release.path / name).read_bytes()


def test_equal_tables_make_equal_files(release: Release, table: FigureTable) -> None:
    assert write_parquet(table) == (release.path / "figures.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "text"), [("value", "0.1234567890123456789"), ("lower", "-0.00000000000000000001")]
)
def test_a_number_that_the_type_would_round_is_refused(
    table: FigureTable, name: str, text: str
) -> None:
    first, *others = table.rows
    changed = {**first, name: text}
    with pytest.raises(ReleaseError, match=f"as {name} of {changed['figure']}"):
        write_parquet(FigureTable(table.source, [changed, *others]))
