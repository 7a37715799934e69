"""Charts: figures over time, and figures in rows on one scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.quantities import Quantities
from apecgraph.readers.series import when
from apecgraph.text.numbers import Numerals
from apecgraph.web.charts.drawing import Drawing, DrawnPoint, slanting, width
from apecgraph.web.charts.periods import SPAN, Group, lay_out
from apecgraph.web.charts.points import OFF, SHAPES, Points, numbers, scale
from apecgraph.web.charts.scales import Scale

_SIZE: Final = (860, 360)
_ROW: Final = 36
_FEET: Final = 60
"""Pixels for the axis below the rows."""

_LINE: Final = 14


class Charts:
    """Draws the figures of a release, with labels from its data.

    Colours come from style.css. A page must have a table of the same figures next to each chart.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._quantities = Quantities(graph)
        self._numerals = Numerals(graph)
        self._points = Points(graph)

    def over_time(self, name: str, title: str, claims: Iterable[FigureClaim]) -> Markup:
        """Draw figures of one unit over time.

        Args:
            name: A prefix for the ids of elements, unique in the page.
            title: The title of the chart.
            claims: The figures.

        Returns:
            The SVG element; empty if there are no figures.
        """
        figures = list(claims)
        if not figures:
            return Markup()
        along = scale(figures)
        layout = lay_out(
            figures,
            along,
            name=lambda period: self._labels.title(period).value,
            number=self._quantities.number,
            order=lambda period: when(self._graph, period),
        )
        placed = [
            (claim, x)
            for group, middle in layout.groups
            for claim, x in zip(group.claims, group.places(middle), strict=True)
        ]
        around = [
            (x, number)
            for group, x in layout.groups
            for number in (numbers(group.claims[0])[0], numbers(group.claims[0])[2])
        ]
        ends = [(x, number) for claim, x in placed for number in numbers(claim)]
        names = [text for text, _ in layout.ticks]
        more = slanting(names) if layout.slanted else (0, 0)
        drawing = Drawing(
            (_SIZE[0] + int(layout.span - SPAN) + more[0], _SIZE[1] + more[1]),
            layout.ticks,
            self._ticks(along, figures),
            ((0.0, layout.span), along.ends),
            [(x, along.at(number)) for x, number in (*ends, *around)],
            slanted=layout.slanted,
            note=self._note(along, figures),
        )
        for index, (claim, _) in enumerate(placed):
            places = drawing.places[3 * index : 3 * index + 3]
            self._points.put(drawing, claim, places, upright=True)
        for index, (group, _) in enumerate(layout.groups):
            low, high = drawing.places[len(ends) + 2 * index :][:2]
            _write(drawing, group, low, high)
        return drawing.markup(name, "over-time", title, self._seen(along, figures))

    def rows(self, name: str, title: str, rows: Sequence[tuple[str, FigureClaim]]) -> Markup:
        """Draw figures of one unit in rows on one scale.

        Args:
            name: A prefix for the ids of elements, unique in the page.
            title: The title of the chart.
            rows: For each row, the label on the left side and the figure.

        Returns:
            The SVG element; empty if there are no figures.
        """
        figures = [claim for _, claim in rows]
        if not figures:
            return Markup()
        along = scale(figures)
        heights = [len(rows) - 0.5 - index for index in range(len(rows))]
        ends = [
            (along.at(number), at)
            for claim, at in zip(figures, heights, strict=True)
            for number in numbers(claim)
        ]
        drawing = Drawing(
            (_SIZE[0], _ROW * len(rows) + _FEET),
            self._ticks(along, figures),
            [(label, at) for (label, _), at in zip(rows, heights, strict=True)],
            (along.ends, (0.0, float(len(rows)))),
            ends,
            note=self._note(along, figures),
        )
        for index, claim in enumerate(figures):
            places = drawing.places[3 * index : 3 * index + 3]
            self._points.put(drawing, claim, places, upright=False)
            self._write_beside(drawing, along, claim, places[1])
        return drawing.markup(name, "in-rows", title, self._seen(along, figures))

    def _write_beside(
        self, drawing: Drawing, along: Scale, claim: FigureClaim, place: DrawnPoint
    ) -> None:
        words = self._quantities.value(claim)
        words += "" if along.holds(numbers(claim)[1]) else f", {OFF}"
        fits = place[0] + width(words) + _LINE < drawing.width
        x = place[0] + (8 if fits else -8)
        side = "after" if fits else "before"
        drawing.write(words, (x, place[1] - 6), f"value {claim.status} {side}")

    def _ticks(self, along: Scale, figures: Sequence[FigureClaim]) -> list[tuple[str, float]]:
        """Return the ticks, with the unit if it is a symbol; otherwise `_note` names the unit."""
        unit = figures[0].figure.unit if self._has_symbol(figures) else None
        return [(self._numerals.number(each, unit), along.at(each)) for each in along.ticks]

    def _note(self, along: Scale, figures: Sequence[FigureClaim]) -> str:
        unit = self._numerals.unit(figures[0].figure.unit)
        unit = "" if self._has_symbol(figures) or not unit else f"In {unit}."
        return " ".join(filter(None, (unit, along.note)))

    def _has_symbol(self, figures: Sequence[FigureClaim]) -> bool:
        return not any(map(str.isalnum, self._numerals.unit(figures[0].figure.unit)))

    def _seen(self, along: Scale, figures: Sequence[FigureClaim]) -> str:
        """Describe the chart for readers who cannot see it."""
        counted = Counter(claim.status for claim in figures)
        words = {each: each for each in SHAPES}
        if counted["stands"] != 1:
            words["stands"] = "stand"
        stand = ", ".join(f"{counted[each]} {words[each]}" for each in words if counted[each])
        first, last = (
            self._numerals.number(each, figures[0].figure.unit)
            for each in (along.ticks[0], along.ticks[-1])
        )
        note = f" {along.note}" if along.note else ""
        return (
            f"{len(figures)} figures with their intervals ({stand}) on a scale from {first} to "
            f"{last}.{note} A table next to it has the same figures."
        )


def _write(drawing: Drawing, group: Group, low: DrawnPoint, high: DrawnPoint) -> None:
    """Write a group's text above its intervals, or below if they are rejected or unbounded."""
    claim = group.claims[0]
    below = claim.rejected or claim.figure.interval.upper is None
    if below and low[1] < drawing.height - _LINE * len(group.lines):
        top = low[1] + _LINE + 7
    else:
        top = high[1] - _LINE * (len(group.lines) - 1) - 10
    for index, line in enumerate(group.lines):
        drawing.write(line, (low[0], top + _LINE * index), f"value {claim.status}")
