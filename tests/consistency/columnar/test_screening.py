"""Both forms of the edit rules between cells agree: over columns, and exact."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from apecgraph.consistency.cell_edit_rules import CELL_EDIT_RULES, SUMS
from apecgraph.consistency.columnar.edit_rules import (
    COLUMNAR_EDIT_RULES,
    STEADY,
    SUMS_OF_GROUPS,
    SUMS_OF_PERIODS,
)
from apecgraph.consistency.columnar.screening import judge, screen
from apecgraph.consistency.contradictions import Contradiction, discrepancies
from apecgraph.consistency.estimates import estimate_cells
from apecgraph.consistency.findings import Findings, by_culprit
from apecgraph.content.cube import Cell
from apecgraph.content.evidence import Evidence
from apecgraph.content.figure_columns import open_figures, write_figures
from apecgraph.content.figures import Figure
from apecgraph.intervals import Interval, all_meet
from apecgraph.rdf.namespaces import ID, SKOS
from benchmarks.replacement import Replacements
from benchmarks.scale_figures import Size, declarations, write
from benchmarks.slips import SLIPS

ROUNDS = 3


def compare(evidence: Evidence, folder: Path) -> tuple[set[Cell], set[Contradiction]]:
    """Hold both forms against each other; return the cells and the contradictions."""
    folder.mkdir()
    write_figures(evidence.figures, evidence.graph, folder / "figures.parquet")
    with duckdb.connect() as engine:
        screening = screen(open_figures(engine, folder), evidence.graph)
    exact = estimate_cells(evidence.outcomes, evidence.graph)
    failing = {
        cell
        for cell, estimates in exact.items()
        if not all_meet(estimate.interval for estimate in estimates)
    }
    contradictions = set(discrepancies(exact))
    assert failing <= {suspect.cell for suspect in screening.suspects}
    assert set(judge(screening, evidence.graph)) == contradictions
    return failing, contradictions


def figures(*values: tuple[Cell, Interval]) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            f"{ID}figure/test/{number}",
            f"{ID}source/test-{number}",
            cell,
            interval.lower or interval.upper or Decimal(0),
            interval,
            None,
            interval.lower or interval.upper or Decimal(0),
            f"{ID}bound/rounded",
            f"{ID}unit/USD",
        )
        for number, (cell, interval) in enumerate(values)
    )


def trade(period: str = "2024", **values: str) -> Cell:
    cell = Cell(
        f"{ID}economy/CHN",
        f"{ID}group/world",
        f"{ID}flow/exports",
        f"{ID}coverage/all-goods",
        None,
        f"{ID}measure/trade-value",
        f"{ID}period/{period}",
        None,
        f"{ID}unit/USD",
        f"{ID}valuation/fob",
    )
    return cell._replace(**{name: f"{ID}{value}" for name, value in values.items()})


def indicator(measure: str, subject: str, currency: str = "unit/USD") -> Cell:
    is_money = measure in ("output", "exchange-rate")
    return trade(
        subject=subject,
        measure=f"measure/{measure}",
        currency=currency if is_money else "unit/not-applicable",
    )._replace(reporter=None, counterpart=None, flow=None, coverage=None, valuation=None)


def test_each_edit_rule_has_a_second_form() -> None:
    columnar = {*COLUMNAR_EDIT_RULES, *STEADY, SUMS_OF_GROUPS, SUMS_OF_PERIODS}
    assert columnar == {*CELL_EDIT_RULES, *SUMS}


def test_both_forms_agree_on_all_figures(evidence: Evidence, tmp_path: Path) -> None:
    failing, contradictions = compare(evidence.compared, tmp_path / "figures")
    assert failing
    assert contradictions


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_both_forms_agree_on_planted_slips(evidence: Evidence, tmp_path: Path, round_: int) -> None:
    replacements = Replacements(evidence)
    slips = list(SLIPS.values())[round_::ROUNDS]
    standing = [each for each in evidence.compared.figures if each.iri not in evidence.rejected]
    changed: dict[str, Figure] = {}
    for figure, slip in zip(standing[round_ :: len(standing) // 12], slips * 12, strict=False):
        before = replacements.entry(figure)
        for after in islice(slip(before, evidence.graph), 1):
            found = replacements.replaced(figure, after).figure
            if found is not None:
                changed[figure.iri] = found
    assert changed
    figures = tuple(changed.get(each.iri, each) for each in evidence.compared.figures)
    _, contradictions = compare(replace(evidence, figures=figures), tmp_path / "figures")
    assert contradictions != set(discrepancies(Findings(evidence).estimates))


def exactly(number: str) -> Interval:
    return Interval(Decimal(number), Decimal(number))


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (exactly("100"), exactly("100"), False),
        (exactly("100"), exactly("100.000000000000000001"), True),
        (exactly("0.1"), exactly("0.1"), False),
        (exactly("99999999999999999.5"), exactly("99999999999999999.4"), True),
        (Interval(Decimal(90), Decimal(100)), exactly("100"), False),
        (Interval(Decimal(90), Decimal(100), excludes_upper=True), exactly("100"), True),
        (Interval(Decimal("-0.5"), Decimal(0), excludes_upper=True), exactly("0"), True),
    ],
)
def test_ends_that_touch_are_judged_exactly(
    evidence: Evidence, tmp_path: Path, one: Interval, other: Interval, contradict: bool
) -> None:
    cell = trade()
    pair = replace(evidence, figures=figures((cell, one), (cell, other)), statements=())
    failing, _ = compare(pair, tmp_path / "figures")
    assert bool(failing) == contradict


def at_least(number: str) -> Interval:
    return Interval(Decimal(number), None)


CHINA_SELLS = trade(counterpart="economy/USA")
AMERICA_BUYS = trade(
    reporter="economy/USA",
    counterpart="economy/CHN",
    flow="flow/imports",
    valuation="valuation/cif",
)
SHARE = {"measure": "measure/trade-share", "currency": "unit/not-applicable"}
TO_AMERICA = {**SHARE, "counterpart": "economy/USA"}
TO_JAPAN = {**SHARE, "counterpart": "economy/JPN"}
GROWTH = {
    "measure": "measure/trade-growth",
    "base_period": "period/2023",
    "currency": "unit/not-applicable",
}
FAILURES = {
    "same-cell": [(trade(), exactly("10")), (trade(), exactly("11"))],
    "sum-of-periods": [
        *((trade(str(year)), exactly("10")) for year in range(2021, 2026)),
        (trade("2021-2025"), exactly("61")),
    ],
    "part-of-period": [(trade("2021-2025"), exactly("10")), (trade("2024"), exactly("12"))],
    "part-of-whole": [(CHINA_SELLS, exactly("12")), (trade(), exactly("10"))],
    "part-of-flow": [(trade(flow="flow/total"), exactly("10")), (trade(), exactly("12"))],
    "sum-of-parts": [
        (CHINA_SELLS, exactly("6")),
        (trade(counterpart="economy/JPN"), exactly("5")),
        (trade(), exactly("10")),
    ],
    "percentage": [(trade(**SHARE), exactly("120"))],
    "not-negative": [(trade(), exactly("-1"))],
    "greatest-fall": [
        (
            trade(measure="measure/trade-growth")._replace(base_period=f"{ID}period/2023"),
            exactly("-101"),
        )
    ],
    "near-bound": [(trade(), at_least("10")), (trade(), exactly("30"))],
    "mirror": [(CHINA_SELLS, exactly("10e9")), (AMERICA_BUYS, exactly("100e9"))],
    "steady-pace": [(trade("2023"), exactly("10e9")), (trade("2024"), exactly("100e9"))],
    "steady-share": [
        (trade("2023", **SHARE), exactly("5")),
        (trade("2024", **SHARE), exactly("60")),
    ],
    "share-of-whole": [
        (indicator("output", "economy/CHN"), exactly("20e12")),
        (indicator("output", "group/world"), exactly("100e12")),
        (indicator("world-output-share", "economy/CHN"), exactly("25")),
    ],
    "share-of-world-trade": [
        *(
            (trade(reporter="group/world", flow=flow, counterpart=partner), exactly(number))
            for flow in ("flow/exports", "flow/imports")
            for partner, number in (("economy/CHN", "1e12"), ("group/world", "10e12"))
        ),
        (indicator("world-trade-share", "economy/CHN"), exactly("12")),
    ],
    "exchange-rate": [
        (trade(), exactly("10")),
        (trade(currency="unit/CNY"), exactly("75")),
        (indicator("exchange-rate", "economy/CHN", "unit/CNY"), exactly("7.1")),
    ],
    "currency-pair": [
        (trade(), exactly("10")),
        (trade(currency="unit/CNY"), exactly("700")),
    ],
}


@pytest.mark.parametrize(
    "values",
    [
        [(trade(**TO_AMERICA), exactly("60")), (trade(**TO_JAPAN), exactly("50"))],
        [
            (CHINA_SELLS, exactly("6")),
            (trade(counterpart="economy/JPN"), exactly("5")),
            (trade(counterpart="group/apec-other-economies"), exactly("10")),
        ],
        [
            (CHINA_SELLS, exactly("6")),
            (CHINA_SELLS, exactly("7")),
            (trade(counterpart="economy/JPN"), at_least("5")),
            (trade(counterpart="economy/KOR"), exactly("1")),
            (trade(), exactly("11.5")),
        ],
    ],
    ids=["shares", "group", "parts that disagree"],
)
def test_both_forms_add_up_parts(
    evidence: Evidence, tmp_path: Path, values: list[tuple[Cell, Interval]]
) -> None:
    few = replace(evidence, figures=figures(*values), statements=())
    _, contradictions = compare(few, tmp_path / "figures")
    shown = frozenset[str]().union(*(each.edit_rules for each in contradictions))
    assert f"{ID}relation/sum-of-parts" in shown


@pytest.mark.parametrize(("dollars", "contradict"), [("14e9", False), ("140e9", True)])
def test_both_forms_compare_the_sides_of_a_trade_in_yuan_and_dollars(
    evidence: Evidence, tmp_path: Path, dollars: str, contradict: bool
) -> None:
    in_yuan = CHINA_SELLS._replace(currency=f"{ID}unit/CNY")
    pair = figures((in_yuan, exactly("100e9")), (AMERICA_BUYS, exactly(dollars)))
    failing, _ = compare(replace(evidence, figures=pair, statements=()), tmp_path / "figures")
    assert bool(failing) == contradict


def test_the_rate_of_the_period_replaces_the_band_of_the_currency_pair(
    evidence: Evidence, tmp_path: Path
) -> None:
    values = [
        (trade(), exactly("10")),
        (trade(currency="unit/CNY"), exactly("37.5")),
        (indicator("exchange-rate", "economy/CHN", "unit/CNY"), exactly("3.7314")),
    ]
    known = replace(evidence, figures=figures(*values), statements=())
    assert compare(known, tmp_path / "known") == (set(), set())
    unknown = replace(evidence, figures=figures(*values[:2]), statements=())
    failing, _ = compare(unknown, tmp_path / "unknown")
    assert failing


def test_a_share_in_world_trade_may_include_services(evidence: Evidence, tmp_path: Path) -> None:
    *trades, (share, _) = FAILURES["share-of-world-trade"]
    near = figures(*trades, (share, exactly("10.4")))
    few = replace(evidence, figures=near, statements=())
    assert compare(few, tmp_path / "figures") == (set(), set())


@pytest.mark.parametrize(
    "pair",
    [
        [(trade("2023"), exactly("1e8")), (trade("2024"), exactly("19e8"))],
        [(trade("2023"), exactly("19e8")), (trade("2024"), exactly("1e8"))],
        [(CHINA_SELLS, exactly("1e8")), (AMERICA_BUYS, exactly("19e8"))],
        [
            (cell._replace(**{area: f"{ID}economy/HKG"}), exactly(number))
            for cell, area, number in (
                (CHINA_SELLS, "counterpart", "10e9"),
                (AMERICA_BUYS, "reporter", "100e9"),
            )
        ],
        [
            (trade("2023", **SHARE), exactly("0.01")),
            (trade("2024", **SHARE), exactly("0.9")),
        ],
    ],
    ids=["a small flow grows", "a small flow falls", "a small mirror", "an entrepot", "a share"],
)
def test_small_and_exempt_flows_are_not_held_to_a_band(
    evidence: Evidence, tmp_path: Path, pair: list[tuple[Cell, Interval]]
) -> None:
    few = replace(evidence, figures=figures(*pair), statements=())
    assert compare(few, tmp_path / "figures") == (set(), set())


@pytest.mark.parametrize(("growth", "contradict"), [("900", False), ("100", True)])
def test_both_forms_accept_a_leap_that_is_printed_as_growth(
    evidence: Evidence, tmp_path: Path, growth: str, contradict: bool
) -> None:
    printed = trade(
        "2024", measure="measure/trade-growth", base_period="period/2023", currency="unit/USD"
    )
    leap = [(trade("2022"), exactly("10e9")), (trade("2024"), exactly("100e9"))]
    pair = figures(*leap, (printed, exactly(growth)))
    _, contradictions = compare(
        replace(evidence, figures=pair, statements=()), tmp_path / "figures"
    )
    shown = frozenset[str]().union(*(each.edit_rules for each in contradictions))
    assert (f"{ID}relation/steady-pace" in shown) == contradict


@pytest.mark.parametrize("rule", FAILURES)
def test_both_forms_find_what_one_edit_rule_shows(
    evidence: Evidence, tmp_path: Path, rule: str
) -> None:
    few = replace(evidence, figures=figures(*FAILURES[rule]), statements=())
    _, contradictions = compare(few, tmp_path / "figures")
    shown = frozenset[str]().union(*(each.edit_rules for each in contradictions))
    assert f"{ID}relation/{rule}" in shown


def test_both_forms_compare_goods_with_broader_goods(evidence: Evidence, tmp_path: Path) -> None:
    narrow, broad = next(
        (coverage, broader[0])
        for coverage in evidence.graph.subjects(f"{SKOS}broader")
        if (broader := evidence.graph.iris(coverage, f"{SKOS}broader"))
        and coverage.startswith(f"{ID}coverage/")
        and not broader[0].endswith("/all-goods")
    )
    values = (
        (trade()._replace(coverage=narrow), exactly("12")),
        (trade()._replace(coverage=broad), exactly("10")),
    )
    few = replace(evidence, figures=figures(*values), statements=())
    _, contradictions = compare(few, tmp_path / "figures")
    assert contradictions


@pytest.mark.parametrize(("revised", "contradict"), [("10.05", False), ("11", True)])
def test_a_revised_figure_may_differ_a_little(
    evidence: Evidence, tmp_path: Path, revised: str, contradict: bool
) -> None:
    pair = figures((trade(), exactly("10")), (trade(), exactly(revised)))
    released = tuple(
        replace(figure, compiler=f"{ID}agent/test", vintage=month)
        for figure, month in zip(pair, ("2024-01", "2024-06"), strict=True)
    )
    few = replace(evidence, figures=released, statements=())
    failing, _ = compare(few, tmp_path / "figures")
    assert bool(failing) == contradict


@pytest.mark.parametrize(
    ("cell", "values", "contradict"),
    [
        (trade(), ("10", "10.15"), False),
        (trade(), ("10", "11"), True),
        (trade(**SHARE), ("0.4", "0.405"), False),
        (trade(**SHARE), ("0.4", "0.5"), True),
        (trade(**GROWTH), ("0.4", "2"), False),
        (trade(**GROWTH), ("0.4", "3"), True),
    ],
)
def test_a_compilers_figure_of_unknown_date_may_differ_a_little(
    evidence: Evidence, tmp_path: Path, cell: Cell, values: tuple[str, str], contradict: bool
) -> None:
    one, other = figures(*((cell, exactly(value)) for value in values))
    percent = f"{ID}unit/percent" if cell.currency.endswith("applicable") else one.unit
    undated = replace(one, compiler=f"{ID}agent/test", unit=percent)
    few = replace(evidence, figures=(undated, replace(other, unit=percent)), statements=())
    failing, _ = compare(few, tmp_path / "figures")
    assert bool(failing) == contradict


def test_exact_sums_that_agree_are_no_suspects(evidence: Evidence, tmp_path: Path) -> None:
    parts = [(trade(str(year)), exactly("333333333333.5")) for year in range(2021, 2026)]
    whole = (trade("2021-2025"), exactly("1666666666667.5"))
    folder = tmp_path / "figures"
    folder.mkdir()
    write_figures(figures(*parts, whole), evidence.graph, folder / "figures.parquet")
    with duckdb.connect() as engine:
        assert not screen(open_figures(engine, folder), evidence.graph).suspects


@pytest.fixture
def made_up(tmp_path: Path) -> tuple[Path, Size, list[str]]:
    size = Size(reporters=1, years=1)
    return tmp_path / "scale", size, write(tmp_path / "scale", size, errors=2)


def test_planted_errors_are_found_exactly_among_many_figures(
    evidence: Evidence, made_up: tuple[Path, Size, list[str]]
) -> None:
    folder, size, planted = made_up
    graph = declarations(evidence.graph, size)
    with duckdb.connect() as engine:
        figures = open_figures(engine, folder)
        assert figures.aggregate("count(*)").fetchall() == [(size.figures,)]
        found = judge(screen(figures, graph), graph)
    culprits = [claim for culprit, _ in by_culprit(found) for claim in culprit]
    assert sorted(culprits) == planted
    assert planted
