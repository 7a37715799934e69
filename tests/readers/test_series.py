from __future__ import annotations

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import ID, QB, RDF, SDMX_DIMENSION
from apecgraph.readers.claims import FigureClaim, read_claims
from apecgraph.readers.series import Series, names_apart, read_series
from apecgraph.text.catalogues import ENGLISH, read_catalogues
from apecgraph.text.numbers import Numerals


@pytest.fixture(scope="module")
def series(graph: Graph) -> tuple[Series, ...]:
    return read_series(graph)


def test_every_figure_is_in_one_series(graph: Graph, series: tuple[Series, ...]) -> None:
    listed = [claim.iri for each in series for claim in each.claims]
    assert sorted(listed) == list(graph.subjects(f"{RDF}type", f"{QB}Observation"))


def test_the_main_topic_of_the_content_comes_first(series: tuple[Series, ...]) -> None:
    assert series[0].slice_ == f"{ID}slice/china-apec-trade"
    named = [each.slice_ is not None for each in series]
    assert named == sorted(named, reverse=True)
    assert sum(named) == 7


def test_figures_are_in_order_of_time_rejected_or_not(
    series: tuple[Series, ...],
) -> None:
    assert series[0].periods == tuple(
        f"{ID}period/{name}" for name in ("2021-2025", "2024-01_2024-10", "2025-01_2025-09", "2025")
    )
    assert [claim.status for claim in series[0].claims].count("rejected") == 3


def test_a_series_without_a_name_is_named_by_what_it_measures(
    graph: Graph, series: tuple[Series, ...]
) -> None:
    names = {each.name(Labels(graph), Numerals(graph)) for each in series}
    assert len(names) == len(series)
    assert "trade of China with Korea, in yuan" in names
    assert "APEC economies: share of world output" in names
    assert "growth of the exports of China to the world, in US dollars" in names
    assert any(name.startswith("exports of China to other APEC economies: ") for name in names)


def test_a_series_has_a_name_in_another_language(graph: Graph, series: tuple[Series, ...]) -> None:
    chinese = read_catalogues()["zh"]
    labels = Labels(graph, chinese.tag)
    names = {each.name(labels, Numerals(graph, chinese)) for each in series}
    assert "中国与大韩民国的进出口额，以元计" in names


def test_series_that_are_shown_together_are_named_by_what_differs(
    graph: Graph, series: tuple[Series, ...]
) -> None:
    def alike(**wanted: str) -> list[Series]:
        values = {(name, f"{ID}{value}") for name, value in wanted.items()}
        return [each for each in series if values <= set(each.dimensions)]

    labels = Labels(graph)
    chosen = alike(
        measure="measure/trade-value",
        counterpart="group/world",
        currency="unit/CNY",
        coverage="coverage/all-goods",
        reporter="economy/CHN",
    )
    assert set(names_apart(chosen, labels, ENGLISH)) == {
        "exports and imports",
        "exports",
        "imports",
    }
    assert names_apart(chosen[:1], labels, ENGLISH) == [""]
    several = alike(measure="measure/trade-growth", flow="flow/imports", currency="unit/CNY")
    assert "the world" in names_apart(several, labels, ENGLISH)  # not "the world, all goods"
    every = names_apart(series, labels, ENGLISH)
    assert len(set(every)) == len(series)


def test_figures_in_other_currencies_are_another_series(
    graph: Graph, series: tuple[Series, ...]
) -> None:
    for each in series:
        currencies = {graph.value(claim.iri, f"{SDMX_DIMENSION}currency") for claim in each.claims}
        assert currencies == {dict(each.dimensions)["currency"]}
        assert {claim.figure.unit for claim in each.claims} == {each.unit}


def test_every_figure_of_a_source_is_in_a_series(graph: Graph, series: tuple[Series, ...]) -> None:
    claims = {
        claim
        for claim in read_claims(graph, f"{ID}source/seetao")
        if isinstance(claim, FigureClaim)
    }
    assert claims
    assert claims <= {claim for each in series for claim in each.claims}
