"""The picture of figures over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from apecgraph.web.charts.axis import Axis
from apecgraph.web.charts.drawing import LINE, Box, Drawing, Margins, Place, width, wrapped
from apecgraph.web.charts.marks import STANDING, Mark, Marks, best_marks
from apecgraph.web.charts.timeline import Timeline

_TOP: Final = 34
_BARE_TOP: Final = 20
_BOTTOM: Final = 30
_RIGHT: Final = 14
_INSET: Final = 16
"""Pixels between the ends of the time axis and the middle of the nearest point."""

_LABELLED: Final = 14
"""Maximum number of points that all have their values beside them."""

_LINKED: Final = 45
"""Maximum number of points that all have words and a link; of more, the ordinary ones are dots."""

_NAMES: Final = 0.4
"""The largest part of the width that the names of lines may take; longer ones are above them."""

_ROW: Final = 18
"""Height in pixels of a row of names above the lines."""

_NAME_ROWS: Final = 3

_SAMPLE: Final = 16
"""Width in pixels of the piece of a line before its name, with the space after it."""

_NAME_GAP: Final = 18
"""Pixels between two names in a row."""

_FILLED: Final = 0.8
"""The part of the distance between two periods that bars fill."""

_WIDEST_SLOT: Final = 90
"""The largest such distance in pixels."""


class TimeChart:
    """The picture of figures over time, which can be drawn in several sizes.

    Args:
        lines: The name and the marks of each line.
        timeline: The time axis.
        axis: The axis of values.
        marks: Draws the marks.
        bars: Whether bars reach from zero to the values; if not, lines join them.
    """

    def __init__(
        self,
        lines: Sequence[tuple[str, Sequence[Mark]]],
        timeline: Timeline,
        axis: Axis,
        marks: Marks,
        *,
        bars: bool = False,
    ) -> None:
        self._lines = lines
        self._timeline = timeline
        self._axis = axis
        self._marks = marks
        self._bars = bars

    def draw(self, room: tuple[float, float], *, alone: bool = False) -> Drawing:
        """Draw the picture; see `Sketch`."""
        longest = max(width(each) for each, _ in self._lines)
        named = _SAMPLE + longest if longest else 0
        beside = named <= room[0] * _NAMES
        legend = [] if beside else list(self._legend(room[0]))
        rows = max((row for *_, row in legend), default=-1) + 1
        right = named + _RIGHT if beside else _RIGHT
        left = max(width(text) for text, _ in self._axis.ticks) + 8
        top = (_BARE_TOP if alone else _TOP) + _ROW * rows
        drawing = Drawing((room[0], room[1] + _ROW * rows), Margins(left, top, right, _BOTTOM))
        for text, number, x, row in legend:
            place = x + _SAMPLE, 14 + _ROW * row
            drawing.write(text, place, "name")
            if number is not None:
                _sample(drawing, place, number)
        if not alone:
            drawing.write(self._axis.words, (0, 14 + _ROW * rows), "note")
        self._draw_axes(drawing)
        if self._bars:
            self._draw_bars(drawing)
        else:
            self._draw_lines(drawing)
        put = self._put_marks(drawing)
        if named and beside:
            self._name_lines(drawing, put)
        if not named or len(put) <= _LABELLED:
            self._write_values(drawing, put)
        return drawing

    def _legend(self, room: float) -> Iterator[tuple[str, int | None, float, int]]:
        """Yield the names of the lines above the plot: text, line, place in its row, and row.

        A name that is longer than a row has several rows; only the first one names its line.
        """
        x, row = 0.0, 0
        for number, (name, _) in enumerate(self._lines):
            texts = wrapped(name, room - _SAMPLE, _NAME_ROWS)
            if x and (len(texts) > 1 or x + _SAMPLE + width(name) > room):
                x, row = 0.0, row + 1
            for each, text in enumerate(texts):
                yield text, None if each else number, x, row + each
            row += max(len(texts) - 1, 0)
            x += _SAMPLE + width("".join(texts[-1:])) + _NAME_GAP

    def _draw_axes(self, drawing: Drawing) -> None:
        area = drawing.plot
        for text, at in self._axis.ticks:
            y = area.bottom - at * (area.bottom - area.top)
            drawing.guide((area.left, y), (area.right, y), "zero" if text == "0" else "guide")
            drawing.write(text, (area.left - 6, y + 4), "tick", "end")
        for text, at in self._timeline.ticks(area.right - area.left - 2 * _INSET):
            half = width(text) / 2
            x = min(max(self._along(drawing, at), half), drawing.width - half)
            drawing.label(text, [((x, area.bottom + 20), "middle")], "tick")

    def _draw_lines(self, drawing: Drawing) -> None:
        """Join the points of periods that follow one another."""
        for number, (name, marks) in enumerate(self._lines):
            places = {mark.period: self._place(drawing, mark, number) for mark in best_marks(marks)}
            class_ = f"line {_colour(name, number)}".strip()
            for one, other in self._timeline.followers(places):
                drawing.line(places[one], places[other], class_)

    def _draw_bars(self, drawing: Drawing) -> None:
        """Draw a bar for each period of each line, from zero to the value that a line would have.

        The bars of several lines stand side by side.
        """
        half = self._slot(drawing) / len(self._lines) / 2
        zero = self._up(drawing, Decimal(0))
        for number, (name, marks) in enumerate(self._lines):
            shapes = []
            for mark in best_marks(marks):
                x, y = self._place(drawing, mark, number)
                shapes.append(f"M{x - half:.1f} {zero:.1f}V{y:.1f}H{x + half:.1f}V{zero:.1f}z")
                drawing.background(Box(x - half, min(y, zero), x + half, max(y, zero)))
            # One path for all bars: hundreds of them would be most of the page.
            class_ = f"bar {_colour(name, number)}".strip()
            drawing.add("path", class_=class_, d="".join(shapes))

    def _slot(self, drawing: Drawing) -> float:
        """Return the width of the bars of a period in pixels."""
        periods = {mark.period for _, marks in self._lines for mark in marks}
        places = sorted(self._along(drawing, self._timeline.at(period)) for period in periods)
        edges = 2 * min(places[0] - drawing.plot.left, drawing.plot.right - places[-1])
        gaps = (other - one for one, other in pairwise(places))
        return _FILLED * min(edges, _WIDEST_SLOT, *gaps)

    def _put_marks(self, drawing: Drawing) -> list[tuple[Mark, Place]]:
        """Draw the marks; those of a chart with few are moved apart if they cover each other."""
        put: list[tuple[Mark, Place]] = []
        count = sum(len(marks) for _, marks in self._lines)
        few, dense = count <= _LABELLED, count > _LINKED
        for number, (name, marks) in enumerate(self._lines):
            for mark in marks:
                place = self._place(drawing, mark, number)
                if few:
                    place = _apart(place, [each for _, each in put])
                low, high = (None if end is None else self._up(drawing, end) for end in mark.ends)
                class_ = _colour(name, number)
                self._marks.put(
                    drawing,
                    mark,
                    place,
                    (low, high),
                    upright=True,
                    large=few,
                    dense=dense,
                    class_=class_,
                )
                put.append((mark, place))
        return put

    def _name_lines(self, drawing: Drawing, put: Iterable[tuple[Mark, Place]]) -> None:
        """Write the name of each line next to its end, or as near as there is room below others."""
        places = {id(mark): place for mark, place in put}
        ends = sorted(
            (max(places[id(mark)] for mark in best_marks(marks) or marks)[1], number, name)
            for number, (name, marks) in enumerate(self._lines)
            if marks
        )
        x = drawing.plot.right + 4 + _SAMPLE
        for y, (_, number, name) in zip(
            _stacked([y for y, *_ in ends], drawing), ends, strict=True
        ):
            drawing.write(name, (x, y + 4), "name")
            _sample(drawing, (x, y + 4), number)

    def _write_values(self, drawing: Drawing, put: Sequence[tuple[Mark, Place]]) -> None:
        """Write values beside their points, the most important first, as far as there is room."""
        last = max(place[0] for _, place in put)
        ordered = sorted(put, key=lambda each: (each[0].kind in STANDING, -each[1][0]))
        for mark, (x, y) in ordered:
            if len(put) > _LABELLED and mark.kind in STANDING and x < last:
                continue
            text = self._axis.shortened(self._marks.number(mark), mark.written)
            text += f" ×{len(mark.claims)}" if len(mark.claims) > 1 else ""
            text += f" {self._marks.kind(mark.kind)}" if mark.kind not in STANDING else ""
            spots = [
                ((x, y - 10), "middle"),
                ((x, y + 21), "middle"),
                ((x + 10, y + 4), "start"),
                ((x - 10, y + 4), "end"),
                ((x + 8, y - 8), "start"),
                ((x - 8, y - 8), "end"),
                ((x + 8, y + 18), "start"),
                ((x - 8, y + 18), "end"),
                ((x, y - 26), "middle"),
                ((x, y + 37), "middle"),
            ]
            drawing.label(text, spots, f"value {mark.kind}")

    def _place(self, drawing: Drawing, mark: Mark, number: int) -> Place:
        """Return the place of a mark of the line with some number."""
        along = self._along(drawing, self._timeline.at(mark.period))
        if self._bars:
            slot, count = self._slot(drawing), len(self._lines)
            along += slot * ((number + 0.5) / count - 0.5)
        return along, self._up(drawing, mark.numbers[1])

    def _along(self, drawing: Drawing, at: float) -> float:
        area = drawing.plot
        return area.left + _INSET + at * (area.right - area.left - 2 * _INSET)

    def _up(self, drawing: Drawing, number: Decimal) -> float:
        area = drawing.plot
        return area.bottom - self._axis.scale.at(number) * (area.bottom - area.top)


def _stacked(places: Sequence[float], drawing: Drawing) -> list[float]:
    """Move places along the axis of values apart, so that each has a line of text, in their order.

    Args:
        places: The places, from the top to the bottom.
        drawing: What they are in; it has room for all.

    Returns:
        The new places.
    """
    stacked: list[float] = []
    for place in places:
        stacked.append(max([place, *(each + LINE for each in stacked[-1:])]))
    least = drawing.plot.bottom
    for number in reversed(range(len(stacked))):
        stacked[number] = min(stacked[number], least)
        least = stacked[number] - LINE
    return stacked


def _colour(name: str, number: int) -> str:
    """Return the class for the colour of a line; a line without a name is alone and has none."""
    return f"line-{number}" if name else ""


def _sample(drawing: Drawing, place: Place, number: int) -> None:
    """Draw a piece of a line before its name, which is at a place."""
    x, y = place[0] - _SAMPLE, place[1] - 4
    shape = f"M{x:.1f} {y:.1f}H{x + _SAMPLE - 4:.1f}"
    drawing.add("path", class_=f"line sample line-{number}", d=shape)
    drawing.take(Box(x, y - 4, x + _SAMPLE, y + 4))


def _apart(place: Place, others: Iterable[Place]) -> Place:
    """Move a point sideways if it would cover another one."""
    x, y = place
    near = [other[0] for other in others if abs(other[1] - y) < 9]
    for step in _steps(10, 8):
        if all(abs(other - x - step) >= 9 for other in near):
            return x + step, y
    return place


def _steps(size: int, most: int) -> list[int]:
    """Return distances to both sides, the nearest first: 0, 10, -10, 20, ..."""
    return [0, *(sign * size * number for number in range(1, most) for sign in (1, -1))]
