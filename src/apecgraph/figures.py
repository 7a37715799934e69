"""Figures: printed numbers, and the interval that each one says the true value lies in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import mul

import pyoxigraph as ox

from apecgraph.graph import Graph
from apecgraph.namespaces import APEC, QB, RDF, SDMX_ATTRIBUTE, SDMX_MEASURE, XSD

_TRUE = ("true", "1")
_PLAIN = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_MOST_DIGITS = 18  # as the shapes say; also what xsd:decimal must hold in SPARQL engines


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers; None for an end that is not set, a flag for an end not included."""

    lower: Decimal | None = None
    upper: Decimal | None = None
    excludes_lower: bool = False
    excludes_upper: bool = False

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return not (self.is_below(other) or other.is_below(self))

    def is_below(self, other: Interval) -> bool:
        """Whether every number in this one is less than every number in the other."""
        if self.upper is None or other.lower is None:
            return False
        if self.excludes_upper or other.excludes_lower:
            return self.upper <= other.lower
        return self.upper < other.lower

    def __mul__(self, other: Interval) -> Interval:
        """Return the interval of all products; both must be of numbers from zero up."""
        return self._ends(
            _product(self.lower, other.lower), _product(self.upper, other.upper), other
        )

    def __add__(self, other: Interval) -> Interval:
        """Return the interval of all sums."""
        return self._ends(_sum(self.lower, other.lower), _sum(self.upper, other.upper), other)

    def __neg__(self) -> Interval:
        """Return the interval of the numbers with the other sign."""
        low, high = (None if end is None else -end for end in (self.upper, self.lower))
        return Interval(low, high, self.excludes_upper, self.excludes_lower)

    def __sub__(self, other: Interval) -> Interval:
        """Return the interval of all differences."""
        return self + -other

    def inverse(self) -> Interval:
        """Return the interval of all reciprocals; it must be of numbers from zero up."""
        low = 1 / self.upper if self.upper else None
        high = 1 / self.lower if self.lower else None
        return Interval(low, high, self.excludes_upper, self.excludes_lower)

    def __truediv__(self, other: Interval) -> Interval:
        """Return the interval of all quotients; both must be of numbers from zero up."""
        return self * other.inverse()

    def powered(self, times: int) -> Interval:
        """Return the interval multiplied by itself; it must be of numbers from zero up."""
        return reduce(mul, [self] * times)

    def _ends(self, low: Decimal | None, high: Decimal | None, other: Interval) -> Interval:
        return Interval(
            low,
            high,
            self.excludes_lower or other.excludes_lower,
            self.excludes_upper or other.excludes_upper,
        )

    def scaled(self, factor: Decimal, plus: Decimal = Decimal(0)) -> Interval:
        """Return the interval of `number * factor + plus`; the factor must be positive."""
        return Interval(
            None if self.lower is None else self.lower * factor + plus,
            None if self.upper is None else self.upper * factor + plus,
            self.excludes_lower,
            self.excludes_upper,
        )

    def __str__(self) -> str:
        if self.lower is None and self.upper is None:
            return "any number"
        if self.lower == self.upper:
            return number(self.lower or Decimal(0))
        left = "(" if self.excludes_lower or self.lower is None else "["
        right = ")" if self.excludes_upper or self.upper is None else "]"
        low = "-∞" if self.lower is None else number(self.lower)
        high = "∞" if self.upper is None else number(self.upper)
        return f"{left}{low}, {high}{right}"


def all_meet(intervals: Iterable[Interval]) -> bool:
    """Whether some number lies in all of them: so it does where each two have one in common."""
    return shared(intervals) is not None


