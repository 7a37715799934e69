"""Edit rules between cells: what the numbers of some cells imply about another cell.

For example, a share and a whole imply the part (a ratio edit), and exports and imports imply the
total (a balance edit). Each function applies one edit rule to all cells. `shapes/consistency.ttl`
declares the rules for editors. The tables at the end of this module map the IRIs of the rules to
the functions.

The rules are functions, not SPARQL constraints. In Python, interval arithmetic is shorter, runs
once over all figures instead of once per focus node, and produces explanations in words.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from itertools import islice, permutations, product
from operator import add
from typing import Any, Final

from apecgraph.consistency.cells import Cells, Estimate
from apecgraph.content.cube import RATIO, Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID

_HUNDREDTH: Final = Decimal("0.01")
BAND_DAYS: Final = 3 * 366
"""Days for which the band of a steady value applies; for up to twice as many, it is squared."""

_MOST_SUMS: Final = 16
"""Maximum number of sums for one period. There can be many if sources disagree on its parts."""

AREAS: Final = ("reporter", "counterpart", "subject")
"""The dimensions whose values are economies or groups of economies."""

BALANCE: Final = f"{ID}flow/balance"
MIRRORED: Final[Mapping[str, str]] = {
    f"{ID}flow/{one}": f"{ID}flow/{other}"
    for one, other in (("exports", "imports"), ("imports", "exports"), ("total", "total"))
}
"""The flow that the partner reports, keyed by the flow that the reporter reports."""

Implied = Iterator[tuple[Cell, Interval, tuple[Estimate, ...], str]]
"""A cell, the interval in which its value must lie, the estimates that imply the interval, and a
format string that explains the derivation, with a placeholder for each of these estimates."""


def share_of_whole(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: the part equals the share (in percent) of the whole."""
    for cell, shares in list(cells.known.items()):
        measure = cells.graph.value(cell.measure, f"{APEC}shareOf")
        all_of_it = cells.graph.value(cell.measure, f"{APEC}whole")
        if measure is None or all_of_it is None:
            continue
        part = replace(cell, measure=measure)
        # The whole is a counterpart (the world) or a coverage (all goods).
        is_coverage = all_of_it.startswith(f"{ID}coverage/")
        dimension = "coverage" if is_coverage else "counterpart"
        whole = replace(part, **{dimension: all_of_it})
        for currency in cells.currencies(part, whole):
            part, whole = replace(part, currency=currency), replace(whole, currency=currency)
            for share in shares:
                ratio = share.interval.scaled(_HUNDREDTH)
                for known in cells.at(whole):
                    yield part, known.interval * ratio, (share, known), "{} of {}"
                for known in cells.at(part):
                    words = "the whole of which {1} is {0}"
                    yield whole, known.interval / ratio, (share, known), words
            for known, total in product(cells.at(part), cells.at(whole)):
                ratio = (known.interval / total.interval).scaled(Decimal(100))
                yield cell, ratio, (known, total), "{} out of {}"


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
        now = replace(cell, measure=measure, base_period=None)
        before = replace(now, period=cell.base_period)
        is_multiple = cell.unit(cells.graph) == RATIO
        for rate in rates:
            growth = rate.interval.scaled(_HUNDREDTH, plus=Decimal(1))
            factor = (rate.interval if is_multiple else growth) * band
            for known in cells.at(before):
                words = "{0} {1}" if is_multiple else "{1} grown by {0}"
                yield now, known.interval * factor, (rate, known), words
            for known in cells.at(now):
                words = "{1} divided by {0}" if is_multiple else "{1} before it grew by {0}"
                yield before, known.interval / factor, (rate, known), words
        for new, old in product(cells.at(now), cells.at(before)):
            factor = new.interval / old.interval * band
            percent = factor.scaled(Decimal(100), plus=Decimal(-100))
            yield cell, factor if is_multiple else percent, (new, old), "{} after {}"


