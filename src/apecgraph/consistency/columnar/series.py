"""Statistical edits over columns: a series is steady."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw

from apecgraph.consistency.columnar.cells import (
    CellColumns,
    Factors,
    distinct,
    implied_row,
    lowered,
    raised,
    sizeable,
)
from apecgraph.consistency.columnar.engines import Frame
from apecgraph.content.cube import RATIO, UNIT
from apecgraph.rdf.namespaces import APEC, DCTERMS


def steady(columns: CellColumns, edit_rule: str, ends: Frame, *, per_day: bool) -> Frame | None:
    """Statistical edit: over a few years, the daily mean of a value, or a share, is in a band.

    Each value is compared with the nearest ones before and after it. A value whose printed growth
    is itself outside the band is not compared with the one before it. The series are sieved first:
    if the highest and the lowest pace in a series differ by less than the narrowest band, all meet.

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
    comparing = columns.comparing(edit_rule)
    spans = {
        columns.digit("period", period): span
        for period in columns.values("period")
        if (span := columns.cells.span(period))
    }
    if not spans:
        return None
    periods = engine.table(
        period=(int, list(spans)),
        middle=(float, [span.middle for span in spans.values()]),
        days=(float, [float(span.days) for span in spans.values()]),
    )
    members = comparing.with_columns(period=keys.of("cell", "period")).join(periods, on="period")
    members = members.with_columns(series=nw.col("cell") - nw.col("period"))
    uneven = _uneven(columns, edit_rule, ends, periods, per_day=per_day)
    members = members.join(engine.keep(uneven), on="series", how="semi")
    before = members.with_columns(
        **{
            name: nw.col(column).shift(1).over("series", order_by=["middle", "days", "period"])
            for name, column in (("neighbour", "cell"), ("of_neighbour", "period"))
        }
    )
    before = before.filter(~nw.col("neighbour").is_null())
    for leaps in _leaps(columns, edit_rule):
        before = before.join(leaps, on="cell", how="anti")
    later = engine.keep(before.select("cell", "neighbour", here="period", there="of_neighbour"))
    earlier = later.select(cell="neighbour", neighbour="cell", here="there", there="here")
    pairs = nw.concat([later, earlier], how="vertical")
    seen = engine.rows(distinct(pairs.select("there", "here")))
    if not seen:
        return None
    factors = []
    for there, here in seen:
        band = spans[here].band(within, spans[there])
        factor = band.scaled(spans[here].ratio(spans[there])) if per_day else band
        factors.append((there, here, *Factors(factor).ends))
    table = engine.table(
        **{
            name: (kind, [each[place] for each in factors])
            for place, (name, kind) in enumerate(
                (("there", int), ("here", int), ("factor_lower", float), ("factor_upper", float))
            )
        }
    )
    values = columns.known.select("lower", "upper", neighbour="cell")
    lower, upper = sizeable(
        nw.col("factor_lower"), nw.col("factor_upper"), columns.cells.threshold(edit_rule)
    )
    return implied_row(
        pairs.join(table, on=["there", "here"]).join(values, on="neighbour"),
        "cell",
        lower,
        upper,
        "neighbour",
    )


def _leaps(columns: CellColumns, edit_rule: str) -> Iterator[Frame]:
    """Yield the values whose growth is printed, and is itself outside the band, by measure."""
    keys, graph = columns.keys, columns.cells.graph
    band = Factors(columns.cells.band(edit_rule))
    for measure in keys.values["measure"]:
        value = graph.value(measure, f"{APEC}growthOf") if measure else None
        is_compared = value in graph.values(edit_rule, f"{DCTERMS}subject")
        if measure is None or not is_compared or graph.value(measure, UNIT) == RATIO:
            continue
        lower, upper = (nw.col(end) * 0.01 + 1 for end in ("lower", "upper"))
        base = keys.of("cell", "base_period")
        change = columns.digit("measure", value) - columns.digit("measure", measure)
        rates = columns.ratios.filter(
            keys.of("cell", "measure") == columns.digit("measure", measure)
        )
        yield rates.filter((base != 0) & ((lower > band.upper) | (upper < band.lower))).select(
            cell=nw.col("cell") + change - base
        )


def _uneven(
    columns: CellColumns, edit_rule: str, ends: Frame, periods: Frame, *, per_day: bool
) -> Frame:
    """Return the series in which the highest and the lowest pace differ by more than the band."""
    keys = columns.keys
    band = Factors(columns.cells.band(edit_rule))
    compared = keys.digits("measure", columns.cells.graph.values(edit_rule, f"{DCTERMS}subject"))
    days = nw.col("days") if per_day else nw.lit(1.0)
    return (
        ends.filter(keys.of("cell", "measure").is_in(compared))
        .with_columns(period=keys.of("cell", "period"))
        .join(periods, on="period")
        .select(
            series=nw.col("cell") - nw.col("period"),
            lower=raised(nw.col("lower") / days),
            upper=lowered(nw.col("upper") / days),
        )
        .group_by("series")
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
