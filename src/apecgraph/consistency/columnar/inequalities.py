"""Inequality edits over columns: a part is at most its whole."""

from __future__ import annotations

from typing import Final

import narwhals as nw

from apecgraph.consistency.cell_parts import AREAS, BALANCE, economies_of
from apecgraph.consistency.cells import PERCENT, TOTAL
from apecgraph.consistency.columnar.cells import (
    NO_END,
    CellColumns,
    Implied,
    implied_row,
    separate_parts,
    sums,
)
from apecgraph.consistency.columnar.engines import Frame
from apecgraph.content.cube import UNIT, Cell
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID

_FLOWS: Final = (f"{ID}flow/exports", f"{ID}flow/imports")


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
            parts = parts.filter(nw.col("whole") != nw.col("cell"))
            yield from _at_most(columns, parts, change == 0)


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
                if inside < economies_of(cells, area._replace(**{dimension: group}), dimension):
                    digits = (
                        columns.digit(dimension, each) for each in (group, getattr(area, dimension))
                    )
                    change = next(digits) - next(digits)
                    changes.append((_area_digits(columns, area), change))
    yield from _changed(columns, columns.comparing(edit_rule), columns.area("cell"), changes)


def sum_of_parts(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: areas without a common economy add up to at most the area around them."""
    keys, engine = columns.keys, columns.engine
    shares = [
        measure
        for measure in columns.values("measure")
        if columns.cells.graph.value(measure, UNIT) == PERCENT
    ]
    is_share = keys.of("whole", "measure").is_in(keys.digits("measure", shares))
    balance = columns.digit("flow", BALANCE)
    for parts in separate_parts(columns, edit_rule, with_shares=bool(shares)):
        rows = parts.rows(columns).filter(keys.of("whole", "flow") != balance)
        totals = engine.keep(sums(rows).select(whole="cell", total="lower"))
        if columns.ends is not None:
            ends = columns.ends.select(whole="cell", least_so_far="lower")
            known = (
                ends.join(totals, on="whole").group_by("whole").agg(nw.col("least_so_far").max())
            )
            below = nw.col("least_so_far").is_null() | (nw.col("total") > nw.col("least_so_far"))
            totals = totals.join(known, on="whole", how="left").filter(is_share | below)
        yield implied_row(
            rows.select("cell", "whole").join(totals, on="whole"),
            "whole",
            nw.col("total"),
            nw.when(is_share).then(nw.lit(100.0)),
            "cell",
        )


def part_of_coverage(columns: CellColumns, edit_rule: str) -> Implied:
    """Inequality edit: trade in some goods is at most trade in a broader class of goods."""
    changes: list[tuple[int, int]] = []
    for coverage in columns.keys.values["coverage"]:
        digit = columns.digit("coverage", coverage)
        wider = columns.keys.digits("coverage", columns.cells.broader(coverage))
        changes += [(digit, broader - digit) for broader in wider]
    coverage_of = columns.keys.of("cell", "coverage")
    yield from _changed(columns, columns.comparing(edit_rule), coverage_of, changes)


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
    """Inequality edit: a value that adds up over time is at most as large in a part of a period."""
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


def _at_most(columns: CellColumns, parts: Frame, is_whole: nw.Expr) -> Implied:
    """Yield what `known` rows imply that each have the number of a `whole`.

    A `cell` can be a whole only if `is_whole`: an engine finds wholes faster among these few.
    """
    if BALANCE in columns.values("flow"):
        flow = columns.keys.of("cell", "flow")
        parts = parts.filter(flow != columns.digit("flow", BALANCE))
    if columns.ends is None:
        wholes = columns.known.filter(is_whole).select(whole="cell", most="upper")
        below = parts.select("cell", "whole").join(wholes, on="whole")
        above = parts
    else:
        wholes = columns.ends.filter(is_whole).select(
            whole="cell", most="upper", least_so_far="lower"
        )
        linked = parts.select("cell", "whole", "lower", "upper").join(wholes, on="whole")
        is_below = (nw.col("most") < nw.col("upper")) | nw.col("upper").is_null()
        is_above = (nw.col("lower") > nw.col("least_so_far")) | nw.col("least_so_far").is_null()
        linked = columns.engine.keep(linked.filter(is_below | is_above))
        below, above = linked.filter(is_below), linked.filter(is_above)
    yield implied_row(below, "cell", NO_END, nw.col("most"), "whole")
    yield implied_row(above, "whole", nw.col("lower"), NO_END, "cell")


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
    linked = linked.with_columns(whole=nw.col("cell") + nw.col("change"))
    is_whole = digit.is_in(sorted({part + change for part, change in changes}))
    yield from _at_most(columns, linked, is_whole)


def _area_digits(columns: CellColumns, area: Cell) -> int:
    return sum(columns.digit(name, getattr(area, name)) for name in AREAS)
