"""The picture of figures over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from apecgraph.web.charts.axis import Axis
from apecgraph.web.charts.drawing import Drawing, Margins, Place, cut, width
from apecgraph.web.charts.marks import OFFICIAL, STANDING, Mark, Marks
from apecgraph.web.charts.timeline import Timeline

_TOP: Final = 34
_BARE_TOP: Final = 20
_BOTTOM: Final = 30
_RIGHT: Final = 14
_INSET: Final = 16
"""Pixels between the ends of the time axis and the middle of the nearest point."""

_LABELLED: Final = 14
"""Maximum number of points that all have their values beside them."""

_NAMES: Final = 0.4
"""The largest part of the width that the names of lines may take."""


class TimeChart:
    """The picture of figures over time, which can be drawn in several sizes.

    Args:
        lines: The name and the marks of each line.
        timeline: The time axis.
        axis: The axis of values.
        marks: Draws the marks.
    """

    def __init__(
        self,
        lines: Sequence[tuple[str, Sequence[Mark]]],
        timeline: Timeline,
        axis: Axis,
        marks: Marks,
    ) -> None:
        self._lines = lines
        self._timeline = timeline
        self._axis = axis
        self._marks = marks

    def draw(self, room: tuple[float, float], *, alone: bool = False) -> Drawing:
        """Draw the picture; see `Sketch`."""
        named = max(width(each) for each, _ in self._lines)
        right = min(named + _RIGHT, room[0] * _NAMES) if named else _RIGHT
        left = max(width(text) for text, _ in self._axis.ticks) + 8
        drawing = Drawing(room, Margins(left, _BARE_TOP if alone else _TOP, right, _BOTTOM))
        if not alone:
            drawing.write(self._axis.words, (0, 14), "note")
        self._draw_axes(drawing)
        self._draw_lines(drawing)
        put = self._put_marks(drawing)
        if named:
            self._name_lines(drawing, put)
        else:
            self._write_values(drawing, put)
        return drawing

    def _draw_axes(self, drawing: Drawing) -> None:
        area = drawing.plot
        for text, at in self._axis.ticks:
            y = area.bottom - at * (area.bottom - area.top)
            drawing.line((area.left, y), (area.right, y), "zero" if text == "0" else "guide")
            drawing.write(text, (area.left - 6, y + 4), "tick", "end")
        for text, at in self._timeline.ticks(area.right - area.left - 2 * _INSET):
            half = width(text) / 2
            x = min(max(self._along(drawing, at), half), drawing.width - half)
            drawing.label(text, [((x, area.bottom + 20), "middle")], "tick")

    def _draw_lines(self, drawing: Drawing) -> None:
        """Join the points of periods that follow one another."""
        for number, (_, marks) in enumerate(self._lines):
            places = {mark.period: self._place(drawing, mark) for mark in _best(marks)}
            for one, other in self._timeline.followers(places):
                drawing.line(places[one], places[other], f"line line-{number}")

    def _put_marks(self, drawing: Drawing) -> list[tuple[Mark, Place]]:
        """Draw the marks; those of a chart with few are moved apart if they cover each other."""
        put: list[tuple[Mark, Place]] = []
        few = sum(len(marks) for _, marks in self._lines) <= _LABELLED
        for number, (name, marks) in enumerate(self._lines):
            for mark in marks:
                place = self._place(drawing, mark)
                if few:
                    place = _apart(place, [each for _, each in put])
                low, high = (None if end is None else self._up(drawing, end) for end in mark.ends)
                class_ = f"line-{number}" if name else ""
                self._marks.put(
                    drawing, mark, place, (low, high), upright=True, large=few, class_=class_
                )
                put.append((mark, place))
        return put

    def _name_lines(self, drawing: Drawing, put: Iterable[tuple[Mark, Place]]) -> None:
        """Write the name of each line next to its end, or as near as there is room."""
        places = {id(mark): place for mark, place in put}
        ends = sorted(
            (max(places[id(mark)] for mark in _best(marks) or marks)[1], number, name)
            for number, (name, marks) in enumerate(self._lines)
            if marks
        )
        x = drawing.plot.right + 4
        for y, number, name in ends:
            spots = [((x, y + 4 + step), "start") for step in _steps(16, 12)]
            drawing.label(cut(name, drawing.width - x), spots, f"name line-{number}")

    def _write_values(self, drawing: Drawing, put: Sequence[tuple[Mark, Place]]) -> None:
        """Write values beside their points, the most important first, as far as there is room."""
        last = max(place[0] for _, place in put)
        ordered = sorted(put, key=lambda each: (each[0].kind in STANDING, -each[1][0]))
        for mark, (x, y) in ordered:
            if len(put) > _LABELLED and mark.kind in STANDING and x < last:
                continue
            text = self._axis.shortened(self._marks.number(mark), mark.numbers[1])
            text += f" ×{len(mark.claims)}" if len(mark.claims) > 1 else ""
            text += f" {self._marks.kind(mark.kind)}" if mark.kind not in STANDING else ""
            spots = [
                ((x, y - 10), "middle"),
                ((x, y + 21), "middle"),
                ((x + 10, y + 4), "start"),
                ((x - 10, y + 4), "end"),
                ((x, y - 26), "middle"),
                ((x, y + 37), "middle"),
            ]
            drawing.label(text, spots, f"value {mark.kind}")

    def _place(self, drawing: Drawing, mark: Mark) -> Place:
        along = self._along(drawing, self._timeline.at(mark.period))
        return along, self._up(drawing, mark.numbers[1])

    def _along(self, drawing: Drawing, at: float) -> float:
        area = drawing.plot
        return area.left + _INSET + at * (area.right - area.left - 2 * _INSET)

    def _up(self, drawing: Drawing, number: Decimal) -> float:
        area = drawing.plot
        return area.bottom - self._axis.scale.at(number) * (area.bottom - area.top)


def _best(marks: Iterable[Mark]) -> list[Mark]:
    """Return the mark of each period that a line goes through: official if there is one."""
    best: dict[str, Mark] = {}
    for mark in marks:
        if mark.kind in STANDING:
            best[mark.period] = max(best.get(mark.period, mark), mark, key=_weight)
    return list(best.values())


def _weight(mark: Mark) -> tuple[bool, int]:
    return mark.kind == OFFICIAL, len(mark.claims)


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
