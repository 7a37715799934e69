"""Later editions of a table: which cells are new, revised, or no longer printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from apecgraph.content.table_rows import CELL, ONE_PRECISION, Row
from apecgraph.errors import TableRefused

_VALUE: Final = ("obsValue", "unitMeasure", "unitMult", "decimals")


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes that an edition makes to the figures of a source.

    Attributes:
        rows: All figures: those of the edition, and earlier ones that it no longer prints.
        new: The figures that it adds.
        revised: The figures whose value it changes, each with both values.
        vanished: The figures that it does not print. They are kept: their addresses are published.
    """

    rows: Sequence[Row]
    new: Sequence[str]
    revised: Sequence[str]
    vanished: Sequence[str]


def compare(known: Mapping[str, Row], printed: Mapping[str, Row]) -> Changes:
    """Compare the figures of a source with those of a later edition.

    Args:
        known: The figures of the source, keyed by name.
        printed: The figures that the edition prints, keyed by name.

    Returns:
        The changes. A figure whose value stays keeps its place and its release date.

    Raises:
        TableRefused: A name of the edition stands for another cell in the source, only the edition
            has a release date, or the dates are not all days, all months or all years.
    """
    rows = dict(known)
    new, revised = [], []
    for name, row in printed.items():
        before = known.get(name)
        if before is None:
            new.append(name)
        elif any(before[column] != row[column] for column in CELL):
            raise TableRefused(
                f"{name}: the source has another figure of this name: import the table as a source "
                "of its own"
            )
        elif any(before[column] != row[column] for column in _VALUE):
            revised.append(f"{name}: {_number(before)}, now {_number(row)}")
        elif before["issued"] or not row["issued"]:
            continue
        rows[name] = row
    vanished = sorted(known.keys() - printed.keys())
    if any(row["issued"] for row in printed.values()) and not all(
        known[name]["issued"] for name in vanished
    ):
        raise TableRefused(
            "the figures that the source has are without a release date: import their edition "
            "again with --issued"
        )
    if len({len(row["issued"]) for row in rows.values() if row["issued"]}) > 1:
        raise TableRefused(f"issued: {ONE_PRECISION}: give a date like those that the source has")
    return Changes(tuple(rows.values()), tuple(new), tuple(revised), tuple(vanished))


def _number(row: Row) -> str:
    power = f" times 10^{row['unitMult']}" if row["unitMult"] != "0" else ""
    return f"{row['obsValue']}{power} {row['unitMeasure'].removeprefix('unit/')}"
