"""Numerals: numbers and intervals with their units and bounds, as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_compact_decimal, format_decimal

from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, SKOS
from apecgraph.rdf.terms import TRUE_FORMS

_LOCALE: Final = "en"
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SCALED: Final = 1_000_000
"""From here on a number is written with a word for its scale: 26.29 trillion."""

_DIGITS: Final = 18  # all of them: what is shown is not rounded
_UNSPOKEN: Final = frozenset(f"{ID}unit/{name}" for name in ("count", "ordinal"))


class Numerals:
    """Writes numbers; what units and bounds are called comes from the data."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)

    def number(self, number: Decimal, unit: str | None, bound: str | None = None) -> str:
        """Write a number with its unit and the word of its bound, given by their IRIs.

        "26.29 trillion yuan", "nearly 60 %".
        """
        return " ".join(filter(None, (self._bound(bound), spelled(number), self.unit(unit))))

    def interval(self, interval: Interval, unit: str | None) -> str:
        """Write an interval: "26.285 trillion to under 26.295 trillion yuan", "above 1,400".

        An end is told apart where it is not included; where neither is, they are set between.
        """
        low, high = interval.lower, interval.upper
        above, under = interval.excludes_lower, interval.excludes_upper
        if low is None or high is None:
            if low is not None:
                end = self.number(low, unit)
                return f"above {end}" if above else f"{end} or more"
            end = "any number" if high is None else self.number(high, unit)
            return end if high is None else f"under {end}" if under else f"{end} or less"
        if low == high:
            return f"exactly {self.number(low, unit)}"
        if above and under:
            return f"between {spelled(low)} and {self.number(high, unit)}"
        start = f"{'above ' if above else ''}{spelled(low)}"
        return f"{start} to {'under ' if under else ''}{self.number(high, unit)}"

    def excludes(self, bound: str | None) -> bool:
        """Whether a bound leaves the number out that it goes with, as "more than" does."""
        return (bound and self._graph.value(bound, f"{APEC}excludesPrinted")) in TRUE_FORMS

    def unit(self, unit: str | None) -> str:
        """Write a unit as after a number: "%", "yuan"; nothing for a count."""
        if unit is None or unit in _UNSPOKEN:
            return ""
        notation = self._graph.value(unit, f"{SKOS}notation") or ""
        symbol = notation if not any(map(str.isalnum, notation)) else ""
        return symbol or self._labels.title(unit).value

    def _bound(self, bound: str | None) -> str:
        """Return the word of a bound, nothing for one that takes the number as it is."""
        if bound is None:
            return ""
        factors = [self._graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
        if all(factor is not None and Decimal(factor) == 1 for factor in factors):
            return ""
        return self._labels.title(bound).value


def plain_number(text: str) -> Decimal | None:
    """Read a number written in digits, as "-26.29"; return None for any other text."""
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def spelled(number: Decimal) -> str:
    """Write a number: its digits in groups of three, from a million on with a word."""
    if abs(number) < _SCALED:
        return str(format_decimal(number, locale=_LOCALE, decimal_quantization=False))
    return str(
        format_compact_decimal(number, format_type="long", locale=_LOCALE, fraction_digits=_DIGITS)
    )


def rounded(number: Decimal, digits: int) -> Decimal:
    """Round a number to as many digits as help."""
    if not number:
        return number
    return round(number, digits - 1 - number.adjusted())
