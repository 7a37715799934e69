"""Spans of time: where the periods of a series lie, and how much may change between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apecgraph.intervals import Interval

_BAND_DAYS: Final = 3 * 366
"""Days for which the band of a steady value applies; for up to twice as many, it is squared."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days of a period.

    Attributes:
        middle: The ordinal of the middle of the period.
        days: The number of days.
    """

    middle: float
    days: int

    @classmethod
    def of(cls, first: str, last: str) -> Span:
        """Return the span from a first to a last day (ISO 8601)."""
        start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
        return cls((start + end + 1) / 2, end - start + 1)

    def band(self, within: Interval, other: Span) -> Interval:
        """Return the band between a value here and a value there, given the one for three years."""
        return within.powered(math.ceil(abs(self.middle - other.middle) / _BAND_DAYS) or 1)

    def ratio(self, other: Span) -> Decimal:
        """Return how many times as long as another span this one is."""
        return Decimal(self.days) / Decimal(other.days)
