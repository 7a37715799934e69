"""The engines that compute columns: DuckDB in this process, or a cluster of Spark.

Relations are written once, as expressions of Narwhals. What Narwhals leaves to the engine is here:
tables of a few rows that come from the content, intermediate tables, and rows as the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final, Protocol, TypeAlias

import narwhals as nw

Frame: TypeAlias = nw.LazyFrame[Any]
"""A table that an engine has not computed yet."""

Values: TypeAlias = Sequence[int | None] | Sequence[float | None] | Sequence[str | None]


_SEPARATOR: Final = "\x1f"
"""Separates values in a text; no IRI has it."""


class Engine(Protocol):
    """What the pass needs of an engine beside expressions."""

    def table(self, **columns: tuple[type, Values]) -> Frame:
        """Make a table from a few rows; each column has a type (int, float or str) and values."""

    def keep(self, frame: Frame) -> Frame:
        """Compute a table once, for several uses."""

    def drop(self, frame: Frame) -> None:
        """Drop a table that was kept."""

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table and return its rows."""

    def close(self) -> None:
        """Drop the tables that were kept."""


class DuckDB:
    """DuckDB, with the connection of a relation.

    Args:
        relation: Any relation of the connection.
    """

    _TYPES: Mapping[type, str] = {int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}
    _numbers = count()

    def __init__(self, relation: Any) -> None:
        self._relation = relation
        self._kept: list[tuple[Frame, str]] = []

    def table(self, **columns: tuple[type, Values]) -> Frame:
        """Make a table from a few rows."""
        # One text for a column, as parsing each value by itself takes far longer.
        lists = ", ".join(
            f"nullif(unnest(string_split({_literal(values)}, '{_SEPARATOR}')), '')"
            f"::{self._TYPES[type_]} AS {name}"
            for name, (type_, values) in columns.items()
        )
        return self.keep(nw.from_native(self._query(f"SELECT {lists}")))

    def keep(self, frame: Frame) -> Frame:
        """Compute a table once, for several uses."""
        name = f"apecgraph_{next(self._numbers)}"
        nw.to_native(frame).create(name)
        kept: Frame = nw.from_native(self._query(f"SELECT * FROM {name}"))  # noqa: S608
        self._kept.append((kept, name))
        return kept

    def drop(self, frame: Frame) -> None:
        """Drop a table that was kept."""
        for kept, name in self._kept:
            if kept is frame:
                self._query(f"DROP TABLE {name}")
        self._kept = [each for each in self._kept if each[0] is not frame]

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table and return its rows."""
        found: list[tuple[Any, ...]] = nw.to_native(frame).fetchall()
        return found

    def close(self) -> None:
        """Drop the tables that were kept."""
        for _, name in self._kept:
            self._query(f"DROP TABLE {name}")
        self._kept.clear()

    def _query(self, text: str) -> Any:
        return self._relation.query("apecgraph_figures", text)


class Spark:
    """Spark, with the session of a data frame.

    Args:
        frame: Any data frame of the session.
    """

    _TYPES: Mapping[type, str] = {int: "bigint", float: "double", str: "string"}

    def __init__(self, frame: Any) -> None:
        self._session = frame.sparkSession

    def table(self, **columns: tuple[type, Values]) -> Frame:
        """Make a table from a few rows."""
        schema = ", ".join(f"{name} {self._TYPES[type_]}" for name, (type_, _) in columns.items())
        rows = list(zip(*(values for _, values in columns.values()), strict=True))
        small = self._session.createDataFrame(rows, schema).hint("broadcast")
        frame: Frame = nw.from_native(small)
        return frame

    def keep(self, frame: Frame) -> Frame:
        """Compute a table once, for several uses; plans that use it do not repeat its own plan."""
        kept: Frame = nw.from_native(nw.to_native(frame).localCheckpoint())
        return kept

    def drop(self, frame: Frame) -> None:
        """Leave a table to Spark, which drops what nothing refers to."""

    def rows(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Compute a table and return its rows."""
        return [tuple(row) for row in nw.to_native(frame).collect()]

    def close(self) -> None:
        """Leave the tables to Spark, which drops what nothing refers to."""


def engine_of(frame: Frame) -> Engine:
    """Return the engine in which a table is.

    Args:
        frame: The table.

    Returns:
        The engine.

    Raises:
        TypeError: If it is neither DuckDB nor Spark.
    """
    implementation = frame.implementation
    if implementation.is_duckdb():
        return DuckDB(nw.to_native(frame))
    if implementation.is_pyspark() or implementation.is_pyspark_connect():
        return Spark(nw.to_native(frame))
    raise TypeError(f"figures are compared by DuckDB or Spark, not by {implementation}")


def _literal(values: Values) -> str:
    """Write the values of a column as one text in SQL; no value is empty."""
    text = _SEPARATOR.join("" if value is None else str(value) for value in values)
    return "'" + text.replace("'", "''") + "'"
