"""The best known values of the real figures, under the real decisions and under others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from apecgraph.build.best_values import BestValue, best_values, cell_iri, cell_triples
from apecgraph.content.cube import DIMENSIONS, PERIOD_NOT_TOLD
from apecgraph.content.decisions import OPEN, RESOLVED, Decision
from apecgraph.content.evidence import Evidence
from apecgraph.intervals import Interval, hull
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import (
    APEC,
    ID,
    PROV,
    QB,
    RDF,
    SDMX_CODE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
)
from apecgraph.rdf.terms import in_graph
from tests.check.test_shapes import EXAMPLES, read

TRADE = f"{ID}cell/CHN/apec-other-economies/total/all-goods/trade-value/CNY/mixed"
SHARE = f"{ID}cell/CHN/apec-other-economies/total/all-goods/trade-share/not-applicable/mixed"


@pytest.fixture(scope="module")
def derived(evidence: Evidence) -> Graph:
    return Graph(map(in_graph, cell_triples(evidence)))


def best(evidence: Evidence, iri: str) -> BestValue | None:
    return next((each for each in best_values(evidence) if cell_iri(each.cell) == iri), None)


def decided(evidence: Evidence, verdict: str, *, names: frozenset[str]) -> Evidence:
    """Replace all decisions by one that upholds or rejects figures."""
    upheld = frozenset[str]() if verdict == RESOLVED else names
    rejected = names if verdict == RESOLVED else frozenset[str]()
    decision = Decision(f"{ID}decision/x", verdict, upheld, rejected, frozenset(), {})
    return replace(evidence, decisions=(decision,))


def test_each_cell_has_one_iri(evidence: Evidence) -> None:
    found = [each.cell for each in best_values(evidence)]
    assert len(found) > 250
    assert len(set(map(cell_iri, found))) == len(set(found)) == len(found)


def test_the_interval_is_common_to_all_figures_and_the_most_precise_figure_gives_the_value(
    evidence: Evidence,
) -> None:
    found = best(evidence, f"{SHARE}/2025")
    assert found is not None
    assert len({figure.interval for figure in found.basis}) > 1
    assert not found.is_disputed
    for figure in found.basis:
        assert figure.interval.meets(found.interval)
    assert found.figure.value == Decimal("57.82")
    assert found.interval == Interval(Decimal("57.815"), Decimal("57.825"), excludes_upper=True)


def test_rejected_figures_are_left_out(evidence: Evidence) -> None:
    found = best(evidence, f"{TRADE}/2025")
    assert found is not None
    assert found.figure.value == 26_290_000_000_000
    figures = {each.iri for each in evidence.figures if each.cell == found.cell}
    assert figures - {each.iri for each in found.figures} == figures & evidence.rejected != set()
    assert best(decided(evidence, RESOLVED, names=frozenset(figures)), f"{TRADE}/2025") is None


def test_an_open_decision_makes_the_value_disputed_and_its_interval_spans_all_figures(
    evidence: Evidence,
) -> None:
    found = best(evidence, f"{TRADE}/2025")
    assert found is not None
    figures = [each for each in evidence.figures if each.cell == found.cell]
    names = frozenset(each.iri for each in figures)
    open_ = best(decided(evidence, OPEN, names=names), f"{TRADE}/2025")
    assert open_ is not None
    assert open_.is_disputed
    assert open_.interval == hull(each.interval for each in figures)
    assert open_.figure.value in {each.value for each in figures}


def test_a_best_value_does_not_rest_on_a_figure_that_is_attributed_to_a_speaker(
    evidence: Evidence,
) -> None:
    attributed = {
        each.iri
        for each in evidence.figures
        if evidence.graph.has(each.iri, f"{PROV}wasAttributedTo")
    }
    basis = {figure.iri for each in best_values(evidence) for figure in each.basis}
    assert basis.isdisjoint(attributed)
    assert attributed


def test_a_figure_without_a_printed_period_counts_only_if_there_is_no_other(
    evidence: Evidence,
) -> None:
    world = f"{ID}cell/group/apec-economies/world-output-share/not-applicable"
    found = best(evidence, f"{world}/2024")
    assert found is not None
    inferred = {each for each in found.figures if each.is_period_inferred}
    assert inferred
    assert set(found.basis) == set(found.figures) - inferred != set()
    alone = best(evidence, f"{world.replace('group/apec-economies', 'place/asia-pacific')}/2026")
    assert alone is not None
    assert alone.basis
    assert all(each.is_period_inferred for each in alone.basis)


def test_a_number_that_is_not_printed_is_no_basis(evidence: Evidence) -> None:
    inferred = {
        each.iri
        for each in evidence.outcomes
        if evidence.graph.has(each.iri, f"{APEC}inferred", f"{SDMX_MEASURE}obsValue")
    }
    assert inferred
    basis = {figure.iri for each in best_values(evidence) for figure in each.basis}
    assert basis.isdisjoint(inferred)


def test_unknown_periods_have_no_best_value(evidence: Evidence) -> None:
    assert any(each.cell.period == PERIOD_NOT_TOLD for each in evidence.outcomes)
    assert all(each.cell.period != PERIOD_NOT_TOLD for each in best_values(evidence))


PROVISIONAL, ESTIMATE, IMPUTED = (f"{SDMX_CODE}obsStatus-{code}" for code in "PEI")


def with_statuses(evidence: Evidence, *statuses: str | None) -> Evidence:
    """Keep some figures of one cell, with these statuses, and no decision."""
    found = best(evidence, f"{TRADE}/2025")
    assert found is not None
    kept = zip(found.basis, statuses, strict=False)
    figures = tuple(replace(figure, status=status) for figure, status in kept)
    assert len(figures) == len(statuses)
    return replace(evidence, figures=figures, statements=(), decisions=())


@pytest.mark.parametrize(
    ("statuses", "basis"),
    [
        ((ESTIMATE, PROVISIONAL, None), [2]),
        ((PROVISIONAL, f"{SDMX_CODE}obsStatus-A", None), [1, 2]),
        ((ESTIMATE, PROVISIONAL, IMPUTED), [1]),
        ((ESTIMATE, IMPUTED), [0, 1]),
    ],
)
def test_outcomes_come_before_provisional_numbers_and_these_before_estimates(
    evidence: Evidence, statuses: tuple[str | None, ...], basis: list[int]
) -> None:
    changed = with_statuses(evidence, *statuses)
    (found,) = best_values(changed)
    assert list(found.basis) == [changed.figures[index] for index in basis]


def test_an_open_decision_leaves_provisional_numbers_open_too(evidence: Evidence) -> None:
    changed = with_statuses(evidence, PROVISIONAL, None)
    names = frozenset(each.iri for each in changed.figures)
    (found,) = best_values(decided(changed, OPEN, names=names))
    assert found.is_disputed
    assert found.basis == changed.figures


COMPILED = "sdmx-attribute:compilingOrg <body/b>"


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (f"{COMPILED} ; schema:translationOfWork <source/y>", COMPILED),
        ("dcterms:title 'x'@en", f"{COMPILED} ; schema:translationOfWork <source/x>"),
        ("dcterms:title 'x'@en", COMPILED),
    ],
    ids=["before its copy", "in a copy before others", "before others"],
)
def test_of_equally_precise_figures_that_of_the_compiler_comes_first(
    tmp_path: Path, x: str, y: str
) -> None:
    text = (EXAMPLES / "consistency" / "valid.same-cell-revised.trig").read_text(encoding="utf-8")
    before, of_x, after = text.partition(COMPILED)
    changed = before + x + after.replace(COMPILED, y).replace("1.512", "1.500")
    changed = changed.replace("2026-11-04", "2026-02-04")
    assert of_x
    path = tmp_path / "example.trig"
    path.write_text(changed, encoding="utf-8")
    (found,) = best_values(Evidence.gather(read(path)[0]))
    assert len(found.basis) == 2
    assert found.figure.source == f"{ID}source/y"


@pytest.mark.parametrize(
    ("period", "frequency"),
    [
        ("2025", f"{SDMX_CODE}freq-A"),
        ("2025-01_2025-09", f"{ID}freq/to-date"),
        ("2021-2025", f"{ID}freq/multi-year"),
    ],
)
def test_a_cell_has_the_frequency_of_its_period(
    derived: Graph, period: str, frequency: str
) -> None:
    assert derived.value(f"{TRADE}/{period}", f"{SDMX_DIMENSION}freq") == frequency


def test_a_series_has_every_cell_that_shares_its_dimensions(derived: Graph) -> None:
    without = (DIMENSIONS["period"], DIMENSIONS["base_period"])
    alike: defaultdict[tuple[str | None, ...], set[str]] = defaultdict(set)
    for cell in derived.subjects(f"{RDF}type", f"{APEC}Cell"):
        names = (name for name in DIMENSIONS.values() if name not in without)
        alike[tuple(derived.value(cell, name) for name in names)].add(cell)
    series = derived.subjects(f"{RDF}type", f"{QB}Slice")
    assert len(series) > 20
    assert {frozenset(derived.iris(each, f"{QB}observation")) for each in series} == {
        frozenset(cells) for cells in alike.values() if len(cells) > 1
    }
