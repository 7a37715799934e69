"""Edit rules between cells: what the numbers of some cells imply about another cell.

For example, a share and a whole imply the part (a ratio edit), and exports and imports imply the
total (a balance edit). Each function applies one edit rule to all cells. `shapes/consistency.ttl`
declares the rules for editors. The tables at the end of this module map the IRIs of the rules to
the functions.

The rules are functions, not SPARQL constraints. In Python, interval arithmetic is shorter, runs
once over all figures instead of once per focus node, and produces explanations in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import product
from operator import add
from typing import Final

from apecgraph.consistency.cell_inequalities import (
    SHARE,
    part_of_coverage,
    part_of_flow,
    part_of_group,
    part_of_period,
    part_of_whole,
    sum_of_parts,
)
from apecgraph.consistency.cell_parts import (
    AREAS,
    BALANCE,
    choices,
    economies_of,
    families,
    filling,
    partition,
    series,
    with_area,
)
from apecgraph.consistency.cell_shares import share_of_whole, share_of_world_trade
from apecgraph.consistency.cells import Cells, Derivation, Estimate, Implied
from apecgraph.content.cube import RATIO, Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID
from apecgraph.text.catalogues import gettext_noop

_HUNDREDTH: Final = Decimal("0.01")
_MULTIPLIED: Final = Derivation(gettext_noop("{0} {1}"))
_DIVIDED: Final = Derivation(gettext_noop("{1} divided by {0}"))
_GROWN: Final = Derivation(gettext_noop("{1} grown by {0}"))
_BEFORE_GROWTH: Final = Derivation(gettext_noop("{1} before it grew by {0}"))
_AFTER: Final = Derivation(gettext_noop("{0} after {1}"))
_TOGETHER: Final = Derivation(gettext_noop("{0} and {1} together"))
_LESS: Final = Derivation(gettext_noop("{0} less {1}"))
_SUM_OF: Final = Derivation(gettext_noop("the sum of {all}"))
_AMOUNT: Final = Derivation(gettext_noop("an amount"))
_GROWTH: Final = Derivation(gettext_noop("the growth of an amount"))
_PACE: Final = gettext_noop("{low} to {high} times the pace of {0}")
_TIMES: Final = gettext_noop("{low} to {high} times {0}")
CURRENCY_PAIR: Final = f"{ID}relation/currency-pair"
EXCHANGE_RATE: Final = f"{ID}relation/exchange-rate"
MIRRORED: Final[Mapping[str, str]] = {
    f"{ID}flow/{one}": f"{ID}flow/{other}"
    for one, other in (("exports", "imports"), ("imports", "exports"), ("total", "total"))
}
"""The flow that the partner reports, keyed by the flow that the reporter reports."""


def growth_of_value(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: a value equals the value of the base period, increased by the growth rate.

    A rate is in percent, or the value is a multiple of the value of the base period.
    The band of the edit rule allows for revisions of the value of the base period.
    """
    band = cells.band(edit_rule)
    for cell, rates in list(cells.known.items()):
        measure = cells.graph.value(cell.measure, f"{APEC}growthOf")
        if measure is None or cell.base_period is None:
            continue
        now = cell._replace(measure=measure, base_period=None)
        before = now._replace(period=cell.base_period)
        is_multiple = cell.unit(cells.graph) == RATIO
        for rate in rates:
            growth = rate.interval.scaled(_HUNDREDTH, plus=Decimal(1))
            factor = (rate.interval if is_multiple else growth) * band
            for known in cells.at(before):
                words = _MULTIPLIED if is_multiple else _GROWN
                yield now, known.interval * factor, (rate, known), words
            for known in cells.at(now):
                words = _DIVIDED if is_multiple else _BEFORE_GROWTH
                yield before, known.interval / factor, (rate, known), words
        for new, old in product(cells.at(now), cells.at(before)):
            factor = new.interval / old.interval * band
            percent = factor.scaled(Decimal(100), plus=Decimal(-100))
            yield cell, factor if is_multiple else percent, (new, old), _AFTER


