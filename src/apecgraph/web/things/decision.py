"""The page about a decision: the claims, the contradictions between them, the verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from apecgraph.consistency.wording import Wording
from apecgraph.content.decisions import COMPATIBLE
from apecgraph.intervals import shared
from apecgraph.readers.claims import FigureClaim, StatementClaim
from apecgraph.readers.conflicts import Conflict, read_conflict
from apecgraph.readers.contradictions import RecordedContradiction
from apecgraph.readers.edit_rules import read_edit_rules
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.shared import MOST_MARKS, SharedChart
from apecgraph.web.things.thing import ThingPage, ThingView


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a row of a table.

    Attributes:
        claim: The figure.
        about: The dimensions in which it differs from other figures of the table, in words.
    """

    claim: FigureClaim
    about: str = ""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures of one measure in one currency, which one scale can show.

    Attributes:
        title: What the figures measure.
        lines: The figures.
        chart: A chart of the intervals; None if there is only one.
        fits: The common part of the intervals of all accepted figures, in words; empty if there is
            none, if the intervals are equal, or if the figures measure different things.
    """

    title: str
    lines: tuple[Line, ...]
    chart: SharedChart | None
    fits: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether its chart is in the page; a heavy one is a picture."""
        return self.chart is not None and len(self.chart.chart.marks) <= MOST_MARKS

    @property
    def has_parts(self) -> bool:
        """Whether the figures measure different things."""
        return any(line.about for line in self.lines)


@dataclass(frozen=True, slots=True)
class Argument:
    """A contradiction as a line of a list.

    Attributes:
        iri: IRI of the contradiction.
        words: What the two estimates mean; empty for statements.
        conclusion: Why the claims cannot all be true.
    """

    iri: str
    words: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class StatedValues:
    """The values that sources state for a property of a thing.

    Attributes:
        subject: IRI of the thing.
        predicate: IRI of the property.
        values: For each value, the statements that state it.
    """

    subject: str
    predicate: str
    values: tuple[tuple[StatementClaim, ...], ...]


class DecisionPage(ThingPage):
    """Writes the page about a decision."""

    template: ClassVar[str] = "things/decision.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the conflict, with its claims as tables."""
        graph = self.site.graph
        conflict = read_conflict(graph, self.site.labels, view.description.iri)
        if conflict is None:  # a source, not an editor, calls the thing a decision
            return {"conflict": None}
        wording = self.site.language.wording
        series = self._series(conflict, wording)
        return {
            "conflict": conflict,
            "arguments": [_argument(item, wording) for item in conflict.contradictions],
            "definition": self.site.labels.definition(conflict.verdict),
            "series": series,
            "pictured": next((each.chart for each in series if each.chart), None),
            "wordings": list(_wordings(conflict)),
            "relations": read_edit_rules(
                graph, self.site.labels, (claim.iri for claim in conflict.upheld)
            ),
            "is_none": conflict.verdict == COMPATIBLE,
        }

    def charts(self, iri: str) -> Sequence[SharedChart]:
        """Return the charts of the figures that the decision is about."""
        conflict = read_conflict(self.site.graph, self.site.labels, iri)
        if conflict is None:
            return ()
        series = self._series(conflict, self.site.language.wording)
        return [each.chart for each in series if each.chart]

    def _series(self, conflict: Conflict, wording: Wording) -> list[FigureTable]:
        """Return the figures of a conflict with their charts."""
        tables = list(self._tables(conflict, wording))
        drawn = [chart for _, chart in tables if chart]
        shared = iter(self.site.sharing.of_thing(conflict.iri, drawn))
        verdict = self.site.labels.title(conflict.iri).value
        return [
            replace(table, chart=replace(next(shared), headline=verdict) if chart else None)
            for table, chart in tables
        ]

    def _tables(
        self, conflict: Conflict, wording: Wording
    ) -> Iterator[tuple[FigureTable, Chart | None]]:
        groups: defaultdict[tuple[str, str], list[FigureClaim]] = defaultdict(list)
        for claim in conflict.claims:
            if isinstance(claim, FigureClaim):
                groups[claim.figure.cell.measure, claim.figure.cell.currency].append(claim)
        for number, claims in enumerate(groups.values(), 1):
            cells = {claim.figure.cell for claim in claims}
            lines = [Line(claim, wording.apart(claim.figure.cell, cells)) for claim in claims]
            lines.sort(key=_rank)
            title = self.site.language.measured(cells)
            standing = {claim.figure.interval for claim in claims if not claim.rejected}
            fits = shared(standing) if len(cells) == 1 and len(standing) > 1 else None
            words = wording.meaning(fits, claims[0].figure.unit) if fits else ""
            table = FigureTable(title, tuple(lines), None, words)
            yield table, self._drawn(f"series-{number}", title, lines, wording)

    def _drawn(
        self, name: str, title: str, lines: Sequence[Line], wording: Wording
    ) -> Chart | None:
        """Draw the intervals; equal intervals of figures with the same status share a row."""
        alike: defaultdict[object, list[Line]] = defaultdict(list)
        for line in lines:
            figure, official = (
                line.claim.figure,
                line.claim.source in self.site.comparisons.official,
            )
            key = line.about, figure.interval, figure.bound, line.claim.status, official
            alike[key].append(line)
        rows = [
            (self._row(group, wording), [line.claim for line in group]) for group in alike.values()
        ]
        standing = {line.claim.figure.cell for line in lines if not line.claim.rejected}
        if len(standing) == 1:
            part = self.site.comparisons.official_part(standing.pop())
            rows += [(self._part(claim, wording), [claim]) for claim in part]
        return Charts(self.site.graph, self.site.language).rows(name, title, rows)

    def _part(self, claim: FigureClaim, wording: Wording) -> str:
        """Name the period and the publisher of official statistics of a part of the period."""
        return self.site.language.catalogue.gettext(
            "%(period)s: %(names)s",
            period=self.site.labels.title(claim.figure.cell.period).value,
            names=wording.witnesses([claim.source]),
        )

    def _row(self, lines: Sequence[Line], wording: Wording) -> str:
        witnesses = wording.witnesses([line.claim.source for line in lines])
        return self.site.language.listed([*filter(None, (lines[0].about, witnesses))])


def _argument(contradiction: RecordedContradiction, wording: Wording) -> Argument:
    if contradiction.cell is None:
        return Argument(contradiction.iri, "", contradiction.label)
    estimates = [(item.words, item.interval) for item in contradiction.estimates]
    words = wording.meanings(contradiction.cell, estimates)
    return Argument(contradiction.iri, words, wording.gap(contradiction.ratio))


def _rank(line: Line) -> tuple[str, bool, object, str]:
    return line.about, line.claim.rejected, line.claim.figure.value, line.claim.source


def _wordings(conflict: Conflict) -> Iterator[StatedValues]:
    groups: defaultdict[tuple[str, str], dict[str, list[StatementClaim]]] = defaultdict(dict)
    for claim in conflict.claims:
        if isinstance(claim, StatementClaim):
            values = groups[claim.subject, claim.triple.predicate.value]
            values.setdefault(str(claim.triple.object), []).append(claim)
    for (subject, predicate), values in groups.items():
        yield StatedValues(subject, predicate, tuple(map(tuple, values.values())))
