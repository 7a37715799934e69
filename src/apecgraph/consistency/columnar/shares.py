"""Ratio edits of shares, over columns: the second form of `cell_shares`."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import narwhals as nw

from apecgraph.consistency.cell_parts import dimension_of_whole
from apecgraph.consistency.cell_shares import ALL_GOODS, VALUE, WORLD_FLOWS
from apecgraph.consistency.columnar.cells import (
    CellColumns,
    Factors,
    Implied,
    added,
    implied_row,
    lowered,
    over,
    quotient,
    raised,
)
from apecgraph.consistency.columnar.engines import Frame
from apecgraph.rdf.namespaces import APEC


def share_of_whole(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a share, in percent, of the whole is the part."""
    keys, graph = columns.keys, columns.cells.graph
    for measure in keys.values["measure"]:
        value = graph.value(measure, f"{APEC}shareOf") if measure else None
        all_of_it = graph.value(measure, f"{APEC}whole") if measure else None
        if measure is None or value is None or all_of_it is None:
            continue
        dimension = dimension_of_whole(graph, value, all_of_it)
        all_ = columns.digit(dimension, all_of_it)
        shares = with_measure(columns, measure).select(
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
        yield implied_row(
            parts,
            "whole",
            raised(over(nw.col("lower"), nw.col("share_upper"))),
            lowered(over(nw.col("upper"), nw.col("share_lower"))),
            "share",
            "known",
        )
        wholes = shares.with_columns(all_place=nw.col("part") - nw.col("digit") + all_).join(
            values, left_on="all_place", right_on="place"
        )
        yield implied_row(
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
        yield implied_row(
            both,
            "share",
            raised(quotient(nw.col("lower"), nw.col("whole_upper")) * 100),
            lowered(over(nw.col("upper"), nw.col("whole_lower")) * 100),
            "known",
            "whole",
        )


def share_of_world_trade(columns: CellColumns, edit_rule: str) -> Implied:
    """Ratio edit: a share in world trade is what the world trades with the partner out of all."""
    keys, graph = columns.keys, columns.cells.graph
    world = graph.value(edit_rule, f"{APEC}whole")
    band = Factors(columns.cells.band(edit_rule))
    reporter, goods, value = (
        keys.digit(name, wanted)
        for name, wanted in (("reporter", world), ("coverage", ALL_GOODS), ("measure", VALUE))
    )
    all_of_it = keys.digit("counterpart", world)
    if reporter is None or goods is None or value is None or all_of_it is None:
        return  # the world reports nothing
    subjects = [each for each in keys.values["subject"] if keys.digit("counterpart", each)]
    partners = columns.engine.table(
        subject=(int, [columns.digit("subject", each) for each in subjects]),
        partner=(int, [columns.digit("counterpart", each) for each in subjects]),
    )
    reported = (
        columns.having("measure", VALUE)
        .filter((keys.of("cell", "reporter") == reporter) & (keys.of("cell", "coverage") == goods))
        .with_columns(
            currency=keys.of("cell", "currency"),
            partner=keys.of("cell", "counterpart"),
        )
        .with_columns(place=nw.col("cell") - keys.of("cell", "valuation") - nw.col("currency"))
    )
    whole = reported.filter(nw.col("partner") == all_of_it)
    for measure, flows in WORLD_FLOWS.items():
        digit = keys.digit("measure", measure)
        if digit is None or measure not in columns.values("measure"):
            continue
        rows = (
            columns.comparing(edit_rule)
            .filter(keys.of("cell", "measure") == digit)
            .with_columns(subject=keys.of("cell", "subject"))
            .join(partners, on="subject")
            .select(
                share="cell",
                place=nw.col("cell")
                - nw.col("subject")
                - keys.of("cell", "currency")
                + (reporter + goods + value - digit)
                + nw.col("partner"),
            )
        )
        for number, flow in enumerate(flows):
            part = reported.filter(keys.of("cell", "flow") == columns.digit("flow", flow)).select(
                "currency",
                place=nw.col("place") - columns.digit("flow", flow),
                **{f"part_{number}": nw.col("cell")},
                **{f"part_{number}_lower": nw.col("lower")},
                **{f"part_{number}_upper": nw.col("upper")},
                **{f"whole_{number}": nw.col("cell") - nw.col("partner") + all_of_it},
            )
            wholes = whole.select(
                **{f"whole_{number}": nw.col("cell")},
                **{f"whole_{number}_lower": nw.col("lower")},
                **{f"whole_{number}_upper": nw.col("upper")},
            )
            on = ["place", "currency"] if number else ["place"]
            rows = rows.join(part, on=on).join(wholes, on=f"whole_{number}")
        lower, upper, most, least = (
            _sum_of([f"{kind}_{number}_{end}" for number in range(len(flows))], moved)
            for kind, end, moved in (
                ("part", "lower", raised),
                ("part", "upper", lowered),
                ("whole", "upper", lowered),
                ("whole", "lower", raised),
            )
        )
        for number in range(len(flows)):
            yield implied_row(
                rows,
                "share",
                raised(raised(quotient(lower, most) * 100) * band.lower),
                lowered(lowered(over(upper, least) * 100) * band.upper),
                f"part_{number}",
                f"whole_{number}",
            )


def _sum_of(names: list[str], moved: Callable[[nw.Expr], nw.Expr]) -> nw.Expr:
    """Add ends."""
    first, *others = map(nw.col, names)
    return reduce(lambda one, other: added(one, other, moved), others, first)


def with_measure(columns: CellColumns, measure: str) -> Frame:
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
