"""Edit rules between cells, over columns: the second form of `cell_edit_rules`.

An engine applies them to millions of cells at once, to learn which cells have to be looked at; the
first form then judges those cells. So an interval may be narrower here, but never wider: each end
that is not exact as a binary number is moved inwards. Of all estimates of a cell, only the highest
lower end and the lowest upper end are kept: two estimates fail to meet if and only if these two
ends do, and sums, products and bands keep the order of ends.

Where this form differs, it lets more cells fail: all combinations of parts are summed, not only the
first 16; a total is looked for both with the valuation of its part and with that of the whole; an
economy is compared with groups that some cell has; a growth computed from a negative value fails.
A total or a balance of exports and imports is left out if no figure is one: nothing else is known
about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import narwhals as nw

from apecgraph.consistency.cell_columns import MOST_EXACT, CellColumns, distinct, lowered, raised
from apecgraph.consistency.cell_edit_rules import (
    AREAS,
    BALANCE,
    BAND_DAYS,
    MIRRORED,
    economies_of,
)
from apecgraph.consistency.cells import TOTAL
from apecgraph.consistency.column_engines import Frame
from apecgraph.content.cube import ANY_CURRENCY, RATIO, UNIT, Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID

_FLOWS: Final = (f"{ID}flow/exports", f"{ID}flow/imports")
_NO_END: Final = nw.lit(None, dtype=nw.Float64)
_NO_CELL: Final = nw.lit(None, dtype=nw.Int64)

IMPLIED: Final = ("cell", "lower", "upper", "one", "other")
Implied = Iterator[Frame]
"""Tables with a row for each estimate: its `cell`, its ends `lower` and `upper`, and the cells that
imply it, `one` and `other`."""


def share_of_whole(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a share, in percent, of the whole is the part."""
    keys, graph = columns.keys, columns.cells.graph
    for measure in keys.values["measure"]:
        value = graph.value(measure, f"{APEC}shareOf") if measure else None
        all_of_it = graph.value(measure, f"{APEC}whole") if measure else None
        if measure is None or value is None or all_of_it is None:
            continue
        is_coverage = all_of_it.startswith(f"{ID}coverage/")
        dimension = "coverage" if is_coverage else "counterpart"
        all_ = columns.digit(dimension, all_of_it)
        shares = _with_measure(columns, measure).select(
            share="cell",
            share_lower=nw.col("lower") * 0.01,
            share_upper=nw.col("upper") * 0.01,
            part=nw.col("cell")
            - columns.digit("measure", measure)
            + columns.digit("measure", value)
            - keys.of("cell", "currency"),
            digit=keys.of("cell", dimension),
        )
        values = columns.having("measure", value).select(
            known="cell",
            lower="lower",
            upper="upper",
            place=nw.col("cell") - keys.of("cell", "currency"),
        )
        parts = shares.join(values, left_on="part", right_on="place").with_columns(
            whole=nw.col("known") - nw.col("digit") + all_
        )
        yield _row(
            parts,
            "whole",
            raised(_over(nw.col("lower"), nw.col("share_upper"))),
            lowered(_over(nw.col("upper"), nw.col("share_lower"))),
            "share",
            "known",
        )
        wholes = shares.with_columns(all_place=nw.col("part") - nw.col("digit") + all_).join(
            values, left_on="all_place", right_on="place"
        )
        yield _row(
            wholes.with_columns(target=nw.col("known") - all_ + nw.col("digit")),
            "target",
            raised(nw.col("lower") * nw.col("share_lower")),
            lowered(nw.col("upper") * nw.col("share_upper")),
            "share",
            "known",
        )
        both = parts.join(
            values.select(whole="known", whole_lower="lower", whole_upper="upper"), on="whole"
        )
        yield _row(
            both,
            "share",
            raised(_quotient(nw.col("lower"), nw.col("whole_upper")) * 100),
            lowered(_over(nw.col("upper"), nw.col("whole_lower")) * 100),
            "known",
            "whole",
        )


