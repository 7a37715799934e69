"""Numbers and intervals with their units and bounds, as people write them."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import Final

from babel.numbers import format_compact_decimal, format_decimal

from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, SKOS

_LOCALE: Final = "en"
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SCALED: Final = 1_000_000
"""The smallest number that is written with a scale word: 26.29 trillion."""

_ALL_DIGITS: Final = 18
_MOST_WORDED: Final = 17
"""From 10 to the power after this one, a number is written with a power of ten."""

_PRECISION: Final = 100
_RANGE: Final = f"{ID}bound/range"
_UNNAMED_UNITS: Final = frozenset(f"{ID}unit/{name}" for name in ("count", "ordinal"))


class Numerals:
    """Writes numbers; the names of units and bounds come from the data.

    Args:
        graph: The dataset that describes units and bounds.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)

    def number(self, number: Decimal, unit: str | None, bound: str | None = None) -> str:
        """Write a number: "26.29 trillion yuan", "nearly 60 %".

        Args:
            number: The number.
            unit: IRI of its unit; None to leave it out.
            bound: IRI of its bound; None to leave it out.

        Returns:
            The text.
        """
        return " ".join(filter(None, (self._bound(bound), spelled(number), self.unit(unit))))

    def figure(self, number: Decimal, interval: Interval, unit: str | None, bound: str) -> str:
        """Write the number of a figure with its bound, or both numbers of a range: "5 to 6 %".

        Args:
            number: The number.
            interval: The interval of the figure.
            unit: IRI of its unit; None to leave it out.
            bound: IRI of its bound.

        Returns:
            The text.
        """
        if bound == _RANGE:
            return self.interval(interval, unit)
        return self.number(number, unit, bound)

    def interval(self, interval: Interval, unit: str | None) -> str:
        """Write an interval: "26.285 trillion to under 26.295 trillion yuan", "over 1,400".

        Args:
            interval: The interval. An excluded end is written with "over" or "under".
            unit: IRI of its unit; None to leave it out.

        Returns:
            The text.
        """
        low, high = interval.lower, interval.upper
        over = "over " if interval.excludes_lower else ""
        under = "under " if interval.excludes_upper else ""
        if low is None:
            if high is None:
                return "any number"
            return under + self.number(high, unit) + ("" if under else " or less")
        if high is None:
            return over + self.number(low, unit) + ("" if over else " or more")
        if low == high:
            return f"exactly {self.number(low, unit)}"
        return f"{over}{spelled(low)} to {under}{self.number(high, unit)}"

    def unit(self, unit: str | None) -> str:
        """Return a unit as written after a number: "%", "yuan"; an empty string for a count."""
        if unit is None or unit in _UNNAMED_UNITS:
            return ""
        notation = self._graph.value(unit, f"{SKOS}notation") or ""
        symbol = notation if not any(map(str.isalnum, notation)) else ""
        return symbol or self._labels.title(unit).value

    def basis(self, unit: str | None, currency: str) -> str:
        """Write the unit of some numbers, for the name of a series: "in yuan", "in days".

        Args:
            unit: IRI of their unit; a symbol such as % is left out, because each number has it.
            currency: IRI of their currency, or of a code for none.

        Returns:
            The text; empty if there is nothing to write.
        """
        names = [self.unit(unit)] if any(map(str.isalnum, self.unit(unit))) else []
        if currency != unit and self._graph.has(currency, f"{SKOS}notation"):
            names.append(self.unit(currency))
        return f"in {' and '.join(names)}" if names else ""

    def _bound(self, bound: str | None) -> str:
        """Return the word for a bound; an empty string for a rounded or exact number."""
        if bound is None:
            return ""
        factors = [self._graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
        if all(factor is not None and Decimal(factor) == 1 for factor in factors):
            return ""
        return self._labels.title(bound).value


def plain_number(text: str) -> Decimal | None:
    """Read a number written in digits, such as "-26.29"; return None for any other text."""
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def spelled(number: Decimal) -> str:
    """Write a number with its digits in groups of three, and from a million on with a word."""
    if abs(number) < _SCALED:
        return str(format_decimal(number, locale=_LOCALE, decimal_quantization=False))
    if number.adjusted() > _MOST_WORDED:
        return f"{number.normalize():.3E}".replace("E+", " × 10^")
    with localcontext() as context:
        context.prec = _PRECISION  # the default one is too small for all digits
        return str(
            format_compact_decimal(
                number, format_type="long", locale=_LOCALE, fraction_digits=_ALL_DIGITS
            )
        )


def rounded(number: Decimal, digits: int) -> Decimal:
    """Round a number to a number of significant digits."""
    if not number:
        return number
    return round(number, digits - 1 - number.adjusted())
