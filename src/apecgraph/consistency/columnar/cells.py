"""Cells as columns: their decisive ends, moved inwards, and the sums of their parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

import narwhals as nw

from apecgraph.consistency.cell_keys import CellKeys
from apecgraph.consistency.cell_parts import (
    AREAS,
    economies_of,
    filling,
    partition,
    separate,
    with_area,
)
from apecgraph.consistency.cells import Cells
from apecgraph.consistency.columnar.engines import Engine, Frame
from apecgraph.content.cube import Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, DCTERMS

_STEP: Final = 2.0**-50
"""The part of a number by which an end is moved, more than the error of one operation."""

_LEAST_STEP: Final = 2.0**-200
MOST_EXACT: Final = 2.0**49
"""Below it, sums of multiples of one half are exact."""

_BITS: Final = 60
"""The values of a dimension that one column of whole numbers tells apart as a set."""


NO_END: Final = nw.lit(None, dtype=nw.Float64)
NO_CELL: Final = nw.lit(None, dtype=nw.Int64)

IMPLIED: Final = ("cell", "lower", "upper", "one", "other")
Implied = Iterator[Frame]
"""Tables with a row for each estimate: its `cell`, its ends `lower` and `upper`, and the cells that
imply it, `one` and `other`."""

Area: TypeAlias = str | None
Areas: TypeAlias = Mapping[Area, frozenset[str]]
"""The economies of each area."""


@dataclass(frozen=True)
class CellColumns:
    """The cells for which figures are printed or summed, as columns.

    Attributes:
        engine: The engine that has the columns.
        keys: The numbers of the cells.
        cells: The declarations of the content, without cells.
        known: The columns: the number of a `cell`, its highest `lower` end and lowest `upper` end,
            `least`, the lowest of its lower ends, and `near`, the lowest of the lower ends of
            estimates without an upper end.
        ratios: Each reading of a share or a rate of growth by itself, with `cell`, `lower` and
            `upper`.
        ends: Ends of estimates of the cells. If they are given, edit rules that imply an estimate
            of nearly every cell leave out those that no end of the same cell lets matter.
        seen: The digits that were asked for, by dimension.
    """

    engine: Engine
    keys: CellKeys
    cells: Cells
    known: Frame
    ratios: Frame
    ends: Frame | None = None
    seen: dict[str, list[int]] = field(default_factory=dict)

    def comparing(self, edit_rule: str, *, dimension: str = "measure") -> Frame:
        """Return the rows of the cells that an edit rule applies to."""
        compared = self.cells.graph.values(edit_rule, f"{DCTERMS}subject")
        return self.having(dimension, *compared)

    def having(self, dimension: str, *values: str) -> Frame:
        """Return the rows of the cells that have one of some values in a dimension."""
        digits, digit = self.keys.digits(dimension, values), self.keys.of("cell", dimension)
        if set(self._digits(dimension, digit)) <= set(digits):
            return self.known
        return self.known.filter(digit.is_in(digits))

    @property
    def areas(self) -> list[Cell]:
        """A cell for each combination of areas that a cell has; its other values mean nothing."""
        return list(map(self.keys.cell, self._digits("areas", self.area("cell"))))

    def area(self, key: str) -> nw.Expr:
        """Return the expression of the digits of all areas of a cell."""
        reporter, counterpart, subject = (self.keys.of(key, name) for name in AREAS)
        return reporter + counterpart + subject

    def values(self, dimension: str) -> list[str]:
        """Return the values that the cells have in a dimension."""
        digits = self._digits(dimension, self.keys.of("cell", dimension))
        values = (self.keys.value(dimension, digit) for digit in digits)
        return sorted(value for value in values if value is not None)

    def _digits(self, name: str, digit: nw.Expr) -> list[int]:
        if name not in self.seen:
            rows = self.engine.rows(distinct(self.known.select(digit=digit)))
            self.seen[name] = [found for (found,) in rows]
        return self.seen[name]

    def digit(self, dimension: str, value: str | None) -> int:
        """Return the digit of a value that the numbers have a place for."""
        digit = self.keys.digit(dimension, value)
        if digit is None:
            raise LookupError(f"{value} is no {dimension} of any cell")
        return digit


def raised(end: nw.Expr) -> nw.Expr:
    """Move a lower end inwards."""
    return end + end.abs() * _STEP + _LEAST_STEP


def lowered(end: nw.Expr) -> nw.Expr:
    """Move an upper end inwards."""
    return end - end.abs() * _STEP - _LEAST_STEP


def is_half(number: nw.Expr) -> nw.Expr:
    """Return whether a number is a multiple of one half; a remainder would take far longer."""
    return (number * 2).floor() == number * 2


def distinct(frame: Frame) -> Frame:
    """Leave out repeated rows, faster than `unique` of Narwhals, which numbers the rows first."""
    names = frame.collect_schema().names()
    return frame.group_by(*names).agg(number=nw.len()).select(*names)


def bounds(frame: Frame) -> Frame:
    """Keep the ends of all estimates of each cell that are decisive."""
    return frame.group_by("cell").agg(nw.col("lower").max(), nw.col("upper").min())


def known_of(frame: Frame) -> Frame:
    """Aggregate rows of estimates, with `least` and `near`, to one row for each cell."""
    return frame.group_by("cell").agg(
        nw.col("lower").max(), nw.col("upper").min(), nw.col("least").min(), nw.col("near").min()
    )


@dataclass(frozen=True)
class Parts:
    """Which cells add up to which, along a dimension.

    Attributes:
        dimension: The dimension in which the parts of a whole differ.
        families: The number of each `family` of cells that differ only in that dimension; families
            in which the same values are known have one number.
        wholes: By the `member`, which is the number of a family plus the digit of a part, the digit
            of the whole, `to`. An engine must join families first: their digits alone match parts
            of all numbers.
    """

    dimension: str
    families: Frame
    wholes: Frame

    def rows(self, columns: CellColumns) -> Frame:
        """Return the rows of `known` that are parts, each with its `whole`."""
        return (
            columns.known.with_columns(digit=columns.keys.of("cell", self.dimension))
            .with_columns(family=nw.col("cell") - nw.col("digit"))
            .join(self.families, on="family")
            .with_columns(member=nw.col("number") + nw.col("digit"))
            .join(self.wholes, on="member")
            .select(
                "cell",
                "lower",
                "upper",
                "least",
                "near",
                whole=nw.col("family") + nw.col("to"),
            )
        )


def period_parts(columns: CellColumns, edit_rule: str) -> Iterator[Parts]:
    """Find the parts of the sums over time.

    Series in which the same periods are known are summed alike, so `partition` is asked once for
    each such set of periods: some milliseconds for each.
    """
    cells = columns.cells
    comparing = columns.comparing(edit_rule)
    spans = {period: days for period in columns.values("period") if (days := cells.days(period))}
    bases = {base: days for base in columns.values("base_period") if (days := cells.days(base))}

    def parts(names: list[str | None], _: int) -> Iterator[tuple[str, list[str | None]]]:
        inside = {name: spans[name] for name in names if name is not None}
        for whole, days in (inside | bases).items():
            yield whole, list(partition(inside, whole, days))

    yield from _parts(columns, comparing, "period", list(spans), None, parts)


def group_parts(columns: CellColumns, edit_rule: str) -> Iterator[Parts]:
    """Find the parts of the sums over areas, along each dimension of areas."""
    cells = columns.cells

    def fillings(inside: Areas, family: Cell, dimension: str) -> Iterator[tuple[str, list[Area]]]:
        covered = frozenset[str]().union(*inside.values())
        for group in cells.groups:
            whole = economies_of(cells, with_area(family, dimension, group), dimension)
            if whole and whole <= covered:
                yield group, filling(inside, whole)

    yield from _area_parts(columns, edit_rule, fillings)


def separate_parts(columns: CellColumns, edit_rule: str, *, with_shares: bool) -> Iterator[Parts]:
    """Find areas without a common economy, along each dimension, in the areas around them.

    Args:
        columns: The cells.
        edit_rule: IRI of the edit rule.
        with_shares: Whether there are shares in the world, whose sum needs no other value.

    Yields:
        The parts.
    """
    cells = columns.cells
    world = cells.graph.value(edit_rule, f"{APEC}whole")

    def parts(inside: Areas, family: Cell, dimension: str) -> Iterator[tuple[str, list[Area]]]:
        is_compared = with_shares or world in columns.values(dimension)
        yield from separate(cells, family, dimension, inside, world if is_compared else None)

    yield from _area_parts(columns, edit_rule, parts)


def _area_parts(
    columns: CellColumns,
    edit_rule: str,
    wholes: Callable[[Areas, Cell, str], Iterator[tuple[str, list[Area]]]],
) -> Iterator[Parts]:
    """Find the parts of areas, along each dimension of areas.

    Families of cells in which the same areas are known are summed alike, so the parts are asked for
    once for each such set of areas: some milliseconds for each.
    """
    cells, keys = columns.cells, columns.keys
    comparing = columns.comparing(edit_rule)
    beside = {"reporter": "counterpart", "counterpart": "reporter", "subject": None}
    for dimension in AREAS:

        def parts(
            names: list[Area], key: int, dimension: str = dimension
        ) -> Iterator[tuple[str, list[Area]]]:
            family = keys.cell(key)
            inside = {}
            for name in names:
                if economies := economies_of(cells, with_area(family, dimension, name), dimension):
                    inside[name] = economies
            yield from wholes(inside, family, dimension)

        known = columns.values(dimension)
        yield from _parts(columns, comparing, dimension, known, beside[dimension], parts)


def _parts(
    columns: CellColumns,
    comparing: Frame,
    dimension: str,
    known: list[str],
    beside: str | None,
    parts: Callable[[list[str | None], int], Iterator[tuple[str, list[str | None]]]],
) -> Iterator[Parts]:
    """Find the parts of wholes along a dimension.

    Args:
        columns: The cells.
        comparing: The rows of the cells that are summed.
        dimension: The dimension in which the parts of a whole differ.
        known: The values of the dimension that can be parts.
        beside: Another dimension on which the wholes depend, if any.
        parts: Takes the values that are known in a family of cells, and the number of a cell with
            the value of the other dimension; yields wholes, each with its parts.

    Yields:
        The parts, if there are any.
    """
    engine, keys = columns.engine, columns.keys
    if not known:
        return
    words = [f"word_{number}" for number in range(math.ceil(len(known) / _BITS))]
    codes = engine.table(
        digit=(int, [columns.digit(dimension, value) for value in known]),
        **{
            word: (int, [1 << (i % _BITS) if i // _BITS == n else 0 for i in range(len(known))])
            for n, word in enumerate(words)
        },
    )
    rows = comparing.with_columns(digit=keys.of("cell", dimension))
    rows = rows.with_columns(family=nw.col("cell") - nw.col("digit"))
    families = (
        rows.join(codes, on="digit")
        .group_by("family")
        .agg(*(nw.col(word).sum().cast(nw.Int64) for word in words))
    )
    other = nw.lit(0, dtype=nw.Int64) if beside is None else keys.of("family", beside)
    families = engine.keep(families.with_columns(beside=other))
    sets = engine.rows(distinct(families.select("beside", *words)))
    numbers = keys.beside(dimension, len(sets))
    found: list[tuple[int, int]] = []
    for number, (key, *bits) in zip(numbers, sets, strict=True):
        names: list[str | None] = [
            value for i, value in enumerate(known) if bits[i // _BITS] >> (i % _BITS) & 1
        ]
        for whole, inside in parts(names, key):
            digit = keys.digit(dimension, whole)
            if digit is not None:
                found += [(number + columns.digit(dimension, part), digit) for part in inside]
    if not found:
        return
    numbered = engine.table(
        number=(int, numbers),
        beside=(int, [key for key, *_ in sets]),
        **{word: (int, [each[1 + n] for each in sets]) for n, word in enumerate(words)},
    )
    summed = engine.table(
        member=(int, [each for each, _ in found]), to=(int, [each for _, each in found])
    )
    families = engine.keep(
        families.join(numbered, on=["beside", *words]).select("family", "number")
    )
    yield Parts(dimension, families, summed)


def sums(parts: Frame) -> Frame:
    """Add the parts of each whole to a row of `known`."""
    ends = {name: nw.col(name) for name in ("lower", "upper", "least", "near")}
    nearest = nw.when(~ends["near"].is_null()).then(ends["near"]).otherwise(ends["least"])
    added = parts.group_by("whole").agg(
        parts=nw.len(),
        **{name: end.sum() for name, end in ends.items() if name != "near"},
        **{f"{name}_count": end.count() for name, end in ends.items()},
        **{f"{name}_size": ends[name].abs().sum() for name in ("lower", "upper")},
        **{
            f"{name}_inexact": (~is_half(ends[name])).cast(nw.Int64).sum()
            for name in ("lower", "upper")
        },
        near=nearest.sum(),
    )
    moved = {
        name: nw.when((nw.col(f"{name}_inexact") == 0) & (nw.col(f"{name}_size") < MOST_EXACT))
        .then(nw.col(name))
        .otherwise(
            nw.col(name) + sign * (nw.col(f"{name}_size") * nw.col("parts") * _STEP + _LEAST_STEP)
        )
        for name, sign in (("lower", 1.0), ("upper", -1.0))
    }
    return added.select(
        cell=nw.col("whole"),
        **{
            name: nw.when(nw.col(f"{name}_count") == nw.col("parts")).then(moved[name])
            for name in ("lower", "upper")
        },
        least=nw.when(nw.col("least_count") == nw.col("parts")).then(nw.col("least")),
        near=nw.when((nw.col("near_count") > 0) & (nw.col("least_count") == nw.col("parts"))).then(
            nw.col("near")
        ),
    )


@dataclass(frozen=True, slots=True)
class Factors:
    """The ends of a band as binary numbers."""

    band: Interval

    @property
    def lower(self) -> nw.Expr:
        """The lower end."""
        return _number(self.band.lower)

    @property
    def upper(self) -> nw.Expr:
        """The upper end."""
        return _number(self.band.upper)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Both ends, as numbers."""
        low, high = self.band.lower, self.band.upper
        return None if low is None else float(low), None if high is None else float(high)


