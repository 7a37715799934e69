"""Edit rules between cells, over columns: the second form of `cell_edit_rules`.

An engine applies them to millions of cells at once, to learn which cells have to be looked at; the
first form then judges those cells. An interval may be narrower here, but never wider: each end
that is not exact as a binary number is moved inwards. Of all estimates of a cell, only the highest
lower end and the lowest upper end are kept: two estimates fail to meet if and only if these two
ends do, and sums, products and bands keep the order of ends.

If this form differs, more cells fail: all combinations of parts are summed, not only the
first 16; a total is looked for both with the valuation of its part and with that of the whole; an
economy is compared with groups that some cell has; a growth computed from a negative value fails.
A total or a balance of exports and imports is left out if no figure is one: nothing else is known
about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import narwhals as nw

from apecgraph.consistency.cell_edit_rules import CURRENCY_PAIR, EXCHANGE_RATE, MIRRORED
from apecgraph.consistency.cell_parts import BALANCE
from apecgraph.consistency.cells import TOTAL
from apecgraph.consistency.columnar.cells import (
    IMPLIED,
    NO_CELL,
    NO_END,
    CellColumns,
    Factors,
    Implied,
    added,
    implied_row,
    lowered,
    over,
    quotient,
    raised,
    sizeable,
)
from apecgraph.consistency.columnar.engines import Frame
from apecgraph.consistency.columnar.inequalities import (
    part_of_coverage,
    part_of_flow,
    part_of_group,
    part_of_period,
    part_of_whole,
    sum_of_parts,
)
from apecgraph.consistency.columnar.shares import (
    share_of_whole,
    share_of_world_trade,
    with_measure,
)
from apecgraph.content.cube import ANY_CURRENCY, RATIO, UNIT, Cell
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID


def growth_of_value(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a value equals the value of the base period, increased by the growth rate."""
    keys, graph = columns.keys, columns.cells.graph
    band = Factors(columns.cells.band(edit_rule))
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
            with_measure(columns, measure)
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
        yield implied_row(
            rates.join(old, on="before"),
            "now",
            raised(nw.col("old_lower") * nw.col("factor_lower")),
            lowered(nw.col("old_upper") * nw.col("factor_upper")),
            "rate",
            "before",
        )
        grown = rates.join(new, on="now")
        yield implied_row(
            grown,
            "before",
            raised(over(nw.col("new_lower"), nw.col("factor_upper"))),
            lowered(over(nw.col("new_upper"), nw.col("factor_lower"))),
            "rate",
            "now",
        )
        lower = raised(quotient(nw.col("new_lower"), nw.col("old_upper")) * band.lower)
        upper = lowered(over(nw.col("new_upper"), nw.col("old_lower")) * band.upper)
        if not is_multiple:
            lower = raised(raised(lower * 100) - 100)
            upper = lowered(lowered(upper * 100) - 100)
        yield implied_row(grown.join(old, on="before"), "rate", lower, upper, "now", "before")