def exports_and_imports(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: exports and imports add up to total trade; their difference is the balance."""
    for total in dict.fromkeys(map(cells.total, cells.comparing(edit_rule))):
        exports, imports, balance = (
            cells.of_flow(total, f"{ID}flow/{name}") for name in ("exports", "imports", "balance")
        )
        for sold, bought in product(cells.at(exports), cells.at(imports)):
            yield total, sold.interval + bought.interval, (sold, bought), "{} and {} together"
            yield balance, sold.interval - bought.interval, (sold, bought), "{} less {}"
        for one, other in ((exports, imports), (imports, exports)):
            for both, known in product(cells.at(total), cells.at(one)):
                yield other, both.interval - known.interval, (both, known), "{} less {}"


def part_of_whole(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: trade with one partner, or in some goods, is at most all trade."""
    wholes = cells.graph.values(edit_rule, f"{APEC}whole")
    if len(wholes) != 2:
        return  # the content does not declare the edit rule
    goods, partners = wholes
    for part in cells.comparing(edit_rule):
        all_trade = replace(part, counterpart=partners, coverage=goods)
        wider = replace(part, counterpart=partners), replace(part, coverage=goods)
        for whole in {all_trade, *wider}:
            if whole != part:
                yield from _at_most(cells, part, whole)


def part_of_group(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: the value of an economy, or of some, is at most that of their group."""
    for part in cells.comparing(edit_rule):
        for dimension in AREAS:
            inside = economies_of(cells, part, dimension)
            for group in cells.groups if inside else ():
                whole = replace(part, **{dimension: group})
                if inside < economies_of(cells, whole, dimension):
                    yield from _at_most(cells, part, whole)


def sum_of_group(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: the value of a group is the sum of the values of its economies."""
    for dimension in AREAS:
        families: defaultdict[Cell, dict[str | None, frozenset[str]]] = defaultdict(dict)
        for cell in cells.comparing(edit_rule):
            if inside := economies_of(cells, cell, dimension):
                family = replace(cell, **{dimension: ""})
                families[family][getattr(cell, dimension)] = inside
        several = ((family, areas) for family, areas in families.items() if len(areas) > 1)
        for (family, areas), group in product(several, cells.groups):
            whole = replace(family, **{dimension: group})
            parts = disjoint(areas, economies_of(cells, whole, dimension))
            if parts:
                yield from _sum(cells, whole, [_with(family, dimension, area) for area in parts])


def part_of_coverage(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: trade in some goods is at most trade in a broader class of goods."""
    for part in cells.comparing(edit_rule):
        for coverage in cells.broader(part.coverage):
            yield from _at_most(cells, part, replace(part, coverage=coverage))


def mirror(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: both sides of a trade report the same value, within a band.

    They need not value the goods at the same point.
    """
    band = cells.band(edit_rule)
    words = f"{band.lower} to {band.upper} times {{}}, which the partner reports"
    reported: defaultdict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells.comparing(edit_rule):
        reported[replace(cell, valuation=None)].append(cell)
    for cell in cells.comparing(edit_rule):
        flow = MIRRORED.get(cell.flow or "")
        sides = cells.economies(cell.reporter), cells.economies(cell.counterpart)
        if flow is None or not all(sides) or not sides[0].isdisjoint(sides[1]):
            continue
        sides_swapped = replace(
            cell, reporter=cell.counterpart, counterpart=cell.reporter, flow=flow, valuation=None
        )
        for other in reported.get(sides_swapped, ()):
            for known in cells.at(other):
                yield cell, known.interval * band, (known,), words


def part_of_flow(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: exports and imports are each at most their sum."""
    for part in cells.comparing(edit_rule):
        if part.flow in (f"{ID}flow/exports", f"{ID}flow/imports"):
            yield from _at_most(cells, part, cells.total(part))


def part_of_period(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: a part of a period has at most the value of the whole, if values add up."""
    for group in _series(cells, edit_rule):
        for part, whole in product(group, repeat=2):
            inside, outside = cells.days(part.period), cells.days(whole.period)
            if not inside or not outside or inside == outside:
                continue
            if outside[0] <= inside[0] and inside[1] <= outside[1]:
                yield from _at_most(cells, part, whole)


def sum_of_periods(cells: Cells, edit_rule: str) -> Implied:
    """Balance edit: a value that adds up over time is the sum of its values in the parts."""
    bases = {cell.base_period for cell in cells.known if cell.base_period}
    for group in _series(cells, edit_rule):
        spans = {cell.period: days for cell in group if (days := cells.days(cell.period))}
        # Growth rates use the sum for their base period, even if no source prints the sum.
        for whole in dict.fromkeys((*(cell.period for cell in group), *bases)):
            days = cells.days(whole)
            parts = partition(spans, whole, days) if days else []
            if parts:
                yield from _sum(
                    cells,
                    replace(group[0], period=whole),
                    [replace(group[0], period=period) for period in parts],
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
        yield cell, Interval(Decimal(0), Decimal(100)), (), "a share of a whole"


def near_bound(cells: Cells, edit_rule: str) -> Implied:
    """Range edit: a value printed as "more than" a number lies within a band above that number."""
    band = cells.band(edit_rule)
    words = f"at most {band.upper} times {{}}"
    for cell, estimates in list(cells.known.items()):
        for known in estimates:
            least = known.interval.lower
            if known.interval.upper is None and least is not None and least > 0:
                yield cell, Interval(least, least) * band, (known,), words


def currency_pair(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies an exchange rate within a band."""
    currencies = cells.graph.values(edit_rule, f"{DCTERMS}subject")
    if len(currencies) != 2:
        return  # the content does not declare the edit rule
    local, foreign = currencies
    band = cells.band(edit_rule)
    words = f"{{}} at a rate of {band.lower} to {band.upper}"
    for cell in cells.comparing(edit_rule, dimension="currency"):
        if cell.unit(cells.graph) != cell.currency:
            continue  # a rate of growth is not money
        if cell.currency == foreign:
            other, factor = replace(cell, currency=local), band
        else:
            other, factor = replace(cell, currency=foreign), band.inverse()
        for known in cells.at(cell):
            yield other, known.interval * factor, (known,), words


def _steady(cells: Cells, edit_rule: str, *, per_day: bool) -> Implied:
    within = cells.band(edit_rule)
    for group in _series(cells, edit_rule):
        spans = {cell: _span(*ends) for cell in group if (ends := cells.days(cell.period))}
        for (one, (start, days)), (other, (start_, days_)) in permutations(spans.items(), 2):
            distance = abs((start + days / 2) - (start_ + days_ / 2))
            band = within.powered(math.ceil(distance / BAND_DAYS) or 1)
            factor = band.scaled(Decimal(days_) / Decimal(days)) if per_day else band
            times = f"{band.lower} to {band.upper} times"
            words = f"{times} the pace of {{}}" if per_day else f"{times} {{}}"
            for known in cells.at(one):
                yield other, known.interval * factor, (known,), words


def _span(first: str, last: str) -> tuple[int, int]:
    """Return the ordinal of the first day, and the number of days."""
    start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    return start, end - start + 1


def _at_most(cells: Cells, part: Cell, whole: Cell) -> Implied:
    if part.flow == BALANCE:
        return  # a surplus with one partner may be larger than the surplus with all
    for known in cells.at(whole):
        most = Interval(None, known.interval.upper, excludes_upper=known.interval.excludes_upper)
        yield part, most, (known,), "no more than {}"
    for known in cells.at(part):
        least = Interval(known.interval.lower, None, excludes_lower=known.interval.excludes_lower)
        yield whole, least, (known,), "no less than {}"


def _sum(cells: Cells, whole: Cell, parts: list[Cell]) -> Implied:
    for known in islice(product(*map(cells.at, parts)), _MOST_SUMS):
        total = reduce(add, (estimate.interval for estimate in known))
        yield whole, total, known, f"the sum of {', '.join(['{}'] * len(known))}"


def economies_of(cells: Cells, cell: Cell, dimension: str) -> frozenset[str]:
    """Return the economies of which a cell is the sum, along one dimension.

    A cell with a group as its reporter is the sum of its economies only if all of them trade with
    the same partner, so its counterpart must be one economy outside the group.
    """
    area = getattr(cell, dimension)
    if dimension == "counterpart":
        return cells.economies(area, cell.reporter)
    found = cells.economies(area)
    if dimension == "reporter":
        partner = cells.economies(cell.counterpart)
        return found if len(partner) == 1 and partner.isdisjoint(found) else frozenset()
    return found


def _with(cell: Cell, dimension: str, value: str | None) -> Cell:
    changed: dict[str, Any] = {dimension: value}
    return replace(cell, **changed)


def disjoint(areas: Mapping[str | None, frozenset[str]], whole: frozenset[str]) -> list[str | None]:
    """Partition the economies of a group into those of other areas.

    Args:
        areas: The economies of each area.
        whole: The economies of the group.

    Returns:
        Areas that have no economy in common, at each step the largest that fits. Empty if such
        areas do not fill the group.
    """
    parts: list[str | None] = []
    left = whole
    for area, inside in sorted(areas.items(), key=lambda item: (-len(item[1]), item[0] or "")):
        if inside <= left and inside != whole:
            parts.append(area)
            left -= inside
    return [] if left else parts


def _series(cells: Cells, edit_rule: str) -> list[list[Cell]]:
    """Group the cells that an edit rule applies to into series, which differ only in the period."""
    groups: defaultdict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells.comparing(edit_rule):
        groups[replace(cell, period="")].append(cell)
    return list(groups.values())


def partition(spans: Mapping[str, tuple[str, str]], whole: str, days: tuple[str, str]) -> list[str]:
    """Partition a period into other periods.

    Args:
        spans: The first and the last day (ISO 8601) of each of these periods.
        whole: The period that is to be partitioned.
        days: The first and the last day of that period.

    Returns:
        Periods that follow one another without a gap, at each step the longest that fits. Empty if
        such periods do not fill the period.
    """
    parts: list[str] = []
    start, last = days
    while start <= last:
        fitting = [
            (end, period)
            for period, (begin, end) in spans.items()
            if begin == start and end <= last and period != whole
        ]
        if not fitting:
            return []
        end, period = max(fitting)
        parts.append(period)
        start = (date.fromisoformat(end) + timedelta(days=1)).isoformat()
    return parts


SUMS: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/sum-of-periods": sum_of_periods,
    f"{ID}relation/sum-of-group": sum_of_group,
}
"""The edit rules whose estimates all other edit rules treat as readings."""

CELL_EDIT_RULES: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/exports-and-imports": exports_and_imports,
    f"{ID}relation/part-of-whole": part_of_whole,
    f"{ID}relation/part-of-group": part_of_group,
    f"{ID}relation/part-of-coverage": part_of_coverage,
    f"{ID}relation/part-of-flow": part_of_flow,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/steady-pace": steady_pace,
    f"{ID}relation/steady-share": steady_share,
    f"{ID}relation/percentage": percentage,
    f"{ID}relation/near-bound": near_bound,
    f"{ID}relation/currency-pair": currency_pair,
    f"{ID}relation/mirror": mirror,
}
"""All other edit rules between cells, keyed by IRI."""
