"""Scales: where on a chart a number is, and the round numbers that are written along it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

_WIDE: Final = 10
"""From here on, as the ratio of the largest number to the smallest, a scale is logarithmic."""

_MOST: Final = 6  # steps of a linear scale
_FINE: Final = 3  # decades, up to which a logarithmic scale has more marks than the powers of ten
_MANTISSAS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from its first tick to its last."""

    ticks: tuple[Decimal, ...]
    logarithmic: bool = False

    @classmethod
    def of(cls, numbers: Iterable[Decimal]) -> Scale:
        """Make the scale that shows some numbers, one at least.

        Where the largest is ten times the smallest or more, each step multiplies; else it adds,
        and begins at zero unless all numbers are far from it.
        """
        found = sorted(numbers)
        low, high = found[0], found[-1]
        if low > 0 and high >= _WIDE * low:
            return cls(_powers(low, high), logarithmic=True)
        if high <= 0:
            high = Decimal(0)
        if 0 <= low <= high / 2 or low == high > 0:
            low = Decimal(0)
        least = Decimal(1) if all(number % 1 == 0 for number in found) else Decimal(0)
        return cls(_steps(low, high if high > low else low + 1, least))

    @property
    def ends(self) -> tuple[float, float]:
        """Where the scale begins and ends."""
        return self.at(self.ticks[0]), self.at(self.ticks[-1])

    @property
    def note(self) -> str:
        """What a reader of the scale must know."""
        if self.logarithmic:
            return "The scale is logarithmic: equal steps multiply."
        return "" if self.ticks[0] <= 0 <= self.ticks[-1] else "The scale does not begin at zero."

    def holds(self, number: Decimal) -> bool:
        """Whether a number lies on the scale."""
        return self.ticks[0] <= number <= self.ticks[-1]

    def at(self, number: Decimal) -> float:
        """Return where a number is; at the nearer end where the scale does not hold it."""
        held = min(max(number, self.ticks[0]), self.ticks[-1])
        return float(held.log10() if self.logarithmic else held)


def _steps(low: Decimal, high: Decimal, least: Decimal) -> tuple[Decimal, ...]:
    """Return round numbers at equal distances, which are no smaller than the least."""
    step = max(_round((high - low) / _MOST), least)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return tuple(step * number for number in range(int(first), int(last) + 1))


def _round(least: Decimal) -> Decimal:
    """Return the least of 1, 2, 5, 10 and so on that is not below a number."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(each * power for each in (*_MANTISSAS, 10) if each * power >= least)


def _powers(low: Decimal, high: Decimal) -> tuple[Decimal, ...]:
    """Return round numbers at equal ratios, or nearly so."""
    decades = range(low.adjusted(), high.adjusted() + 2)
    mantissas = _MANTISSAS if len(decades) <= _FINE + 1 else (1,)
    ticks = [each * Decimal(1).scaleb(decade) for decade in decades for each in mantissas]
    first = max(tick for tick in ticks if tick <= low)
    last = min(tick for tick in ticks if tick >= high)
    return tuple(tick for tick in ticks if first <= tick <= last)
