"""Scales: the positions of numbers on a chart, and the round numbers along its axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from apecgraph.text.catalogues import Catalogue

_MOST: Final = 6  # steps of a linear scale
_FINE: Final = 3  # decades; a longer logarithmic scale has ticks only at powers of ten
_MANTISSAS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale that reaches from its first tick to its last."""

    ticks: tuple[Decimal, ...]
    logarithmic: bool = False

    @classmethod
    def of(
        cls, numbers: Iterable[Decimal], *, from_zero: bool = True, logarithmic: bool = False
    ) -> Scale:
        """Return a scale that shows one or more numbers.

        Args:
            numbers: The numbers.
            from_zero: Whether a linear scale includes zero even if all numbers are far from it.
            logarithmic: Whether the scale is logarithmic, if all numbers are above zero.

        Returns:
            The scale.
        """
        ordered = sorted(numbers)
        low, high = ordered[0], ordered[-1]
        if logarithmic and low > 0:
            return cls(_powers(low, high), logarithmic=True)
        high = max(high, Decimal(0)) if from_zero or high <= 0 else high
        if low >= 0 and (from_zero or low <= high / 2 or low == high):
            low = Decimal(0)
        least = Decimal(1) if all(number % 1 == 0 for number in ordered) else Decimal(0)
        return cls(_steps(low, high if high > low else low + 1, least))

    def note(self, catalogue: Catalogue) -> str:
        """Return a remark for readers of the scale, or an empty string."""
        if self.logarithmic:
            return catalogue.gettext("The scale is logarithmic: equal steps multiply.")
        if self.ticks[0] <= 0 <= self.ticks[-1]:
            return ""
        return catalogue.gettext("The scale does not begin at zero.")

    def holds(self, number: Decimal) -> bool:
        """Return whether a number is on the scale."""
        return self.ticks[0] <= number <= self.ticks[-1]

    def at(self, number: Decimal) -> float:
        """Return the position of a number, from 0 at the first tick to 1 at the last.

        A number off the scale is at the nearer end.
        """
        nearest = min(max(number, self.ticks[0]), self.ticks[-1])
        low, place, high = (
            each.log10() if self.logarithmic else each
            for each in (self.ticks[0], nearest, self.ticks[-1])
        )
        return float((place - low) / (high - low))


def _steps(low: Decimal, high: Decimal, least: Decimal) -> tuple[Decimal, ...]:
    """Return round numbers at equal distances of at least `least`."""
    step = max(_round((high - low) / _MOST), least)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(first), int(last) + 1))


def _round(least: Decimal) -> Decimal:
    """Round a number up to 1, 2, 5 or 10 times a power of ten."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(factor * power for factor in (*_MANTISSAS, 10) if factor * power >= least)


def _powers(low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    """Return round numbers at equal or nearly equal ratios."""
    decades = range(low.adjusted(), high.adjusted() + 2)
    mantissas = _MANTISSAS if len(decades) <= _FINE + 1 else (1,)
    ticks = [factor * Decimal(1).scaleb(decade) for decade in decades for factor in mantissas]
    first = max(tick for tick in ticks if tick <= low)
    last = min(tick for tick in ticks if tick >= high and tick > first)
    return tuple(tick for tick in ticks if first <= tick <= last)