def _number(end: Decimal | None) -> nw.Expr:
    return NO_END if end is None else nw.lit(float(end))


def implied_row(
    frame: Frame, cell: str, lower: nw.Expr, upper: nw.Expr, one: str, other: str | None = None
) -> Frame:
    """Return rows of estimates, given the expressions of their ends and the columns of cells."""
    return frame.select(
        cell=nw.col(cell),
        lower=lower,
        upper=upper,
        one=nw.col(one),
        other=NO_CELL if other is None else nw.col(other),
    )


def sizeable(
    factor_lower: nw.Expr, factor_upper: nw.Expr, threshold: Decimal
) -> tuple[nw.Expr, nw.Expr]:
    """Multiply both ends by factors; of numbers below the threshold, nothing more is known."""
    limit, lower, upper = nw.lit(float(threshold)), nw.col("lower") * factor_lower, nw.col("upper")
    upper = nw.when(upper < limit).then(limit).otherwise(upper) * factor_upper
    return nw.when(lower >= limit).then(raised(lower)), lowered(upper)


def over(dividend: nw.Expr, divisor: nw.Expr) -> nw.Expr:
    """Divide ends; an end over zero is open."""
    return nw.when(divisor != 0).then(dividend / divisor)


def quotient(dividend: nw.Expr, divisor: nw.Expr) -> nw.Expr:
    """Divide a lower end by a divisor with several ends: if it is negative, by none of them."""
    return nw.when(dividend < 0).then(nw.lit(0.0)).otherwise(over(dividend, divisor))


def added(one: nw.Expr, other: nw.Expr, moved: Callable[[nw.Expr], nw.Expr]) -> nw.Expr:
    """Add two ends; the sum is moved inwards if it is not exact."""
    is_exact = is_half(one) & is_half(other) & (one.abs() + other.abs() < MOST_EXACT)
    return nw.when(is_exact).then(one + other).otherwise(moved(one + other))
