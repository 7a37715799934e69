"""Wording: cells, and what is known of them, told so that one need not know the vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from apecgraph.cells import Estimate, Reading
from apecgraph.figures import Cell, Figure, Interval
from apecgraph.graph import Graph
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, DCTERMS, ID
from apecgraph.numerals import Numerals, rounded, spelled

_TOLD: Final = ("measure", "reporter", "flow", "subject", "counterpart", "coverage", "period")
"""What tells cells apart, in the order in which it is told; the unit stands at the number."""

_DIGITS: Final = 6  # of the end of an interval
_RATIO_DIGITS: Final = 2
_TOTAL: Final = f"{ID}flow/total"


class Wording:
    """Tells what is known; the names of things come from the data."""

    def __init__(self, store: ox.Store) -> None:
        self._graph = Graph(store)
        self._labels = Labels(store)
        self._numerals = Numerals(store)

    def cell(self, cell: Cell) -> str:
        """Tell what a cell measures: "value of trade, China, other APEC economies, 2025"."""
        return self.common([cell])

    def common(self, cells: Collection[Cell], leaving: Collection[str] = ()) -> str:
        """Tell what cells have in common. What is total goes without saying.

        leaving: the fields of what is told elsewhere.
        """
        names = (_values(cells, field) for field in _TOLD if field not in leaving)
        alike = (each.pop() for each in names if len(each) == 1)
        return ", ".join(self.name(each) for each in alike if each and not self._whole(each))

    def apart(self, cell: Cell, cells: Collection[Cell]) -> str:
        """Tell what sets a cell apart from others: "exports", "2024"."""
        fields = (field for field in _TOLD if len(_values(cells, field)) > 1)
        values = (getattr(cell, field) for field in fields)
        return ", ".join(self.name(each) for each in values if each)

    def estimate(self, estimate: Estimate, cell: Cell) -> str:
        """Tell how an estimate of a cell comes about; of other cells, what is other in them."""
        if not estimate.inputs:
            return ", ".join(self._reading(each, cell) for each in estimate.readings) or (
                estimate.words
            )
        return estimate.words.format(*(self.estimate(each, cell) for each in estimate.inputs))

    def meaning(self, interval: Interval, unit: str) -> str:
        """Write an interval with no more digits than help."""
        low, high = (
            None if end is None else rounded(end, _DIGITS)
            for end in (interval.lower, interval.upper)
        )
        return self._numerals.interval(replace(interval, lower=low, upper=high), unit)

    def times(self, ratio: Decimal) -> str:
        """Write how many times something is something else."""
        return spelled(rounded(ratio, _RATIO_DIGITS))

    def figure(self, figure: Figure) -> str:
        """Tell what one figure says, and who prints it."""
        return self.figures([figure])

    def figures(self, figures: Sequence[Figure]) -> str:
        """Tell what figures that say the same say, and who prints them."""
        one = figures[0]
        value = self._numerals.number(one.value, one.cell.unit, one.bound)
        return f"{value} ({self._publishers([each.source for each in figures])})"

    def publisher(self, source: str) -> str:
        """Name who published a source; the source where that is not known."""
        return self.name(self._graph.value(source, f"{DCTERMS}publisher", source) or source)

    def name(self, iri: str) -> str:
        """Name a thing."""
        return self._labels.title(iri).value

    def _reading(self, reading: Reading, cell: Cell) -> str:
        value = self._numerals.number(reading.value, reading.cell.unit, reading.bound)
        other = self.apart(reading.cell, (reading.cell, cell))
        return f"{value} ({other}{'; ' if other else ''}{self._publishers(reading.sources)})"

    def _publishers(self, sources: Collection[str]) -> str:
        """Name one of the publishers: the shortest name is the one that is quickest read."""
        who = min(map(self.publisher, sources), key=lambda name: (len(name), name))
        others = len(sources) - 1
        return f"{who} and {others} other{'s'[: others > 1]}" if others else who

    def _whole(self, iri: str) -> bool:
        """Whether something is the whole of what there is of its kind, as all goods are."""
        whole = ox.NamedNode(f"{APEC}whole")
        found = self._graph.store.quads_for_pattern(None, whole, ox.NamedNode(iri), None)
        return iri == _TOTAL or next(found, None) is not None


def _values(cells: Collection[Cell], field: str) -> set[str | None]:
    return {getattr(cell, field) for cell in cells}
