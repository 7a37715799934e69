"""The page about a decision: what was printed, why it cannot all be, what was decided and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import pyoxigraph as ox
from markupsafe import Markup

from apecgraph.consistency.wording import Wording
from apecgraph.content.decisions import COMPATIBLE
from apecgraph.content.figures import Cell
from apecgraph.intervals import shared
from apecgraph.rdf.namespaces import SKOS
from apecgraph.readers.claims import Claim
from apecgraph.readers.comparisons import Comparisons
from apecgraph.readers.conflicts import Conflict, read_conflict
from apecgraph.readers.relations import read_relations
from apecgraph.web.charts.charts import Charts
from apecgraph.web.things.thing import ThingPage, ThingView

CONCLUSION = "; they cannot both be: "


@dataclass(frozen=True, slots=True)
class Line:
    """A claim as a row of a table; about: what it is of, where the table does not say that."""

    claim: Claim
    about: str = ""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures that fit on one scale: of one measure, in one unit.

    title: what they are of. drawing: their intervals, empty where there is one. fits: what all
    those that stand allow, in words; empty where they are alike, or of several things.
    """

    title: str
    lines: tuple[Line, ...]
    drawing: Markup
    fits: str = ""

    @property
    def has_parts(self) -> bool:
        """Whether the figures are of several things."""
        return any(line.about for line in self.lines)


@dataclass(frozen=True, slots=True)
class StatedValues:
    """What is stated of one property (an IRI) of a thing: for each value, who states it."""

    subject: str
    predicate: str
    values: tuple[tuple[Claim, ...], ...]


class DecisionPage(ThingPage):
    """Writes the page about a decision."""

    template: ClassVar[str] = "things/decision.html"

    @cached_property
    def _comparisons(self) -> Comparisons:
        return Comparisons(self.site.graph)

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the conflict, with its claims as tables."""
        graph = self.site.graph
        conflict = read_conflict(graph, view.description.iri)
        if conflict is None:  # a source calls it a decision
            return {"conflict": None}
        return {
            "conflict": conflict,
            "arithmetic": [each.rpartition(CONCLUSION)[::2] for each in conflict.arithmetic],
            "definition": graph.value(conflict.verdict, f"{SKOS}definition") or "",
            "series": list(self._series(conflict)),
            "wordings": list(_wordings(conflict)),
            "relations": read_relations(graph, (each.iri for each in conflict.upheld)),
            "is_none": conflict.verdict == COMPATIBLE,
        }

    def _series(self, conflict: Conflict) -> Iterator[FigureTable]:
        wording = Wording(self.site.graph)
        groups: defaultdict[tuple[str, str], list[tuple[Claim, Cell]]] = defaultdict(list)
        for claim in conflict.claims:
            figure = self._comparisons.figure(claim.iri)
            if figure is not None:
                key = figure.cell.measure, figure.cell.unit
                groups[key].append((claim, figure.cell))
        for number, group in enumerate(groups.values(), 1):
            cells = {cell for _, cell in group}
            one = next(iter(cells)) if len(cells) == 1 else None
            told = (Line(each, wording.apart(cell, cells)) for each, cell in group)
            lines = tuple(sorted(told, key=_rank))
            title = wording.common(cells)
            standing = self._comparisons.figures(each.iri for each, _ in group if not each.rejected)
            intervals = {each.interval for each in standing}
            fits = shared(intervals) if one and len(intervals) > 1 else None
            yield FigureTable(
                title,
                lines,
                self._drawn(f"series-{number}", title, lines, wording),
                wording.meaning(fits, one.unit) if one and fits else "",
            )

    def _drawn(self, name: str, title: str, lines: Sequence[Line], wording: Wording) -> Markup:
        """Draw the intervals, those that are the same as one."""
        alike: defaultdict[object, list[Line]] = defaultdict(list)
        for line in lines:
            claim = line.claim
            alike[line.about, claim.lower, claim.upper, claim.bound, claim.status].append(line)
        if len(alike) < 2:
            return Markup()
        rows = [(_row(group, wording), group[0].claim) for group in alike.values()]
        return Charts(self.site.graph).rows(name, title, rows)


def _row(lines: Sequence[Line], wording: Wording) -> str:
    who = wording.publishers([line.claim.source for line in lines])
    return ", ".join(filter(None, (lines[0].about, who)))


def _rank(line: Line) -> tuple[str, bool, object, str]:
    value = line.claim.value
    return line.about, line.claim.rejected, value and value.value, line.claim.source


def _wordings(conflict: Conflict) -> Iterator[StatedValues]:
    groups: defaultdict[tuple[str, str], dict[str, list[Claim]]] = defaultdict(dict)
    for claim in conflict.claims:
        if (triple := claim.triple) is not None and isinstance(triple.subject, ox.NamedNode):
            values = groups[triple.subject.value, triple.predicate.value]
            values.setdefault(str(triple.object), []).append(claim)
    for (subject, predicate), values in groups.items():
        yield StatedValues(subject, predicate, tuple(map(tuple, values.values())))
