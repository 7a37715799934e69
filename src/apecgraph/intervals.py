"""Intervals of numbers: the values that a figure may represent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import mul


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers.

    Attributes:
        lower: The lower end, or None if there is no lower end.
        upper: The upper end, or None if there is no upper end.
        excludes_lower: Whether the lower end itself is outside the interval.
        excludes_upper: Whether the upper end itself is outside the interval.
    """

    lower: Decimal | None = None
    upper: Decimal | None = None
    excludes_lower: bool = False
    excludes_upper: bool = False

    def meets(self, other: Interval) -> bool:
        """Return whether the intervals have a number in common."""
        return not (self.is_below(other) or other.is_below(self))

    def is_below(self, other: Interval) -> bool:
        """Return whether every number of this interval is less than every number of the other."""
        if self.upper is None or other.lower is None:
            return False
        if self.excludes_upper or other.excludes_lower:
            return self.upper <= other.lower
        return self.upper < other.lower

    def __mul__(self, other: Interval) -> Interval:
        """Return the interval of all products; neither interval may contain negative numbers."""
        return self._ends(
            _product(self.lower, other.lower), _product(self.upper, other.upper), other
        )

    def __add__(self, other: Interval) -> Interval:
        """Return the interval of all sums."""
        return self._ends(_sum(self.lower, other.lower), _sum(self.upper, other.upper), other)

    def __neg__(self) -> Interval:
        """Return the interval of the negated numbers."""
        low, high = (None if end is None else -end for end in (self.upper, self.lower))
        return Interval(low, high, self.excludes_upper, self.excludes_lower)

    def __sub__(self, other: Interval) -> Interval:
        """Return the interval of all differences."""
        return self + -other

    def inverse(self) -> Interval:
        """Return the interval of all reciprocals; `self` must not contain negative numbers."""
        low = 1 / self.upper if self.upper else None
        high = 1 / self.lower if self.lower else None
        return Interval(low, high, self.excludes_upper, self.excludes_lower)

    def __truediv__(self, other: Interval) -> Interval:
        """Return the interval of all quotients; neither interval may contain negative numbers."""
        return self * other.inverse()

    def powered(self, times: int) -> Interval:
        """Return a power of the interval; `self` must not contain negative numbers."""
        return reduce(mul, [self] * times)

    def _ends(self, low: Decimal | None, high: Decimal | None, other: Interval) -> Interval:
        return Interval(
            low,
            high,
            self.excludes_lower or other.excludes_lower,
            self.excludes_upper or other.excludes_upper,
        )

    def scaled(self, factor: Decimal, plus: Decimal = Decimal(0)) -> Interval:
        """Return the interval of `number * factor + plus`; the factor must be positive."""
        return Interval(
            None if self.lower is None else self.lower * factor + plus,
            None if self.upper is None else self.upper * factor + plus,
            self.excludes_lower,
            self.excludes_upper,
        )

    def widened(self, below: Decimal | int, above: Decimal | int) -> Interval:
        """Return the interval with each end moved outwards by a share of its magnitude."""
        return replace(
            self,
            lower=None if self.lower is None else self.lower - abs(self.lower) * below,
            upper=None if self.upper is None else self.upper + abs(self.upper) * above,
        )

    def __str__(self) -> str:
        if self.lower is None and self.upper is None:
            return "any number"
        if self.lower == self.upper:
            return decimal_text(self.lower or Decimal(0))
        left = "(" if self.excludes_lower or self.lower is None else "["
        right = ")" if self.excludes_upper or self.upper is None else "]"
        low = "-∞" if self.lower is None else decimal_text(self.lower)
        high = "∞" if self.upper is None else decimal_text(self.upper)
        return f"{left}{low}, {high}{right}"


def all_meet(intervals: Iterable[Interval]) -> bool:
    """Return whether all intervals have a number in common.

    This is the case if every two of the intervals have a number in common.
    """
    return shared(intervals) is not None


def shared(intervals: Iterable[Interval]) -> Interval | None:
    """Return the intersection of all intervals, or None if it is empty."""
    items = list(intervals)
    lowers = [item for item in items if item.lower is not None]
    uppers = [item for item in items if item.upper is not None]
    highest = max(lowers, key=lambda item: (item.lower, item.excludes_lower), default=Interval())
    lowest = min(uppers, key=lambda item: (item.upper, not item.excludes_upper), default=Interval())
    if not highest.meets(lowest):
        return None
    return Interval(highest.lower, lowest.upper, highest.excludes_lower, lowest.excludes_upper)


def hull(intervals: Iterable[Interval]) -> Interval:
    """Return the smallest interval that contains all intervals."""
    items = list(intervals)
    lowers = [(item.lower, item.excludes_lower) for item in items if item.lower is not None]
    uppers = [(item.upper, not item.excludes_upper) for item in items if item.upper is not None]
    low = min(lowers) if len(lowers) == len(items) else (None, False)
    high = max(uppers) if len(uppers) == len(items) else (None, True)
    return Interval(low[0], high[0], low[1], not high[1])


def decimal_text(value: Decimal) -> str:
    """Write a number as an xsd:decimal: no exponent, no zeros at the end of a fraction.

    The number is rounded to 18 digits after the point, which is what SPARQL engines keep.
    """
    return f"{value:z.18f}".rstrip("0").rstrip(".")


def _sum(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left + right


def _product(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left * right
