"""Screening: which cells of many figures have to be looked at, and their contradictions.

`screen` has an engine of tables apply the edit rules between cells to columns of figures. It
returns every cell whose estimates do not all meet, and now and then one whose estimates touch, with
the cells that imply these estimates. `judge` then applies the exact edit rules to the figures of
these cells alone; what it finds is what they would find among all figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

import narwhals as nw

from apecgraph.consistency.cell_keys import CellKeys
from apecgraph.consistency.cell_parts import dimension_of_whole
from apecgraph.consistency.cells import ESTIMATE, PERCENT, SAME_CELL, TOTAL, Cells
from apecgraph.consistency.columnar.cells import (
    CellColumns,
    Parts,
    bounds,
    distinct,
    group_parts,
    is_half,
    known_of,
    lowered,
    period_parts,
    raised,
    sums,
)
from apecgraph.consistency.columnar.edit_rules import (
    COLUMNAR_EDIT_RULES,
    INEQUALITIES,
    STEADY,
    SUMS_OF_GROUPS,
    SUMS_OF_PERIODS,
)
from apecgraph.consistency.columnar.engines import Engine, Frame, Values, engine_of
from apecgraph.consistency.columnar.series import steady
from apecgraph.consistency.contradictions import Contradiction, discrepancies
from apecgraph.consistency.estimates import add_sums, implied_by
from apecgraph.content.cube import DIMENSIONS, Cell
from apecgraph.content.figure_columns import COLUMNS, read_figure
from apecgraph.rdf.graph import Graph, RememberingGraph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, SKOS

_EXACT_DIGITS: Final = 15
"""A binary number of 64 bits tells apart all decimals of so many digits."""

_MOST_EXACT: Final = 2.0**49
_FLOWS: Final = [TOTAL, *(f"{ID}flow/{name}" for name in ("exports", "imports", "balance"))]


@dataclass(frozen=True)
class Suspect:
    """A cell to look at.

    Attributes:
        cell: The cell.
        inputs: The cell itself, and the cells that imply the estimates of it that do not meet.
        neighbours: The nearest cells before and after it, if estimates from these do not meet.
    """

    cell: Cell
    inputs: frozenset[Cell]
    neighbours: frozenset[Cell]


@dataclass(frozen=True)
class Screening:
    """What a screening found.

    Attributes:
        suspects: The cells whose estimates do not all meet.
        rows: The figures of all cells that imply these estimates, as rows with the columns of
            `apecgraph.content.figure_columns`, sorted by source and figure.
    """

    suspects: tuple[Suspect, ...]
    rows: tuple[tuple[Any, ...], ...]


def screen(figures: Any, graph: Graph) -> Screening:
    """Find the cells to look at among any number of figures.

    Args:
        figures: A table with the columns of `apecgraph.content.figure_columns`: a relation of
            DuckDB, or a data frame of Spark.
        graph: The declarations of measures, units, periods, groups and edit rules in the content.

    Returns:
        The cells whose estimates do not all meet, and their figures.

    Raises:
        TypeError: If another engine has the table.
        ContentError: If the values of the dimensions make too many cells.
    """
    frame = nw.from_native(figures).lazy()
    with closing(engine_of(frame)) as engine:
        return _screen(frame, graph, engine)


def judge(screening: Screening, graph: Graph) -> list[Contradiction]:
    """Find the contradictions in the cells that a screening returned.

    Args:
        screening: The cells to look at, and their figures.
        graph: The declarations of the content.

    Returns:
        The contradictions that the exact edit rules find in these cells.
    """
    figures = map(read_figure, screening.rows)
    outcomes = (figure for figure in figures if not figure.is_expectation)
    cells = Cells(outcomes, RememberingGraph(graph.store))
    add_sums(cells)
    estimates = {
        suspect.cell: implied_by(cells.only(suspect.inputs, suspect.cell, suspect.neighbours)).get(
            suspect.cell, []
        )
        for suspect in screening.suspects
    }
    return list(discrepancies(estimates))


def _screen(frame: Frame, graph: Graph, engine: Engine) -> Screening:
    cells = Cells((), graph)
    compared = frame.filter(~nw.col("is_expectation").fill_null(value=False))
    keys = _keys(compared, cells, engine)
    numbered = _numbered(compared, keys, engine)
    columns = _columns(numbered, keys, cells, engine)
    periods = list(period_parts(columns, SUMS_OF_PERIODS))
    columns = _with_sums(columns, periods)
    groups = list(group_parts(columns, SUMS_OF_GROUPS))
    columns = _with_sums(columns, groups)
    suspects = _suspects(columns)
    if not suspects:
        return Screening((), ())
    found = tuple(
        Suspect(
            keys.cell(cell),
            frozenset(_with_totals(map(keys.cell, inputs.cells))),
            frozenset(map(keys.cell, inputs.neighbours)),
        )
        for cell, inputs in sorted(suspects.items())
    )
    needed = {key for each in found for cell in each.inputs if (key := keys.key(cell)) is not None}
    for parts in (*groups, *periods):  # a part of a group may itself be a sum of periods
        wholes = engine.table(whole=(int, sorted(needed)))
        inside = parts.rows(columns).join(wholes, on="whole", how="semi").select("cell")
        needed.update(cell for (cell,) in engine.rows(inside))
    table = engine.table(cell=(int, sorted(needed)))
    rows = engine.rows(numbered.join(table, on="cell", how="semi").select(*COLUMNS))
    source, figure = (list(COLUMNS).index(name) for name in ("source", "figure"))
    return Screening(found, tuple(sorted(rows, key=lambda row: (row[source], row[figure]))))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The numbers of the cells that imply the estimates of a cell, and of its neighbours."""

    cells: set[int]
    neighbours: set[int] = field(default_factory=set)


