"""Layout of a chart over time: the positions of periods and of their figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.readers.claims import FigureClaim
from apecgraph.web.charts.drawing import width, wrapped
from apecgraph.web.charts.points import OFF
from apecgraph.web.charts.scales import Scale

SPAN: Final = 700
"""Minimum width in pixels for all periods."""

_WIDEST: Final = 900
"""Maximum width in pixels of the names of all periods; wider names are slanted."""

_SLANTED: Final = 25
"""Minimum distance in pixels between slanted names."""

_POINT: Final = 11
"""Distance in pixels between points."""

_GAP: Final = 10
_MOST: Final = 8
"""Maximum number of values written at their points; more values would hide the points."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one period with the same value and status, drawn next to each other.

    Attributes:
        claims: The figures.
        lines: The lines of the text at their points.
    """

    claims: tuple[FigureClaim, ...]
    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        """The width in pixels."""
        return max(_POINT * len(self.claims), *(width(line) + _GAP for line in self.lines), 0)

    def places(self, middle: float) -> Iterator[float]:
        """Yield the position of each point around the middle of the group."""
        first = middle - _POINT * (len(self.claims) - 1) / 2
        return (first + _POINT * index for index in range(len(self.claims)))


@dataclass(frozen=True, slots=True)
class Layout:
    """Periods side by side.

    Attributes:
        span: Width of all periods in pixels.
        ticks: The name and the middle position of each period.
        groups: The groups of figures, each with its middle position.
        slanted: Whether the names are slanted.
    """

    span: float
    ticks: tuple[tuple[str, float], ...]
    groups: tuple[tuple[Group, float], ...]
    slanted: bool


def lay_out(
    claims: Iterable[FigureClaim],
    along: Scale,
    *,
    name: Callable[[str], str],
    number: Callable[[FigureClaim], str],
    order: Callable[[str], tuple[str, ...]],
) -> Layout:
    """Lay out figures by period.

    Args:
        claims: The figures.
        along: The scale of the values.
        name: Returns the name of a period.
        number: Writes the value of a figure.
        order: Returns the sort key of a period.

    Returns:
        The positions of periods and groups.
    """
    periods = _periods(claims, along, number, order)
    names = {period: name(period) for period in periods}
    widths = {period: sum(group.width for group in each) for period, each in periods.items()}
    named = [max(widths[period], *map(width, wrapped(names[period]))) + _GAP for period in periods]
    slanted = sum(named) > _WIDEST
    taken = [max(widths[period] + _GAP, _SLANTED) for period in periods] if slanted else named
    spare = max(0.0, SPAN - sum(taken)) / len(taken)
    ticks, groups, start = [], [], 0.0
    for (period, each), least in zip(periods.items(), taken, strict=True):
        middle = start + (least + spare) / 2
        ticks.append((names[period], middle))
        at = middle - widths[period] / 2
        for group in each:
            groups.append((group, at + group.width / 2))
            at += group.width
        start += least + spare
    return Layout(start, tuple(ticks), tuple(groups), slanted)


def _periods(
    claims: Iterable[FigureClaim],
    along: Scale,
    number: Callable[[FigureClaim], str],
    order: Callable[[str], tuple[str, ...]],
) -> dict[str, list[Group]]:
    """Return, for each period, the groups of figures with the same value and status."""
    alike: defaultdict[tuple[str, Decimal, str, str], list[FigureClaim]] = defaultdict(list)
    for claim in claims:
        figure = claim.figure
        alike[figure.cell.period, figure.value, figure.bound, claim.status].append(claim)
    periods: defaultdict[str, list[Group]] = defaultdict(list)
    for key, group in sorted(alike.items(), key=lambda item: (order(item[0][0]), item[0][1:])):
        period, value, _, status = key
        written = len(alike) <= _MOST or status == "rejected"
        lines = wrapped(number(group[0]))
        lines += [] if status == "stands" else [status]
        lines += [] if along.holds(value) else [OFF]
        periods[period].append(Group(tuple(group), tuple(lines) if written else ()))
    return dict(periods)
