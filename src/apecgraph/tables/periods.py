"""Periods of tables: from the words that a table prints to the periods of the content."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox
from babel import Locale

from apecgraph.rdf.namespaces import DCAT, DCTERMS, ID, RDF, SKOS, TIME
from apecgraph.rdf.terms import Value, triples_about, typed
from apecgraph.tables.grid import same_text

_FIELD: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Whole months of one year.

    Attributes:
        year: The year.
        first: The first month, from 1.
        last: The last month.
    """

    year: int
    first: int
    last: int

    @property
    def code(self) -> str:
        """The code of the period: "period/2025-01_2025-11", "period/2025-11" or "period/2025"."""
        first, last = (f"{self.year}-{month:02}" for month in (self.first, self.last))
        if self.is_year:
            return f"period/{self.year}"
        return f"period/{first}" if first == last else f"period/{first}_{last}"

    @property
    def is_year(self) -> bool:
        """Whether it is a whole year."""
        return (self.first, self.last) == (1, 12)

    @property
    def label(self) -> str:
        """Its name in English: "January to November 2025"."""
        if self.is_year:
            return str(self.year)
        names = Locale("en").months["format"]["wide"]
        months = dict.fromkeys((names[self.first], names[self.last]))
        return f"{' to '.join(months)} {self.year}"

    def year_before(self) -> Period:
        """Return the same months of the year before."""
        return Period(self.year - 1, self.first, self.last)

    def triples(self) -> Iterator[ox.Triple]:
        """Yield its description, as data/entities/periods.ttl has it."""
        end = calendar.monthrange(self.year, self.last)[1]
        values: tuple[tuple[str, Value], ...] = (
            (f"{RDF}type", f"{DCTERMS}PeriodOfTime"),
            (f"{RDF}type", f"{TIME}ProperInterval"),
            (f"{SKOS}prefLabel", ox.Literal(self.label, language="en")),
            (f"{DCAT}startDate", typed(f"{self.year}-{self.first:02}-01", "date")),
            (f"{DCAT}endDate", typed(f"{self.year}-{self.last:02}-{end:02}", "date")),
        )
        yield from triples_about(f"{ID}{self.code}", *values)


class Pattern:
    """A pattern of words that print a period: "1至{month}月", "{first}-{month} {year}".

    `{year}` stands for four digits; `{month}` and `{first}`, the first of several months, for a
    number or the name of a month; `{quarter}` for a digit; `{any}` for anything. A field that comes
    again stands for the same text. Spaces, case and width do not matter.

    Args:
        text: The pattern.
        languages: The languages of the names of months.

    Raises:
        ValueError: The pattern has an unknown field.
    """

    def __init__(self, text: str, languages: tuple[str, ...] = ("en",)) -> None:
        self.text = text
        self._months = {
            name: number for language in languages for name, number in _months(language).items()
        }
        month = "|".join(["1[0-2]", "0?[1-9]", *map(re.escape, self._months)])
        fields = {
            "year": "[1-9][0-9]{3}",
            "month": month,
            "first": month,
            "quarter": "[1-4]",
            "any": ".*?",
        }
        pieces = []
        for position, piece in enumerate(_FIELD.split(text)):
            if position % 2 == 0:
                pieces.append(re.escape(same_text(piece)))
            elif piece == "any":
                pieces.append(fields["any"])
            elif f"(?P<{piece}>" in "".join(pieces):
                pieces.append(f"(?P={piece})")
            elif piece in fields:
                pieces.append(f"(?P<{piece}>{fields[piece]})")
            else:
                raise ValueError(f"'{{{piece}}}' is not one of: {', '.join(fields)}")
        self._expression = re.compile("".join(pieces))

    def read(self, text: str) -> Mapping[str, int] | None:
        """Read the numbers of a period.

        Args:
            text: The printed words.

        Returns:
            `year`, `first` and `month`, as far as the pattern has them; None if the words do not
            fit.
        """
        match = self._expression.fullmatch(same_text(text))
        if match is None:
            return None
        numbers = {
            name: self._months.get(words) or int(words)
            for name, words in match.groupdict().items()
            if words is not None
        }
        quarter = numbers.pop("quarter", None)
        if quarter is not None:
            numbers |= {"first": 3 * quarter - 2, "month": 3 * quarter}
        return numbers


@cache
def _months(language: str) -> dict[str, int]:
    """Return the names of the months (CLDR) except numbers, as `same_text` has them."""
    months = Locale.parse(language.replace("-", "_")).months
    names = {
        same_text(str(name).rstrip(".")): number
        for form in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in months[form][width].items()
    }
    return {name: number for name, number in names.items() if not name[0].isdigit()}