def _suspects(columns: CellColumns) -> dict[int, _Inputs]:
    """Return the cells whose estimates do not meet, each with the cells that imply these."""
    engine, known = columns.engine, _ends(columns.known)
    others = _rows(replace(columns, ends=known), COLUMNAR_EDIT_RULES.keys() - INEQUALITIES)
    implied = engine.keep(_union(*map(_ends, others)))
    at_most = _rows(replace(columns, ends=_union(known, implied)), INEQUALITIES)
    implied = engine.keep(_union(implied, *map(_ends, at_most)))
    ends = _union(known, implied)
    in_series = [
        engine.keep(found)
        for iri, per_day in STEADY.items()
        if (found := steady(columns, iri, ends, per_day=per_day)) is not None
    ]
    more = _union(implied, *map(_ends, in_series))
    touched = engine.keep(distinct(more.select("cell")))
    fails = nw.col("lower") > nw.col("upper")
    decisive = _union(known.filter(fails), known.join(touched, on="cell", how="semi"), more)
    failing = engine.keep(bounds(decisive).filter(fails))
    suspects = {cell: _Inputs({cell}) for (cell,) in engine.rows(failing.select("cell"))}
    if suspects:
        rules = _rows(columns, COLUMNAR_EDIT_RULES.keys())
        for cell, *inputs in engine.rows(_conflicting(_union(*rules, *in_series), failing)):
            suspects[cell].cells.update(key for key in inputs if key is not None)
        for rows in in_series:
            beside = rows.join(failing.select("cell"), on="cell", how="semi")
            for cell, neighbour in engine.rows(distinct(beside.select("cell", "one"))):
                suspects[cell].cells.add(neighbour)
                suspects[cell].neighbours.add(neighbour)
    return suspects


def _rows(columns: CellColumns, edit_rules: Collection[str]) -> list[Frame]:
    """Apply some edit rules."""
    return [
        rows
        for iri, rule in COLUMNAR_EDIT_RULES.items()
        if iri in edit_rules
        for rows in rule(columns, iri)
    ]


