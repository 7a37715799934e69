"""Statistical edits over columns: a series is steady."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import narwhals as nw

from apecgraph.consistency.cell_columns import (
    CellColumns,
    Factors,
    distinct,
    implied_row,
    lowered,
    raised,
)
from apecgraph.consistency.cell_edit_rules import (
    BAND_DAYS,
)
from apecgraph.consistency.column_engines import Frame
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import DCTERMS


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
        The estimates in the series that are left, as other edit rules yield them, or None.
    """
    keys, engine = columns.keys, columns.engine
    within = columns.cells.band(edit_rule)
    band = Factors(within)
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
            pairs.append((one, other, *Factors(factors).ends))
    if not pairs:
        return None
    table = engine.table(
        period=(int, [each[0] for each in pairs]),
        to=(int, [each[1] for each in pairs]),
        factor_lower=(float, [each[2] for each in pairs]),
        factor_upper=(float, [each[3] for each in pairs]),
    )
    return implied_row(
        members.join(table, on="period")
        .with_columns(target=nw.col("series") + nw.col("to"))
        .join(members.select(target="cell"), on="target", how="semi"),
        "target",
        raised(nw.col("lower") * nw.col("factor_lower")),
        lowered(nw.col("upper") * nw.col("factor_upper")),
        "cell",
    )
