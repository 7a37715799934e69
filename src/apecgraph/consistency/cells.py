"""Cells: what is printed for each, and what is known of it by implication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from apecgraph.content.figures import Cell, Figure
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT


@dataclass(frozen=True, slots=True)
class Reading:
    """A number printed for a cell, by one source or by several.

    interval: what it says; figures, sources: the IRIs of those that say it alike.
    value, bound: of one of them.
    """

    interval: Interval
    figures: frozenset[str]
    sources: tuple[str, ...]
    cell: Cell
    value: Decimal
    bound: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a cell.

    readings: those that it rests on, all of them. relation: the IRI of the relation that implies
    it, None where it is a reading of the cell itself. inputs: what it is implied by; words: how,
    as a format string that has a place for each of them.
    """

    interval: Interval
    readings: tuple[Reading, ...]
    relation: str | None = None
    inputs: tuple[Estimate, ...] = ()
    words: str = ""


class Cells:
    """All cells with what is printed for them, and what the graph declares of their measures."""

    def __init__(self, figures: Iterable[Figure], graph: Graph) -> None:
        self.graph = graph
        self._days: dict[str, tuple[str, str] | None] = {}
        alike: defaultdict[tuple[Cell, Interval], list[Figure]] = defaultdict(list)
        for figure in figures:
            alike[figure.cell, figure.interval].append(figure)
        self.known: defaultdict[Cell, list[Estimate]] = defaultdict(list)
        for (cell, interval), each in alike.items():
            reading = _reading(cell, interval, each)
            self.known[cell].append(Estimate(interval, (reading,)))

    def units(self, *cells: Cell) -> list[str]:
        """Return the units in which cells, whatever their own unit, are printed."""
        return [
            unit
            for unit in sorted({cell.unit for cell in self.known})
            if any(replace(cell, unit=unit) in self.known for cell in cells)
        ]

    def at(self, cell: Cell) -> list[Estimate]:
        """Return what is printed for a cell, or sums up; nothing where there is none."""
        return self.known.get(cell, [])

    def comparing(self, relation: str, *, dimension: str = "measure") -> list[Cell]:
        """Return the cells with a dimension (by its field) that a relation compares."""
        compared = self.graph.values(relation, f"{APEC}compares")
        return [cell for cell in self.known if getattr(cell, dimension) in compared]

    def days(self, period: str) -> tuple[str, str] | None:
        """Return the first and the last day of a period; None where it has none."""
        if period not in self._days:
            first = self.graph.value(period, f"{DCAT}startDate")
            last = self.graph.value(period, f"{DCAT}endDate")
            self._days[period] = (first, last) if first and last else None
        return self._days[period]


def _reading(cell: Cell, interval: Interval, figures: list[Figure]) -> Reading:
    return Reading(
        interval,
        frozenset(figure.iri for figure in figures),
        tuple(figure.source for figure in figures),
        cell,
        figures[0].value,
        figures[0].bound,
    )