def _keys(frame: Frame, cells: Cells, engine: Engine) -> CellKeys:
    """Give numbers to the cells of the figures, and to those that edit rules may imply."""
    values: dict[str, set[str]] = {}
    for name in DIMENSIONS:
        found = engine.rows(distinct(frame.select(name)))
        values[name] = {value for (value,) in found if value is not None}
    graph = cells.graph
    measures = list(values["measure"])
    for measure in measures:
        for property_ in ("shareOf", "growthOf"):
            values["measure"].update(graph.iris(measure, f"{APEC}{property_}"))
    for whole in graph.values(f"{ID}relation/part-of-whole", f"{APEC}whole"):
        values["coverage" if "/coverage/" in whole else "counterpart"].add(whole)
    for measure in measures:
        for whole in graph.iris(measure, f"{APEC}whole"):
            values[dimension_of_whole(graph, measure, whole)].add(whole)
    values["flow"].update(_FLOWS)
    for name in ("reporter", "counterpart", "subject"):
        if values[name]:
            values[name].update(cells.groups)
    values["valuation"].update(graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/valuations"))
    values["period"] |= values["base_period"]
    pair = graph.values(f"{ID}relation/currency-pair", f"{DCTERMS}subject")
    if not values["currency"].isdisjoint(pair):
        values["currency"].update(pair)
    return CellKeys(values)


def _numbered(frame: Frame, keys: CellKeys, engine: Engine) -> Frame:
    """Add the number of its `cell` to each figure."""
    cell = nw.lit(0, dtype=nw.Int64)
    for name in DIMENSIONS:
        known = keys.values[name][1:]
        if known:
            digits: dict[str, tuple[type, Values]] = {
                name: (str, known),
                f"{name}_digit": (int, keys.digits(name, known)),
            }
            frame = frame.join(engine.table(**digits), on=name, how="left")
            cell = cell + nw.col(f"{name}_digit").fill_null(0)
    return frame.with_columns(cell=cell)


def _readings(frame: Frame, cells: Cells, engine: Engine) -> Frame:
    """Return each figure as the number of its `cell` and the ends of its interval."""
    lower, upper = (nw.col(end).cast(nw.Float64) for end in ("lower", "upper"))
    frame = frame.with_columns(
        lower=nw.when(_is_exact("lower", lower) & ~_excludes("lower"))
        .then(lower)
        .otherwise(raised(lower)),
        upper=nw.when(_is_exact("upper", upper) & ~_excludes("upper"))
        .then(upper)
        .otherwise(lowered(upper)),
    )
    frame = _widened_by_status(frame, cells, engine)
    return _widened_by_revision(frame, cells).select("cell", "lower", "upper")


def _is_exact(name: str, number: nw.Expr) -> nw.Expr:
    """Return whether a binary number is exactly the decimal, and adds up exactly with others."""
    digits = nw.col(name).str.len_chars()
    return (digits <= _EXACT_DIGITS) & is_half(number) & (number.abs() < _MOST_EXACT)


def _excludes(end: str) -> nw.Expr:
    return nw.col(f"excludes_{end}").fill_null(value=False)


def _widened_by_status(frame: Frame, cells: Cells, engine: Engine) -> Frame:
    """Widen the intervals of estimates and the like, as `Cells` does."""
    found = engine.rows(distinct(frame.select("status")))
    inferred = nw.col("is_period_inferred").fill_null(value=False)
    for status in sorted({value for (value,) in found if value} | {ESTIMATE}):
        band = cells.band(status)
        has = (nw.col("status") == status).fill_null(value=False)
        applies = has | inferred if status == ESTIMATE else has
        below, above = (
            None if end is None else float(abs(1 - end)) for end in (band.lower, band.upper)
        )
        if below:
            wider = raised(nw.col("lower") - nw.col("lower").abs() * below)
            frame = frame.with_columns(
                lower=nw.when(applies).then(wider).otherwise(nw.col("lower"))
            )
        if above:
            wider = lowered(nw.col("upper") + nw.col("upper").abs() * above)
            frame = frame.with_columns(
                upper=nw.when(applies).then(wider).otherwise(nw.col("upper"))
            )
    return frame


def _widened_by_revision(frame: Frame, cells: Cells) -> Frame:
    """Widen the intervals of figures that their compiler revised later, or may have revised."""
    band = cells.band(SAME_CELL)
    if band.lower is None or band.upper is None:
        return frame
    below, above = float(1 - band.lower), float(band.upper - 1)
    dated = frame.filter(~nw.col("compiler").is_null() & ~nw.col("vintage").is_null())
    vintages = distinct(dated.select("cell", "compiler", "vintage"))
    later = vintages.with_columns(
        later=nw.col("vintage").shift(-1).over("cell", "compiler", order_by="vintage")
    )
    vintage = nw.col("vintage")
    is_vaguer = (nw.col("later").str.slice(0, 4) == vintage) | (
        nw.col("later").str.slice(0, 7) == vintage
    )
    revised = later.filter(~nw.col("later").is_null() & ~is_vaguer).select(
        "cell", "compiler", "vintage", is_revised=nw.lit(value=True)
    )
    frame = frame.join(revised, on=["cell", "compiler", "vintage"], how="left")
    growth = sorted(cells.graph.subjects(f"{APEC}growthOf", None))
    base = (
        nw.when((nw.col("unit") == PERCENT) & nw.col("measure").is_in(growth))
        .then(nw.lit(float(Decimal(100))))
        .otherwise(nw.col("value").cast(nw.Float64).abs())
    )
    is_undated = ~nw.col("compiler").is_null() & nw.col("vintage").is_null()
    applies = nw.col("is_revised").fill_null(value=False) | is_undated
    lower, upper = nw.col("lower"), nw.col("upper")
    return frame.with_columns(
        lower=nw.when(applies).then(raised(lower - base * below)).otherwise(lower),
        upper=nw.when(applies).then(lowered(upper + base * above)).otherwise(upper),
    )


def _columns(frame: Frame, keys: CellKeys, cells: Cells, engine: Engine) -> CellColumns:
    """Aggregate figures to cells; keep each share and each rate of growth by itself as well."""
    graph = cells.graph
    ratios = [
        measure
        for measure in keys.values["measure"]
        if measure is not None
        and (graph.has(measure, f"{APEC}shareOf") or graph.has(measure, f"{APEC}growthOf"))
    ]
    unbounded = nw.col("upper").is_null() & (nw.col("lower") > 0)
    known = known_of(
        _readings(frame, cells, engine).with_columns(
            least=nw.col("lower"), near=nw.when(unbounded).then(nw.col("lower"))
        )
    )
    of_ratios = _readings(frame.filter(nw.col("measure").is_in(ratios)), cells, engine)
    return CellColumns(engine, keys, cells, engine.keep(known), engine.keep(of_ratios))


def _with_sums(columns: CellColumns, parts: list[Parts]) -> CellColumns:
    """Add the sums of parts to the cells."""
    if not parts:
        return columns
    names = ("cell", "lower", "upper", "least", "near")
    rows = _union(*(sums(each.rows(columns)).select(*names) for each in parts))
    added = columns.engine.keep(rows)
    whole = added.select("cell")
    with_sums = columns.known.join(whole, on="cell", how="semi").select(*names)
    others = columns.known.join(whole, on="cell", how="anti").select(*names)
    again = known_of(_union(with_sums, added)).select(*names)
    known = columns.engine.keep(_union(others, again))
    columns.engine.drop(columns.known)
    columns.engine.drop(added)
    return replace(columns, known=known, seen={})


def _ends(frame: Frame) -> Frame:
    return frame.select("cell", "lower", "upper")


def _union(*frames: Frame) -> Frame:
    return frames[0] if len(frames) == 1 else nw.concat(list(frames), how="vertical")


def _conflicting(rows: Frame, against: Frame) -> Frame:
    """Return what implies the estimates that do not meet another estimate of a failing cell."""
    ends = against.select("cell", highest="lower", lowest="upper")
    return distinct(
        rows.join(ends, on="cell")
        .filter((nw.col("lower") > nw.col("lowest")) | (nw.col("upper") < nw.col("highest")))
        .select("cell", "one", "other")
    )


def _with_totals(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield cells, each with the total of its flow, as an edit rule asks whether it is known."""
    for cell in cells:
        yield cell
        yield cell._replace(flow=TOTAL)
