"""The relations between cells, each as what some cells imply of another one.

A share and a whole imply the part; a value and its growth imply the value before. Each function
goes through the cells for one relation, declared for editors in `shapes/consistency.ttl` under the
IRI that stands at the end here. Functions and not SPARQL constraints, because interval arithmetic
reads better in a few lines of Python, runs once over all figures instead of once a focus node, and
can say itself in words.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, permutations, product
from typing import Final

from apecgraph.consistency.cells import Cells, Estimate
from apecgraph.content.figures import Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, ID

_HUNDREDTH: Final = Decimal("0.01")
_BAND_DAYS: Final = 3 * 366  # over which a steady value stays within its band
_MOST_SUMS: Final = 16  # of what is printed for several periods, where sources disagree on some

Implied = Iterator[tuple[Cell, Interval, tuple[Estimate, ...], str]]
"""The cell, what it must be, the estimates that imply it, and how: words with a place for each."""


def share_of_whole(cells: Cells, relation: str) -> Implied:
    """A share, in percent, of the whole is the part."""
    for cell, shares in list(cells.known.items()):
        measured = cells.graph.value(cell.measure, f"{APEC}shareOf")
        whole_is = cells.graph.value(cell.measure, f"{APEC}whole")
        if measured is None or whole_is is None:
            continue
        part = replace(cell, measure=measured)
        # The whole is a counterpart (the world) or a coverage (all goods).
        of_coverage = whole_is.startswith(f"{ID}coverage/")
        whole = (
            replace(part, coverage=whole_is) if of_coverage else replace(part, counterpart=whole_is)
        )
        for unit in cells.units(part, whole):
            part, whole = replace(part, unit=unit), replace(whole, unit=unit)
            for share in shares:
                ratio = share.interval.scaled(_HUNDREDTH)
                for known in cells.at(whole):
                    yield part, known.interval * ratio, (share, known), "{} of {}"
                for known in cells.at(part):
                    words = "the whole of which {1} is {0}"
                    yield whole, known.interval / ratio, (share, known), words
            for known in cells.at(part):
                for all_of_it in cells.at(whole):
                    ratio = (known.interval / all_of_it.interval).scaled(Decimal(100))
                    yield cell, ratio, (known, all_of_it), "{} out of {}"


def growth_of_value(cells: Cells, relation: str) -> Implied:
    """The value before, grown by the rate in percent, is the value now, but for revisions."""
    band = _band(cells, relation)
    for cell, rates in list(cells.known.items()):
        measured = cells.graph.value(cell.measure, f"{APEC}growthOf")
        if measured is None or cell.base_period is None:
            continue
        now = replace(cell, measure=measured, base_period=None)
        before = replace(now, period=cell.base_period)
        # A rate is of values in one currency: in another it is not the same.
        currencies = cells.graph.values(cell.measure, f"{APEC}compares")
        for unit in set(cells.units(now, before)).intersection(currencies):
            now, before = replace(now, unit=unit), replace(before, unit=unit)
            for rate in rates:
                factor = rate.interval.scaled(_HUNDREDTH, plus=Decimal(1)) * band
                for known in cells.at(before):
                    yield now, known.interval * factor, (rate, known), "{1} grown by {0}"
                for known in cells.at(now):
                    words = "{1} before it grew by {0}"
                    yield before, known.interval / factor, (rate, known), words
            for new in cells.at(now):
                for old in cells.at(before):
                    factor = new.interval / old.interval * band
                    rate_ = factor.scaled(Decimal(100), plus=Decimal(-100))
                    yield cell, rate_, (new, old), "{} after {}"


def exports_and_imports(cells: Cells, relation: str) -> Implied:
    """Exports and imports together are the trade; one without the other, the balance."""
    for total in _once(cells.comparing(relation), flow=f"{ID}flow/total"):
        exports, imports, balance = (
            replace(total, flow=f"{ID}flow/{name}") for name in ("exports", "imports", "balance")
        )
        for out, into in product(cells.at(exports), cells.at(imports)):
            yield total, out.interval + into.interval, (out, into), "{} and {} together"
            yield balance, out.interval - into.interval, (out, into), "{} less {}"
        for both in cells.at(total):
            for have, want in ((exports, imports), (imports, exports)):
                for known in cells.at(have):
                    yield want, both.interval - known.interval, (both, known), "{} less {}"


def part_of_whole(cells: Cells, relation: str) -> Implied:
    """Trade with one partner, or in some goods, is no more than with all, or in all."""
    wholes = cells.graph.values(relation, f"{APEC}whole")
    if len(wholes) != 2:
        return  # it is not declared
    goods, partners = wholes
    for part in cells.comparing(relation):
        every = replace(part, counterpart=partners, coverage=goods)
        for whole in {every, replace(part, counterpart=partners), replace(part, coverage=goods)}:
            if whole != part:
                yield from _no_more(cells, part, whole)


def part_of_flow(cells: Cells, relation: str) -> Implied:
    """Exports, and imports, are no more than both together."""
    for part in cells.comparing(relation):
        if part.flow in (f"{ID}flow/exports", f"{ID}flow/imports"):
            yield from _no_more(cells, part, replace(part, flow=f"{ID}flow/total"))


def part_of_period(cells: Cells, relation: str) -> Implied:
    """What adds up over time is in a part of a period no more than in the whole of it."""
    for group in _by_period(cells, relation):
        for part, whole in product(group, repeat=2):
            inside, outside = cells.days(part.period), cells.days(whole.period)
            if not inside or not outside or inside == outside:
                continue
            if outside[0] <= inside[0] and inside[1] <= outside[1]:
                yield from _no_more(cells, part, whole)


def sum_of_periods(cells: Cells, relation: str) -> Implied:
    """What adds up over time is in a period the sum of what it is in periods that make it up."""
    bases = {cell.base_period for cell in cells.known if cell.base_period}
    for group in _by_period(cells, relation):
        spans = {cell: days for cell in group if (days := cells.days(cell.period))}
        # A period that growth starts from is asked for, whether or not a value is printed for it.
        wholes = dict.fromkeys((*group, *(replace(group[0], period=base) for base in bases)))
        for whole in wholes:
            days = cells.days(whole.period)
            parts = _partition(spans, whole, *map(date.fromisoformat, days)) if days else []
            if not parts:
                continue
            for known in islice(product(*(cells.at(part) for part in parts)), _MOST_SUMS):
                total = known[0].interval
                for each in known[1:]:
                    total += each.interval
                yield whole, total, known, f"the sum of {', '.join(['{}'] * len(known))}"


def steady_pace(cells: Cells, relation: str) -> Implied:
    """What adds up over time keeps its pace, day for day, within a band, over a few years."""
    yield from _steady(cells, relation, per_day=True)


def steady_share(cells: Cells, relation: str) -> Implied:
    """A share stays within a band of itself over a few years."""
    yield from _steady(cells, relation, per_day=False)


def percentage(cells: Cells, relation: str) -> Implied:
    """A share is between nothing and the whole."""
    for cell in cells.comparing(relation):
        yield cell, Interval(Decimal(0), Decimal(100)), (), "a share of a whole"


def near_bound(cells: Cells, relation: str) -> Implied:
    """A number that "more than" or "at least" goes with is not said of a multiple of it."""
    band = _band(cells, relation)
    for cell, readings in list(cells.known.items()):
        for known in readings:
            least = known.interval.lower
            if known.interval.upper is None and least is not None and least > 0:
                words = f"at most {band.upper} times {{}}"
                yield cell, Interval(least, least) * band, (known,), words


def currency_pair(cells: Cells, relation: str) -> Implied:
    """A value in two currencies implies a rate of exchange within a band."""
    units = cells.graph.values(relation, f"{APEC}compares")
    if len(units) != 2:
        return  # it is not declared
    local, foreign = units
    band = _band(cells, relation)
    words = f"{{}} at a rate of {band.lower} to {band.upper}"
    for cell in cells.comparing(relation, dimension="unit"):
        if cell.unit == foreign:
            other, factor = replace(cell, unit=local), band
        else:
            other, factor = replace(cell, unit=foreign), band.inverse()
        for known in cells.at(cell):
            yield other, known.interval * factor, (known,), words


def _band(cells: Cells, relation: str) -> Interval:
    """Return the factors that a relation declares, open where one is missing."""
    low, high = (cells.graph.value(relation, f"{APEC}{end}Factor") for end in ("lower", "upper"))
    return Interval(Decimal(low) if low else None, Decimal(high) if high else None)


def _steady(cells: Cells, relation: str, *, per_day: bool) -> Implied:
    within = _band(cells, relation)
    for group in _by_period(cells, relation):
        spans = {cell: _span(*ends) for cell in group if (ends := cells.days(cell.period))}
        for (have, (begun, length)), (want, (start, days)) in permutations(spans.items(), 2):
            apart = abs((begun + length / 2) - (start + days / 2))
            band = within.powered(math.ceil(apart / _BAND_DAYS) or 1)
            factor = band.scaled(Decimal(days) / Decimal(length)) if per_day else band
            for known in cells.at(have):
                times = f"{band.lower} to {band.upper} times"
                words = f"{times} the pace of {{}}" if per_day else f"{times} {{}}"
                yield want, known.interval * factor, (known,), words


def _span(first: str, last: str) -> tuple[int, int]:
    """Return the number of the first day, and how many days there are."""
    begun, ended = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    return begun, ended - begun + 1


def _no_more(cells: Cells, part: Cell, whole: Cell) -> Implied:
    for known in cells.at(whole):
        most = Interval(None, known.interval.upper, excludes_upper=known.interval.excludes_upper)
        yield part, most, (known,), "no more than {}"
    for known in cells.at(part):
        least = Interval(known.interval.lower, None, excludes_lower=known.interval.excludes_lower)
        yield whole, least, (known,), "no less than {}"


def _once(cells: Iterable[Cell], **dimension: str) -> list[Cell]:
    """Return the cells with one of their dimensions set, each once."""
    return list(dict.fromkeys(replace(cell, **dimension) for cell in cells))


def _by_period(cells: Cells, relation: str) -> list[list[Cell]]:
    groups: defaultdict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells.comparing(relation):
        groups[replace(cell, period="")].append(cell)
    return list(groups.values())


def _partition(
    spans: dict[Cell, tuple[str, str]], whole: Cell, first: date, last: date
) -> list[Cell]:
    """Return cells whose periods follow on one another from a first day to a last; or none.

    Where several begin on a day, the longest that fits is taken.
    """
    parts: list[Cell] = []
    start = first
    while start <= last:
        fitting = [
            (end, cell)
            for cell, (begin, end) in spans.items()
            if cell != whole and begin == start.isoformat() and end <= last.isoformat()
        ]
        if not fitting:
            return []
        end, cell = max(fitting, key=lambda pair: pair[0])
        parts.append(cell)
        start = date.fromisoformat(end) + timedelta(days=1)
    return parts


SUMS: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/sum-of-periods": sum_of_periods,
}
"""What sums up: taken like a printed figure by every other relation."""

CELL_RELATIONS: Final[dict[str, Callable[[Cells, str], Implied]]] = {
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/exports-and-imports": exports_and_imports,
    f"{ID}relation/part-of-whole": part_of_whole,
    f"{ID}relation/part-of-flow": part_of_flow,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/steady-pace": steady_pace,
    f"{ID}relation/steady-share": steady_share,
    f"{ID}relation/percentage": percentage,
    f"{ID}relation/near-bound": near_bound,
    f"{ID}relation/currency-pair": currency_pair,
}

DECLARED: Final = frozenset((*SUMS, *CELL_RELATIONS))
"""The IRIs of all relations between cells."""
