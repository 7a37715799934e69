"""Comparisons: the figures that several sources print for one cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from apecgraph.content.cube import Cell
from apecgraph.content.figures import Figure
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.series import when
from apecgraph.readers.sources import is_official
from apecgraph.text.numbers import Numerals, rounded

_MULTIPLE: Final = 2
"""The ratio of two figures from which "times as much" is clearer than a difference."""

_DIGITS: Final = 2
_DIFFERENCE_UNITS: Final = {f"{ID}unit/percent": f"{ID}unit/percentage-point"}
"""The unit of a difference, if it differs from the unit of the figures."""


@dataclass(frozen=True, slots=True)
class Others:
    """Figures of other sources with one interval for a cell, compared with a figure of the cell.

    Attributes:
        claims: The figures of the other sources.
        same: Whether these figures have the interval and the bound of the compared figure.
        agrees: Whether the two intervals have a number in common.
        rejected: Whether decisions reject all of these figures.
        official: Whether the figures are official statistics.
        difference: The difference from the compared figure in words; empty if the values are equal.
    """

    claims: tuple[FigureClaim, ...]
    same: bool
    agrees: bool
    rejected: bool
    official: bool
    difference: str


class Comparisons:
    """Compares the figures of a release, rejected or not.

    Args:
        graph: The dataset of the release.
        claims: All figures of the release.

    Attributes:
        official: IRIs of the sources that are official statistics.
    """

    official: Set[str]

    def __init__(self, graph: Graph, claims: Iterable[FigureClaim]) -> None:
        self._graph = graph
        self._cells: defaultdict[tuple[Cell, bool], list[FigureClaim]] = defaultdict(list)
        for claim in claims:
            self._cells[_key(claim.figure)].append(claim)
        sources = {claim.source for claims in self._cells.values() for claim in claims}
        self.official = frozenset(source for source in sources if is_official(graph, source))

    def in_cell(self, cell: Cell) -> tuple[FigureClaim, ...]:
        """Return the outcomes of a cell: official statistics first, rejected figures last."""
        return self._ranked(self._cells[cell, False])

    def of_cell(self, figure: Figure) -> tuple[FigureClaim, ...]:
        """Return the other figures of the cell of a figure, in the order of `in_cell`."""
        return self._ranked(claim for claim in self._cells[_key(figure)] if claim.iri != figure.iri)

    def others(self, figure: Figure, numerals: Numerals) -> tuple[Others, ...]:
        """Return the figures of other sources for the cell of a figure.

        Args:
            figure: The figure.
            numerals: Writes the differences.

        Returns:
            The figures: official statistics first, and of both kinds, disagreements first.
        """
        by_meaning: defaultdict[object, list[FigureClaim]] = defaultdict(list)
        for claim in self._cells[_key(figure)]:
            if claim.source != figure.source:
                kind = claim.source in self.official
                by_meaning[claim.figure.interval, claim.figure.bound, kind].append(claim)
        found = [self._others(figure, claims, numerals) for claims in by_meaning.values()]
        return tuple(
            sorted(
                found,
                key=lambda others: (
                    not others.official,
                    others.agrees,
                    others.rejected,
                    -len(others.claims),
                ),
            )
        )

    def official_of(self, figure: Figure, numerals: Numerals) -> tuple[Others, ...]:
        """Return the official statistics of other sources for the cell of a figure."""
        return tuple(others for others in self.others(figure, numerals) if others.official)

    def official_part(self, cell: Cell) -> tuple[FigureClaim, ...]:
        """Return the official figure of the longest part of the period of a cell.

        The part begins with the period and ends before it, such as January to November of a year.

        Args:
            cell: The cell.

        Returns:
            The figure, if there is one.
        """
        first, last, _ = when(self._graph, cell.period)
        found = [
            (end, claim.iri, claim)
            for (other, is_expectation), claims in self._cells.items()
            if not is_expectation and other._replace(period=cell.period) == cell
            for begin, end, _ in (when(self._graph, other.period),)
            if first == begin and end < last
            for claim in claims
            if not claim.rejected and claim.source in self.official
        ]
        return (max(found)[2],) if found else ()

    def _ranked(self, claims: Iterable[FigureClaim]) -> tuple[FigureClaim, ...]:
        return tuple(
            sorted(
                claims,
                key=lambda claim: (
                    claim.rejected,
                    claim.source not in self.official,
                    claim.source,
                    claim.iri,
                ),
            )
        )

    def _others(self, figure: Figure, claims: list[FigureClaim], numerals: Numerals) -> Others:
        other = claims[0].figure
        return Others(
            tuple(claims),
            (figure.interval, figure.bound) == (other.interval, other.bound),
            figure.interval.meets(other.interval),
            all(claim.rejected for claim in claims),
            other.source in self.official,
            _difference(figure, other, numerals),
        )


def _difference(figure: Figure, other: Figure, numerals: Numerals) -> str:
    """Write how another figure differs: "10 times as much", "5 billion yuan less"."""
    one, two = figure.value, other.value
    gettext = numerals.catalogue.gettext
    if one == two:
        return ""
    if min(one, two) > 0 and max(one, two) >= _MULTIPLE * min(one, two):
        times = numerals.number(rounded(max(one, two) / min(one, two), _DIGITS), None)
        if two > one:
            return gettext("%(number)s times as much", number=times)
        return gettext("%(number)s times less", number=times)
    unit = figure.unit
    difference = numerals.number(abs(two - one), _DIFFERENCE_UNITS.get(unit, unit))
    if two > one:
        return gettext("%(difference)s more", difference=difference)
    return gettext("%(difference)s less", difference=difference)


def _key(figure: Figure) -> tuple[Cell, bool]:
    """Return a key that is the same for figures that are compared: their cell and their kind."""
    return figure.cell, figure.is_expectation
