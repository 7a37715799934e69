"""Quantities: the numbers of claims, as people write them."""

from __future__ import annotations

from typing import Final

from apecgraph.content.figures import Figure
from apecgraph.readers.claims import Claim, FigureClaim
from apecgraph.text.numbers import Numerals, rounded

_DIGITS: Final = 4
"""Number of significant digits of a short value."""


class Quantities:
    """Writes the quantities of a release; the names of units and bounds come from the data.

    A claim that is not a figure has no quantity and is written as an empty string.

    Args:
        numerals: Writes numbers.
    """

    def __init__(self, numerals: Numerals) -> None:
        self._numerals = numerals

    def value(self, claim: Claim) -> str:
        """Write the value of a figure with its bound and its unit: "nearly 60 %"."""
        if not isinstance(claim, FigureClaim):
            return ""
        figure = claim.figure
        return self._numerals.figure(figure.value, figure.interval, figure.unit, figure.bound)

    def number(self, claim: Claim) -> str:
        """Write the value of a figure with its bound, without its unit: "nearly 60"."""
        if not isinstance(claim, FigureClaim):
            return ""
        figure = claim.figure
        return self._numerals.figure(figure.value, figure.interval, None, figure.bound)

    def short(self, claim: Claim) -> str:
        """Write the value of a figure with four digits, for lists: "1.503 trillion yuan"."""
        return (
            self._short(claim.figure, claim.figure.unit) if isinstance(claim, FigureClaim) else ""
        )

    def short_number(self, claim: Claim) -> str:
        """Write the value of a figure with four digits, without its unit, for charts."""
        return self._short(claim.figure, None) if isinstance(claim, FigureClaim) else ""

    def _short(self, figure: Figure, unit: str | None) -> str:
        value = rounded(figure.value, _DIGITS)
        return self._numerals.figure(value, figure.interval, unit, figure.bound)

    def interval(self, claim: Claim) -> str:
        """Write the interval of a figure: "26.285 trillion to under 26.295 trillion yuan"."""
        if not isinstance(claim, FigureClaim):
            return ""
        figure = claim.figure
        return self._numerals.interval(figure.interval, figure.unit)
