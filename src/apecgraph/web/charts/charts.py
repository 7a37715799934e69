"""Charts: figures over time, and figures in rows on one scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from markupsafe import Markup

from apecgraph.content.frequencies import ANNUAL, FREQUENCIES, frequency
from apecgraph.rdf.graph import Graph
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.populations import Populations
from apecgraph.readers.series import Series, names_apart, when
from apecgraph.text.numbers import spelled
from apecgraph.web.charts.axis import Axis
from apecgraph.web.charts.drawing import Drawing
from apecgraph.web.charts.marks import REJECTED, SHAPES, Mark, Marks
from apecgraph.web.charts.rescaling import Lines, RescaledLines, Rescaler
from apecgraph.web.charts.rows import RowChart
from apecgraph.web.charts.scales import Scale
from apecgraph.web.charts.time_chart import TimeChart
from apecgraph.web.charts.timeline import Days, Timeline
from apecgraph.web.charts.view import BAR, LOGARITHMIC, PLAIN, View
from apecgraph.web.language import Language

SIZES: Final[Mapping[str, tuple[int, int]]] = {"wide": (860, 380), "narrow": (360, 320)}
"""Width and height of a chart in pixels, for a desktop and for a phone, keyed by its class."""

_MOST_LINES: Final = 6
_FAR: Final = Decimal("1.5")
"""A rejected number is not drawn if it is this many times greater than all others."""


class Sketch(Protocol):
    """What a chart shows, ready to be drawn in any size."""

    def draw(self, room: tuple[float, float], *, alone: bool = False) -> Drawing:
        """Draw it.

        Args:
            room: Width and height in pixels; if there are rows, their number decides the height.
            alone: Whether it is in a picture, which names the unit outside of the drawing.

        Returns:
            The drawing.
        """


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        name: Its name, unique in the page: a prefix for the ids of elements.
        title: Its title.
        description: Its content in words, for readers who cannot see it.
        sketch: What it shows.
        marks: The points, each for one or more figures.
        key: The kinds of its marks, each with its shape (an SVG path) and its meaning.
        notes: Sentences about what the chart leaves out, and about its scale.
        unit: What the numbers of its axis are in: "trillion yuan", "%".
        span: The periods of its figures, in words.
        publishers: The names of those who publish its figures, the most frequent first.
        frequency: IRI of the frequency of the figures; empty if the chart is not over time.
        frequencies: The number of figures of each frequency, whether drawn or not.
        offered: The values of the parameter `values` of a view that the figures permit.
        basis: The figures that its values are divided by, if they are not drawn themselves.
        has_names: Whether its lines have names and colours.
        every: The name of the frequency, unless it is that of years.
    """

    name: str
    title: str
    description: str
    sketch: Sketch
    marks: Sequence[Mark]
    key: Sequence[tuple[str, str, str]]
    notes: Sequence[str]
    unit: str
    span: str
    publishers: Sequence[str]
    frequency: str = ""
    frequencies: Mapping[str, int] = field(default_factory=dict)
    offered: Sequence[str] = ()
    basis: Sequence[FigureClaim] = ()
    has_names: bool = False
    every: str = ""

    @property
    def drawings(self) -> Sequence[Markup]:
        """The SVG elements, for a wide screen and for a narrow one."""
        return [
            self.sketch.draw(room).markup(f"{self.name}-{size}", size, self.title, self.description)
            for size, room in SIZES.items()
        ]


