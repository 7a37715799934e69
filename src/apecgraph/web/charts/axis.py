"""The axis of values of a chart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.text.catalogues import Catalogue
from apecgraph.text.numbers import rounded, scale_word, spelled
from apecgraph.web.charts.scales import Scale

_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale, with what its numbers are written in.

    Attributes:
        scale: The scale.
        words: What the numbers are in: "trillion yuan", "%".
        factor: What the numbers are divided by.
        catalogue: The language of the words.
    """

    scale: Scale
    words: str
    factor: Decimal
    catalogue: Catalogue

    @classmethod
    def of(cls, scale: Scale, words: str, catalogue: Catalogue) -> Axis:
        """Make an axis.

        Args:
            scale: The scale.
            words: The unit of the numbers.
            catalogue: The language of the words.

        Returns:
            The axis.
        """
        word, factor = scale_word(max(map(abs, scale.ticks)), catalogue)
        if word:
            words = catalogue.gettext("%(number)s %(unit)s", number=word, unit=words).strip()
        return cls(scale, words, factor, catalogue)

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
            number: The number, which the text contains with as many digits.

        Returns:
            The text with the number in other words, such as "nearly 26.29".
        """
        short = rounded(number, _DIGITS)
        return text.replace(spelled(short, self.catalogue), self.written(short))
