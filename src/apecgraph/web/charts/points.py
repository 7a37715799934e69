"""Points: a figure on a chart, with its interval and a link to its page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.quantities import Quantities
from apecgraph.web.charts.drawing import Drawing, DrawnPoint
from apecgraph.web.charts.scales import Scale
from apecgraph.web.http.addresses import local_link

SHAPES: Final = {
    "stands": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "rejected": "M-4-4L4 4M4-4L-4 4",
    "disputed": "M0-5.5L5.5 0L0 5.5L-5.5 0z",
    "attributed": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "expected": "M0-5L5 4L-5 4z",
    "superseded": "M-4-4L4-4L4 4L-4 4z",
}
"""The shape of a point for each status that a figure can have.

They are a disc, a cross, and hollow: a diamond, a disc, a triangle and a square.
"""

_FAR: Final = 100
"""Ratio to all other numbers beyond which the scale leaves out a rejected number."""

_BEYOND: Final = Decimal("1.1")

OFF: Final = "off the scale"

_ARROW: Final = 26
"""Length in pixels of an unbounded interval that does not extend to the edge."""

_CAP: Final = 4


def numbers(claim: FigureClaim) -> tuple[Decimal, Decimal, Decimal]:
    """Return the lower end, the value and the upper end; the value replaces a missing end."""
    value, interval = claim.figure.value, claim.figure.interval
    low, high = (value if end is None else end for end in (interval.lower, interval.upper))
    return low, value, high


def scale(claims: Sequence[FigureClaim]) -> Scale:
    """Return a scale that shows one or more figures with their intervals.

    The scale leaves out a rejected figure that is far from all others, because including it would
    compress the others.
    """
    kept = [claim for claim in claims if not claim.rejected] or claims
    values = [numbers(claim)[1] for claim in kept]
    low, high = min(values) / _FAR, max(values) * _FAR
    near = [claim for claim in claims if claim in kept or low <= numbers(claim)[1] <= high]
    return Scale.of(number for claim in near for number in _reach(claim))


def _reach(claim: FigureClaim) -> tuple[Decimal, Decimal]:
    """Return the range that a scale must show for a figure, with space at an unbounded end."""
    low, value, high = numbers(claim)
    lower, upper = claim.figure.interval.lower, claim.figure.interval.upper
    return (
        value / _BEYOND if lower is None and upper is not None else low,
        value * _BEYOND if upper is None and lower is not None else high,
    )


class Points:
    """Puts figures of a release on drawings."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._quantities = Quantities(graph)

    def words(self, claim: FigureClaim) -> str:
        """Describe a figure: period, value, interval, publisher, status."""
        period = self._labels.title(claim.figure.cell.period).value
        quantity = f"{self._quantities.value(claim)} ({self._quantities.interval(claim)})"
        return f"{period}: {quantity}, {self._publisher(claim)}, {claim.status}"

    def put(
        self, drawing: Drawing, claim: FigureClaim, places: list[DrawnPoint], *, upright: bool
    ) -> None:
        """Put a figure on a drawing.

        Args:
            drawing: The drawing.
            claim: The figure.
            places: The positions of the lower end, the value and the upper end.
            upright: Whether to draw the interval vertically. An unbounded horizontal interval
                extends to the edge.
        """
        low, (x, y), high = places
        anchor = drawing.add(
            "a", href=local_link(claim.iri) or "", class_=f"point {claim.status}", tabindex="-1"
        )
        drawing.add("title", self.words(claim), to=anchor)
        drawing.add("circle", to=anchor, class_="reach", cx=f"{x:.1f}", cy=f"{y:.1f}", r="9")
        bar = _upright if upright else _lying
        interval = claim.figure.interval
        ends = None if interval.lower is None else low, None if interval.upper is None else high
        drawing.add("path", to=anchor, class_="interval", d=bar(drawing, (x, y), *ends))
        drawing.add(
            "path",
            to=anchor,
            class_="shape",
            d=SHAPES[claim.status],
            transform=f"translate({x:.1f} {y:.1f})",
        )

    def _publisher(self, claim: FigureClaim) -> str:
        publisher = self._graph.named_graph(claim.source).value(claim.source, f"{DCTERMS}publisher")
        return self._labels.title(publisher or claim.source).value


def _upright(
    drawing: Drawing, place: DrawnPoint, low: DrawnPoint | None, high: DrawnPoint | None
) -> str:
    """Draw a vertical error bar; each end has a cap, or an arrow if it is unbounded."""
    x, y = place
    bottom = y + _ARROW if low is None else low[1]
    top = y - _ARROW if high is None else high[1]
    cap = f"h{_CAP}h{-2 * _CAP}"
    head = f"M{x - _CAP:.1f} {{0:.1f}}L{x:.1f} {{1:.1f}}L{x + _CAP:.1f} {{0:.1f}}"
    foot = head.format(bottom - _CAP, bottom) if low is None else f"M{x:.1f} {bottom:.1f}{cap}"
    crown = head.format(top + _CAP, top) if high is None else f"M{x:.1f} {top:.1f}{cap}"
    return f"M{x:.1f} {bottom:.1f}V{top:.1f}{foot}{crown}"


def _lying(
    drawing: Drawing, place: DrawnPoint, low: DrawnPoint | None, high: DrawnPoint | None
) -> str:
    """Draw a horizontal bar; each end has a cap, or an arrow at the edge if it is unbounded."""
    y = place[1]
    left = 0.0 if low is None else low[0]
    right = drawing.width if high is None else high[0]
    cap = f"v{_CAP}v{-2 * _CAP}"
    head = f"M{{0:.1f}} {y - _CAP:.1f}L{{1:.1f}} {y:.1f}L{{0:.1f}} {y + _CAP:.1f}"
    begin = head.format(left + _CAP, left) if low is None else f"M{left:.1f} {y:.1f}{cap}"
    end = head.format(right - _CAP, right) if high is None else f"M{right:.1f} {y:.1f}{cap}"
    return f"M{left:.1f} {y:.1f}H{right:.1f}{begin}{end}"
