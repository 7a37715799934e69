"""The check notices planted errors: a sample of what `scripts/plant` measures in full."""

from __future__ import annotations

import pytest

from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from benchmarks.planted import FACTORS, KINDS, MEASURE, Planted, false_alarms, plant


@pytest.fixture(scope="module")
def planted(evidence: Evidence) -> list[Planted]:
    return list(plant(evidence, every=60))


def caught(planted: list[Planted]) -> float:
    assert len(planted) > 10
    return sum(each.caught for each in planted) / len(planted)


def test_there_are_no_false_alarms(evidence: Evidence) -> None:
    assert false_alarms(evidence) == 0


def test_every_kind_of_error_is_planted(planted: list[Planted]) -> None:
    assert {each.kind for each in planted} == set(KINDS)


def test_errors_of_scale_are_caught_in_figures_that_a_relation_covers(
    evidence: Evidence, planted: list[Planted]
) -> None:
    held = Findings(evidence).rules_by_figure
    factors = [each for each in planted if each.kind in FACTORS and each.figure.iri in held]
    assert caught(factors) >= 0.9  # in a sample; docs/measurements/check.md has the full share


def test_errors_of_scale_are_caught_in_values_of_trade(planted: list[Planted]) -> None:
    values = [each for each in planted if each.figure.cell.measure == f"{MEASURE}trade-value"]
    assert caught([each for each in values if each.kind in FACTORS]) >= 0.8


def test_errors_in_blind_spots_are_not_caught(evidence: Evidence, planted: list[Planted]) -> None:
    """A figure without rules is a blind spot; otherwise `rules_by_figure` would be incomplete."""
    held = Findings(evidence).rules_by_figure
    blind = [each for each in planted if each.figure.iri not in held and each.kind in FACTORS]
    assert blind
    assert not any(each.caught for each in blind)
