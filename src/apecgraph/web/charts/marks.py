"""Marks: the points of a chart, with their intervals, and links to what they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apecgraph.content.decisions import Ruling
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, QB
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.sources import is_official
from apecgraph.text.numbers import rounded
from apecgraph.web.charts.drawing import Box, Drawing, Place
from apecgraph.web.http.addresses import local_link
from apecgraph.web.language import Language

OFFICIAL: Final = "official"
"""The kind of a mark of official statistics that are accepted."""

STANDING: Final = (OFFICIAL, "stands")
REJECTED: Final = "rejected"

SHAPES: Final = {
    OFFICIAL: "M-4.5-4.5H4.5V4.5H-4.5z",
    "stands": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    REJECTED: "M-4-4L4 4M4-4L-4 4",
    "disputed": "M0-5.5L5.5 0L0 5.5L-5.5 0z",
    "attributed": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "expected": "M0-5L5 4L-5 4z",
    "superseded": "M-4-4L4-4L4 4L-4 4z",
}
"""The shape of a mark for official statistics, and for each status that a figure can have.

They are a square, a disc, a cross, and hollow: a diamond, a disc, a triangle and a square.
"""

_ARROW: Final = 26
"""Length in pixels of an unbounded interval."""

_CAP: Final = 4
_SEEN: Final = 6
"""Length in pixels from which an interval can be seen behind its mark."""

_REACH: Final = 12
"""Radius in pixels of the area that belongs to a mark (WCAG 2.2, success criterion 2.5.8)."""

_DIGITS: Final = 4
"""Number of significant digits of a rescaled value."""

_NARROW: Final = Decimal("0.00001")
"""The width of an interval, as a part of its value, up to which its text omits it."""

_NAMED: Final = 2
"""Number of publishers that are named before the others are counted."""


@dataclass(frozen=True, slots=True)
class Rescaling:
    """How the value of a mark is made from that of its figures.

    Attributes:
        factor: What the value is multiplied by.
        unit: The unit of the product in words, or an empty string.
    """

    factor: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Figures of one cell that mean the same, drawn as one point.

    Attributes:
        claims: The figures.
        kind: A key of `SHAPES`.
        rescaling: How its value is made from that of the figures; None if it is the same.
    """

    claims: tuple[FigureClaim, ...]
    kind: str
    rescaling: Rescaling | None = None

    @property
    def period(self) -> str:
        """IRI of the period."""
        return self.claims[0].figure.cell.period

    @property
    def numbers(self) -> tuple[Decimal, Decimal, Decimal]:
        """The lower end, the value and the upper end; the value replaces a missing end."""
        value = self.claims[0].figure.value * self._factor
        low, high = (value if end is None else end for end in self.ends)
        return low, value, high

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The ends of the interval; None for one that is not bounded."""
        interval, factor = self.claims[0].figure.interval, self._factor
        low, high = (
            None if end is None else end * factor for end in (interval.lower, interval.upper)
        )
        return low, high

    @property
    def written(self) -> Decimal:
        """The value as it is written: that of the figures, or some digits of a rescaled one."""
        return rounded(self.numbers[1], _DIGITS) if self.rescaling else self.numbers[1]

    @property
    def _factor(self) -> Decimal:
        return self.rescaling.factor if self.rescaling else Decimal(1)


class Marks:
    """Makes marks of the figures of a release, and draws them."""

    def __init__(self, graph: Graph, language: Language) -> None:
        self._graph = graph
        self._language = language
        self._labels = language.labels
        self._quantities = language.quantities

    def of(self, claims: Iterable[FigureClaim]) -> list[Mark]:
        """Return the marks of some figures, in the order of their first figures."""
        alike: defaultdict[object, list[FigureClaim]] = defaultdict(list)
        kinds: dict[str, bool] = {}
        for claim in claims:
            if claim.source not in kinds:
                kinds[claim.source] = is_official(self._graph, claim.source)
            official = claim.status == "stands" and kinds[claim.source]
            kind = OFFICIAL if official else claim.status
            figure = claim.figure
            alike[figure.cell, figure.interval, figure.bound, kind].append(claim)
        return [
            Mark(tuple(group), key[-1])  # type: ignore[index]
            for key, group in alike.items()
        ]

    def kind(self, kind: str) -> str:
        """Return the words for a kind of marks: "official statistics", "rejected"."""
        if kind == OFFICIAL:
            return self._language.catalogue.gettext("official statistics")
        if kind == STANDING[1]:
            return self._language.catalogue.gettext("other sources")
        return self._language.status(kind)

    def key(self, marks: Iterable[Mark]) -> list[tuple[str, str, str]]:
        """Return the kinds of some marks, each with its shape (an SVG path) and its meaning."""
        kinds = {mark.kind for mark in marks}
        return [(kind, path, self.kind(kind)) for kind, path in SHAPES.items() if kind in kinds]

    def value(self, mark: Mark) -> str:
        """Write the value of a mark with its bound and its unit: "nearly 60 %"."""
        if mark.rescaling is None:
            return self._quantities.short(mark.claims[0])
        return self.in_unit_of(mark, self.number(mark))

    def number(self, mark: Mark) -> str:
        """Write the value of a mark with its bound, without its unit: "nearly 60"."""
        if mark.rescaling is None:
            return self._quantities.short_number(mark.claims[0])
        bound = mark.claims[0].figure.bound
        return self._language.numerals.number(mark.written, None, bound)

    def in_unit_of(self, mark: Mark, number: str) -> str:
        """Write a number with the unit of a mark: "1,200 yuan per head"."""
        if mark.rescaling:
            unit = mark.rescaling.unit
        else:
            unit = self._language.numerals.unit(mark.claims[0].figure.unit)
        if not unit:
            return number
        return self._language.catalogue.gettext("%(number)s %(unit)s", number=number, unit=unit)

    def publishers(self, marks: Iterable[Mark]) -> Sequence[str]:
        """Name the publishers of the figures of some marks, those of most figures first."""
        counted = Counter(self._publisher(claim) for mark in marks for claim in mark.claims)
        return [name for name, _ in counted.most_common()]

    def publishers_of(self, claims: Iterable[FigureClaim]) -> Sequence[str]:
        """Name the publishers of some figures."""
        return list(dict.fromkeys(map(self._publisher, claims)))

    def words(self, mark: Mark) -> str:
        """Describe a mark: period, value, interval, publishers; why it is rejected.

        The printed value follows a rescaled one.
        """
        claim = mark.claims[0]
        period = self._labels.title(mark.period).value
        catalogue, numbers = self._language.catalogue, self._quantities
        if mark.rescaling or _is_wide(mark):
            value = catalogue.gettext(
                "%(period)s: %(number)s (%(interval)s)",
                period=period,
                number=self.value(mark),
                interval=numbers.value(claim) if mark.rescaling else numbers.interval(claim),
            )
        else:
            value = catalogue.gettext(
                "%(period)s: %(number)s", period=period, number=self.value(mark)
            )
        parts = [value, self._publishers(mark)]
        if decided := _ruling(mark):
            reason = self._labels.title(decided.decision).value
            status = self.kind(mark.kind)
            parts.append(catalogue.gettext("%(status)s: %(reason)s", status=status, reason=reason))
        elif mark.kind not in STANDING:
            parts.append(self.kind(mark.kind))
        return self._language.listed(parts)

    def put(
        self,
        drawing: Drawing,
        mark: Mark,
        place: Place,
        ends: tuple[float | None, float | None],
        *,
        upright: bool,
        large: bool = True,
        dense: bool = False,
        class_: str = "",
    ) -> None:
        """Draw a mark, and keep its place free of labels.

        A mark among many is a dot without words and without a link, unless its status or its
        interval says more than its value: nobody could point at it, and a page of them is heavy.

        Args:
            drawing: The drawing.
            mark: The mark.
            place: The position of its value.
            ends: The positions of the ends of its interval along the axis of values; None for an
                end that is not bounded.
            upright: Whether the interval is vertical.
            large: Whether there is room for a large mark.
            dense: Whether it is one of many.
            class_: A further class.
        """
        x, y = place
        is_seen = None in ends or abs((ends[1] or 0) - (ends[0] or 0)) > _SEEN
        classes = " ".join(filter(None, (mark.kind, class_)))
        if dense and mark.kind in STANDING and not is_seen:
            drawing.dot(place, f"dot {classes}")
            drawing.take(Box(x - 2, y - 2, x + 2, y + 2))
            return
        anchor = drawing.add("a", href=self._link(mark), class_=f"point {classes}", tabindex="-1")
        drawing.add("title", self.words(mark), to=anchor)
        drawing.add(
            "circle", to=anchor, class_="reach", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{_REACH}"
        )
        if is_seen:
            bar = _upright if upright else _lying
            drawing.add("path", to=anchor, class_="interval", d=bar(place, *ends))
        drawing.add(
            "path",
            to=anchor,
            class_="shape",
            d=SHAPES[mark.kind],
            transform=f"translate({x:.1f} {y:.1f}){'' if large else ' scale(.6)'}",
        )
        drawing.take(Box(x - 5, y - 5, x + 5, y + 5))
        low, high = (
            (y if upright else x) + sign * _ARROW if end is None else end
            for end, sign in zip(ends, (1, -1) if upright else (-1, 1), strict=True)
        )
        drawing.take(
            Box(x - _CAP, high, x + _CAP, low) if upright else Box(low, y - _CAP, high, y + _CAP)
        )

    def _link(self, mark: Mark) -> str:
        """Return the address of one figure, of the decision that rejects it, or of the cell."""
        claim = mark.claims[0]
        if len(mark.claims) > 1 and (decided := _ruling(mark)):
            return local_link(decided.decision) or ""
        if len(mark.claims) > 1:
            cells = self._graph.named_graph(CELLS_GRAPH)
            for cell in cells.subjects(f"{QB}observation", claim.iri):
                return local_link(cell) or ""
        return local_link(claim.iri) or ""

    def _publishers(self, mark: Mark) -> str:
        """Name the publishers of the figures, or some of them and the number of figures."""
        names = list(dict.fromkeys(map(self._publisher, mark.claims)))
        if len(mark.claims) == 1:
            return names[0]
        named = self._language.listed([*names[:_NAMED], *["…"][: len(names) > _NAMED]])
        return self._language.catalogue.ngettext(
            "%(num)s source: %(names)s", "%(num)s sources: %(names)s", len(mark.claims), names=named
        )

    def _publisher(self, claim: FigureClaim) -> str:
        publisher = self._graph.named_graph(claim.source).value(claim.source, f"{DCTERMS}publisher")
        return self._labels.title(publisher or claim.source).value


def best_marks(marks: Iterable[Mark]) -> list[Mark]:
    """Return the mark of each period that a line goes through: official if there is one."""
    best: dict[str, Mark] = {}
    for mark in marks:
        if mark.kind in STANDING:
            best[mark.period] = max(best.get(mark.period, mark), mark, key=_weight)
    return list(best.values())


def _is_wide(mark: Mark) -> bool:
    """Return whether the interval of a mark says more than its digits."""
    low, value, high = mark.numbers
    return None in mark.ends or high - low > abs(value) * _NARROW


def _weight(mark: Mark) -> tuple[bool, int]:
    return mark.kind == OFFICIAL, len(mark.claims)


def _ruling(mark: Mark) -> Ruling | None:
    """Return the ruling that rejects the figures of a mark, or None."""
    return next(iter(mark.claims[0].rulings), None) if mark.kind == REJECTED else None


def _upright(place: Place, low: float | None, high: float | None) -> str:
    """Draw a vertical error bar; each end has a cap, or an arrow if it is unbounded."""
    x, y = place
    bottom = y + _ARROW if low is None else low
    top = y - _ARROW if high is None else high
    cap = f"h{_CAP}h{-2 * _CAP}"
    head = f"M{x - _CAP:.1f} {{0:.1f}}L{x:.1f} {{1:.1f}}L{x + _CAP:.1f} {{0:.1f}}"
    foot = head.format(bottom - _CAP, bottom) if low is None else f"M{x:.1f} {bottom:.1f}{cap}"
    crown = head.format(top + _CAP, top) if high is None else f"M{x:.1f} {top:.1f}{cap}"
    return f"M{x:.1f} {bottom:.1f}V{top:.1f}{foot}{crown}"


def _lying(place: Place, low: float | None, high: float | None) -> str:
    """Draw a horizontal error bar; each end has a cap, or an arrow if it is unbounded."""
    x, y = place
    left = x - _ARROW if low is None else low
    right = x + _ARROW if high is None else high
    cap = f"v{_CAP}v{-2 * _CAP}"
    head = f"M{{0:.1f}} {y - _CAP:.1f}L{{1:.1f}} {y:.1f}L{{0:.1f}} {y + _CAP:.1f}"
    begin = head.format(left + _CAP, left) if low is None else f"M{left:.1f} {y:.1f}{cap}"
    end = head.format(right - _CAP, right) if high is None else f"M{right:.1f} {y:.1f}{cap}"
    return f"M{left:.1f} {y:.1f}H{right:.1f}{begin}{end}"
