"""Figures: printed numbers, and the interval that each one says the true value lies in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from apecgraph.intervals import Interval, decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, QB, RDF, SDMX_ATTRIBUTE, SDMX_MEASURE, XSD

_TRUE = ("true", "1")
_PLAIN = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_MOST_DIGITS = 18  # as the shapes say; also what xsd:decimal must hold in SPARQL engines


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
                text = ox.Literal(decimal_text(number_), datatype=ox.NamedNode(f"{XSD}decimal"))
                yield ox.Triple(node, ox.NamedNode(f"{APEC}{name}"), text)


def read_figures(graph: Graph, sources: Iterable[str]) -> Iterator[Figure]:
    """Read the figures in the graphs of the sources.

    A figure that lacks something is passed over: its shape reports it.
    """
    for source in sources:
        stated = graph.named_graph(source)
        for iri in stated.subjects(f"{RDF}type", f"{QB}Observation"):
            try:
                yield _read(graph, stated, iri, source)
            except (LookupError, ValueError, InvalidOperation):
                continue


def _read(graph: Graph, stated: Graph, iri: str, source: str) -> Figure:
    cell = Cell(
        reporter=stated.value(iri, f"{APEC}reporter"),
        counterpart=stated.value(iri, f"{APEC}counterpart"),
        flow=stated.value(iri, f"{APEC}flow"),
        coverage=stated.value(iri, f"{APEC}coverage"),
        subject=stated.value(iri, f"{APEC}subject"),
        period=stated.required_value(iri, f"{APEC}period"),
        measure=stated.required_value(iri, f"{APEC}measure"),
        unit=stated.required_value(iri, f"{APEC}unit"),
        base_period=stated.value(iri, f"{APEC}basePeriod"),
    )
    digits = stated.required_value(iri, f"{SDMX_MEASURE}obsValue")
    if not _PLAIN.fullmatch(digits):
        raise ValueError("no plain number")
    printed = Decimal(digits)
    multiplier, decimals = (
        _count(stated.required_value(iri, f"{SDMX_ATTRIBUTE}{name}"))
        for name in ("unitMult", "decimals")
    )
    scale = Decimal(10) ** multiplier
    bound = stated.required_value(iri, f"{APEC}bound")
    interval = _interval(graph, bound, printed, decimals).scaled(scale)
    text = stated.value(iri, f"{APEC}printed") or decimal_text(printed)
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
