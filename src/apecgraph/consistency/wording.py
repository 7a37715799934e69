"""Wording: claims, cells, and what is known of them, told so that it needs no vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.cells import Estimate, Reading
from apecgraph.content.figures import Cell, Figure
from apecgraph.content.statements import Statement
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph, Term
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, XSD
from apecgraph.text.dates import spelled_day
from apecgraph.text.numbers import Numerals, rounded, spelled

_TOLD: Final = ("measure", "reporter", "flow", "subject", "counterpart", "coverage", "period")
"""What tells cells apart, in the order in which it is told; the unit stands at the number."""

_DATES: Final = tuple(ox.NamedNode(f"{XSD}{name}") for name in ("date", "gYearMonth", "gYear"))
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

    def claim(self, claim: Figure | Statement) -> str:
        """Call a claim by what it says, whatever the language of its source.

        "value of trade, China, world, 2025: 45.47 trillion yuan", "Guangzhou – in – China".
        """
        if isinstance(claim, Figure):
            return f"{self.cell(claim.cell)}: {self._value(claim)}"
        triple = claim.triple
        return " – ".join(map(self._term, (triple.subject, triple.predicate, triple.object)))

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
        return f"{self._value(one)} ({self.publishers([each.source for each in figures])})"

    def publisher(self, source: str) -> str:
        """Name who published a source; the source where that is not known."""
        return self.name(
            self._graph.named_graph(source).value(source, f"{DCTERMS}publisher") or source
        )

    def publishers(self, sources: Collection[str]) -> str:
        """Name one of the publishers: the shortest name is the one that is quickest read.

        What one of them prints again makes no other one.
        """
        names = set(map(self.publisher, sources))
        who = min(names, key=lambda name: (len(name), name))
        others = len(names) - 1
        if others:
            return f"{who} and {others} other{'s'[: others > 1]}"
        times = len(sources)
        return who if times == 1 else f"{who}, {'twice' if times == 2 else f'{times} times'}"

    def name(self, iri: str) -> str:
        """Name a thing."""
        return self._labels.title(iri).value

    def _value(self, said: Figure | Reading) -> str:
        return self._numerals.number(said.value, said.cell.unit, said.bound)

    def _term(self, term: Term) -> str:
        match term:
            case ox.NamedNode():
                return self.name(term.value)
            case ox.Literal():
                return spelled_day(term.value) if term.datatype in _DATES else term.value
            case _:
                return "?"

    def _reading(self, reading: Reading, cell: Cell) -> str:
        value = self._value(reading)
        other = self.apart(reading.cell, (reading.cell, cell))
        return f"{value} ({other}{'; ' if other else ''}{self.publishers(reading.sources)})"

    def _whole(self, iri: str) -> bool:
        """Whether something is the whole of what there is of its kind, as all goods are."""
        whole = ox.NamedNode(f"{APEC}whole")
        found = self._graph.store.quads_for_pattern(None, whole, ox.NamedNode(iri), None)
        return iri == _TOTAL or next(found, None) is not None


def _values(cells: Collection[Cell], field: str) -> set[str | None]:
    return {getattr(cell, field) for cell in cells}