def growth_of_value(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a value equals the value of the base period, increased by the growth rate."""
    keys, graph = columns.keys, columns.cells.graph
    band = _Factors(columns.cells.band(edit_rule))
    bases = [base for base in keys.values["base_period"] if base is not None]
    if not bases:
        return
    periods = columns.engine.table(
        base=(int, [columns.digit("base_period", base) for base in bases]),
        base_as_period=(int, [columns.digit("period", base) for base in bases]),
    )
    for measure in keys.values["measure"]:
        value = graph.value(measure, f"{APEC}growthOf") if measure else None
        if measure is None or value is None:
            continue
        base = keys.of("cell", "base_period")
        growth_lower, growth_upper = nw.col("lower"), nw.col("upper")
        is_multiple = graph.value(measure, UNIT) == RATIO
        if not is_multiple:
            growth_lower = raised(raised(growth_lower * 0.01) + 1)
            growth_upper = lowered(lowered(growth_upper * 0.01) + 1)
        rates = (
            _with_measure(columns, measure)
            .with_columns(base=base)
            .join(periods, on="base")
            .with_columns(
                now=nw.col("cell")
                - columns.digit("measure", measure)
                + columns.digit("measure", value)
                - nw.col("base"),
                factor_lower=raised(growth_lower * band.lower),
                factor_upper=lowered(growth_upper * band.upper),
            )
        )
        rates = rates.select(
            "now",
            "factor_lower",
            "factor_upper",
            rate="cell",
            before=nw.col("now") - keys.of("now", "period") + nw.col("base_as_period"),
        )
        values = columns.having("measure", value)
        new = values.select(now="cell", new_lower="lower", new_upper="upper")
        old = values.select(before="cell", old_lower="lower", old_upper="upper")
        yield _row(
            rates.join(old, on="before"),
            "now",
            raised(nw.col("old_lower") * nw.col("factor_lower")),
            lowered(nw.col("old_upper") * nw.col("factor_upper")),
            "rate",
            "before",
        )
        grown = rates.join(new, on="now")
        yield _row(
            grown,
            "before",
            raised(_over(nw.col("new_lower"), nw.col("factor_upper"))),
            lowered(_over(nw.col("new_upper"), nw.col("factor_lower"))),
            "rate",
            "now",
        )
        lower = raised(_quotient(nw.col("new_lower"), nw.col("old_upper")) * band.lower)
        upper = lowered(_over(nw.col("new_upper"), nw.col("old_lower")) * band.upper)
        if not is_multiple:
            lower = raised(raised(lower * 100) - 100)
            upper = lowered(lowered(upper * 100) - 100)
        yield _row(grown.join(old, on="before"), "rate", lower, upper, "now", "before")


def exports_and_imports(columns: CellColumns, edit_rule: str) -> Implied:
    """Balance edit: exports plus imports are all trade; exports minus imports are the balance."""
    keys, cells = columns.keys, columns.cells
    anything = Cell(None, None, TOTAL, None, None, "", "", None, "", None)
    sides = {}
    for name in ("exports", "imports", "balance"):
        moves: list[tuple[int, int]] = []
        for valuation in keys.values["valuation"]:
            total = replace(anything, valuation=valuation)
            part = cells.of_flow(total, f"{ID}flow/{name}")
            moves.append((_flow_digits(columns, part), _flow_digits(columns, total)))
        sides[name] = moves
    flow = keys.of("cell", "flow") + keys.of("cell", "valuation")
    comparing = columns.comparing(edit_rule).with_columns(flow=flow)

    def side(name: str) -> Frame:
        moves = columns.engine.table(
            flow=(int, [each for each, _ in sides[name]]),
            to=(int, [each for _, each in sides[name]]),
        )
        return comparing.join(moves, on="flow").select(
            total=nw.col("cell") - nw.col("flow") + nw.col("to"),
            **{f"{name}_{each}": nw.col(each) for each in ("cell", "lower", "upper")},
        )

    # A sum or a balance that nothing else is known about contradicts nothing.
    if {TOTAL, BALANCE}.isdisjoint(columns.values("flow")):
        return
    exports, imports = side("exports"), side("imports")
    both = exports.join(imports, on="total")
    lower = {name: nw.col(f"{name}_lower") for name in ("exports", "imports", "total")}
    upper = {name: nw.col(f"{name}_upper") for name in ("exports", "imports", "total")}
    yield _row(
        both,
        "total",
        _added(lower["exports"], lower["imports"], raised),
        _added(upper["exports"], upper["imports"], lowered),
        "exports_cell",
        "imports_cell",
    )
    balances = columns.engine.table(
        valued=(int, [columns.digit("valuation", each) for each in keys.values["valuation"]]),
        change=(int, [balance - total for balance, total in sides["balance"]]),
    )
    yield _row(
        both.with_columns(valued=keys.of("total", "valuation"))
        .join(balances, on="valued")
        .with_columns(balance=nw.col("total") + nw.col("change")),
        "balance",
        _added(lower["exports"], -upper["imports"], raised),
        _added(upper["exports"], -lower["imports"], lowered),
        "exports_cell",
        "imports_cell",
    )
    totals = columns.having("flow", TOTAL).select(
        total="cell", total_lower="lower", total_upper="upper"
    )
    for one, frame, other in (("exports", exports, "imports"), ("imports", imports, "exports")):
        changes = columns.engine.table(
            valued=(int, [columns.digit("valuation", each) for each in keys.values["valuation"]]),
            change=(int, [part - total for part, total in sides[other]]),
        )
        yield _row(
            totals.join(frame, on="total")
            .with_columns(valued=keys.of("total", "valuation"))
            .join(changes, on="valued")
            .with_columns(target=nw.col("total") + nw.col("change")),
            "target",
            _added(lower["total"], -upper[one], raised),
            _added(upper["total"], -lower[one], lowered),
            "total",
            f"{one}_cell",
        )


def part_of_whole(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: trade with one partner, or in some goods, is at most all trade."""
    wholes = columns.cells.graph.values(edit_rule, f"{APEC}whole")
    if len(wholes) != 2:
        return  # the content does not declare the edit rule
    goods, partners = wholes
    graph = columns.cells.graph
    implied = {graph.value(measure, f"{APEC}whole") for measure in columns.values("measure")}
    has_goods = goods in implied.union(columns.values("coverage"))
    has_partners = partners in implied.union(columns.values("counterpart"))
    coverage = columns.digit("coverage", goods) - columns.keys.of("cell", "coverage")
    counterpart = columns.digit("counterpart", partners) - columns.keys.of("cell", "counterpart")
    for is_known, change in (
        (has_goods and has_partners, coverage + counterpart),
        (has_goods, coverage),
        (has_partners, counterpart),
    ):
        if is_known:
            parts = columns.comparing(edit_rule).with_columns(whole=nw.col("cell") + change)
            yield from _at_most(columns, parts.filter(nw.col("whole") != nw.col("cell")))


def part_of_group(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: the value of an economy, or of some, is at most that of their group."""
    cells = columns.cells
    changes: list[tuple[int, int]] = []
    for dimension in AREAS:
        known = {getattr(area, dimension) for area in columns.areas}
        groups = [group for group in cells.groups if group in known]
        for area in columns.areas:
            inside = economies_of(cells, area, dimension)
            for group in groups if inside else ():
                if inside < economies_of(cells, replace(area, **{dimension: group}), dimension):
                    digits = (
                        columns.digit(dimension, each) for each in (group, getattr(area, dimension))
                    )
                    change = next(digits) - next(digits)
                    changes.append((_area_digits(columns, area), change))
    yield from _changed(columns, columns.comparing(edit_rule), columns.area("cell"), changes)


def part_of_coverage(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: trade in some goods is at most trade in a broader class of goods."""
    changes: list[tuple[int, int]] = []
    for coverage in columns.keys.values["coverage"]:
        digit = columns.digit("coverage", coverage)
        wider = columns.keys.digits("coverage", columns.cells.broader(coverage))
        changes += [(digit, broader - digit) for broader in wider]
    coverage_of = columns.keys.of("cell", "coverage")
    yield from _changed(columns, columns.comparing(edit_rule), coverage_of, changes)


def mirror(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: what one side reports of their trade, the other reports within a band."""
    keys, cells = columns.keys, columns.cells
    band = _Factors(cells.band(edit_rule))
    moves: list[tuple[int, int]] = []
    sides = {(area.reporter, area.counterpart) for area in columns.areas}
    for reporter, counterpart in sides:
        economies = cells.economies(reporter), cells.economies(counterpart)
        swapped = keys.digit("reporter", counterpart), keys.digit("counterpart", reporter)
        if not all(economies) or not economies[0].isdisjoint(economies[1]) or None in swapped:
            continue
        for flow, mirrored in MIRRORED.items():
            before = (
                columns.digit("reporter", reporter),
                columns.digit("counterpart", counterpart),
                columns.digit("flow", flow),
            )
            after = (*(each or 0 for each in swapped), columns.digit("flow", mirrored))
            moves.append((sum(before), sum(after)))
    if not moves:
        return
    table = columns.engine.table(
        sides=(int, [each for each, _ in moves]), swapped=(int, [each for _, each in moves])
    )
    both_sides = (
        keys.of("cell", "reporter") + keys.of("cell", "counterpart") + keys.of("cell", "flow")
    )
    comparing = columns.comparing(edit_rule).with_columns(
        sides=both_sides, place=nw.col("cell") - keys.of("cell", "valuation")
    )
    here = comparing.join(table, on="sides").select(
        here="cell", there=nw.col("place") - nw.col("sides") + nw.col("swapped")
    )
    implied = _row(
        here.join(comparing, left_on="there", right_on="place"),
        "here",
        raised(nw.col("lower") * band.lower),
        lowered(nw.col("upper") * band.upper),
        "cell",
    )
    if columns.ends is not None:
        ends = columns.known.select("cell", least_so_far="lower", most_so_far="upper")
        below = (nw.col("upper") < nw.col("most_so_far")) | nw.col("most_so_far").is_null()
        above = (nw.col("lower") > nw.col("least_so_far")) | nw.col("least_so_far").is_null()
        implied = implied.join(ends, on="cell").filter(below | above).select(*IMPLIED)
    yield implied


def part_of_flow(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: exports and imports are each at most their sum."""
    graph = columns.cells.graph
    if TOTAL not in columns.values("flow"):
        return
    changes: list[tuple[int, int]] = []
    for flow in _FLOWS:
        for valuation in columns.keys.values["valuation"]:
            wider = graph.value(valuation, f"{DCTERMS}isPartOf") if valuation else None
            part = columns.digit("flow", flow) + columns.digit("valuation", valuation)
            for total in dict.fromkeys((valuation, wider or valuation)):
                whole = columns.digit("flow", TOTAL) + columns.digit("valuation", total)
                changes.append((part, whole - part))
    flow_of = columns.keys.of("cell", "flow") + columns.keys.of("cell", "valuation")
    yield from _changed(columns, columns.comparing(edit_rule), flow_of, changes)


def part_of_period(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: a value that adds up over time is no larger in a part of a period."""
    comparing = columns.comparing(edit_rule)
    spans = {
        columns.digit("period", period): days
        for period in columns.values("period")
        if (days := columns.cells.days(period))
    }
    changes = [
        (part, whole - part)
        for part, inside in spans.items()
        for whole, outside in spans.items()
        if inside != outside and outside[0] <= inside[0] and inside[1] <= outside[1]
    ]
    yield from _changed(columns, comparing, columns.keys.of("cell", "period"), changes)


def percentage(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: a share is from 0 to 100 percent."""
    yield _row(columns.comparing(edit_rule), "cell", nw.lit(0.0), nw.lit(100.0), "cell")


def near_bound(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: a value printed as "more than" a number lies within a band above that number."""
    band = _Factors(columns.cells.band(edit_rule))
    above = columns.known.filter(nw.col("near") > 0)
    yield _row(above, "cell", _NO_END, lowered(nw.col("near") * band.upper), "cell")


def currency_pair(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies an exchange rate within a band."""
    keys, graph = columns.keys, columns.cells.graph
    currencies = graph.values(edit_rule, f"{DCTERMS}subject")
    if len(currencies) != 2 or len(keys.digits("currency", currencies)) != 2:
        return  # the content does not declare the edit rule, or no figure is in these currencies
    band = _Factors(columns.cells.band(edit_rule))
    monetary = [
        measure
        for measure in keys.values["measure"]
        if measure is not None and graph.value(measure, UNIT) == ANY_CURRENCY
    ]
    values = columns.having("measure", *monetary)
    local, foreign = (columns.digit("currency", each) for each in currencies)
    currency = keys.of("cell", "currency")
    for before, after in ((foreign, local), (local, foreign)):
        in_one = values.filter(currency == before).with_columns(
            target=nw.col("cell") - before + after
        )
        lower, upper = nw.col("lower"), nw.col("upper")
        yield _row(
            in_one,
            "target",
            raised(lower * band.lower if before == foreign else lower / band.upper),
            lowered(upper * band.upper if before == foreign else upper / band.lower),
            "cell",
        )


def steady(columns: CellColumns, edit_rule: str, ends: Frame, *, per_day: bool) -> Frame | None:
    """Statistical edit: over a few years, the daily mean of a value, or a share, is in a band.

    Each value of a series is compared with each other one, so the series are sieved first: if the
    highest and the lowest pace in a series differ by less than the narrowest band, all meet. That
    leaves out only estimates that contradict another estimate of this edit rule: the two readings
    that they rest on contradict each other, too, and are compared in their own cells.

    Args:
        columns: The cells.
        edit_rule: IRI of the edit rule.
        ends: The decisive ends of all other estimates of each cell.
        per_day: Whether the values are divided by the days of their periods.

    Returns:
        The estimates in the series that are left, as other edit rules yield them; None if there
        are none.
    """
    keys, engine = columns.keys, columns.engine
    within = columns.cells.band(edit_rule)
    band = _Factors(within)
    comparing = columns.comparing(edit_rule)
    spans: dict[int, tuple[float, int]] = {}
    for period in columns.values("period"):
        days = columns.cells.days(period)
        if days:
            start, end = (date.fromisoformat(day).toordinal() for day in days)
            spans[columns.digit("period", period)] = start + (end - start + 1) / 2, end - start + 1
    if not spans:
        return None
    periods = engine.table(
        period=(int, list(spans)),
        days=(float, [float(days) if per_day else 1.0 for _, days in spans.values()]),
    )
    compared = keys.digits("measure", columns.cells.graph.values(edit_rule, f"{DCTERMS}subject"))
    paces = (
        ends.filter(keys.of("cell", "measure").is_in(compared))
        .with_columns(period=keys.of("cell", "period"))
        .join(periods, on="period")
        .select(
            series=nw.col("cell") - nw.col("period"),
            lower=raised(nw.col("lower") / nw.col("days")),
            upper=lowered(nw.col("upper") / nw.col("days")),
        )
    )
    uneven = (
        paces.group_by("series")
        .agg(highest=nw.col("lower").max(), lowest=nw.col("upper").min(), count=nw.len())
        .filter(
            (nw.col("count") > 1)
            & (
                (nw.col("highest") < 0)
                | (raised(nw.col("highest") * band.lower) > nw.col("lowest"))
                | (nw.col("highest") > lowered(nw.col("lowest") * band.upper))
            )
        )
        .select("series")
    )
    members = engine.keep(
        comparing.with_columns(period=keys.of("cell", "period"))
        .with_columns(series=nw.col("cell") - nw.col("period"))
        .join(engine.keep(uneven), on="series", how="semi")
    )
    seen = [digit for (digit,) in engine.rows(distinct(members.select("period")))]
    pairs: list[tuple[int, int, float | None, float | None]] = []
    powers: dict[int, Interval] = {}
    for one in seen:
        for other in seen:
            if one == other or one not in spans or other not in spans:
                continue
            (middle, length), (middle_, length_) = spans[one], spans[other]
            times = math.ceil(abs(middle - middle_) / BAND_DAYS) or 1
            power = powers.setdefault(times, within.powered(times))
            factors = power.scaled(Decimal(length_) / Decimal(length)) if per_day else power
            pairs.append((one, other, *_Factors(factors).ends))
    if not pairs:
        return None
    table = engine.table(
        period=(int, [each[0] for each in pairs]),
        to=(int, [each[1] for each in pairs]),
        factor_lower=(float, [each[2] for each in pairs]),
        factor_upper=(float, [each[3] for each in pairs]),
    )
    return _row(
        members.join(table, on="period")
        .with_columns(target=nw.col("series") + nw.col("to"))
        .join(members.select(target="cell"), on="target", how="semi"),
        "target",
        raised(nw.col("lower") * nw.col("factor_lower")),
        lowered(nw.col("upper") * nw.col("factor_upper")),
        "cell",
    )


@dataclass(frozen=True, slots=True)
class _Factors:
    """The ends of a band as binary numbers."""

    band: Interval

    @property
    def lower(self) -> nw.Expr:
        return _number(self.band.lower)

    @property
    def upper(self) -> nw.Expr:
        return _number(self.band.upper)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        low, high = self.band.lower, self.band.upper
        return None if low is None else float(low), None if high is None else float(high)


def _number(end: Decimal | None) -> nw.Expr:
    return _NO_END if end is None else nw.lit(float(end))


def _row(
    frame: Frame, cell: str, lower: nw.Expr, upper: nw.Expr, one: str, other: str | None = None
) -> Frame:
    return frame.select(
        cell=nw.col(cell),
        lower=lower,
        upper=upper,
        one=nw.col(one),
        other=_NO_CELL if other is None else nw.col(other),
    )


def _with_measure(columns: CellColumns, measure: str) -> Frame:
    """Return the readings and sums of a measure: each by itself, as ends below zero need it."""
    digit = columns.digit("measure", measure)
    is_measure = columns.keys.of("cell", "measure") == digit
    ends = ("cell", "lower", "upper")
    return nw.concat(
        [
            columns.ratios.filter(is_measure).select(*ends),
            columns.known.filter(is_measure).select(*ends),
        ],
        how="vertical",
    )


def _at_most(columns: CellColumns, parts: Frame) -> Implied:
    """Yield what `known` rows imply that each have the number of a `whole`."""
    flow = columns.keys.of("cell", "flow")
    parts = parts.filter(flow != columns.digit("flow", BALANCE))
    if columns.ends is None:
        wholes = columns.known.select(whole="cell", most="upper")
        below = parts.select("cell", "whole").join(wholes, on="whole")
        above = parts
    else:
        wholes = columns.ends.select(whole="cell", most="upper", least_so_far="lower")
        linked = parts.select("cell", "whole", "lower", "upper").join(wholes, on="whole")
        below = linked.filter((nw.col("most") < nw.col("upper")) | nw.col("upper").is_null())
        above = linked.filter(
            (nw.col("lower") > nw.col("least_so_far")) | nw.col("least_so_far").is_null()
        )
    yield _row(below, "cell", _NO_END, nw.col("most"), "whole")
    yield _row(above, "whole", nw.col("lower"), _NO_END, "cell")


def _changed(
    columns: CellColumns, parts: Frame, digit: nw.Expr, changes: list[tuple[int, int]]
) -> Implied:
    """Yield what parts imply whose wholes have a changed digit, by changes of each digit."""
    if not changes:
        return
    table = columns.engine.table(
        digit=(int, [each for each, _ in changes]), change=(int, [each for _, each in changes])
    )
    linked = parts.with_columns(digit=digit).join(table, on="digit")
    yield from _at_most(columns, linked.with_columns(whole=nw.col("cell") + nw.col("change")))


def _area_digits(columns: CellColumns, area: Cell) -> int:
    return sum(columns.digit(name, getattr(area, name)) for name in AREAS)


def _flow_digits(columns: CellColumns, cell: Cell) -> int:
    return columns.digit("flow", cell.flow) + columns.digit("valuation", cell.valuation)


def _over(dividend: nw.Expr, divisor: nw.Expr) -> nw.Expr:
    """Divide ends; an end over zero is open."""
    return nw.when(divisor != 0).then(dividend / divisor)


def _quotient(dividend: nw.Expr, divisor: nw.Expr) -> nw.Expr:
    """Divide a lower end by a divisor with several ends: if it is negative, by none of them."""
    return nw.when(dividend < 0).then(nw.lit(0.0)).otherwise(_over(dividend, divisor))


def _added(one: nw.Expr, other: nw.Expr, moved: Callable[[nw.Expr], nw.Expr]) -> nw.Expr:
    """Add two ends; the sum is moved inwards if it is not exact."""
    is_exact = (
        ((one * 2) % 1 == 0) & ((other * 2) % 1 == 0) & (one.abs() + other.abs() < MOST_EXACT)
    )
    return nw.when(is_exact).then(one + other).otherwise(moved(one + other))


SUMS_OF_PERIODS: Final = f"{ID}relation/sum-of-periods"
SUMS_OF_GROUPS: Final = f"{ID}relation/sum-of-group"

INEQUALITIES: Final = frozenset(
    f"{ID}relation/part-of-{name}" for name in ("whole", "group", "coverage", "flow", "period")
)
"""The edit rules that are applied once the ends of all others are known."""

COLUMNAR_EDIT_RULES: Final[Mapping[str, Callable[[CellColumns, str], Implied]]] = {
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/exports-and-imports": exports_and_imports,
    f"{ID}relation/part-of-whole": part_of_whole,
    f"{ID}relation/part-of-group": part_of_group,
    f"{ID}relation/part-of-coverage": part_of_coverage,
    f"{ID}relation/part-of-flow": part_of_flow,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/percentage": percentage,
    f"{ID}relation/near-bound": near_bound,
    f"{ID}relation/currency-pair": currency_pair,
    f"{ID}relation/mirror": mirror,
}
"""The edit rules that imply estimates from some cells, keyed by IRI."""

STEADY: Final[Mapping[str, bool]] = {
    f"{ID}relation/steady-pace": True,
    f"{ID}relation/steady-share": False,
}
"""The edit rules that compare all values of a series, and whether they do so by the day."""
