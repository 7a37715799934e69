"""Numbers of cells: the digits of a number are the codes of the dimensions.

An edit rule goes from a cell to another one by arithmetic: the code of the world takes the place of
the code of the partner. A digit in its place, such as the code 7 of a place of 100, is 700. An
engine therefore needs no division, which not all of them have for whole numbers of 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import narwhals as nw

from apecgraph.content.cube import DIMENSIONS, Cell
from apecgraph.errors import ContentError

_LARGEST: Final = 2**63


class CellKeys:
    """The numbers of all cells that some values of the dimensions can make.

    Args:
        values: The values of each dimension; each has a code, and so has no value.

    Raises:
        ContentError: If there are more cells than numbers of 64 bits.
    """

    def __init__(self, values: Mapping[str, Iterable[str]]) -> None:
        self.values: dict[str, list[str | None]] = {
            name: [None, *sorted(set(values[name]))] for name in DIMENSIONS
        }
        self._place: dict[str, int] = {}
        self._digits: dict[str, dict[str | None, int]] = {}
        place = 1
        for name, known in self.values.items():
            self._place[name] = place
            self._digits[name] = {value: code * place for code, value in enumerate(known)}
            place *= len(known)
        if place >= _LARGEST:
            raise ContentError(
                "the values of the dimensions make more cells than 64 bits can number: check the "
                "figures in parts, such as one measure at a time",
                Path("figures"),
            )

    def digit(self, dimension: str, value: str | None) -> int | None:
        """Return the digit of a value, in its place; None if the value is unknown."""
        return self._digits[dimension].get(value)

    def digits(self, dimension: str, values: Iterable[str | None]) -> list[int]:
        """Return the digits of those values that are known."""
        found = self._digits[dimension]
        return [found[value] for value in values if value in found]

    def key(self, cell: Cell) -> int | None:
        """Return the number of a cell; None if one of its values is unknown."""
        digits = [self.digit(name, getattr(cell, name)) for name in DIMENSIONS]
        return None if None in digits else sum(digit or 0 for digit in digits)

    def cell(self, key: int) -> Cell:
        """Return the cell that has a number."""
        return Cell(**{name: self.value(name, key) for name in DIMENSIONS})  # type: ignore[arg-type]

    def value(self, dimension: str, key: int) -> str | None:
        """Return the value that a cell has in a dimension, given its number or its digit."""
        known = self.values[dimension]
        return known[key // self._place[dimension] % len(known)]

    def beside(self, dimension: str, count: int) -> Sequence[int]:
        """Return numbers; each sum of one of them and a digit of a dimension is made only once."""
        place = self._place[dimension]
        step = 1 if count <= place else place * len(self.values[dimension])
        return range(0, count * step, step)

    def of(self, key: str, dimension: str) -> nw.Expr:
        """Return the expression of the digit of a dimension.

        Args:
            key: The column with the numbers of cells.
            dimension: The dimension.

        Returns:
            The expression.
        """
        place = self._place[dimension]
        above = place * len(self.values[dimension])
        return nw.col(key) % above - nw.col(key) % place
