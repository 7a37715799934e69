"""The picture of figures in rows on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from apecgraph.web.charts.axis import Axis
from apecgraph.web.charts.drawing import LINE, Drawing, Margins, width, wrapped
from apecgraph.web.charts.marks import Mark, Marks

_ROW: Final = 48
"""Height of a row in pixels: a label, and an interval below it."""

_HIGHEST_ROW: Final = 88
_TOP: Final = 26
_BARE_TOP: Final = 4
_BOTTOM: Final = 30
_GAP: Final = 10
_LABEL_LINES: Final = 3


class RowChart:
    """The picture of figures in rows, which can be drawn in several widths.

    Args:
        rows: The label and the mark of each row.
        axis: The axis of values.
        marks: Draws the marks.
    """

    def __init__(self, rows: Sequence[tuple[str, Mark]], axis: Axis, marks: Marks) -> None:
        self._rows = rows
        self._axis = axis
        self._marks = marks

    def draw(self, room: tuple[float, float], *, alone: bool = False) -> Drawing:
        """Draw the picture; see `Sketch`. Its height depends on the number of rows."""
        axis = self._axis
        inset = max(width(text) for text, _ in axis.ticks) / 2 + 4
        top_margin = _BARE_TOP if alone else _TOP
        free = (room[1] - top_margin - _BOTTOM) / len(self._rows) if alone else 0
        row = max(_ROW, min(free, _HIGHEST_ROW))
        labels = [wrapped(label, room[0], _LABEL_LINES) for label, _ in self._rows]
        height = top_margin + sum(row + LINE * (len(each) - 1) for each in labels) + _BOTTOM
        drawing = Drawing((room[0], height), Margins(inset, top_margin, inset, _BOTTOM))
        area = drawing.plot

        def x_of(at: float) -> float:
            return area.left + at * (area.right - area.left)

        def end(number: Decimal | None) -> float | None:
            return None if number is None else x_of(axis.scale.at(number))

        if not alone:
            drawing.write(axis.words, (0, 14), "note")
        written = 0.0
        for text, at in axis.ticks:
            x, half = x_of(at), width(text) / 2
            drawing.guide((x, area.top), (x, area.bottom))
            if x - half >= written:
                drawing.write(text, (x, area.bottom + 20), "tick", "middle")
                written = x + half + _GAP
        bottom = area.top
        for lines, (_, mark) in zip(labels, self._rows, strict=True):
            top = bottom + (row - _ROW) / 2 - LINE
            bottom += row + LINE * (len(lines) - 1)
            for line in lines:
                top += LINE
                drawing.write(line, (0, top + 16), "label")
            x, y = x_of(axis.scale.at(mark.numbers[1])), top + 34
            low, high = map(end, mark.ends)
            self._marks.put(drawing, mark, (x, y), (low, high), upright=False)
            spots = [
                ((max(x, high or 0) + _GAP, y + 4), "start"),
                ((min(x, low or x) - _GAP, y + 4), "end"),
            ]
            drawing.label(self._marks.value(mark), spots, f"value {mark.kind}")
        return drawing
