"""Points: a figure on a chart, with its interval and a link to its page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS
from apecgraph.readers.claims import Claim
from apecgraph.readers.quantities import Quantities
from apecgraph.web.charts.drawing import Drawing, DrawnPoint
from apecgraph.web.charts.scales import Scale
from apecgraph.web.http.addresses import local_link

WORDS: Final = {"standing": "stands", "rejected": "rejected", "open": "disputed"}
"""What is said of a figure by its status."""

SHAPES: Final = {
    "standing": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "rejected": "M-4-4L4 4M4-4L-4 4",
    "open": "M0-5.5L5.5 0L0 5.5L-5.5 0z",
}
"""A point by the status of its figure: a disc, a cross, a hollow diamond."""

_FAR: Final = 100
"""How many times another a number is that has no room on its scale."""

_BEYOND: Final = Decimal("1.1")

OFF: Final = "off the scale"

_ARROW: Final = 26
"""Pixels of an interval that has no end, where it does not run to the edge."""

_CAP: Final = 4


def numbers(claim: Claim) -> tuple[Decimal, Decimal, Decimal]:
    """Return the lower end, the value and the upper end of a figure; an open end is the value."""
    value = Decimal("0" if claim.value is None else claim.value.value)
    low, high = (value if end is None else Decimal(end.value) for end in (claim.lower, claim.upper))
    return low, value, high


def scale(claims: Sequence[Claim]) -> Scale:
    """Make the scale that shows some figures, one at least, with their intervals.

    A rejected one that is far from all that are not would leave no room for those: it is left off.
    """
    kept = [claim for claim in claims if not claim.rejected] or claims
    values = [numbers(claim)[1] for claim in kept]
    low, high = min(values) / _FAR, max(values) * _FAR
    near = [claim for claim in claims if claim in kept or low <= numbers(claim)[1] <= high]
    return Scale.of(number for claim in near for number in _reach(claim))


def _reach(claim: Claim) -> tuple[Decimal, Decimal]:
    """Return what a scale is to hold of a figure: beyond an open end there is something, too."""
    low, value, high = numbers(claim)
    return (
        value / _BEYOND if claim.lower is None and claim.upper is not None else low,
        value * _BEYOND if claim.upper is None and claim.lower is not None else high,
    )


class Points:
    """Puts the figures of a release on drawings."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._quantities = Quantities(graph)

    def words(self, claim: Claim) -> str:
        """Say what a figure is: period, value, interval, publisher, status."""
        quantity = self._quantities.value(claim)
        interval = self._quantities.interval(claim)
        period = "" if claim.period is None else f"{self._labels.title(claim.period).value}: "
        meant = f" ({interval})" if interval else ""
        return f"{period}{quantity}{meant}, {self._publisher(claim)}, {WORDS[claim.status]}"

    def put(
        self, drawing: Drawing, claim: Claim, places: list[DrawnPoint], *, upright: bool
    ) -> None:
        """Put a figure on a drawing, at the places of the lower end, the value and the upper end.

        upright: whether its interval is; else it lies, and what is open runs to the edge.
        """
        low, (x, y), high = places
        anchor = drawing.add(
            "a", href=local_link(claim.iri) or "", class_=f"point {claim.status}", tabindex="-1"
        )
        drawing.add("title", self.words(claim), to=anchor)
        drawing.add("circle", to=anchor, class_="reach", cx=f"{x:.1f}", cy=f"{y:.1f}", r="9")
        bar = _upright if upright else _lying
        ends = (None if claim.lower is None else low, None if claim.upper is None else high)
        drawing.add("path", to=anchor, class_="interval", d=bar(drawing, (x, y), *ends))
        drawing.add(
            "path",
            to=anchor,
            class_="shape",
            d=SHAPES[claim.status],
            transform=f"translate({x:.1f} {y:.1f})",
        )

    def _publisher(self, claim: Claim) -> str:
        publisher = self._graph.named_graph(claim.source).value(claim.source, f"{DCTERMS}publisher")
        return self._labels.title(publisher or claim.source).value


def _upright(
    drawing: Drawing, place: DrawnPoint, low: DrawnPoint | None, high: DrawnPoint | None
) -> str:
    """Draw an error bar: caps where it ends, arrows where it does not."""
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
    """Draw a bar from end to end; to the edge, with an arrow, where there is none."""
    y = place[1]
    left = 0.0 if low is None else low[0]
    right = drawing.width if high is None else high[0]
    cap = f"v{_CAP}v{-2 * _CAP}"
    head = f"M{{0:.1f}} {y - _CAP:.1f}L{{1:.1f}} {y:.1f}L{{0:.1f}} {y + _CAP:.1f}"
    begin = head.format(left + _CAP, left) if low is None else f"M{left:.1f} {y:.1f}{cap}"
    end = head.format(right - _CAP, right) if high is None else f"M{right:.1f} {y:.1f}{cap}"
    return f"M{left:.1f} {y:.1f}H{right:.1f}{begin}{end}"
