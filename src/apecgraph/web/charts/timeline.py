"""The time axis of a chart: the positions of periods, and the texts below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from apecgraph.content.frequencies import ANNUAL, TO_DATE, frequency
from apecgraph.rdf.namespaces import SDMX_CODE
from apecgraph.web.charts.drawing import cut, width

Days = Mapping[str, tuple[date, date]]
"""The first and the last day of each period, keyed by its IRI."""

_FOLLOWING: Final = frozenset(f"{SDMX_CODE}freq-{code}" for code in "AQM")
"""The frequencies whose periods do not overlap."""

_GAP: Final = 10
"""Pixels between two texts."""

_STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
"""Numbers of years between two years that are written."""


class Timeline:
    """A linear scale of days, from the first day of some periods to the last.

    Args:
        days: The days of the periods, at least one.
        name: Returns the name of a period.
    """

    def __init__(self, days: Days, name: Callable[[str], str]) -> None:
        self._days = days
        self._name = name
        self._first = min(first for first, _ in days.values()).toordinal()
        self._last = max(last for _, last in days.values()).toordinal() + 1
        self._frequencies = {frequency(*map(str, each)) for each in days.values()}

    def at(self, period: str) -> float:
        """Return the position of the middle of a period, from 0 to 1.

        A part of a year that grows with each month is at its end.
        """
        first, last = (day.toordinal() for day in self._days[period])
        return self._at(last + 1 if self._frequencies == {TO_DATE} else (first + last + 1) / 2)

    def ticks(self, room: float) -> list[tuple[str, float]]:
        """Return texts and their positions.

        They are the names of all periods if these fit, otherwise years at equal distances.

        Args:
            room: The length of the axis in pixels.

        Returns:
            For each tick, the text and its position from 0 to 1.
        """
        periods = sorted(self._days, key=self.at)
        names = [(self._name(period), self.at(period)) for period in periods]
        if _fit(names, room):
            return names
        for step in _STEPS:
            years = list(self._years(step))
            if _fit(years, room):
                break
        if len(years) > 1:
            return years
        ends = names[:1] if len(names) == 1 else [names[0], names[-1]]
        return [(cut(text, room / len(ends) - _GAP), at) for text, at in ends]

    def followers(self, periods: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the pairs of years, quarters or months that follow one another."""
        for one, other in pairwise(sorted(periods, key=self._days.__getitem__)):
            last, first = self._days[one][1], self._days[other][0]
            if self._frequencies <= _FOLLOWING and last.toordinal() + 1 == first.toordinal():
                yield one, other

    def _years(self, step: int) -> Iterator[tuple[str, float]]:
        first, last = date.fromordinal(self._first), date.fromordinal(self._last - 1)
        for year in range(first.year, last.year + 1):
            begin = date(year, 1, 1).toordinal()
            day = (
                (begin + date(year, 12, 31).toordinal() + 1) / 2
                if self._frequencies == {ANNUAL}
                else begin
            )
            if year % step == 0 and self._first <= day <= self._last:
                yield str(year), self._at(day)

    def _at(self, day: float) -> float:
        return (day - self._first) / (self._last - self._first)


def _fit(texts: list[tuple[str, float]], room: float) -> bool:
    """Return whether texts can be written at their positions without overlapping."""
    return all(
        (other_at - at) * room >= (width(text) + width(other)) / 2 + _GAP
        for (text, at), (other, other_at) in pairwise(texts)
    ) and all(width(text) <= room for text, _ in texts)
