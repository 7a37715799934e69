"""Rescaled values of charts: an index, and values per head of the population."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from apecgraph.rdf.namespaces import ID
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.populations import Populations
from apecgraph.web.charts.marks import Mark, Rescaling, best_marks
from apecgraph.web.charts.view import INDEX, PER_HEAD
from apecgraph.web.language import Language

Lines = Sequence[tuple[str, Sequence[Mark]]]
"""The name and the marks of each line of a chart."""

_BASE: Final = 100
_WITHOUT_INDEX: Final = frozenset(
    f"{ID}unit/{name}" for name in ("percent", "percentage-point", "ordinal", "ratio")
)
"""Units whose numbers are relative already, or only put things in their order."""

_AMOUNTS: Final = frozenset(
    f"{ID}measure/{name}" for name in ("trade-value", "trade-volume", "output", "investment")
)
"""The measures of amounts of money, which can be divided among people."""


@dataclass(frozen=True, slots=True)
class RescaledLines:
    """The lines of a chart with rescaled values.

    Attributes:
        lines: The lines.
        unit: What the numbers of the axis are in: "yuan per head".
        notes: Sentences about how the values are made.
        basis: The figures that the values are divided by, if they are not drawn themselves.
    """

    lines: Lines
    unit: str
    notes: Sequence[str]
    basis: Sequence[FigureClaim] = ()


class Rescaler:
    """Rescales the values of charts.

    Args:
        language: The language of the words.
        populations: The populations of economies.
    """

    def __init__(self, language: Language, populations: Populations) -> None:
        self._language = language
        self._populations = populations

    def offered(self, lines: Lines) -> Mapping[str, RescaledLines]:
        """Return the lines in each way in which they can be rescaled.

        Args:
            lines: The lines, whose marks have one unit and one frequency, in order of time.

        Returns:
            The rescaled lines, keyed by the values of the parameter `values` of a view.
        """
        made = {INDEX: self._index(lines), PER_HEAD: self._per_head(lines)}
        return {
            name: found
            for name, found in made.items()
            if found and len({mark.period for _, marks in found.lines for mark in marks}) > 1
        }

    def _index(self, lines: Lines) -> RescaledLines | None:
        """Divide the values of each line by that of the first period that all lines have."""
        if any(
            mark.claims[0].figure.unit in _WITHOUT_INDEX for _, marks in lines for mark in marks
        ):
            return None
        known = [
            {mark.period: mark.numbers[1] for mark in best_marks(marks) if mark.numbers[1] > 0}
            for _, marks in lines
        ]
        common = [each for each in known[0] if all(each in values for values in known)]
        if not common:
            return None
        base, catalogue = common[0], self._language.catalogue
        named = self._language.labels.title(base).value
        rescaled = [
            (name, [replace(mark, rescaling=Rescaling(_BASE / values[base])) for mark in marks])
            for (name, marks), values in zip(lines, known, strict=True)
        ]
        note = catalogue.gettext(
            "Each value is divided by that of %(period)s and multiplied by 100.", period=named
        )
        unit = catalogue.gettext("Index, %(period)s = 100", period=named)
        return RescaledLines(rescaled, unit, [note])

    def _per_head(self, lines: Lines) -> RescaledLines | None:
        """Divide each value by the population of its economy in the same period."""
        marks = [mark for _, each in lines for mark in each]
        if not {mark.claims[0].figure.cell.measure for mark in marks} <= _AMOUNTS:
            return None
        basis = {mark: found for mark in marks if (found := self._population(mark))}
        if not basis:
            return None
        gettext = self._language.catalogue.gettext
        unit = gettext(
            "%(unit)s per head",
            unit=self._language.numerals.unit(marks[0].claims[0].figure.unit),
        )
        rescaled = [
            (
                name,
                [
                    replace(mark, rescaling=Rescaling(1 / basis[mark].figure.value, unit))
                    for mark in each
                    if mark in basis
                ],
            )
            for name, each in lines
        ]
        note = gettext(
            "Each value is divided by the population of %(economies)s in that year: %(sources)s.",
            economies=self._named(claim.figure.cell.subject or "" for claim in basis.values()),
            sources=self._named(claim.source for claim in basis.values()),
        )
        notes = [note, *self._left_out(len(marks) - len(basis))]
        return RescaledLines(rescaled, unit, notes, list(dict.fromkeys(basis.values())))

    def _population(self, mark: Mark) -> FigureClaim | None:
        cell = mark.claims[0].figure.cell
        return self._populations.get((cell.reporter or cell.subject or "", cell.period))

    def _left_out(self, number: int) -> list[str]:
        if not number:
            return []
        return [
            self._language.catalogue.ngettext(
                "Not drawn: %(num)s point without a population of that year.",
                "Not drawn: %(num)s points without a population of that year.",
                number,
            )
        ]

    def _named(self, iris: Iterable[str]) -> str:
        titles = sorted({self._language.labels.title(iri).value for iri in iris})
        return self._language.listed(titles)
