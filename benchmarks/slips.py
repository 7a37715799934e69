"""Slips that editors make when they enter a figure: each is a change of the figure's triples.

A slip is planted in two ways. If the editor misread the source, the printed words are changed along
with the entry, so only other figures can show the error. If the editor mistyped, the printed words
are as the source prints them, and the check may find the error by them too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, UNIT
from apecgraph.intervals import decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, QB, SDMX_ATTRIBUTE, SDMX_MEASURE
from apecgraph.rdf.terms import Term, typed

Entry: TypeAlias = Mapping[str, Term]
"""The values of a figure, by the IRI of the property; a figure has one of each."""

Slip: TypeAlias = Callable[[Entry, Graph], Iterator[Entry]]
"""Yields each entry that an editor may have made instead; nothing if the slip is not possible."""

OBSERVED: Final = f"{SDMX_MEASURE}obsValue"
MULTIPLIER: Final = f"{SDMX_ATTRIBUTE}unitMult"
DECIMALS: Final = f"{SDMX_ATTRIBUTE}decimals"
BOUND: Final = f"{APEC}bound"
DATASET: Final = f"{QB}dataSet"
MEASURE, COUNTERPART, FLOW, PERIOD, BASE_PERIOD = (
    DIMENSIONS[name] for name in ("measure", "counterpart", "flow", "period", "base_period")
)

TRADE_VALUE: Final = f"{ID}measure/trade-value"
_GROWTH: Final = f"{ID}measure/trade-growth"
_SHARE: Final = f"{ID}measure/trade-share"
_WORLD: Final = f"{ID}group/world"
_APEC: Final = f"{ID}group/apec-other-economies"
_MOST_DIGITS: Final = 18


def scaled(power: int) -> Slip:
    """Return a slip that multiplies the number by a power of ten."""

    def slip(entry: Entry, graph: Graph) -> Iterator[Entry]:
        observed, multiplier, decimals = _number(entry)
        if observed == 0:
            return
        if 0 <= multiplier + power <= _MOST_DIGITS:
            yield {**entry, MULTIPLIER: _integer(multiplier + power)}
        elif 0 <= decimals - power <= _MOST_DIGITS:
            yield _with_number(entry, observed.scaleb(power), decimals - power)

    return slip


def swapped(property_: str, *pairs: tuple[str, str]) -> Slip:
    """Return a slip that puts one thing in the place of another, given their names."""

    def slip(entry: Entry, graph: Graph) -> Iterator[Entry]:
        for right, wrong in pairs:
            if entry.get(property_) == ox.NamedNode(f"{ID}{right}"):
                yield {**entry, property_: ox.NamedNode(f"{ID}{wrong}")}

    return slip


def transposed(entry: Entry, graph: Graph) -> Iterator[Entry]:
    """Swap two neighbouring digits, each pair of different digits in turn."""
    digits, sign = _digits(entry)
    places = [place for place, digit in enumerate(digits) if digit.isdigit()]
    for one, other in pairwise(places):
        if digits[one] != digits[other]:
            swapped_digits = list(digits)
            swapped_digits[one], swapped_digits[other] = digits[other], digits[one]
            number = Decimal(sign + "".join(swapped_digits))
            yield _with_number(entry, number, _number(entry)[2])


def dropped(entry: Entry, graph: Graph) -> Iterator[Entry]:
    """Drop a digit, each one in turn."""
    digits, sign = _digits(entry)
    observed, _, decimals = _number(entry)
    point = digits.find(".") if "." in digits else len(digits)
    for place, digit in enumerate(digits):
        rest = digits[:place] + digits[place + 1 :]
        if digit.isdigit() and any(map(str.isdigit, rest)):
            number = Decimal(sign + rest)
            if number not in (0, observed):
                yield _with_number(entry, number, max(0, decimals - (place > point)))


def years_away(years: int) -> Slip:
    """Return a slip that takes the same period of another year, for the base of growth too."""

    def slip(entry: Entry, graph: Graph) -> Iterator[Entry]:
        moved = dict(entry)
        for property_ in (PERIOD, BASE_PERIOD):
            if property_ in entry:
                period = _years_away(graph, entry[property_], years)
                if period is None:
                    return
                moved[property_] = period
        yield moved

    return slip


def another_partner(entry: Entry, graph: Graph) -> Iterator[Entry]:
    """Take all of APEC for one of its economies, or for another group."""
    if entry.get(COUNTERPART) not in (None, *map(ox.NamedNode, (_WORLD, _APEC))):
        yield {**entry, COUNTERPART: ox.NamedNode(_APEC)}


def measure_mistaken(entry: Entry, graph: Graph) -> Iterator[Entry]:
    """Take growth for a share, or a share for growth over the year before."""
    if entry[MEASURE] == ox.NamedNode(_GROWTH):
        rest = {name: value for name, value in entry.items() if name != BASE_PERIOD}
        yield _with_measure(rest, _SHARE, graph)
    elif entry[MEASURE] == ox.NamedNode(_SHARE):
        base = _years_away(graph, entry[PERIOD], -1)
        if base is not None:
            yield _with_measure({**entry, BASE_PERIOD: base}, _GROWTH, graph)


def sign_mistaken(entry: Entry, graph: Graph) -> Iterator[Entry]:
    """Take a rise for a fall, or a fall for a rise."""
    observed, _, decimals = _number(entry)
    if "trade-growth" in str(entry[MEASURE]) and observed != 0:
        yield _with_number(entry, -observed, decimals)


_BOUND_NAMES: Final = ("about", "at-least", "more-than", "nearly")
SLIPS: Final[Mapping[str, Slip]] = {
    "ten times": scaled(1),
    "a tenth": scaled(-1),
    "a thousand times (billion as trillion, million as billion)": scaled(3),
    "a thousandth (trillion as billion, billion as million)": scaled(-3),
    "ten thousand times (万 as 亿)": scaled(4),
    "a ten-thousandth (亿 as 万)": scaled(-4),
    "two digits transposed": transposed,
    "a digit dropped": dropped,
    "yuan as dollars, dollars as yuan": swapped(
        UNIT, ("unit/CNY", "unit/USD"), ("unit/USD", "unit/CNY")
    ),
    "percent as percentage points": swapped(
        UNIT,
        ("unit/percent", "unit/percentage-point"),
        ("unit/percentage-point", "unit/percent"),
    ),
    "period a year earlier": years_away(-1),
    "period a year later": years_away(1),
    "APEC for another partner": another_partner,
    "world for APEC": swapped(COUNTERPART, ("group/apec-other-economies", "group/world")),
    "APEC for the world": swapped(COUNTERPART, ("group/world", "group/apec-other-economies")),
    "exports as imports, imports as exports": swapped(
        FLOW, ("flow/exports", "flow/imports"), ("flow/imports", "flow/exports")
    ),
    "total as exports": swapped(FLOW, ("flow/total", "flow/exports")),
    "exports or imports as total": swapped(
        FLOW, ("flow/exports", "flow/total"), ("flow/imports", "flow/total")
    ),
    "growth as share, share as growth": measure_mistaken,
    "sign of growth": sign_mistaken,
    "a bound dropped": swapped(
        BOUND, *((f"bound/{name}", "bound/rounded") for name in _BOUND_NAMES)
    ),
    "a bound of the other side (nearly as more than)": swapped(
        BOUND,
        ("bound/nearly", "bound/more-than"),
        ("bound/more-than", "bound/nearly"),
        ("bound/at-least", "bound/nearly"),
    ),
    "a rounded number as more than": swapped(BOUND, ("bound/rounded", "bound/more-than")),
}
"""The kinds of slips, by their names in the table."""

FACTORS: Final = tuple(SLIPS)[:6]
DIGITS: Final = tuple(SLIPS)[6:8]


def _number(entry: Entry) -> tuple[Decimal, int, int]:
    """Return the observed number, its multiplier and its decimals."""
    observed, multiplier, decimals = (
        str(entry[name].value)  # type: ignore[union-attr]  # each is a literal
        for name in (OBSERVED, MULTIPLIER, DECIMALS)
    )
    return Decimal(observed), int(multiplier), int(decimals)


def _digits(entry: Entry) -> tuple[str, str]:
    """Return the observed number as it is written, without its sign, and the sign."""
    text = str(entry[OBSERVED].value)  # type: ignore[union-attr]  # a literal
    return text.lstrip("+-"), "-" if text.startswith("-") else ""


def _with_number(entry: Entry, observed: Decimal, decimals: int) -> Entry:
    number = typed(decimal_text(observed), "decimal")
    return {**entry, OBSERVED: number, DECIMALS: _integer(decimals)}


def _with_measure(entry: Entry, measure: str, graph: Graph) -> Entry:
    """Return an entry with another measure, and with the dataset of that measure."""
    dataset = graph.required_value(measure, f"{DCTERMS}isPartOf")
    return {**entry, MEASURE: ox.NamedNode(measure), DATASET: ox.NamedNode(dataset)}


def _integer(number: int) -> ox.Literal:
    return typed(str(number), "integer")


def _years_away(graph: Graph, period: Term, years: int) -> ox.NamedNode | None:
    """Return the period that lies some years after another one; None if none is described."""
    days = [graph.value(period, f"{DCAT}{end}Date") for end in ("start", "end")]  # type: ignore[arg-type]
    if None in days:
        return None
    wanted = [f"{int(day[:4]) + years}{day[4:]}" for day in days if day]
    for other in graph.subjects(f"{DCAT}startDate"):
        if [graph.value(other, f"{DCAT}{end}Date") for end in ("start", "end")] == wanted:
            return ox.NamedNode(other)
    return None
