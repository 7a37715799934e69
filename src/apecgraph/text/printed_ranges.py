"""Printed ranges: two numbers between which a value lies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from apecgraph.rdf.namespaces import ID
from apecgraph.text.printed_numbers import Number

RANGE_BOUND: Final = f"{ID}bound/range"
_ABOVE: Final = frozenset(f"{ID}bound/{name}" for name in ("at-least", "more-than"))
_BELOW: Final = frozenset(f"{ID}bound/{name}" for name in ("at-most", "less-than"))


def is_between(least: Number, most: Number) -> bool:
    """Return whether one number is a lower bound, and the next one an upper bound."""
    return not least.bounds.isdisjoint(_ABOVE) and not most.bounds.isdisjoint(_BELOW)


def joined(numbers: list[Number], bounds: set[str]) -> tuple[list[Number], set[str]]:
    """Join the numbers of ranges: "5 to 6 trillion" means 5 trillion to 6 trillion.

    Args:
        numbers: The numbers.
        bounds: The bounds that words express.

    Returns:
        The numbers, the first of a range with the scale and the unit of the second, and the bound
        of a range if there is one that no word expresses.
    """
    joined, ranges = list(numbers), set[str]()
    for index, (one, other) in enumerate(pairwise(numbers)):
        is_range = other.ends_range or (RANGE_BOUND in bounds and len(numbers) == 2)
        if is_range and not one.is_reference and _agree(one.units, other.units):
            ranges.add(RANGE_BOUND)
            factor = Decimal(1) if one.scaled else Decimal(1).scaleb(other.power)
            joined[index] = replace(
                one,
                value=one.value * factor,
                finest=one.finest * factor,
                coarsest=one.coarsest * factor,
                scaled=one.scaled or other.power != 0,
                units=one.units or other.units,
                bounds=one.bounds | ranges,
            )
            joined[index + 1] = replace(other, bounds=other.bounds | ranges)
    return joined, ranges


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or one == other