class Charts:
    """Draws the figures of a release, with labels from its data.

    Colours come from style.css. A page must have a table of the same figures next to each chart.

    Args:
        graph: The dataset of the release.
        language: The language of the words.
        populations: The populations of economies, for values per head.
    """

    def __init__(
        self, graph: Graph, language: Language, populations: Populations | None = None
    ) -> None:
        self._graph = graph
        self._language = language
        self._marks = Marks(graph, language)
        self._rescaler = Rescaler(language, populations or {})

    def over_time(
        self,
        name: str,
        title: str,
        series: Sequence[Series],
        *,
        wanted: str | None = None,
        view: View = PLAIN,
    ) -> Chart | None:
        """Draw figures of one unit and one frequency over time.

        Args:
            name: A prefix for the ids of elements, unique in the page.
            title: The title of the chart.
            series: The series; the most important ones first, since a chart has a limited number
                of lines.
            wanted: IRI of the frequency; None for years, or if there are no two points of years,
                for the frequency of which there are most periods.
            view: How the chart shows them. A scale is logarithmic only if all numbers are above
                zero.

        Returns:
            The chart; None if there are no two points to draw, or several series of one period.
        """
        claims = [claim for each in series for claim in each.claims]
        days = self._days(claims)
        frequencies = _frequencies(claims, days)
        lines = {
            each: self._lines(series, each, days) for each in ([wanted] if wanted else frequencies)
        }
        chosen = min(lines, key=lambda each: _rank(each, lines[each]), default="")
        drawn = lines.get(chosen, [])
        if not _is_drawable(drawn):
            return None
        known = sum(len(mark.claims) for _, marks in drawn for mark in marks)
        offered = self._rescaler.offered(drawn)
        unit = self._language.numerals.unit(drawn[0][1][0].claims[0].figure.unit)
        rescaled = RescaledLines(drawn, unit, ())
        if view.values != PLAIN.values:
            if view.values not in offered:
                return None
            rescaled = offered[view.values]
        every = [mark for _, marks in rescaled.lines for mark in marks]
        scale, beyond = _scale(every, logarithmic=view.scale == LOGARITHMIC)
        shown = [(each, [m for m in marks if m not in beyond]) for each, marks in rescaled.lines]
        marks = [mark for _, each in shown for mark in each]
        periods = {mark.period: days[mark.period] for mark in marks}
        axis = Axis.of(scale, rescaled.unit, self._language.catalogue)
        timeline = Timeline(periods, lambda period: self._language.labels.title(period).value)
        left_out = len(frequencies[chosen]) - known
        publishers = [
            *self._marks.publishers(marks),
            *self._marks.publishers_of(rescaled.basis),
        ]
        return Chart(
            name,
            title,
            self._description(marks, axis),
            TimeChart(shown, timeline, axis, self._marks, bars=view.chart == BAR),
            marks,
            self._marks.key(marks),
            [
                *self._of_one_year(chosen, frequencies, wanted),
                *rescaled.notes,
                *self._notes(scale, beyond, left_out),
            ],
            axis.words,
            self._span(sorted(marks, key=self._when)),
            list(dict.fromkeys(publishers)),
            chosen,
            {each: len(found) for each, found in frequencies.items()},
            list(offered),
            rescaled.basis,
            any(name for name, _ in shown),
            "" if chosen == ANNUAL else self._language.labels.title(chosen).value,
        )

    def rows(
        self, name: str, title: str, rows: Sequence[tuple[str, Sequence[FigureClaim]]]
    ) -> Chart | None:
        """Draw figures of one unit in rows on one scale.

        Args:
            name: A prefix for the ids of elements, unique in the page.
            title: The title of the chart.
            rows: For each row, its label and its figures, which mean the same.

        Returns:
            The chart; None if there are no two points to draw.
        """
        named = [(label, mark) for label, claims in rows for mark in self._marks.of(claims)]
        if len(named) < 2:
            return None
        scale, beyond = _scale([mark for _, mark in named], from_zero=False)
        shown = [(label, mark) for label, mark in named if mark not in beyond]
        marks = [mark for _, mark in shown]
        unit = self._language.numerals.unit(marks[0].claims[0].figure.unit)
        axis = Axis.of(scale, unit, self._language.catalogue)
        return Chart(
            name,
            title,
            self._description(marks, axis),
            RowChart(shown, axis, self._marks),
            marks,
            self._marks.key(marks),
            self._notes(scale, beyond, 0),
            axis.words,
            self._language.listed(self._ends(marks)),
            self._marks.publishers(marks),
        )

    def _lines(
        self, series: Iterable[Series], chosen: str, days: Days
    ) -> list[tuple[str, list[Mark]]]:
        """Return the name and the marks of the first series that have figures of a frequency."""
        found = (
            (
                each,
                self._marks.of(
                    claim
                    for claim in each.claims
                    if _frequency(claim, days) == chosen and _is_comparable(claim, days)
                ),
            )
            for each in series
        )
        drawn = [(each, marks) for each, marks in found if marks][:_MOST_LINES]
        names = names_apart(
            [each for each, _ in drawn], self._language.labels, self._language.catalogue
        )
        return [(name, marks) for name, (_, marks) in zip(names, drawn, strict=True)]

    def _days(self, claims: Iterable[FigureClaim]) -> dict[str, tuple[date, date]]:
        """Return the days of the periods, and of the times they are compared with, if known."""
        cells = (claim.figure.cell for claim in claims)
        days = {}
        for period in {each for cell in cells for each in (cell.period, cell.base_period) if each}:
            first, last, _ = when(self._graph, period)
            if first and last:
                days[period] = date.fromisoformat(first), date.fromisoformat(last)
        return days

    def _when(self, mark: Mark) -> tuple[str, str, str]:
        return when(self._graph, mark.period)

    def _ends(self, marks: Sequence[Mark]) -> list[str]:
        """Name the periods of the first and the last of some marks, or their only period."""
        names = (self._language.labels.title(marks[end].period).value for end in (0, -1))
        return list(dict.fromkeys(names))

    def _span(self, marks: Sequence[Mark]) -> str:
        """Name the time from the first mark to the last."""
        first, *last = self._ends(marks)
        if not last:
            return first
        words = self._language.catalogue.gettext("%(first)s to %(last)s", first="", last="")
        if words.strip() in f"{first}{last[0]}":  # the names are spans themselves
            return f"{first} – {last[0]}"
        return self._language.catalogue.gettext("%(first)s to %(last)s", first=first, last=last[0])

    def _of_one_year(
        self, chosen: str, frequencies: Mapping[str, Sequence[str]], wanted: str | None
    ) -> list[str]:
        """Name the frequency that a chart opens with, unless it is that of years."""
        if wanted is not None or chosen == ANNUAL or ANNUAL not in frequencies:
            return []
        note = self._language.catalogue.gettext(
            "Frequency: %(frequency)s; of whole years, there are fewer than two points.",
            frequency=self._language.labels.title(chosen).value,
        )
        return [note]

    def _notes(self, scale: Scale, beyond: Iterable[Mark], left_out: int) -> list[str]:
        catalogue = self._language.catalogue
        notes = [scale.note(catalogue)]
        notes += [
            catalogue.gettext("Beyond the scale: %(point)s.", point=self._marks.words(mark))
            for mark in beyond
        ]
        if left_out:
            notes.append(
                catalogue.ngettext(
                    "Not drawn: %(num)s figure of another series, or compared with another time.",
                    "Not drawn: %(num)s figures of other series, or compared with another time.",
                    left_out,
                )
            )
        return list(filter(None, notes))

    def _description(self, marks: Sequence[Mark], axis: Axis) -> str:
        """Describe a chart for readers who cannot see it."""
        catalogue, counted = self._language.catalogue, Counter(mark.kind for mark in marks)
        kinds = self._language.listed(
            [f"{counted[kind]} {self._marks.kind(kind)}" for kind in SHAPES if counted[kind]]
        )
        first, last = (
            self._marks.in_unit_of(marks[0], spelled(end, catalogue))
            for end in (axis.scale.ticks[0], axis.scale.ticks[-1])
        )
        words = catalogue.gettext(
            "%(number)s points with their intervals (%(kinds)s) on a scale from %(first)s to "
            "%(last)s. A table next to it has the figures.",
            number=len(marks),
            kinds=kinds,
            first=first,
            last=last,
        )
        return " ".join(filter(None, (words, axis.scale.note(catalogue))))


