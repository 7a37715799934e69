"""Quantities: what a figure says, as people write it."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.readers.claims import Claim
from apecgraph.text.numbers import Numerals, spelled

__all__ = ["Quantities", "spelled"]


class Quantities:
    """Writes the quantities of a release; what units and bounds are called comes from the data."""

    def __init__(self, graph: Graph) -> None:
        self._numerals = Numerals(graph)

    def value(self, claim: Claim) -> str:
        """Write the value of a figure with the word of its bound: "nearly 60 %"."""
        if claim.value is None:
            return ""
        return self._numerals.number(_decimal(claim.value), claim.unit, claim.bound)

    def number(self, claim: Claim) -> str:
        """Write the value of a figure as above, but for its unit: "nearly 60"."""
        if claim.value is None:
            return ""
        return self._numerals.number(_decimal(claim.value), None, claim.bound)

    def interval(self, claim: Claim) -> str:
        """Write the interval of a figure: "26.285 trillion to 26.295 trillion yuan".

        An end that is the printed number is told apart where the bound leaves that number out:
        "54 to under 60 %".
        """
        lower, upper, value = map(_decimal_or_none, (claim.lower, claim.upper, claim.value))
        low, high = ("" if end is None else self.spelled(end, claim.unit) for end in (lower, upper))
        excludes = self._numerals.excludes(claim.bound)
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
        return self._numerals.number(number, unit)

    def unit(self, unit: str | None) -> str:
        """Write a unit, given by its IRI, as after a number: "%", "yuan"; nothing for a count."""
        return self._numerals.unit(unit)


def _decimal(literal: ox.Literal) -> Decimal:
    return Decimal(literal.value)


def _decimal_or_none(literal: ox.Literal | None) -> Decimal | None:
    return None if literal is None else _decimal(literal)
