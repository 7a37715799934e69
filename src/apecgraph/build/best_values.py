"""The best known value of each cell, and the series of these values, as triples.

A cell is a slice of the dataset of its figures, and one observation of a second dataset, which
has no sources (RDF Data Cube, section 7.3; `ontology/cube.ttl`). A series is a slice of that second
dataset.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.content.cube import DIMENSIONS, PERIOD_NOT_TOLD, UNIT, Cell
from apecgraph.content.decisions import DISPUTED, STANDS
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure, interval_values
from apecgraph.content.frequencies import frequency
from apecgraph.content.origins import is_copy
from apecgraph.intervals import Interval, decimal_text, hull, shared
from apecgraph.rdf.graph import Graph, RememberingGraph
from apecgraph.rdf.namespaces import (
    ADMS,
    APEC,
    DCAT,
    DCTERMS,
    ID,
    PROV,
    QB,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
)
from apecgraph.rdf.terms import Value, triples_about, triples_about_new, typed
from apecgraph.text.numbers import Numerals

_PRICES: Final = f"{SDMX_ATTRIBUTE}basePer"
_INFERRED: Final = f"{APEC}inferred"
_NUMBER: Final = f"{SDMX_MEASURE}obsValue"


@dataclass(frozen=True, slots=True)
class BestValue:
    """The best known value of a cell.

    Attributes:
        cell: The cell.
        dataset: IRI of the dataset of its figures.
        figures: All accepted figures of the cell.
        basis: The figures that the value rests on.
        figure: The most precise of these, which has the value.
        interval: The intersection of their intervals; if the value is disputed, the smallest
            interval that contains all of them.
        is_disputed: Whether their intervals have no number in common, or an open decision names
            one of them.
    """

    cell: Cell
    dataset: str
    figures: tuple[Figure, ...]
    basis: tuple[Figure, ...]
    figure: Figure
    interval: Interval
    is_disputed: bool


def best_values(evidence: Evidence) -> Iterator[BestValue]:
    """Choose the best known value of each cell. Nothing is averaged or interpolated.

    Left out are figures that a decision rejects, that a later figure revises or that a source only
    attributes to a speaker, and figures of withdrawn sources, of unknown periods and of datasets
    without best values, such as forecasts. The others count by how certain they are (`_basis`). The
    value is that of the most precise figure; of equally precise ones, that of the compiler's text.

    Args:
        evidence: The figures and the decisions on them.

    Yields:
        The best known values, in the order of the first figures of their cells.
    """
    graph = evidence.graph
    cells: defaultdict[tuple[str, Cell], list[Figure]] = defaultdict(list)
    for figure in evidence.outcomes:
        if figure.iri not in evidence.unsupported and figure.cell.period != PERIOD_NOT_TOLD:
            dataset = graph.named_graph(figure.source).required_value(figure.iri, f"{QB}dataSet")
            cells[dataset, figure.cell].append(figure)
    for (dataset, cell), figures in cells.items():
        basis = _basis(evidence, figures)
        if not basis or not graph.subjects(f"{DCTERMS}source", dataset):
            continue
        intervals = [figure.interval for figure in basis]
        interval = shared(intervals)
        disputed = interval is None or any(
            evidence.statuses[each.iri] == DISPUTED for each in basis
        )
        yield BestValue(
            cell,
            dataset,
            tuple(figures),
            tuple(basis),
            min(basis, key=lambda each: (*_imprecision(each), _remove(graph, each), each.iri)),
            hull(intervals) if disputed or interval is None else interval,
            disputed,
        )


def cell_triples(evidence: Evidence) -> Iterator[ox.Triple]:
    """Yield the triples of all cells with their best known values, and those of all series."""
    graph = RememberingGraph(evidence.graph.store)
    wording, numerals = Wording(graph), Numerals(graph)
    series: defaultdict[tuple[str, frozenset[tuple[str, str]]], list[Cell]] = defaultdict(list)
    for best in best_values(evidence):
        cell, iri = best.cell, cell_iri(best.cell)
        clean = graph.subjects(f"{DCTERMS}source", best.dataset)[0]
        unit = cell.unit(graph)
        number = (
            numerals.interval(best.interval, unit)
            if best.is_disputed
            else numerals.figure(best.figure.value, best.interval, unit, best.figure.bound)
        )
        values: list[tuple[str, Value]] = [
            (f"{QB}dataSet", clean),
            (f"{QB}sliceStructure", _slice_key(graph, best.dataset, with_period=True)),
            *cell.values(),
            (f"{SDMX_DIMENSION}freq", _frequency(graph, cell.period)),
            *((f"{QB}observation", figure.iri) for figure in best.figures),
            (f"{APEC}value", typed(decimal_text(best.figure.value), "decimal")),
            *interval_values(best.interval),
            *([] if unit is None else [(UNIT, unit)]),
            *((_PRICES, prices) for prices in _prices(graph, best)),
            *((f"{PROV}wasDerivedFrom", figure.iri) for figure in best.basis),
            *((f"{APEC}origin", origin) for origin in _origins(graph, best)),
            (f"{ADMS}status", DISPUTED if best.is_disputed else STANDS),
        ]
        yield from triples_about_new(iri, f"{APEC}Cell", f"{wording.cell(cell)}: {number}", *values)
        yield from triples_about(best.dataset, (f"{QB}slice", iri))
        series[clean, _fixed(graph, clean, cell)].append(cell)
    for (clean, fixed), cells in series.items():
        if len(cells) > 1:
            name = wording.common(cells, without=("period", "base_period"))
            basis = numerals.basis(cells[0].unit(graph), cells[0].currency)
            label = ", ".join(filter(None, (name, basis)))
            yield from _series(graph, clean, label, dict(fixed), cells)


def cell_iri(cell: Cell) -> str:
    """Return the IRI of a cell, made of the names of its dimensions' values, the period last."""
    return f"{ID}cell/{_path(cell.values())}"


