"""Quantities: numbers with their units and bounds, as people write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pyoxigraph as ox
from babel.numbers import format_compact_decimal, format_decimal

from apecgraph.claims import Claim
from apecgraph.graph import Graph
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, ID, SKOS

_LOCALE: Final = "en"
_SCALED: Final = 1_000_000
"""From here on a number is written with a word for its scale: 26.29 trillion."""

_DIGITS: Final = 18  # all of them: what is shown is not rounded
_UNSPOKEN: Final = frozenset(f"{ID}unit/{name}" for name in ("count", "ordinal"))


class Quantities:
    """Writes the quantities of a release; what units and bounds are called comes from the data."""

    def __init__(self, store: ox.Store) -> None:
        self._graph = Graph(store)
        self._labels = Labels(store)

    def value(self, claim: Claim) -> str:
        """Write the value of a figure with the word of its bound: "nearly 60 %"."""
        return " ".join(filter(None, (self.number(claim), claim.value and self.unit(claim.unit))))

    def number(self, claim: Claim) -> str:
        """Write the value of a figure as above, but for its unit: "nearly 60"."""
        if claim.value is None:
            return ""
        return " ".join(filter(None, (self._bound(claim.bound), spelled(_decimal(claim.value)))))

    def interval(self, claim: Claim) -> str:
        """Write the interval of a figure: "26.285 trillion to 26.295 trillion yuan".

        An end that is the printed number is told apart where the bound leaves that number out:
        "54 to under 60 %".
        """
        lower, upper, value = map(_decimal_or_none, (claim.lower, claim.upper, claim.value))
        low, high = ("" if end is None else self.spelled(end, claim.unit) for end in (lower, upper))
        excludes = self._excludes(claim.bound)
        if lower is None or upper is None:
            if excludes:
                return f"above {low}" if low else f"under {high}" if high else ""
            return f"{low} or more" if low else f"{high} or less" if high else ""
        if lower == upper:
            return f"exactly {low}"
        above = "above " if excludes and lower == value else ""
        under = "under " if excludes and upper == value else ""
        return f"{above}{spelled(lower)} to {under}{high}"

    def spelled(self, number: Decimal, unit: str | None) -> str:
        """Write a number with its unit, given by its IRI: "26.29 trillion yuan", "57.82 %"."""
        return " ".join(filter(None, (spelled(number), self.unit(unit))))

    def unit(self, unit: str | None) -> str:
        """Write a unit, given by its IRI, as after a number: "%", "yuan"; nothing for a count."""
        if unit is None or unit in _UNSPOKEN:
            return ""
        notation = self._graph.value(unit, f"{SKOS}notation") or ""
        symbol = notation if not any(map(str.isalnum, notation)) else ""
        return symbol or self._labels.title(unit).value

    def _excludes(self, bound: str | None) -> bool:
        return (bound and self._graph.value(bound, f"{APEC}excludesPrinted")) in ("true", "1")

    def _bound(self, bound: str | None) -> str:
        """Return the word of a bound, nothing for one that takes the number as it is."""
        if bound is None:
            return ""
        factors = [self._graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
        if all(factor is not None and Decimal(factor) == 1 for factor in factors):
            return ""
        return self._labels.title(bound).value


def spelled(number: Decimal) -> str:
    """Write a number: its digits in groups of three, from a million on with a word."""
    if abs(number) < _SCALED:
        return str(format_decimal(number, locale=_LOCALE, decimal_quantization=False))
    return str(
        format_compact_decimal(number, format_type="long", locale=_LOCALE, fraction_digits=_DIGITS)
    )


def _decimal(literal: ox.Literal) -> Decimal:
    return Decimal(literal.value)


def _decimal_or_none(literal: ox.Literal | None) -> Decimal | None:
    return None if literal is None else _decimal(literal)
