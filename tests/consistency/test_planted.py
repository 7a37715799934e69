"""The check detects planted slips: a sample of the measurement of `scripts/plant`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from apecgraph.check.validation import validate
from apecgraph.consistency.cells import Estimate
from apecgraph.consistency.findings import Findings
from apecgraph.content.cube import UNIT
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import Content, default_content
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import ID
from benchmarks.planted import Planted, false_alarms, held_before, plant, standing
from benchmarks.replacement import Replacements
from benchmarks.slips import COUNTERPART, FACTORS, PERIOD, SLIPS, TRADE_VALUE, Entry
from tests.support.contents import ContentCopy

_OFFICIAL: Final = ("comtrade-china-totals", "gacc-2025-11", "gacc-totals-2023-2024")
"""Some tables, few enough to check their figures many times."""


@pytest.fixture(scope="module")
def planted(press: Content, evidence: Evidence) -> list[Planted]:
    return list(plant(evidence, standing(press, evidence)[::8]))


@pytest.fixture(scope="module")
def replacements(evidence: Evidence) -> Replacements:
    return Replacements(evidence)


def rate(caught: list[bool]) -> float:
    assert len(caught) > 10
    return sum(caught) / len(caught)


def entered_instead(content: Content, figure: Figure, before: Entry, after: Entry) -> Content:
    """Return the content with another entry for a figure."""
    node = ox.NamedNode(figure.iri)
    old, new = (
        {ox.Triple(node, ox.NamedNode(name), value) for name, value in entry.items()}
        for entry in (before, after)
    )
    files = tuple(
        replace(file, triples=(*(each for each in file.triples if each not in old), *new))
        if file.graph.value == figure.source
        else file
        for file in content.files
    )
    return replace(content, files=files)


def described(
    estimates: Iterable[Estimate], rejected: frozenset[str]
) -> Counter[tuple[Interval, str | None, frozenset[str]]]:
    """Describe the estimates that do not rest on rejected figures, whatever their order."""
    return Counter(
        (each.interval, each.edit_rule, each.figures)
        for each in estimates
        if all(reading.figures - rejected for reading in each.readings)
    )


def test_there_are_no_false_alarms(evidence: Evidence) -> None:
    assert false_alarms(evidence) == 0


def test_every_kind_of_slip_is_possible_in_some_figure(
    evidence: Evidence, replacements: Replacements
) -> None:
    entries = [replacements.entry(figure) for figure in evidence.figures]
    for kind, slip in SLIPS.items():
        assert any(
            mistaken != entry for entry in entries for mistaken in slip(entry, evidence.graph)
        ), kind


def test_the_quick_check_finds_the_same_contradictions_as_the_full_check(
    evidence: Evidence, replacements: Replacements, press: Content
) -> None:
    outcomes = set()
    for figure in evidence.figures[::90]:
        before = replacements.entry(figure)
        for kind in ("two digits transposed", "period a year earlier", "world for APEC"):
            for after in islice(SLIPS[kind](before, evidence.graph), 1):
                quick = replacements.replaced(figure, after)
                full = Findings(Evidence.gather(entered_instead(press, figure, before, after)))
                found = any(figure.iri in each.claims for each in full.unsettled)
                assert found == (quick.contradicts or quick.differs), (figure.iri, after)
                outcomes.add(found)
    assert outcomes == {True, False}


def test_the_quick_check_computes_the_same_estimates_as_the_full_check(tmp_path: Path) -> None:
    content = Content.read(ContentCopy(tmp_path, tables=_OFFICIAL).root)
    evidence = Evidence.gather(content)
    replacements = Replacements(evidence)
    figures = standing(content, evidence)
    assert len(evidence.figures) > 500
    for kind in ("ten times", "period a year earlier", "growth as share, share as growth"):
        for figure in figures[::120]:
            before = replacements.entry(figure)
            for after in islice(SLIPS[kind](before, evidence.graph), 1):
                quick = replacements.replaced(figure, after).compared
                full = Findings(Evidence.gather(entered_instead(content, figure, before, after)))
                all_of_them = {
                    cell: described(known, evidence.rejected)
                    for cell, known in full.estimates.items()
                    if any(figure.iri in each.figures for each in known)
                }
                assert all_of_them == {
                    cell: described(known, evidence.rejected) for cell, known in quick.items()
                }, (figure.iri, after)


def test_the_quick_check_refuses_the_same_entries_as_the_full_check(
    evidence: Evidence, replacements: Replacements, press: Content
) -> None:
    vocabularies = Vocabularies.read(default_content())
    decided = {iri for decision in evidence.decisions for iri in decision.saw}
    refusals = set()
    figure = next(
        each
        for each in evidence.figures
        if each.iri not in decided and each.cell.measure == TRADE_VALUE
    )
    before = replacements.entry(figure)
    for after in (
        {**before, UNIT: ox.NamedNode(f"{ID}unit/percent")},
        {**before, COUNTERPART: ox.NamedNode(f"{ID}economy/PNG")},
        {**before, PERIOD: ox.NamedNode(f"{ID}period/2026")},  # not over when the source is issued
    ):
        quick = replacements.replaced(figure, after)
        report, _ = validate(entered_instead(press, figure, before, after), vocabularies)
        refused = any(figure.iri in result.nodes for result in report.results)
        assert refused == quick.mistyped_is_caught, after
        refusals.add(quick.refused)
    assert refusals == {True, False}


def test_a_replacement_does_not_change_the_evidence(
    evidence: Evidence, replacements: Replacements
) -> None:
    figure = evidence.figures[0]
    before = set(evidence.graph.quads())
    for after in SLIPS["ten times"](replacements.entry(figure), evidence.graph):
        replacements.replaced(figure, after)
    assert set(evidence.graph.quads()) == before


def test_errors_of_scale_are_caught_in_figures_that_an_edit_rule_compares(
    planted: list[Planted],
) -> None:
    held = held_before()
    factors = [each for each in planted if each.kind in FACTORS and each.figure.iri in held]
    assert rate([each.misread_is_caught for each in factors]) >= 0.9  # of a sample


def test_printed_words_reveal_most_typing_errors(planted: list[Planted]) -> None:
    factors = [each for each in planted if each.kind in FACTORS]
    assert rate([each.mistyped_is_caught for each in factors]) > rate(
        [each.misread_is_caught for each in factors]
    )


def test_errors_in_blind_spots_are_not_caught(evidence: Evidence, planted: list[Planted]) -> None:
    """A figure without rules is a blind spot; otherwise `rules_by_figure` would be incomplete."""
    held = Findings(evidence).rules_by_figure
    blind = [
        each
        for each in planted
        if each.figure.iri not in held and each.kind == "a tenth" and each.figure.cell.flow
    ]
    assert blind
    assert not any(each.misread_is_caught for each in blind)
    assert {each.miss for each in blind} == {"no edit rule compares the figure with another one"}
