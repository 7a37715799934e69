"""Selections: which figures of the cube somebody wants to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from apecgraph.rdf.namespaces import APEC, DCAT, ID, QB
from apecgraph.readers.claims import Claim
from apecgraph.readers.series import DIMENSIONS, Series

PARAMETERS: Final = (*DIMENSIONS, "period", "from", "to")
"""What a selection is made by, in the order in which it is written."""

Days = Mapping[str, tuple[str, str, str]]
"""The first and the last day of each period."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of figures; what is not chosen may be anything.

    choices: names and values in the order of PARAMETERS: of dimensions, IRIs; of `period`, an IRI;
    of `from` and `to`, the first and the last year, between whose ends the period must lie.
    """

    choices: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, choices: Mapping[str, str]) -> Selection:
        """Make the selection of some choices, in whatever order."""
        return cls(tuple((name, choices[name]) for name in PARAMETERS if choices.get(name)))

    def value(self, name: str) -> str | None:
        """Return what is chosen by a name; None where nothing is."""
        return dict(self.choices).get(name)

    def choosing(self, name: str, value: str | None) -> Selection:
        """Return the selection with another choice by a name; None takes back what was chosen.

        The unit goes with the measure: what is measured otherwise is counted otherwise.
        """
        less = {"unit": ""} if name == "measure" else {}
        return self.of({**dict(self.choices), **less, name: value or ""})

    @property
    def parameters(self) -> str:
        """The selection as the query of a URL, in the one way of writing it."""
        return "&".join(f"{name}={quote(local(value), safe='/')}" for name, value in self.choices)

    def from_(self, series: Iterable[Series], days: Days) -> tuple[Series, ...]:
        """Return the parts of the series that are selected; those of which nothing is, are not."""
        found = (each.of(tuple(self._claims(each, days))) for each in series if self._takes(each))
        return tuple(each for each in found if each.claims)

    def offers(self, name: str, series: Iterable[Series], days: Days) -> Counter[str]:
        """Count the figures by what else could be chosen by a name, all other choices kept."""
        counted: Counter[str] = Counter()
        for each in self.choosing(name, None).from_(series, days):
            if name == "period":
                counted.update(claim.period or "" for claim in each.claims)
            elif value := dict(each.dimensions).get(name):
                counted[value] += len(each.claims)
        return counted

    @property
    def query(self) -> str:
        """The SPARQL query that finds the same figures, a row for each."""
        patterns = [
            f"apec:{name} <{value}> ;" for name, value in self.choices if name in DIMENSIONS
        ]
        period = self.value("period")
        lines = ["a qb:Observation ;", *patterns, "apec:period ?period ;", "apec:value ?value ."]
        stated = "\n      ".join(lines)
        conditions = [] if period is None else [f"  FILTER(?period = <{period}>)"]
        limits = (("from", "YEAR(?first) >="), ("to", "YEAR(?last) <="))
        conditions += [
            f"  FILTER({test} {int(year)})"
            for name, test in limits
            if (year := self.value(name)) is not None
        ]
        return "\n".join(
            (
                f"PREFIX apec: <{APEC}>",
                f"PREFIX dcat: <{DCAT}>",
                f"PREFIX qb: <{QB}>",
                "",
                "SELECT ?period ?value ?lower ?upper ?printed ?rejected ?source ?figure WHERE {",
                "  GRAPH ?source {",
                f"    ?figure {stated}",
                "    OPTIONAL { ?figure apec:lower ?lower }",
                "    OPTIONAL { ?figure apec:upper ?upper }",
                "    OPTIONAL { ?figure apec:printed ?printed }",
                "  }",
                "  OPTIONAL { ?period dcat:startDate ?first ; dcat:endDate ?last }",
                *conditions,
                "  BIND(EXISTS { ?decision apec:rejects ?figure } AS ?rejected)",
                "}",
                "ORDER BY ?first ?last ?figure",
            )
        )

    def _takes(self, series: Series) -> bool:
        dimensions = dict(series.dimensions)
        return all(
            dimensions.get(name) == value for name, value in self.choices if name in DIMENSIONS
        )

    def _claims(self, series: Series, days: Days) -> Iterator[Claim]:
        period, since, until = map(self.value, ("period", "from", "to"))
        for claim in series.claims:
            first, last, _ = days.get(claim.period or "", ("", "", ""))
            if period is not None and claim.period != period:
                continue
            if since is not None and not (first and first[:4] >= since):
                continue
            if until is not None and not (last and last[:4] <= until):
                continue
            yield claim


def local(value: str) -> str:
    """Write an IRI as a parameter has it: `economy/PER`."""
    return value.removeprefix(ID)


def years(periods: Iterable[str], days: Days) -> Sequence[str]:
    """Return the years in which periods begin or end, in order."""
    return sorted({day[:4] for period in periods for day in days[period][:2] if day})
