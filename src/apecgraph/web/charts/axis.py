"""The axis of values of a chart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.text.numbers import Numerals, rounded, spelled
from apecgraph.web.charts.scales import Scale

_SMALLEST_WORDED: Final = 6
"""From 10 to this power, the numbers of an axis have a common word such as "million"."""

_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale, with what its numbers are written in.

    Attributes:
        scale: The scale.
        words: What the numbers are in: "trillion yuan", "%".
        factor: What the numbers are divided by.
    """

    scale: Scale
    words: str
    factor: Decimal

    @classmethod
    def of(cls, scale: Scale, unit: str, numerals: Numerals) -> Axis:
        """Make an axis.

        Args:
            scale: The scale.
            unit: IRI of the unit of the numbers.
            numerals: Writes the unit.

        Returns:
            The axis.
        """
        power = 3 * (max(map(abs, scale.ticks)).adjusted() // 3)
        words = [numerals.unit(unit)]
        factor = Decimal(1)
        if power >= _SMALLEST_WORDED:
            factor = Decimal(1).scaleb(power)
            words.insert(0, spelled(factor).removeprefix("1 "))
        return cls(scale, " ".join(filter(None, words)), factor)

    @property
    def ticks(self) -> list[tuple[str, float]]:
        """The text of each tick, and its position from 0 to 1."""
        return [(self.written(tick), self.scale.at(tick)) for tick in self.scale.ticks]

    def written(self, number: Decimal) -> str:
        """Write a number as the axis does, in digits alone."""
        return f"{(number / self.factor).normalize():,f}"

    def shortened(self, text: str, number: Decimal) -> str:
        """Write a number in a text as the axis does, and with at most four significant digits.

        Args:
            text: The text, such as "nearly 26.29 trillion".
            number: The number, which the text contains.

        Returns:
            The text with the number in other words, such as "nearly 26.29".
        """
        return text.replace(spelled(number), self.written(rounded(number, _DIGITS)))
