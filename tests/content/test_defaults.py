"""A figure that states no currency and no valuation has those that editors would expect."""

from __future__ import annotations

import pytest

from apecgraph.content.cube import DIMENSIONS, UNIT
from apecgraph.content.defaults import with_defaults
from apecgraph.content.evidence import Evidence
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID


@pytest.fixture(scope="module")
def graph(evidence: Evidence) -> Graph:
    return evidence.graph


def completed(graph: Graph, **stated: str) -> tuple[str | None, str | None]:
    names = {**DIMENSIONS, "unit": UNIT}
    values = with_defaults({names[name]: f"{ID}{code}" for name, code in stated.items()}, graph)
    currency, valuation = (values.get(DIMENSIONS[name]) for name in ("currency", "valuation"))
    return currency and currency.removeprefix(ID), valuation and valuation.removeprefix(ID)


@pytest.mark.parametrize(
    ("stated", "currency"),
    [
        ({"measure": "measure/trade-value", "unit": "unit/MYR"}, "unit/MYR"),
        ({"measure": "measure/output", "unit": "unit/USD"}, "unit/USD"),
        ({"measure": "measure/trade-share", "unit": "unit/percent"}, "unit/not-applicable"),
        ({"measure": "measure/members", "unit": "unit/count"}, "unit/not-applicable"),
        ({"measure": "measure/trade-growth", "reporter": "economy/CHN"}, "unit/CNY"),
        ({"measure": "measure/trade-growth", "reporter": "economy/MYS"}, "unit/MYR"),
        ({"measure": "measure/trade-growth", "reporter": "group/asean-members"}, "unit/not-told"),
        (
            {
                "measure": "measure/trade-growth",
                "reporter": "economy/CHN",
                "currency": "unit/USD",
            },
            "unit/USD",
        ),
    ],
)
def test_the_currency_is_the_unit_or_that_of_the_reporter(
    graph: Graph, stated: dict[str, str], currency: str
) -> None:
    assert completed(graph, **stated)[0] == currency


@pytest.mark.parametrize(
    ("stated", "valuation"),
    [
        ({"flow": "flow/exports", "reporter": "economy/CHN"}, "valuation/fob"),
        ({"flow": "flow/imports", "reporter": "economy/CHN"}, "valuation/cif"),
        ({"flow": "flow/total", "reporter": "economy/CHN"}, "valuation/mixed"),
        ({"flow": "flow/balance", "reporter": "economy/CHN"}, "valuation/mixed"),
        ({"flow": "flow/imports", "reporter": "economy/USA"}, "valuation/not-told"),
        ({"flow": "flow/outward", "reporter": "economy/USA"}, "valuation/not-applicable"),
        (
            {
                "flow": "flow/imports",
                "reporter": "economy/CHN",
                "valuation": "valuation/customs",
            },
            "valuation/customs",
        ),
        ({"subject": "body/apec"}, None),
    ],
)
def test_the_valuation_is_the_practice_of_the_reporter(
    graph: Graph, stated: dict[str, str], valuation: str | None
) -> None:
    assert completed(graph, **stated)[1] == valuation