def exports_and_imports(columns: CellColumns, edit_rule: str) -> Implied:
    """Balance edit: exports plus imports are all trade; exports minus imports are the balance."""
    keys, cells = columns.keys, columns.cells
    anything = Cell(None, None, TOTAL, None, None, "", "", None, "", None)
    sides = {}
    for name in ("exports", "imports", "balance"):
        moves: list[tuple[int, int]] = []
        for valuation in keys.values["valuation"]:
            total = anything._replace(valuation=valuation)
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
    yield implied_row(
        both,
        "total",
        added(lower["exports"], lower["imports"], raised),
        added(upper["exports"], upper["imports"], lowered),
        "exports_cell",
        "imports_cell",
    )
    balances = columns.engine.table(
        valued=(int, [columns.digit("valuation", each) for each in keys.values["valuation"]]),
        change=(int, [balance - total for balance, total in sides["balance"]]),
    )
    yield implied_row(
        both.with_columns(valued=keys.of("total", "valuation"))
        .join(balances, on="valued")
        .with_columns(balance=nw.col("total") + nw.col("change")),
        "balance",
        added(lower["exports"], -upper["imports"], raised),
        added(upper["exports"], -lower["imports"], lowered),
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
        yield implied_row(
            totals.join(frame, on="total")
            .with_columns(valued=keys.of("total", "valuation"))
            .join(changes, on="valued")
            .with_columns(target=nw.col("total") + nw.col("change")),
            "target",
            added(lower["total"], -upper[one], raised),
            added(upper["total"], -lower[one], lowered),
            "total",
            f"{one}_cell",
        )


def mirror(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: what one side reports of their trade, the other reports within a band."""
    keys, cells = columns.keys, columns.cells
    band = Factors(cells.band(edit_rule))
    exempt = cells.exempt(edit_rule)
    moves: list[tuple[int, int]] = []
    sides = {(area.reporter, area.counterpart) for area in columns.areas}
    for reporter, counterpart in sides:
        economies = cells.economies(reporter), cells.economies(counterpart)
        swapped = keys.digit("reporter", counterpart), keys.digit("counterpart", reporter)
        if not all(economies) or not economies[0].isdisjoint(economies[1]) or None in swapped:
            continue
        if not exempt.isdisjoint(economies[0] | economies[1]):
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
    currency = keys.of("cell", "currency")
    comparing = columns.comparing(edit_rule).with_columns(
        sides=both_sides,
        currency=currency,
        place=nw.col("cell") - keys.of("cell", "valuation") - currency,
    )
    here = comparing.join(table, on="sides").select(
        here="cell",
        there=nw.col("place") - nw.col("sides") + nw.col("swapped"),
        here_in="currency",
    )
    pair = keys.digits("currency", cells.graph.values(CURRENCY_PAIR, f"{DCTERMS}subject"))
    both = here.join(comparing, left_on="there", right_on="place").filter(
        (nw.col("here_in") == nw.col("currency"))
        | (nw.col("here_in").is_in(pair) & nw.col("currency").is_in(pair))
    )
    implied = implied_row(
        both.with_columns(target=nw.col("here") - nw.col("here_in") + nw.col("currency")),
        "target",
        *sizeable(band.lower, band.upper, cells.threshold(edit_rule)),
        "cell",
        "here",
    )
    if columns.ends is not None:
        ends = columns.known.select("cell", least_so_far="lower", most_so_far="upper")
        below = (nw.col("upper") < nw.col("most_so_far")) | nw.col("most_so_far").is_null()
        above = (nw.col("lower") > nw.col("least_so_far")) | nw.col("least_so_far").is_null()
        known = implied.join(ends, on="cell", how="left")
        implied = known.filter(below | above).select(*IMPLIED)
    yield implied


def percentage(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: a share is from 0 to 100 percent."""
    yield implied_row(columns.comparing(edit_rule), "cell", nw.lit(0.0), nw.lit(100.0), "cell")


def not_negative(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: an amount or a count is not negative, but a balance may be."""
    yield from _no_less(columns, edit_rule, 0.0)


def greatest_fall(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: an amount that is not negative falls by at most 100 percent."""
    yield from _no_less(columns, edit_rule, -100.0)


def near_bound(columns: CellColumns, edit_rule: str) -> Implied:
    """Range edit: a value printed as "more than" a number lies within a band above that number."""
    band = Factors(columns.cells.band(edit_rule))
    above = columns.known.filter(nw.col("near") > 0)
    yield implied_row(above, "cell", NO_END, lowered(nw.col("near") * band.upper), "cell")


def currency_pair(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies an exchange rate within a band."""
    keys, graph = columns.keys, columns.cells.graph
    currencies = graph.values(edit_rule, f"{DCTERMS}subject")
    if len(currencies) != 2 or len(keys.digits("currency", currencies)) != 2:
        return  # the content does not declare the edit rule, or no figure is in these currencies
    band = Factors(columns.cells.band(edit_rule))
    rates = _rates(columns, currencies[0]).select("period")
    values = _money(columns).join(rates, on="period", how="anti")
    yield from _converted(
        columns, values.with_columns(rate=NO_CELL, low=band.lower, high=band.upper)
    )


def exchange_rate(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a value in two currencies implies the official rate of the period, in a band."""
    keys, graph = columns.keys, columns.cells.graph
    currencies = graph.values(CURRENCY_PAIR, f"{DCTERMS}subject")
    if len(currencies) != 2 or len(keys.digits("currency", currencies)) != 2:
        return  # the content does not declare the edit rule, or no figure is in these currencies
    band = Factors(columns.cells.band(edit_rule))
    rates = _rates(columns, currencies[0]).select(
        "period",
        rate="cell",
        low=raised(nw.col("lower") * band.lower),
        high=lowered(nw.col("upper") * band.upper),
    )
    yield from _converted(columns, _money(columns).join(rates, on="period"))


def _rates(columns: CellColumns, local: str) -> Frame:
    """Return the rows of the exchange rates of a currency, with the digits of their periods."""
    keys = columns.keys
    is_local = keys.of("cell", "currency") == columns.digit("currency", local)
    rates = columns.comparing(EXCHANGE_RATE).filter(is_local)
    return rates.with_columns(period=keys.of("cell", "period"))


def _money(columns: CellColumns) -> Frame:
    """Return the rows of money, other than rates, with the digits of their periods."""
    keys, graph = columns.keys, columns.cells.graph
    rates = graph.values(EXCHANGE_RATE, f"{DCTERMS}subject")
    monetary = [
        measure
        for measure in keys.values["measure"]
        if measure is not None
        and measure not in rates
        and graph.value(measure, UNIT) == ANY_CURRENCY
    ]
    values = columns.having("measure", *monetary)
    return values.with_columns(period=keys.of("cell", "period"))


def _converted(columns: CellColumns, values: Frame) -> Implied:
    """Convert values of the currency pair, each at a rate from `low` to `high` of a cell `rate`."""
    keys = columns.keys
    currencies = columns.cells.graph.values(CURRENCY_PAIR, f"{DCTERMS}subject")
    local, foreign = (columns.digit("currency", each) for each in currencies)
    currency = keys.of("cell", "currency")
    lower, upper, low, high = (nw.col(name) for name in ("lower", "upper", "low", "high"))
    printed = keys.digits("currency", columns.values("currency"))
    for before, after in ((foreign, local), (local, foreign)):
        in_one = values.filter(currency == before).with_columns(
            target=nw.col("cell") - before + after
        )
        implied = implied_row(
            in_one,
            "target",
            raised(lower * low if before == foreign else lower / high),
            lowered(upper * high if before == foreign else upper / low),
            "cell",
            "rate",
        )
        # If no value is in that currency, the value implied has nothing but itself to meet.
        yield implied if after in printed else implied.filter(lower > upper)


def _no_less(columns: CellColumns, edit_rule: str, least: float) -> Implied:
    """Yield a lower end for the cells that an edit rule applies to, without balances.

    Cells with a lower end above it are left out: what lies below it does not meet that end either.
    """
    is_balance = columns.keys.of("cell", "flow") == columns.digit("flow", BALANCE)
    matters = (nw.col("lower") < least) | nw.col("lower").is_null()
    rows = columns.comparing(edit_rule).filter(~is_balance & matters)
    yield implied_row(rows, "cell", nw.lit(least), NO_END, "cell")


def _flow_digits(columns: CellColumns, cell: Cell) -> int:
    return columns.digit("flow", cell.flow) + columns.digit("valuation", cell.valuation)


SUMS_OF_PERIODS: Final = f"{ID}relation/sum-of-periods"
SUMS_OF_GROUPS: Final = f"{ID}relation/sum-of-group"

INEQUALITIES: Final = frozenset(
    f"{ID}relation/{name}"
    for name in (
        "part-of-whole",
        "part-of-group",
        "part-of-coverage",
        "part-of-flow",
        "part-of-period",
        "sum-of-parts",
    )
)
"""The edit rules that are applied once the ends of all others are known."""

COLUMNAR_EDIT_RULES: Final[Mapping[str, Callable[[CellColumns, str], Implied]]] = {
    f"{ID}relation/share-of-whole": share_of_whole,
    f"{ID}relation/share-of-world-trade": share_of_world_trade,
    f"{ID}relation/growth-of-value": growth_of_value,
    f"{ID}relation/exports-and-imports": exports_and_imports,
    f"{ID}relation/part-of-whole": part_of_whole,
    f"{ID}relation/part-of-group": part_of_group,
    f"{ID}relation/part-of-coverage": part_of_coverage,
    f"{ID}relation/part-of-flow": part_of_flow,
    f"{ID}relation/part-of-period": part_of_period,
    f"{ID}relation/sum-of-parts": sum_of_parts,
    f"{ID}relation/percentage": percentage,
    f"{ID}relation/not-negative": not_negative,
    f"{ID}relation/greatest-fall": greatest_fall,
    f"{ID}relation/near-bound": near_bound,
    CURRENCY_PAIR: currency_pair,
    EXCHANGE_RATE: exchange_rate,
    f"{ID}relation/mirror": mirror,
}
"""The edit rules that imply estimates from some cells, keyed by IRI."""

STEADY: Final[Mapping[str, bool]] = {
    f"{ID}relation/steady-pace": True,
    f"{ID}relation/steady-share": False,
}
"""The edit rules that compare all values of a series, and whether they do so by the day."""
