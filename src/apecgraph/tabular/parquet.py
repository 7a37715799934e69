"""The table of figures as Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import duckdb

from apecgraph.errors import ReleaseError
from apecgraph.tabular.columns import COLUMNS, Column
from apecgraph.tabular.csv_table import write_metadata
from apecgraph.tabular.figures import FigureTable, Row
from apecgraph.tabular.files import METADATA, PARQUET_FIGURES

_TYPES: Final = {
    "string": "VARCHAR",
    "anyURI": "VARCHAR",
    "decimal": "DECIMAL(38, 18)",
    "integer": "INTEGER",
    "date": "DATE",
}
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "decimal": Decimal,
    "integer": int,
    "date": date.fromisoformat,
}


def write_parquet(table: FigureTable) -> bytes:
    """Write a table of figures as Parquet, and read it back.

    The columns have the types that CSVW metadata gives them; an empty cell is null. The metadata is
    in the file, too, under the name of its own file. Equal tables make equal files with the same
    version of DuckDB.

    Args:
        table: The table.

    Returns:
        The file.

    Raises:
        ReleaseError: If the file does not contain exactly the values of the table.
        OSError: If there is no room for the file.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(config={"threads": 1}) as engine,
    ):
        path = Path(folder) / PARQUET_FIGURES
        rows = list(table.rows)
        texts = {column.name: [row[column.name] or None for row in rows] for column in COLUMNS}
        lists = ", ".join(f"unnest(${name}::VARCHAR[]) AS {name}" for name in texts)
        engine.execute(f"CREATE TABLE texts AS SELECT {lists}", texts)
        engine.table("texts").project(", ".join(map(_typed, COLUMNS))).create_view("cells")
        try:
            engine.execute(
                "COPY cells TO $path"
                f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{'{METADATA}': $metadata}})",
                {"path": str(path), "metadata": write_metadata(table.source.graph).decode()},
            )
        except duckdb.IOException as error:
            raise OSError(str(error)) from None
        found = engine.read_parquet(str(path)).fetchall()
        _compare(rows, found)
        return path.read_bytes()


def _typed(column: Column) -> str:
    """Return the SQL expression that gives a cell the type of its column."""
    name = column.name
    if column.separator is not None:
        return f"string_split({name}, '{column.separator}') AS {name}"
    return f"{name}::{_TYPES[column.datatype]} AS {name}"


def _compare(rows: Sequence[Row], found: Sequence[Sequence[object]]) -> None:
    """Raise ReleaseError if the rows of a file are not those of a table."""
    expected = [tuple(_value(column, row[column.name]) for column in COLUMNS) for row in rows]
    if len(found) != len(expected):
        raise ReleaseError(f"{PARQUET_FIGURES} has {len(found)} rows instead of {len(expected)}")
    for row, read in zip(expected, found, strict=True):
        for column, value, other in zip(COLUMNS, row, read, strict=True):
            if value != other:
                raise ReleaseError(
                    f"{PARQUET_FIGURES} has {other} as {column.name} of {row[0]}, not {value}: if "
                    "the number has more digits than the type of the column, widen the type"
                )


def _value(column: Column, text: str) -> object:
    if not text:
        return None
    if column.separator is not None:
        return text.split(column.separator)
    return _READERS.get(column.datatype, str)(text)