def shared(intervals: Iterable[Interval]) -> Interval | None:
    """Return the interval of the numbers that lie in all of them; None where there are none."""
    each = list(intervals)
    lowers = [one for one in each if one.lower is not None]
    uppers = [one for one in each if one.upper is not None]
    highest = max(lowers, key=lambda one: (one.lower, one.excludes_lower), default=Interval())
    lowest = min(uppers, key=lambda one: (one.upper, not one.excludes_upper), default=Interval())
    if not highest.meets(lowest):
        return None
    return Interval(highest.lower, lowest.upper, highest.excludes_lower, lowest.excludes_upper)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a figure measures, without who says it: comparable figures have the same cell.

    Each field is an IRI, or None where the dimension does not apply.
    """

    reporter: str | None
    counterpart: str | None
    flow: str | None
    coverage: str | None
    subject: str | None
    period: str
    measure: str
    unit: str
    base_period: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a source prints.

    value is in whole units: the observed, printed number times its multiplier. bound: an IRI.
    """

    iri: str
    source: str
    cell: Cell
    value: Decimal
    interval: Interval
    printed: str
    observed: Decimal
    bound: str

    def derived(self) -> Iterator[ox.Triple]:
        """Return what the build adds to the figure: its value and the ends of its interval."""
        node = ox.NamedNode(self.iri)
        for name, number_ in (
            ("value", self.value),
            ("lower", self.interval.lower),
            ("upper", self.interval.upper),
        ):
            if number_ is not None:
                text = ox.Literal(number(number_), datatype=ox.NamedNode(f"{XSD}decimal"))
                yield ox.Triple(node, ox.NamedNode(f"{APEC}{name}"), text)


def read_figures(graph: Graph, sources: Iterable[str]) -> Iterator[Figure]:
    """Read the figures in the graphs of the sources.

    A figure that lacks something is passed over: its shape reports it.
    """
    for source in sources:
        for iri in graph.subjects(f"{RDF}type", f"{QB}Observation", source):
            try:
                yield _read(graph, iri, source)
            except (LookupError, ValueError, InvalidOperation):
                continue


def number(value: Decimal) -> str:
    """Write a number plainly: no exponent, no zeros at the end of a fraction."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(graph: Graph, iri: str, source: str) -> Figure:
    cell = Cell(
        reporter=graph.value(iri, f"{APEC}reporter", source),
        counterpart=graph.value(iri, f"{APEC}counterpart", source),
        flow=graph.value(iri, f"{APEC}flow", source),
        coverage=graph.value(iri, f"{APEC}coverage", source),
        subject=graph.value(iri, f"{APEC}subject", source),
        period=graph.one(iri, f"{APEC}period", source),
        measure=graph.one(iri, f"{APEC}measure", source),
        unit=graph.one(iri, f"{APEC}unit", source),
        base_period=graph.value(iri, f"{APEC}basePeriod", source),
    )
    digits = graph.one(iri, f"{SDMX_MEASURE}obsValue", source)
    if not _PLAIN.fullmatch(digits):
        raise ValueError("no plain number")
    printed = Decimal(digits)
    multiplier, decimals = (
        _count(graph.one(iri, f"{SDMX_ATTRIBUTE}{name}", source))
        for name in ("unitMult", "decimals")
    )
    scale = Decimal(10) ** multiplier
    bound = graph.one(iri, f"{APEC}bound", source)
    interval = _interval(graph, bound, printed, decimals).scaled(scale)
    text = graph.value(iri, f"{APEC}printed", source) or number(printed)
    return Figure(iri, source, cell, printed * scale, interval, text, printed, bound)


def _count(digits: str) -> int:
    """Read a number of digits; raise ValueError where no number has so many."""
    if not re.fullmatch(r"[0-9]{1,2}", digits) or int(digits) > _MOST_DIGITS:
        raise ValueError("no number has so many digits")
    return int(digits)


def _interval(graph: Graph, bound: str, printed: Decimal, decimals: int) -> Interval:
    """Apply a bound, as the content declares it, to a printed number."""
    factors = [graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
    if factors == [None, None]:
        raise LookupError("the bound is not declared")
    ends = [None if factor is None else Decimal(factor) * printed for factor in factors]
    lower, upper = sorted(ends) if None not in ends else ends  # type: ignore[type-var]
    half = Decimal(10) ** -decimals / 2
    if graph.value(bound, f"{APEC}rounded") in _TRUE:
        # Half up: 26.285 is printed 26.29, and so is what lies just below 26.295.
        return Interval(
            None if lower is None else lower - half,
            None if upper is None else upper + half,
            excludes_upper=True,
        )
    excludes = graph.value(bound, f"{APEC}excludesPrinted") in _TRUE
    return Interval(lower, upper, excludes and lower == printed, excludes and upper == printed)


def _sum(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left + right


def _product(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left * right