def _frequencies(claims: Iterable[FigureClaim], days: Days) -> dict[str, list[str]]:
    """Return the period of each figure, by frequency."""
    found: dict[str, list[str]] = {}
    for claim in claims:
        found.setdefault(_frequency(claim, days), []).append(claim.figure.cell.period)
    return found


def _frequency(claim: FigureClaim, days: Days) -> str:
    return frequency(*map(str, days.get(claim.figure.cell.period, ("", ""))))


def _rank(frequency_: str, lines: Lines) -> tuple[object, ...]:
    """Return what sorts frequencies: years if they can be drawn, then those of most periods."""
    drawable = _is_drawable(lines)
    periods = len({mark.period for _, marks in lines for mark in marks})
    order = FREQUENCIES.index(frequency_) if frequency_ in FREQUENCIES else len(FREQUENCIES)
    return frequency_ != ANNUAL or not drawable, not drawable, -periods, order


def _is_drawable(lines: Lines) -> bool:
    """Return whether lines have two points, and not only one period if there are several lines."""
    marks = [mark for _, each in lines for mark in each]
    return len(marks) > 1 and (len(lines) == 1 or len({mark.period for mark in marks}) > 1)


def _is_comparable(claim: FigureClaim, days: Days) -> bool:
    """Return whether a period has dates, and growth is against the time before or a year before."""
    period, base = claim.figure.cell.period, claim.figure.cell.base_period
    if period not in days or (base is not None and base not in days):
        return False
    if base is None:
        return True
    (first, last), (begin, end) = days[base], days[period]
    year_before = first.year + 1, first.month, first.day, last.year + 1, last.month
    return last.toordinal() + 1 == begin.toordinal() or year_before == (
        *(begin.year, begin.month, begin.day),
        *(end.year, end.month),
    )


def _scale(
    marks: Sequence[Mark], *, from_zero: bool = True, logarithmic: bool = False
) -> tuple[Scale, list[Mark]]:
    """Return a scale for some marks, and the rejected ones that are far above all others."""
    kept = [mark for mark in marks if mark.kind != REJECTED] or list(marks)
    high = max(abs(mark.numbers[2]) for mark in kept)
    beyond = [mark for mark in marks if mark not in kept and abs(mark.numbers[1]) > _FAR * high]
    numbers = [number for mark in marks if mark not in beyond for number in mark.numbers]
    return Scale.of(numbers, from_zero=from_zero, logarithmic=logarithmic), beyond
