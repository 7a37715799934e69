"""Figures: the numbers that sources print, each with the interval of its possible values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS, UNIT, Cell
from apecgraph.content.defaults import DEFAULTED, with_defaults
from apecgraph.intervals import Interval, decimal_text
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, QB, RDF, SDMX_ATTRIBUTE, SDMX_MEASURE
from apecgraph.rdf.terms import TRUE_FORMS, Term, term_text, triples_about, typed

_MAX_DIGITS: Final = 18  # as the shapes require; SPARQL engines keep 18 digits of an xsd:decimal
_EXPECTATIONS: Final = f"{ID}dataset/expectations"
_RELEASE: Final = (f"{SDMX_ATTRIBUTE}compilingOrg", f"{DCTERMS}issued")
_OBSERVED: Final = re.compile(rf"[+-]?[0-9]{{1,{_MAX_DIGITS}}}(\.[0-9]{{1,{_MAX_DIGITS}}})?")
"""A plain number. Its limited length keeps arithmetic exact and fast."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a source prints.

    Attributes:
        iri: IRI of the figure.
        source: IRI of the source.
        cell: What the figure measures.
        value: The number in whole units: the observed number times its multiplier.
        interval: The numbers that the printed number may represent, in whole units.
        printed: The words that the source prints; None if they are not recorded.
        observed: The number as it is printed.
        bound: IRI of the bound of the number, such as exact or rounded.
        unit: IRI of the unit that the number is in.
        status: IRI of the status of the figure, such as provisional; None for an outcome.
        is_expectation: Whether the figure is a forecast or a target, which no outcome contradicts.
        is_period_inferred: Whether the source does not print the period.
        compiler: IRI of the compiler of the figure, if the figure or its source names one.
        vintage: The date at which it was released (ISO 8601), if one of them states it.
    """

    iri: str
    source: str
    cell: Cell
    value: Decimal
    interval: Interval
    printed: ox.Literal | None
    observed: Decimal
    bound: str
    unit: str
    status: str | None = None
    is_expectation: bool = False
    is_period_inferred: bool = False
    compiler: str | None = None
    vintage: str | None = None

    def derived(self) -> Iterator[ox.Triple]:
        """Return what the build adds to the figure: defaults, its value, and its interval."""
        value = typed(decimal_text(self.value), "decimal")
        return triples_about(
            self.iri,
            *(pair for pair in self.cell.values() if pair[0] in DEFAULTED),
            (f"{APEC}value", value),
            *interval_values(self.interval),
        )


def interval_values(interval: Interval) -> Iterator[tuple[str, ox.Literal]]:
    """Yield the properties of an interval, as pairs of an IRI and a value."""
    for name, end in (("lower", interval.lower), ("upper", interval.upper)):
        if end is not None:
            yield f"{APEC}{name}", typed(decimal_text(end), "decimal")
    for name, excludes in (
        ("excludesLower", interval.excludes_lower),
        ("excludesUpper", interval.excludes_upper),
    ):
        if excludes:
            yield f"{APEC}{name}", typed("true", "boolean")


def read_interval(graph: Graph, iri: str) -> Interval:
    """Read the interval of a figure, a cell or an estimate, as `interval_values` wrote it."""
    lower, upper = (graph.value(iri, f"{APEC}{name}") for name in ("lower", "upper"))
    return Interval(
        None if lower is None else Decimal(lower),
        None if upper is None else Decimal(upper),
        excludes_lower=graph.has(iri, f"{APEC}excludesLower"),
        excludes_upper=graph.has(iri, f"{APEC}excludesUpper"),
    )


def read_figures(graph: Graph, sources: Iterable[str]) -> Iterator[Figure]:
    """Read the figures of some sources.

    Args:
        graph: The dataset of a content folder or of a release.
        sources: IRIs of the sources.

    Yields:
        The figures, sorted by source and IRI. Incomplete figures are skipped; their shape
        reports them.
    """
    for source in sources:
        for iri in graph.named_graph(source).subjects(f"{RDF}type", f"{QB}Observation"):
            figure = read_figure(graph, iri, source)
            if figure is not None:
                yield figure


def read_figure(graph: Graph, iri: str, source: str) -> Figure | None:
    """Read a figure.

    Args:
        graph: The dataset of a content folder or of a release.
        iri: IRI of the figure.
        source: IRI of its source.

    Returns:
        The figure; None if a part of it is missing or cannot be read.
    """
    terms: dict[str, Term] = {}
    stated_by = graph.named_graph(source)
    for quad in stated_by.quads(iri):
        known = terms.get(quad.predicate.value)
        if known is None or term_text(quad.object) < term_text(known):
            terms[quad.predicate.value] = quad.object
    stated = {property_: term_text(term) for property_, term in terms.items()}
    values = with_defaults(stated, graph)
    try:
        observed = _number(values[f"{SDMX_MEASURE}obsValue"])
        scale = Decimal(10) ** _count(values[f"{SDMX_ATTRIBUTE}unitMult"])
        decimals = _count(values[f"{SDMX_ATTRIBUTE}decimals"])
        bound = values[f"{APEC}bound"]
        end = values.get(f"{APEC}rangeEnd")
        status = values.get(f"{SDMX_ATTRIBUTE}obsStatus")
        printed = terms.get(f"{APEC}printed")
        return Figure(
            iri,
            source,
            Cell.of(values.get),
            observed * scale,
            _interval(graph, bound, observed, decimals, end).scaled(scale),
            printed if isinstance(printed, ox.Literal) else None,
            observed,
            bound,
            values[UNIT],
            status,
            status is not None and graph.has(status, f"{DCTERMS}isPartOf", _EXPECTATIONS),
            stated_by.has(iri, f"{APEC}inferred", DIMENSIONS["period"]),
            *(values.get(name) or stated_by.value(source, name) for name in _RELEASE),
        )
    except (LookupError, ValueError, InvalidOperation):
        return None


def _number(digits: str) -> Decimal:
    if not _OBSERVED.fullmatch(digits):
        raise ValueError("not a plain number")
    return Decimal(digits)


def _count(digits: str) -> int:
    """Read a count of digits."""
    if not re.fullmatch(r"[0-9]{1,2}", digits) or int(digits) > _MAX_DIGITS:
        raise ValueError("no number has so many digits")
    return int(digits)


def _interval(
    graph: Graph, bound: str, observed: Decimal, decimals: int, range_end: str | None
) -> Interval:
    """Apply a bound, as the content declares it, to a printed number.

    A bound limits the number without its sign: "fell by nearly 3 percent" is -3 to -2.7.
    """
    if range_end is not None:
        other = _number(range_end)
        return Interval(min(observed, other), max(observed, other))
    magnitude = _magnitude(graph, bound, abs(observed), decimals)
    return -magnitude if observed < 0 else magnitude


def _magnitude(graph: Graph, bound: str, observed: Decimal, decimals: int) -> Interval:
    factors = [graph.value(bound, f"{APEC}{end}Factor") for end in ("lower", "upper")]
    if factors == [None, None]:
        raise LookupError("the content does not declare the bound")
    lower, upper = (None if factor is None else Decimal(factor) * observed for factor in factors)
    half = Decimal(10) ** -decimals / 2
    if graph.value(bound, f"{APEC}rounded") in TRUE_FORMS:
        # Numbers are rounded half up: 26.29 means a number from 26.285 to just below 26.295.
        return Interval(
            None if lower is None else lower - half,
            None if upper is None else upper + half,
            excludes_upper=True,
        )
    excludes = graph.value(bound, f"{APEC}excludesPrinted") in TRUE_FORMS
    return Interval(lower, upper, excludes and lower == observed, excludes and upper == observed)
