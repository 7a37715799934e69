"""The figures of a table are checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apecgraph.errors import leaves
from apecgraph.rdf.graph import Graph
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.mapping import Excuse, read_mapping
from apecgraph.tables.meanings import Meanings
from apecgraph.tables.periods import Period
from apecgraph.tables.sums import Checked, check_sums

YEAR = 2024
SOURCE = '[source]\ntitle = "Trade"\npublisher = "publisher/gacc"\n'


def figure(
    number: str,
    flow: str = "total",
    months: tuple[int, int] = (1, 2),
    counterpart: str = "group/world",
    **other: Any,
) -> TableFigure:
    period = Period(other.pop("year", YEAR), *months)
    measure = other.pop("measure", "measure/trade-value")
    parts = (counterpart, flow, measure, period.code)
    values: dict[str, Any] = {
        "name": " ".join(parts),
        "dataset": "dataset/trade",
        "reporter": "economy/CHN",
        "counterpart": counterpart,
        "flow": f"flow/{flow}",
        "coverage": "coverage/all-goods",
        "subject": "",
        "measure": measure,
        "period": period,
        "base": None,
        "currency": "unit/CNY",
        "valuation": None,
        "observed": Decimal(number),
        "unit": "unit/CNY",
        "multiplier": 4,
        "decimals": len(number.partition(".")[2]),
        "printed": number,
        "locator": f"at={flow}",
    }
    return TableFigure(**(values | other))


def growth(number: str, flow: str = "total") -> TableFigure:
    return figure(
        number,
        flow,
        measure="measure/trade-growth",
        base=Period(YEAR - 1, 1, 2),
        unit="unit/percent",
        multiplier=0,
    )


def members(values: Mapping[str, str]) -> list[TableFigure]:
    others = "AUS BRN CAN CHL HKG IDN JPN KOR MEX MYS NZL PER PHL PNG RUS SGP THA TWN USA VNM"
    return [figure(values.get(code, "1"), counterpart=f"economy/{code}") for code in others.split()]


def check(graph: Graph, figures: Sequence[TableFigure], *excuses: Excuse) -> Checked:
    meanings = Meanings(read_mapping(SOURCE, Path("mapping.toml")), graph)
    return check_sums(figures, meanings, excuses, "t.csv")


FLOWS = [figure("10"), figure("6", "exports"), figure("4", "imports")]
MONTHS = [figure("3", months=(1, 1)), figure("7", months=(2, 2)), figure("10")]
LATER = [figure("10"), figure("5", months=(3, 3)), figure("15", months=(1, 3))]
GROUP = [*members({}), figure("20", counterpart="group/apec-other-economies")]
ALL = [
    *members({}),
    figure("5", counterpart="economy/CHN"),
    figure("25", counterpart="group/apec-economies"),
]
GROWTH = [growth("25.0"), figure("1000"), figure("800", year=YEAR - 1)]
UNIT = [figure("10"), figure("6", "exports")]


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("flows", FLOWS),
        ("months", MONTHS),
        ("months", LATER),
        ("members", GROUP),
        ("members", ALL),
        ("growth", GROWTH),
        ("unit", UNIT),
    ],
)
def test_sums_hold_within_rounding(name: str, figures: list[TableFigure], graph: Graph) -> None:
    assert check(graph, figures).held[name] == 1


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (
            [figure("12"), *FLOWS[1:]],
            "t.csv: at=total, at=exports, at=imports: exports + imports = total fails for "
            "group/world total measure/trade-value period/2024-01_2024-02: the parts are 100000, "
            "the whole is 120000; correct it, or record why in [[excuses]]",
        ),
        ([*MONTHS[:2], figure("1.0")], "months = January to the month fails"),
        ([*LATER[:2], figure("150", months=(1, 3))], "the parts are 150000, the whole is 1500000;"),
        ([*members({"USA": "100"}), GROUP[-1]], "members = group fails"),
        ([*members({}), figure("40", counterpart="group/apec-other-economies")], "members ="),
        ([growth("250"), *GROWTH[1:]], "1000 on 800 is +25.00 %, not 250 %"),
        ([*UNIT, figure("4", "imports", multiplier=8)], "unit/CNY times 10^8 beside unit/CNY"),
    ],
)
def test_a_sum_that_fails_names_its_cells(
    figures: list[TableFigure], message: str, graph: Graph
) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        check(graph, figures)
    assert any(message in str(each) for each in leaves(caught.value))


def test_a_sum_with_a_missing_part_is_not_checked(graph: Graph) -> None:
    for figures in (FLOWS[:2], MONTHS[1:], GROUP[1:], GROWTH[:2]):
        assert set(check(graph, figures).held) <= {"unit"}


FAILED = [figure("102"), figure("60", "exports"), figure("40", "imports")]


def test_an_excuse_covers_what_it_says_and_no_more(graph: Graph) -> None:
    excuse = Excuse(check="flows", within=0.03, reason="revised")
    assert check(graph, FAILED, excuse).excused == {("flows", "revised"): 1}
    for other in (
        Excuse(check="flows", within=0.001, reason="revised"),
        Excuse(check="months", within=0.03, reason="revised"),
        Excuse(check="flows", within=0.03, reason="revised", period="period/2023"),
        Excuse(check="flows", within=0.03, reason="revised", flow="flow/exports"),
        Excuse(check="flows", within=0.03, reason="revised", counterpart="economy/USA"),
    ):
        with pytest.raises(ExceptionGroup):
            check(graph, FAILED, other)
