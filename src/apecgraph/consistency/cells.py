"""Cells with their estimates: readings of printed figures, and intervals that these imply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Final

from apecgraph.content.cube import PERIOD_NOT_TOLD, Cell
from apecgraph.content.figures import Figure
from apecgraph.content.spans import Span
from apecgraph.content.vintages import revisions
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, RDF, SDMX_CODE, SKOS

SAME_CELL: Final = f"{ID}relation/same-cell"
"""The consistency edit: all figures of one cell have a number in common."""

TOTAL: Final = f"{ID}flow/total"
PERCENT: Final = f"{ID}unit/percent"
_HUNDRED: Final = Decimal(100)
ESTIMATE: Final = f"{SDMX_CODE}obsStatus-E"


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A number printed for a cell, by one source or by several. A reading equals only itself.

    Attributes:
        interval: The numbers that the printed number may represent.
        figures: IRIs of the figures that have this interval.
        sources: IRIs of the sources of these figures.
        cell: The cell.
        value: The value of the first figure.
        bound: IRI of the bound of the first figure.
    """

    interval: Interval
    figures: frozenset[str]
    sources: tuple[str, ...]
    cell: Cell
    value: Decimal
    bound: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How an edit rule computes an estimate.

    Attributes:
        message: A message with places for the estimates that it is computed from: `{0}`, `{1}`, or
            `{all}` for a list of them. `{low}` and `{high}` are the ends of the factors.
        factors: The factors of the edit rule, if the message names them.
    """

    message: str
    factors: Interval | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """An interval in which the value of a cell must lie if some readings are right.

    Attributes:
        interval: The interval.
        readings: All readings that the estimate rests on.
        edit_rule: IRI of the edit rule that implies the interval; None for a reading of the cell.
        inputs: The estimates from which the interval is computed.
        derivation: How the interval is computed from the inputs; None for a reading.
    """

    interval: Interval
    readings: tuple[Reading, ...]
    edit_rule: str | None = None
    inputs: tuple[Estimate, ...] = ()
    derivation: Derivation | None = None

    @property
    def figures(self) -> frozenset[str]:
        """IRIs of all figures that the estimate rests on."""
        return frozenset[str]().union(*(reading.figures for reading in self.readings))

    @property
    def sources(self) -> frozenset[str]:
        """IRIs of the sources of all these figures."""
        return frozenset[str]().union(*(reading.sources for reading in self.readings))


Implied = Iterator[tuple[Cell, Interval, tuple[Estimate, ...], Derivation]]
"""What an edit rule implies: a cell, the interval in which its value must lie, the estimates that
imply the interval, and how it is derived from them."""


def comparable(cell: Cell, estimates: Collection[Estimate]) -> Iterator[Collection[Estimate]]:
    """Yield the estimates of a cell that must all have a number in common.

    Two unknown periods may differ, so only estimates of one source are compared if the period is
    not told.

    Args:
        cell: The cell.
        estimates: The estimates of the cell.

    Yields:
        All estimates, or those of each source.
    """
    if cell.period != PERIOD_NOT_TOLD:
        yield estimates
        return
    for source in sorted(frozenset[str]().union(*(each.sources for each in estimates))):
        yield [each for each in estimates if each.sources <= {source}]


class Cells:
    """All cells for which figures are printed.

    Args:
        figures: The figures.
        graph: The declarations of measures, units, periods and edit rules in the content.

    Attributes:
        graph: The same declarations.
        known: The estimates of each cell: its readings and, once added, the sums of its parts.
        groups: IRIs of all groups.
    """

    def __init__(self, figures: Iterable[Figure], graph: Graph) -> None:
        self.graph = graph
        self.groups = graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/groups")
        self._days: dict[str, tuple[str, str] | None] = {}
        self._economies: dict[tuple[str | None, str | None], frozenset[str]] = {}
        figures = tuple(figures)
        self._revised = {earlier.iri for _, earlier in revisions(figures)}
        alike: defaultdict[tuple[Cell, Interval, str], list[Figure]] = defaultdict(list)
        for figure in figures:
            source = figure.source if figure.cell.period == PERIOD_NOT_TOLD else ""
            alike[figure.cell, self._interval(figure), source].append(figure)
        self.known: defaultdict[Cell, list[Estimate]] = defaultdict(list)
        for (cell, interval, _), group in alike.items():
            self.known[cell].append(Estimate(interval, (_reading(cell, interval, group),)))

    def only(self, cells: Collection[Cell], sought: Cell, neighbours: Collection[Cell]) -> Cells:
        """Return some of the cells with their estimates, in the same order.

        Args:
            cells: The cells.
            sought: The only cell whose neighbours are wanted.
            neighbours: Its neighbours among all cells.

        Returns:
            The cells.
        """
        found = Cells((), self.graph)
        found._neighbours = {sought: tuple(neighbours)}
        found._days, found._economies = self._days, self._economies
        order = self._order
        wanted = sorted((cell for cell in cells if cell in order), key=order.__getitem__)
        found.known.update((cell, self.known[cell]) for cell in wanted)
        return found

    @cached_property
    def _order(self) -> dict[Cell, int]:
        """The places of the cells among all, once the sums have been added."""
        return {cell: place for place, cell in enumerate(self.known)}

    def currencies(self, *cells: Cell) -> list[str]:
        """Return the currencies in which at least one of the cells is printed, sorted."""
        return [
            currency
            for currency in self._currencies
            if any(cell._replace(currency=currency) in self.known for cell in cells)
        ]

    @cached_property
    def _currencies(self) -> list[str]:
        """All currencies, sorted."""
        return sorted({cell.currency for cell in self.known})

    def total(self, part: Cell) -> Cell:
        """Return the cell of exports and imports together; `part` is one of these.

        The total of exports FOB and imports CIF has a valuation of its own.
        """
        total = part._replace(flow=TOTAL)
        if part.valuation is None or total in self.known:
            return total
        whole = self.graph.value(part.valuation, f"{DCTERMS}isPartOf")
        return total._replace(valuation=whole or part.valuation)

    def of_flow(self, total: Cell, flow: str) -> Cell:
        """Return the cell of one flow of a total."""
        parts = (
            self.graph.subjects(f"{DCTERMS}isPartOf", total.valuation) if total.valuation else []
        )
        fitting = (part for part in parts if self.graph.has(part, f"{SKOS}related", flow))
        return total._replace(flow=flow, valuation=next(fitting, total.valuation))

    def at(self, cell: Cell) -> list[Estimate]:
        """Return the readings of a cell and the sums of its parts, or an empty list."""
        return self.known.get(cell, [])

    def comparing(self, edit_rule: str, *, dimension: str = "measure") -> list[Cell]:
        """Return the cells that an edit rule applies to.

        Args:
            edit_rule: IRI of the edit rule, which names the values that it compares.
            dimension: The field of a cell that must have one of these values.

        Returns:
            The cells.
        """
        compared = self.graph.values(edit_rule, f"{DCTERMS}subject")
        return [cell for cell in self.known if getattr(cell, dimension) in compared]

    def neighbours(self, cell: Cell) -> tuple[Cell, ...]:
        """Return the nearest cells before and after a cell that differ from it in the period."""
        return self._neighbours.get(cell, ())

    @cached_property
    def _neighbours(self) -> dict[Cell, tuple[Cell, ...]]:
        series: defaultdict[Cell, list[Cell]] = defaultdict(list)
        for cell in self.known:
            if self.span(cell.period) is not None:
                series[cell._replace(period="")].append(cell)
        found: defaultdict[Cell, tuple[Cell, ...]] = defaultdict(tuple)
        for cells in series.values():
            for one, other in pairwise(sorted(cells, key=self._by_time)):
                found[one] += (other,)
                found[other] += (one,)
        return found

    def _by_time(self, cell: Cell) -> tuple[Span | None, str]:
        return self.span(cell.period), cell.period

    def span(self, period: str) -> Span | None:
        """Return the span of a period, or None if a day is missing."""
        days = self.days(period)
        return days and Span.of(*days)

    def band(self, edit_rule: str) -> Interval:
        """Return the factors that an edit rule declares; an undeclared end is open."""
        low, high = (
            self.graph.value(edit_rule, f"{APEC}{end}Factor") for end in ("lower", "upper")
        )
        return Interval(Decimal(low) if low else None, Decimal(high) if high else None)

    def threshold(self, edit_rule: str) -> Decimal:
        """Return the number below which an edit rule holds no number to its band."""
        return Decimal(self.graph.value(edit_rule, f"{APEC}threshold") or 0)

    def exempt(self, edit_rule: str) -> frozenset[str]:
        """Return the economies whose trade an edit rule does not hold."""
        return frozenset(self.graph.values(edit_rule, f"{APEC}exempt"))

    def _interval(self, figure: Figure) -> Interval:
        """Return the interval of a figure, widened if its status or a revision leaves it open.

        The band of a status is a part of the number, such as a tenth of an estimate. A figure whose
        period is not printed is compared as an estimate. The band of `SAME_CELL` is the tolerance
        of a revision; of growth in percent, in points. A compiler's figure of unknown date may be
        one that it has revised.
        """
        interval = figure.interval
        statuses = {figure.status, ESTIMATE if figure.is_period_inferred else None}
        for status in filter(None, statuses):
            of_status = self.band(status)
            below, above = (1 if end is None else end for end in (of_status.lower, of_status.upper))
            interval = interval.widened(1 - below, above - 1)
        band = self.band(SAME_CELL)
        is_undated = figure.compiler is not None and figure.vintage is None
        if (
            band.lower is None
            or band.upper is None
            or not (is_undated or figure.iri in self._revised)
        ):
            return interval
        is_growth = self.graph.has(figure.cell.measure, f"{APEC}growthOf")
        base = _HUNDRED if is_growth and figure.unit == PERCENT else abs(figure.value)
        return interval + Interval(base * (band.lower - 1), base * (band.upper - 1))

    def days(self, period: str) -> tuple[str, str] | None:
        """Return the first and the last day of a period (ISO 8601).

        None if a day is missing or does not exist, or the last is before the first: the shapes
        report this.
        """
        if period not in self._days:
            first = self.graph.value(period, f"{DCAT}startDate")
            last = self.graph.value(period, f"{DCAT}endDate")
            self._days[period] = None
            if first and last and _is_day(first) and _is_day(last) and first <= last:
                self._days[period] = first, last
        return self._days[period]

    def economies(self, area: str | None, reporter: str | None = None) -> frozenset[str]:
        """Return the economies that an area consists of.

        Args:
            area: IRI of an economy or a group, or of anything else.
            reporter: IRI of the reporter, which a group of other economies leaves out.

        Returns:
            IRIs of economies; empty if the content does not list them.
        """
        key = area, reporter
        if area is not None and key not in self._economies:
            whole = self.graph.value(area, f"{APEC}withoutReporter")
            if self.graph.has(area, f"{RDF}type", f"{APEC}Economy"):
                found = frozenset([area])
            elif whole is None:
                found = frozenset(self.graph.iris(area, f"{DCTERMS}hasPart"))
            else:
                without = self.economies(reporter)
                found = self.economies(whole) - without if without else frozenset()
            self._economies[key] = found
        return self._economies.get(key, frozenset())

    def broader(self, coverage: str | None) -> list[str]:
        """Return IRIs of all coverages that are broader than a coverage."""
        found: dict[str, None] = {}
        waiting = [coverage]
        while waiting:
            each = waiting.pop()
            above = self.graph.iris(each, f"{SKOS}broader") if each else []
            waiting += [iri for iri in above if iri not in found]
            found.update(dict.fromkeys(above))
        return [iri for iri in found if iri != coverage]


def _reading(cell: Cell, interval: Interval, figures: list[Figure]) -> Reading:
    return Reading(
        interval,
        frozenset(figure.iri for figure in figures),
        tuple(figure.source for figure in figures),
        cell,
        figures[0].value,
        figures[0].bound,
    )


def _is_day(text: str) -> bool:
    """Return whether a text is a day that exists, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
