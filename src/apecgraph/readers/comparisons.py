"""Comparisons: what one source prints, beside what others print of the same cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from apecgraph.content.decisions import read_decisions
from apecgraph.content.figures import Figure, read_figures
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, RDF
from apecgraph.text.numbers import Numerals, rounded, spelled

_MULTIPLE: Final = 2
"""From here on it is told how many times a figure is another, and not by how much it is more."""

_DIGITS: Final = 2
_APART: Final = {f"{ID}unit/percent": f"{ID}unit/percentage-point"}
"""The units of a difference, where it has another unit than what it is between."""


@dataclass(frozen=True, slots=True)
class Others:
    """Figures of other sources that say the same of a cell: with a figure of it, or against it.

    same: whether they say what that figure says; agrees: whether some number is in both.
    rejected: whether decisions reject all of these.
    difference: of these from that figure, in words; empty where the values are the same.
    """

    figures: tuple[Figure, ...]
    same: bool
    agrees: bool
    rejected: bool
    difference: str


class Comparisons:
    """Compares the figures of a store that holds a release, rejected or not."""

    def __init__(self, graph: Graph) -> None:
        self._numerals = Numerals(graph)
        sources = graph.subjects(f"{RDF}type", f"{APEC}Source")
        self._figures = {each.iri: each for each in read_figures(graph, sources)}
        decisions = read_decisions(graph)
        self._rejected = frozenset[str]().union(*(each.rejects for each in decisions))
        self._cells: defaultdict[object, list[Figure]] = defaultdict(list)
        for figure in self._figures.values():
            self._cells[figure.cell].append(figure)

    def figure(self, iri: str) -> Figure | None:
        """Return the figure of an IRI."""
        return self._figures.get(iri)

    def figures(self, iris: Iterable[str]) -> list[Figure]:
        """Return the figures among some IRIs."""
        return [self._figures[iri] for iri in iris if iri in self._figures]

    def others(self, figure: Figure) -> tuple[Others, ...]:
        """Return what other sources print of the cell of a figure: what disagrees comes first."""
        alike: defaultdict[object, list[Figure]] = defaultdict(list)
        for each in self._cells[figure.cell]:
            if each.source != figure.source:
                alike[each.interval, each.bound].append(each)
        found = [
            Others(
                tuple(each),
                (figure.interval, figure.bound) == (each[0].interval, each[0].bound),
                figure.interval.meets(each[0].interval),
                self._rejected.issuperset(other.iri for other in each),
                self._difference(figure, each[0]),
            )
            for each in alike.values()
        ]
        return tuple(
            sorted(found, key=lambda each: (each.agrees, each.rejected, -len(each.figures)))
        )

    def _difference(self, figure: Figure, other: Figure) -> str:
        """Tell how far another figure is from one: "10 times as much", "5 billion yuan less"."""
        one, two = figure.value, other.value
        if one == two:
            return ""
        if min(one, two) > 0 and max(one, two) >= _MULTIPLE * min(one, two):
            times = spelled(rounded(max(one, two) / min(one, two), _DIGITS))
            return f"{times} times as much" if two > one else f"{times} times less"
        unit = figure.cell.unit
        apart = self._numerals.number(abs(two - one), _APART.get(unit, unit))
        return f"{apart} {'more' if two > one else 'less'}"
