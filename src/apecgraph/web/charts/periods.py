"""Periods: where the figures of each have their place on a chart over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.readers.claims import Claim
from apecgraph.web.charts.drawing import width, wrapped
from apecgraph.web.charts.points import OFF, WORDS, numbers
from apecgraph.web.charts.scales import Scale

SPAN: Final = 700
"""The least pixels that periods are laid out in."""

_WIDEST: Final = 900
"""Where their names would take more, they are slanted."""

_SLANTED: Final = 25
"""The least pixels from one slanted name to the next."""

_POINT: Final = 11
"""Pixels from one point to the next."""

_GAP: Final = 10
_MOST: Final = 8
"""How many different values are written beside their points; more would hide them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one period that say the same and stand alike; their points are neighbours.

    lines: what is written beside them.
    """

    claims: tuple[Claim, ...]
    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        """How many pixels it takes."""
        return max(_POINT * len(self.claims), *(width(line) + _GAP for line in self.lines), 0)

    def places(self, middle: float) -> Iterator[float]:
        """Yield where the point of each figure is, around the middle of the group."""
        first = middle - _POINT * (len(self.claims) - 1) / 2
        return (first + _POINT * index for index in range(len(self.claims)))


@dataclass(frozen=True, slots=True)
class Layout:
    """Periods side by side.

    span: pixels from the first to the last. ticks: the name of each, and where its middle is.
    groups: of figures, each with where its middle is. slanted: whether the names are too wide.
    """

    span: float
    ticks: tuple[tuple[str, float], ...]
    groups: tuple[tuple[Group, float], ...]
    slanted: bool


def lay_out(
    claims: Iterable[Claim],
    along: Scale,
    *,
    name: Callable[[str], str],
    number: Callable[[Claim], str],
    order: Callable[[str], tuple[str, ...]],
) -> Layout:
    """Lay out figures by period; name, order: what a period is called, and when it is.

    number: writes the value of a figure.

    along: the scale that their values are on.
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
    claims: Iterable[Claim],
    along: Scale,
    number: Callable[[Claim], str],
    order: Callable[[str], tuple[str, ...]],
) -> dict[str, list[Group]]:
    """Group figures by period, and by what they say."""
    alike: defaultdict[tuple[str, Decimal, str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        _, value, _ = numbers(claim)
        alike[claim.period or "", value, claim.bound or "", claim.status].append(claim)
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for key, each in sorted(alike.items(), key=lambda item: (order(item[0][0]), item[0][1:])):
        period, value, _, status = key
        written = len(alike) <= _MOST or status == "rejected"
        said = wrapped(number(each[0]))
        said += [] if status == "standing" else [WORDS[status]]
        said += [] if along.holds(value) else [OFF]
        found[period].append(Group(tuple(each), tuple(said) if written else ()))
    return dict(found)