def exports_and_imports(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: exports and imports add up to total trade; their difference is the balance."""
    for total in dict.fromkeys(map(cells.total, cells.comparing(edit_rule))):
        exports, imports, balance = (
            cells.of_flow(total, f"{ID}flow/{name}") for name in ("exports", "imports", "balance")
        )
        for sold, bought in product(cells.at(exports), cells.at(imports)):
            yield total, sold.interval + bought.interval, (sold, bought), _TOGETHER
            yield balance, sold.interval - bought.interval, (sold, bought), _LESS
        for one, other in ((exports, imports), (imports, exports)):
            for both, known in product(cells.at(total), cells.at(one)):
                yield other, both.interval - known.interval, (both, known), _LESS


def sum_of_group(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: the value of a group is the sum of the values of its economies."""
    for dimension in AREAS:
        for (family, areas), group in product(families(cells, edit_rule, dimension), cells.groups):
            whole = with_area(family, dimension, group)
            parts = filling(areas, economies_of(cells, whole, dimension))
            if parts:
                parts_of_it = [with_area(family, dimension, area) for area in parts]
                yield from _sum(cells, whole, parts_of_it)


def mirror(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: both sides of a trade report the same value, within a band.

    They need not value the goods at the same point, nor report in the same currency if the edit
    rule `currency_pair` converts the value of the one side.
    """
    band = cells.band(edit_rule)
    threshold, exempt = cells.threshold(edit_rule), cells.exempt(edit_rule)
    pair = cells.graph.values(CURRENCY_PAIR, f"{DCTERMS}subject")
    words = Derivation(gettext_noop("{low} to {high} times {0}, which the partner reports"), band)
    reported: defaultdict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells.comparing(edit_rule):
        reported[cell._replace(valuation=None, currency="")].append(cell)
    for cell in cells.comparing(edit_rule):
        flow = MIRRORED.get(cell.flow or "")
        sides = cells.economies(cell.reporter), cells.economies(cell.counterpart)
        if flow is None or not all(sides) or not sides[0].isdisjoint(sides[1]):
            continue
        if not exempt.isdisjoint(sides[0] | sides[1]):
            continue
        sides_swapped = cell._replace(
            reporter=cell.counterpart,
            counterpart=cell.reporter,
            flow=flow,
            valuation=None,
            currency="",
        )
        for other in reported.get(sides_swapped, ()):
            target = cell._replace(currency=other.currency)
            is_converted = {cell.currency, other.currency} == set(pair)
            if target == cell or (is_converted and target not in cells.known):
                for known in cells.at(other):
                    yield target, _sizeable(known.interval, band, threshold), (known,), words


def sum_of_periods(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: a value that adds up over time is the sum of its values in the parts."""
    bases = {cell.base_period for cell in cells.known if cell.base_period}
    for group in series(cells, edit_rule):
        spans = {cell.period: days for cell in group if (days := cells.days(cell.period))}
        # Growth rates use the sum for their base period, even if no source prints the sum.
        for whole in dict.fromkeys((*(cell.period for cell in group), *bases)):
            days = cells.days(whole)
            parts = partition(spans, whole, days) if days else []
            if parts:
                yield from _sum(
                    cells,
                    group[0]._replace(period=whole),
                    [group[0]._replace(period=period) for period in parts],
                )


def steady_pace(cells: Cells, edit_rule: str) -> Implied:
    """Statistical edit: over a few years, the daily mean of a value stays within a band."""
    yield from _steady(cells, edit_rule, per_day=True)


def steady_share(cells: Cells, edit_rule: str) -> Implied:
    """Statistical edit: over a few years, a share stays within a band."""
    yield from _steady(cells, edit_rule, per_day=False)


def percentage(cells: Cells, edit_rule: str) -> Implied:
    """Range edit: a share is from 0 to 100 percent."""
    for cell in cells.comparing(edit_rule):
        yield cell, Interval(Decimal(0), Decimal(100)), (), SHARE


def not_negative(cells: Cells, edit_rule: str) -> Implied:
    """Range edit: an amount or a count is not negative, but a balance may be."""
    for cell in cells.comparing(edit_rule):
        if cell.flow != BALANCE:
            yield cell, Interval(Decimal(0)), (), _AMOUNT


def greatest_fall(cells: Cells, edit_rule: str) -> Implied:
    """Range edit: an amount that is not negative falls by at most 100 percent."""
    for cell in cells.comparing(edit_rule):
        if cell.flow != BALANCE:
            yield cell, Interval(Decimal(-100)), (), _GROWTH


def near_bound(cells: Cells, edit_rule: str) -> Implied:
    """Range edit: a value printed as "more than" a number lies within a band above that number."""
    band = cells.band(edit_rule)
    words = Derivation(gettext_noop("at most {high} times {0}"), band)
    for cell, estimates in list(cells.known.items()):
        for known in estimates:
            least = known.interval.lower
            if known.interval.upper is None and least is not None and least > 0:
                yield cell, Interval(least, least) * band, (known,), words


def currency_pair(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies an exchange rate within a band.

    If the exchange rate of the period is known, the edit rule `exchange_rate` applies instead.
    """
    currencies = cells.graph.values(edit_rule, f"{DCTERMS}subject")
    if len(currencies) != 2:
        return  # the content does not declare the edit rule
    local, foreign = currencies
    band = cells.band(edit_rule)
    words = Derivation(gettext_noop("{0} at a rate of {low} to {high}"), band)
    rates = _rates(cells, local)
    for cell in _money(cells):
        if cell.period in rates:
            continue
        if cell.currency == foreign:
            other, factor = cell._replace(currency=local), band
        else:
            other, factor = cell._replace(currency=foreign), band.inverse()
        for known in cells.at(cell):
            yield other, known.interval * factor, (known,), words


def exchange_rate(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies the official rate of the period, in a band."""
    currencies = cells.graph.values(CURRENCY_PAIR, f"{DCTERMS}subject")
    if len(currencies) != 2:
        return  # the content does not declare the edit rule of the pair
    local, foreign = currencies
    band = cells.band(edit_rule)
    rates = _rates(cells, local)
    words = Derivation(gettext_noop("{0} at {low} to {high} times {1}"), band)
    for cell in _money(cells):
        for rate, known in product(rates.get(cell.period, ()), cells.at(cell)):
            factor = rate.interval * band
            if cell.currency == foreign:
                yield cell._replace(currency=local), known.interval * factor, (known, rate), words
            else:
                yield cell._replace(currency=foreign), known.interval / factor, (known, rate), words


def _rates(cells: Cells, local: str) -> dict[str, list[Estimate]]:
    """Return the exchange rates of a currency, keyed by their periods."""
    return {
        cell.period: cells.at(cell)
        for cell in cells.comparing(EXCHANGE_RATE)
        if cell.currency == local
    }


def _money(cells: Cells) -> Iterator[Cell]:
    """Yield the cells of money in the currencies of the pair, other than exchange rates."""
    rates = cells.graph.values(EXCHANGE_RATE, f"{DCTERMS}subject")
    for cell in cells.comparing(CURRENCY_PAIR, dimension="currency"):
        # A rate of growth is not money.
        if cell.unit(cells.graph) == cell.currency and cell.measure not in rates:
            yield cell


def _steady(cells: Cells, edit_rule: str, *, per_day: bool) -> Implied:
    """Compare each value of a series with the nearest ones before and after it."""
    within, threshold = cells.band(edit_rule), cells.threshold(edit_rule)
    leaps = set(_leaps(cells, within))
    for cell in cells.comparing(edit_rule):
        for neighbour in cells.neighbours(cell):
            here, there = cells.span(cell.period), cells.span(neighbour.period)
            if here is None or there is None:
                continue
            if (neighbour if here < there else cell) in leaps:
                continue
            band = here.band(within, there)
            factor = band.scaled(here.ratio(there)) if per_day else band
            words = Derivation(_PACE if per_day else _TIMES, band)
            for known in cells.at(neighbour):
                yield cell, _sizeable(known.interval, factor, threshold), (known,), words


def _leaps(cells: Cells, within: Interval) -> Iterator[Cell]:
    """Yield the cells of the values whose growth is printed, and is itself outside the band."""
    for cell, rates in cells.known.items():
        measure = cells.graph.value(cell.measure, f"{APEC}growthOf")
        if measure is None or cell.base_period is None or cell.unit(cells.graph) == RATIO:
            continue
        for rate in rates:
            factor = rate.interval.scaled(_HUNDREDTH, plus=Decimal(1))
            if not factor.meets(within):
                yield cell._replace(measure=measure, base_period=None)


def _sizeable(known: Interval, factor: Interval, threshold: Decimal) -> Interval:
    """Multiply an interval by a factor; of numbers below the threshold, nothing more is known."""
    upper = None if known.upper is None else max(known.upper, threshold)
    implied = replace(known, upper=upper) * factor
    is_small = implied.lower is not None and implied.lower < threshold
    return replace(implied, lower=None) if is_small else implied


def _sum(cells: Cells, whole: Cell, parts: list[Cell]) -> Implied:
    for known in choices(cells, parts):
        total = reduce(add, (estimate.interval for estimate in known))
        yield whole, total, known, _SUM_OF


SUMS: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/sum-of-periods": sum_of_periods,
    f"{ID}relation/sum-of-group": sum_of_group,
}
"""The edit rules whose estimates all other edit rules treat as readings."""

CELL_EDIT_RULES: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/share-of-world-trade": share_of_world_trade,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/exports-and-imports": exports_and_imports,
    f"{ID}relation/part-of-whole": part_of_whole,
    f"{ID}relation/part-of-group": part_of_group,
    f"{ID}relation/part-of-coverage": part_of_coverage,
    f"{ID}relation/part-of-flow": part_of_flow,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/steady-pace": steady_pace,
    f"{ID}relation/steady-share": steady_share,
    f"{ID}relation/sum-of-parts": sum_of_parts,
    f"{ID}relation/percentage": percentage,
    f"{ID}relation/not-negative": not_negative,
    f"{ID}relation/greatest-fall": greatest_fall,
    f"{ID}relation/near-bound": near_bound,
    CURRENCY_PAIR: currency_pair,
    EXCHANGE_RATE: exchange_rate,
    f"{ID}relation/mirror": mirror,
}
"""All other edit rules between cells, keyed by IRI."""