def _series(
    graph: Graph, dataset: str, label: str, fixed: dict[str, str], cells: Iterable[Cell]
) -> Iterator[ox.Triple]:
    iri = f"{ID}series/{_path(fixed.items())}"
    yield from triples_about_new(
        iri,
        f"{QB}Slice",
        label,
        (f"{QB}sliceStructure", _slice_key(graph, dataset, with_period=False)),
        *fixed.items(),
        *((f"{QB}observation", cell_iri(cell)) for cell in cells),
    )
    yield from triples_about(dataset, (f"{QB}slice", iri))


def _origins(graph: Graph, best: BestValue) -> list[str]:
    """Return the origins of the figures that a value rests on: its independent witnesses."""
    found = (graph.values(figure.iri, f"{APEC}origin") for figure in best.basis)
    return sorted({origin for origins in found for origin in origins})


def _prices(graph: Graph, best: BestValue) -> set[str]:
    """Return the period whose prices a value has; a shape allows one for each cell."""
    return {prices for each in best.basis for prices in graph.values(each.iri, _PRICES)}


def _fixed(graph: Graph, dataset: str, cell: Cell) -> frozenset[tuple[str, str]]:
    """Return the dimensions that all cells of the series of a cell share, with their values."""
    key = _slice_key(graph, dataset, with_period=False)
    names = graph.values(key, f"{QB}componentProperty")
    return frozenset(pair for pair in cell.values() if pair[0] in names)


def _slice_key(graph: Graph, dataset: str, *, with_period: bool) -> str:
    """Return the slice key of a dataset with the period, or without it."""
    structure = graph.required_value(dataset, f"{QB}structure")
    return next(
        key
        for key in graph.values(structure, f"{QB}sliceKey")
        if graph.has(key, f"{QB}componentProperty", DIMENSIONS["period"]) == with_period
    )


def _path(values: Iterable[tuple[str, str]]) -> str:
    """Write values of dimensions as a path: "CHN/world/total/all-goods/trade-value/CNY/2025"."""
    last = (DIMENSIONS["period"], DIMENSIONS["base_period"])
    given = dict(values)
    order = [
        *(name for name in DIMENSIONS.values() if name not in last),
        *last,
    ]
    return "/".join(
        # Subjects are of many kinds; two of different kinds may have the same name.
        given[name].removeprefix(ID if name == DIMENSIONS["subject"] else _namespace(given[name]))
        for name in order
        if name in given
    )


def _namespace(iri: str) -> str:
    return iri[: iri.rindex("/") + 1]


def _basis(evidence: Evidence, figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures of a cell that its value rests on.

    A figure whose number is not printed, such as "robust growth", cannot be a basis. Figures whose
    period is not printed count only if there are no others; provisional numbers only if there are
    no outcomes, estimates only if there are neither. A decision that leaves one of
    the figures open leaves all of them open, since any of them may be right.
    """
    known = [each for each in figures if evidence.statuses[each.iri] in (STANDS, DISPUTED)]
    known = [each for each in known if not evidence.graph.has(each.iri, _INFERRED, _NUMBER)]
    known = [each for each in known if not each.is_period_inferred] or known
    if any(evidence.statuses[each.iri] == DISPUTED for each in known):
        return known
    bands = [_band(evidence.graph, each) for each in known]
    return [each for each, band in zip(known, bands, strict=True) if band == min(bands)]


def _band(graph: Graph, figure: Figure) -> Decimal:
    """Return how far above a figure its value may lie, as a factor: 1 for an outcome."""
    factor = None if figure.status is None else graph.value(figure.status, f"{APEC}upperFactor")
    return Decimal(factor or 1)


def _imprecision(figure: Figure) -> tuple[bool, Decimal]:
    """Return a sort key: the figure with the narrowest interval comes first."""
    low, high = figure.interval.lower, figure.interval.upper
    if low is None or high is None:
        return True, Decimal(0)
    return False, high - low


def _remove(graph: Graph, figure: Figure) -> int:
    """Return how far a figure is from its compiler: 0 in its text, 1 in a copy, 2 elsewhere."""
    if not graph.has(figure.source, f"{SDMX_ATTRIBUTE}compilingOrg"):
        return 2
    return int(is_copy(graph, figure.source))


def _frequency(graph: Graph, period: str) -> str:
    """Return the code of the frequency of a period."""
    return frequency(*(graph.value(period, f"{DCAT}{end}Date") or "" for end in ("start", "end")))
