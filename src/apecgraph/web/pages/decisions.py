"""The page about a decision: what was printed, why it cannot all be, what was decided and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyoxigraph as ox

from apecgraph.claims import Claim
from apecgraph.comparisons import Comparisons
from apecgraph.conflicts import Conflict, read_conflict
from apecgraph.decisions import COMPATIBLE
from apecgraph.figures import Cell, shared
from apecgraph.graph import Graph
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, SKOS
from apecgraph.web.pages.things import ThingPage, ThingView
from apecgraph.wording import Wording


@dataclass(frozen=True, slots=True)
class Line:
    """A claim as a row of a table; about: what it is of, where the table does not say that."""

    claim: Claim
    about: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Figures that fit on one scale: of one measure, in one unit.

    title: what they are of. fits: what all those that stand allow, in words; empty where they are
    alike, or of several things.
    """

    title: str
    lines: tuple[Line, ...]
    fits: str = ""


@dataclass(frozen=True, slots=True)
class Wordings:
    """What is stated as the values of one property of a thing, each value with those who state it."""

    subject: str
    predicate: str
    values: tuple[tuple[ox.NamedNode | ox.Literal, tuple[Claim, ...]], ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A relation of the check, with the number of figures of the decision that it holds."""

    relation: str
    definition: str
    figures: int


class DecisionPage(ThingPage):
    """Writes the page about a decision."""

    template: ClassVar[str] = "decision.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the conflict, with its claims as tables."""
        graph = Graph(self._store)
        conflict = read_conflict(graph, view.description.iri)
        if conflict is None:  # a source calls it a decision
            return {"conflict": None}
        return {
            "conflict": conflict,
            "definition": graph.value(conflict.verdict, f"{SKOS}definition") or "",
            "series": list(self._series(conflict)),
            "wordings": list(_wordings(conflict)),
            "holds": list(_holds(graph, conflict)),
            "is_none": conflict.verdict == COMPATIBLE,
        }

    def _series(self, conflict: Conflict) -> Iterator[Series]:
        comparisons = Comparisons(Graph(self._store))
        wording = Wording(self._store)
        groups: defaultdict[tuple[str, str], list[tuple[Claim, Cell]]] = defaultdict(list)
        for claim in conflict.claims:
            figure = comparisons.figure(claim.iri)
            if figure is not None:
                key = figure.cell.measure, figure.cell.unit
                groups[key].append((claim, figure.cell))
        for group in groups.values():
            cells = {cell for _, cell in group}
            one = next(iter(cells)) if len(cells) == 1 else None
            lines = [Line(each, "" if one else wording.apart(cell, cells)) for each, cell in group]
            title = wording.cell(one) if one else wording.common(cells)
            standing = comparisons.figures(each.iri for each, _ in group if not each.rejected)
            intervals = {each.interval for each in standing}
            fits = shared(intervals) if one and len(intervals) > 1 else None
            yield Series(
                title,
                tuple(sorted(lines, key=_rank)),
                wording.meaning(fits, one.unit) if one and fits else "",
            )


def _rank(line: Line) -> tuple[str, bool, object, str]:
    value = line.claim.value
    return line.about, line.claim.rejected, value and value.value, line.claim.source


def _wordings(conflict: Conflict) -> Iterator[Wordings]:
    groups: defaultdict[tuple[str, str], defaultdict[str, list[Claim]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in conflict.claims:
        if claim.triple is not None:
            subject, predicate = claim.triple.subject, claim.triple.predicate
            assert isinstance(subject, ox.NamedNode)  # noqa: S101 - of a claim it is
            groups[subject.value, predicate.value][str(claim.triple.object)].append(claim)
    for (subject, predicate), values in groups.items():
        found = tuple((_object(each), tuple(each)) for each in values.values())
        yield Wordings(subject, predicate, found)


def _object(claim: Claim) -> ox.NamedNode | ox.Literal:
    value = claim.triple.object if claim.triple else None
    assert isinstance(value, ox.NamedNode | ox.Literal)  # noqa: S101 - as its shape says
    return value


def _holds(graph: Graph, conflict: Conflict) -> Iterator[Hold]:
    """Read what holds the figures that stand, the relation of the most figures first."""
    standing = (each.iri for each in conflict.upheld)
    count = Counter(each for iri in standing for each in graph.values(iri, f"{APEC}heldBy"))
    for relation, figures in sorted(count.items(), key=lambda each: (-each[1], each[0])):
        yield Hold(relation, graph.value(relation, f"{SKOS}definition") or "", figures)
