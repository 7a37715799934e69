"""Selections: the figures of the cube that a visitor chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from apecgraph.content.cube import Cell
from apecgraph.content.frequencies import frequency
from apecgraph.rdf.namespaces import ADMS, APEC, DCAT, ID, QB, SDMX_CODE, SDMX_DIMENSION, compact
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.series import SERIES_DIMENSIONS, Series

PARAMETERS: Final = (*SERIES_DIMENSIONS, "frequency", "source", "period", "from", "to")
"""Names of the parameters of a selection, in the order in which its address has them."""

FORMER_PARAMETERS: Final = {"unit": "currency"}
"""Former names of parameters, with those that replace them."""

Days = Mapping[str, tuple[str, str, str]]
"""A dict from the IRI of a period to its first and its last day; see `readers.series.when`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of figures.

    Attributes:
        choices: Names and values, in the order of `PARAMETERS`. The values of the dimensions, of
            `frequency`, `source` and `period` are IRIs. `from` and `to` are years: a selected
            figure's period begins in `from` or later and ends in `to` or earlier. Parameters
            without a choice do not filter.
    """

    choices: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, choices: Mapping[str, str]) -> Selection:
        """Make a selection from choices in any order."""
        return cls(tuple((name, choices[name]) for name in PARAMETERS if choices.get(name)))

    def value(self, name: str) -> str | None:
        """Return the value that is chosen for a parameter, or None."""
        return dict(self.choices).get(name)

    def choosing(self, name: str, value: str | None) -> Selection:
        """Return the selection with another value for a parameter.

        A new measure clears the currency, because some measures have none.

        Args:
            name: Name of the parameter.
            value: The value, or None to clear the choice.

        Returns:
            The new selection.
        """
        less = {"currency": ""} if name == "measure" else {}
        return self.of({**dict(self.choices), **less, name: value or ""})

    @property
    def parameters(self) -> str:
        """The selection as the query of a URL, in its canonical form."""
        return "&".join(f"{name}={quote(local(value), safe='/')}" for name, value in self.choices)

    def from_(self, series: Iterable[Series], days: Days) -> tuple[Series, ...]:
        """Return the selected parts of some series, without empty parts."""
        parts = (item.of(tuple(self._claims(item, days))) for item in series if self._takes(item))
        return tuple(part for part in parts if part.claims)

    def offers(self, name: str, series: Iterable[Series], days: Days) -> Counter[str]:
        """Count the figures for each value of a parameter, with all other choices kept."""
        counted: Counter[str] = Counter()
        for item in self.choosing(name, None).from_(series, days):
            if name == "period":
                counted.update(claim.figure.cell.period for claim in item.claims)
            elif name == "frequency":
                counted.update(_frequency(claim, days) for claim in item.claims)
            elif name == "source":
                counted.update(claim.source for claim in item.claims)
            elif value := dict(item.dimensions).get(name):
                counted[value] += len(item.claims)
        return counted

    @property
    def query(self) -> str:
        """The SPARQL query that finds the selected figures, with one row for each figure."""
        patterns = [
            f"{compact(SERIES_DIMENSIONS[name])} <{value}> ;"
            for name, value in self.choices
            if name in SERIES_DIMENSIONS
        ]
        frequency_ = self.value("frequency")
        lines = ["a qb:Observation ;", *patterns, "apec:period ?period ;", "apec:value ?value ."]
        stated = "\n      ".join(lines)
        conditions = [
            f"  FILTER(?{name} = <{value}>)"
            for name, value in self.choices
            if name in ("source", "period")
        ]
        limits = (("from", "YEAR(?first) >="), ("to", "YEAR(?last) <="))
        conditions += [
            f"  FILTER({test} {int(year)})"
            for name, test in limits
            if (year := self.value(name)) is not None
        ]
        return "\n".join(
            (
                f"PREFIX adms: <{ADMS}>",
                f"PREFIX apec: <{APEC}>",
                f"PREFIX dcat: <{DCAT}>",
                f"PREFIX qb: <{QB}>",
                f"PREFIX sdmx-dimension: <{SDMX_DIMENSION}>",
                "",
                "SELECT ?period ?value ?lower ?upper ?printed ?status ?source ?figure WHERE {",
                "  GRAPH ?source {",
                f"    ?figure {stated}",
                "    OPTIONAL { ?figure apec:lower ?lower }",
                "    OPTIONAL { ?figure apec:upper ?upper }",
                "    OPTIONAL { ?figure apec:printed ?printed }",
                "    ?figure adms:status ?status .",
                "  }",
                *([f"  ?period sdmx-dimension:freq <{frequency_}> ."] if frequency_ else ()),
                "  OPTIONAL { ?period dcat:startDate ?first ; dcat:endDate ?last }",
                *conditions,
                "}",
                "ORDER BY ?first ?last ?figure",
            )
        )

    def takes(self, cell: Cell, source: str | None, days: Days) -> bool:
        """Return whether a figure is selected, or a value that sources share.

        Args:
            cell: What it measures.
            source: IRI of the source of a figure, or None.
            days: The days of periods.

        Returns:
            Whether all choices hold.
        """
        dimensions = dict(cell.values())
        return all(
            dimensions.get(SERIES_DIMENSIONS[name]) == value
            for name, value in self.choices
            if name in SERIES_DIMENSIONS
        ) and self._takes_part(cell.period, source, days)

    def _takes(self, series: Series) -> bool:
        dimensions = dict(series.dimensions)
        return all(
            dimensions.get(name) == value
            for name, value in self.choices
            if name in SERIES_DIMENSIONS
        )

    def _claims(self, series: Series, days: Days) -> Iterator[FigureClaim]:
        for claim in series.claims:
            if self._takes_part(claim.figure.cell.period, claim.source, days):
                yield claim

    def _takes_part(self, period: str, source: str | None, days: Days) -> bool:
        """Return whether the choices of a source, a period and years hold."""
        first, last, _ = days.get(period, ("", "", ""))
        wanted, since, until = map(self.value, ("frequency", "from", "to"))
        return (
            wanted in (None, frequency(first, last))
            and self.value("source") in (None, source)
            and self.value("period") in (None, period)
            and (since is None or bool(first and first[:4] >= since))
            and (until is None or bool(last and last[:4] <= until))
        )


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """All selected series of one measure.

    Attributes:
        measure: IRI of the measure.
        series: The series.
        figures: Number of figures in the series.
    """

    measure: str
    series: tuple[Series, ...]
    figures: int


def by_measure(selection: Selection, series: Sequence[Series], days: Days) -> list[MeasureGroup]:
    """Return the selected ones of some series by measure, the one with the most figures first."""
    chosen = selection.value("measure")
    offers = selection.offers("measure", series, days)
    parts = (
        (measure, selection if chosen else selection.choosing("measure", measure))
        for measure, _ in offers.most_common()
        if chosen in (None, measure)
    )
    return [
        MeasureGroup(measure, part.from_(series, days), offers[measure]) for measure, part in parts
    ]


def _frequency(claim: FigureClaim, days: Days) -> str:
    first, last, _ = days.get(claim.figure.cell.period, ("", "", ""))
    return frequency(first, last)


def local(value: str) -> str:
    """Shorten an IRI to the value of a parameter: `economy/PER`, `freq/A`."""
    return value.removeprefix(ID).replace(f"{SDMX_CODE}freq-", "freq/")


def years(periods: Iterable[str], days: Days) -> Sequence[str]:
    """Return the years in which some periods begin or end, in order."""
    return sorted({day[:4] for period in periods for day in days[period][:2] if day})
