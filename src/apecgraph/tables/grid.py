"""Grids: the cells of a foreign table with their places, whatever file they were read from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apecgraph.errors import TableRefused

MOST_ROWS: Final = 200_000
"""The most rows of a table. A longer table has to be divided."""

MOST_COLUMNS: Final = 2_000
MOST_CELLS: Final = 2_000_000

_SPACE: Final = re.compile(r"\s+")
_INVISIBLE: Final = ("Cc", "Cf")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it shows, without space around it; empty if it is blank.
        is_filled: Whether it repeats the text of the merged range that it is in.
        has_lost_value: Whether it holds a formula whose value the file does not keep.
    """

    text: str
    is_filled: bool = False
    has_lost_value: bool = False


BLANK: Final = Cell("")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of cells.

    Attributes:
        path: The file.
        part: What names the table in the file, in the words of a locator: "sheet=Exports",
            "table=2"; empty if the file holds one table.
        rows: The cells of each row.
        notes: What the reader of the file had to find out, such as its encoding.
    """

    path: Path
    part: str
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()

    def locator(self, row: int, column: int) -> str:
        """Return the place of a cell as apec:locator has it; rows and columns count from 1."""
        return ";".join(filter(None, (self.part, f"row={row}", f"column={column}")))

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell by its row and column, from 1; a cell outside the table is blank."""
        if not (0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1])):
            return BLANK
        return self.rows[row - 1][column - 1]

    def row(self, number: int) -> Iterator[tuple[int, Cell]]:
        """Yield the cells of a row that are not blank, each with its column."""
        for column, cell in enumerate(self.rows[number - 1], 1):
            if cell.text or cell.has_lost_value:
                yield column, cell


class GridBuilder:
    """Collects the rows of a table, within limits on rows, columns and cells.

    Args:
        path: The file, for error messages.
        part: The table in the file, as `Grid` has it.
    """

    def __init__(self, path: Path, part: str = "") -> None:
        self._path = path
        self._part = part
        self._rows: list[Sequence[Cell]] = []
        self._cells = 0

    def add(self, row: Sequence[Cell]) -> None:
        """Add a row.

        Args:
            row: Its cells.

        Raises:
            TableRefused: The table exceeds a limit.
        """
        self._rows.append(row)
        self._cells += len(row)
        for count, limit, things in (
            (len(self._rows), MOST_ROWS, "rows"),
            (len(row), MOST_COLUMNS, "columns"),
            (self._cells, MOST_CELLS, "cells"),
        ):
            if count > limit:
                where = ";".join(filter(None, (self._part, f"row={len(self._rows)}")))
                raise TableRefused(
                    f"{self._path.name}: {where}: the table has more than {limit:,} {things}: "
                    "divide it"
                )

    def grid(self, *notes: str) -> Grid:
        """Return the table."""
        return Grid(self._path, self._part, self._rows, notes)


def shown(text: str) -> str:
    """Return the text of a cell with single spaces, none around it, and no invisible marks."""
    spaced = _SPACE.sub(" ", text)
    return "".join(each for each in spaced if unicodedata.category(each) not in _INVISIBLE).strip()


def same_text(text: str) -> str:
    """Return a key that is equal for texts that differ only in width, case and spaces."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()
