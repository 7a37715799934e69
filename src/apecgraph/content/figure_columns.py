"""Figures as columns: Parquet files, sorted by figure, from which engines of tables compute.

A row is a figure. Its dimensions and attributes are IRIs. Its numbers are decimal digits as text,
because the binary numbers and the decimals of most engines lose digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import duckdb

from apecgraph.content.cube import DIMENSIONS, REQUIRED_DIMENSIONS, Cell
from apecgraph.content.figures import Figure
from apecgraph.content.origins import origin
from apecgraph.errors import ContentError
from apecgraph.intervals import Interval, decimal_text
from apecgraph.rdf.graph import Graph

COLUMNS: Final[Mapping[str, str]] = {
    "figure": "VARCHAR",
    "source": "VARCHAR",
    "origin": "VARCHAR",
    "compiler": "VARCHAR",
    "vintage": "VARCHAR",
    **dict.fromkeys(DIMENSIONS, "VARCHAR"),
    "value": "VARCHAR",
    "lower": "VARCHAR",
    "upper": "VARCHAR",
    "excludes_lower": "BOOLEAN",
    "excludes_upper": "BOOLEAN",
    "bound": "VARCHAR",
    "unit": "VARCHAR",
    "status": "VARCHAR",
    "is_expectation": "BOOLEAN",
    "is_period_inferred": "BOOLEAN",
}
"""The columns and their types, as SQL names them."""

REQUIRED_COLUMNS: Final = frozenset(
    ("figure", "source", "value", "bound", "unit", *REQUIRED_DIMENSIONS)
)
"""The columns in which every row has a value; a missing flag is false."""


def figure_table(
    engine: duckdb.DuckDBPyConnection, figures: Iterable[Figure], graph: Graph
) -> duckdb.DuckDBPyRelation:
    """Make a table of figures, sorted by figure.

    Args:
        engine: The connection that keeps the table.
        figures: The figures.
        graph: The dataset that describes their sources.

    Returns:
        The table.
    """
    rows = [_row(figure, graph) for figure in sorted(figures, key=lambda each: each.iri)]
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    lists = ", ".join(f"unnest(${name}::{type_}[]) AS {name}" for name, type_ in COLUMNS.items())
    engine.execute(f"CREATE TABLE figures AS SELECT {lists}", columns)
    return engine.table("figures")


def write_figures(figures: Iterable[Figure], graph: Graph, path: Path) -> None:
    """Write figures as one Parquet file: the same figures give the same bytes.

    Args:
        figures: The figures.
        graph: The dataset that describes their sources.
        path: The file.
    """
    with duckdb.connect(config={"threads": 1}) as engine:
        figure_table(engine, figures, graph).write_parquet(str(path), compression="zstd")


def open_figures(engine: duckdb.DuckDBPyConnection, folder: Path) -> duckdb.DuckDBPyRelation:
    """Open the Parquet files in a folder as one table.

    Args:
        engine: The connection that reads the table.
        folder: The folder.

    Returns:
        The figures of all files.

    Raises:
        ContentError: If there is no file, or if a file cannot be read or has other columns.
    """
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise ContentError("has no file *.parquet", folder)
    for file in files:
        try:
            found = engine.read_parquet(str(file))
        except duckdb.Error as error:
            raise ContentError(f"cannot be read: {str(error).splitlines()[0]}", file) from None
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        for name, type_ in COLUMNS.items():
            if types.get(name) != type_:
                has = f"has the type {types[name]}" if name in types else "is missing"
                raise ContentError(f"the column {name} {has}: it must be {type_}", file)
    return engine.read_parquet(list(map(str, files))).select(*COLUMNS)


def faults(table: duckdb.DuckDBPyRelation) -> list[str]:
    """Find rows that cannot be read as figures: a value is missing, or a number is not plain.

    Args:
        table: The figures.

    Returns:
        A sentence for each kind of fault, with one of the figures.
    """
    number = r"^-?[0-9]{1,36}(\.[0-9]{1,18})?$"
    tests = {f"{name} IS NULL": f"has no {name}" for name in sorted(REQUIRED_COLUMNS)}
    for name in ("value", "lower", "upper"):
        tests[f"NOT regexp_matches({name}, '{number}')"] = f"the {name} is not a plain number"
    counted = ", ".join(
        f"count(*) FILTER ({test}), any_value(figure) FILTER ({test})" for test in tests
    )
    (found,) = table.aggregate(counted).fetchall()
    return [
        f"{message}: {figure or 'a row without a figure'}"
        + (f", and {number - 1} more" if number > 1 else "")
        for message, number, figure in zip(tests.values(), found[0::2], found[1::2], strict=True)
        if number
    ]


def read_figure(row: Sequence[Any]) -> Figure:
    """Read a figure from a row.

    Args:
        row: The values, in the order of `COLUMNS`.

    Returns:
        The figure, without printed words.

    Raises:
        ContentError: If a value is missing or is not a number.
    """
    values = dict(zip(COLUMNS, row, strict=True))
    try:
        lower, upper = (
            None if values[name] is None else Decimal(values[name]) for name in ("lower", "upper")
        )
        value = Decimal(values["value"])
    except (InvalidOperation, TypeError):
        raise ContentError(f"has no plain number: {values['figure']}", Path("figures")) from None
    excludes = bool(values["excludes_lower"]), bool(values["excludes_upper"])
    return Figure(
        values["figure"],
        values["source"],
        Cell(**{name: values[name] for name in DIMENSIONS}),
        value,
        Interval(lower, upper, *excludes),
        None,
        value,
        values["bound"],
        values["unit"],
        values["status"],
        bool(values["is_expectation"]),
        bool(values["is_period_inferred"]),
        values["compiler"],
        values["vintage"],
    )


def _row(figure: Figure, graph: Graph) -> dict[str, object]:
    interval = figure.interval
    return {
        "figure": figure.iri,
        "source": figure.source,
        "origin": origin(graph, figure.source),
        "compiler": figure.compiler,
        "vintage": figure.vintage,
        **{name: getattr(figure.cell, name) for name in DIMENSIONS},
        "value": decimal_text(figure.value),
        "lower": None if interval.lower is None else decimal_text(interval.lower),
        "upper": None if interval.upper is None else decimal_text(interval.upper),
        "excludes_lower": interval.excludes_lower,
        "excludes_upper": interval.excludes_upper,
        "bound": figure.bound,
        "unit": figure.unit,
        "status": figure.status,
        "is_expectation": figure.is_expectation,
        "is_period_inferred": figure.is_period_inferred,
    }
