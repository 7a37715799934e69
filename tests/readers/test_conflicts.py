from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.readers.conflicts import Conflict, read_conflicts, read_refutation
from apecgraph.text.dates import spelled_days


@pytest.fixture(scope="module")
def conflicts(graph: Graph) -> list[Conflict]:
    return read_conflicts(graph)


def test_the_first_conflict_about_a_number_is_read(conflicts: list[Conflict]) -> None:
    found = read_refutation(conflicts)
    assert found is not None
    assert found.conflict.identifier == "A1"
    assert {claim.figure.value for claim in found.rejected} == {2629000000000}
    assert {claim.figure.value for claim in found.upheld} == {26290000000000}
    assert found.times == "10"
    assert found.proportion == "a tenth of"


def test_there_may_be_no_conflict_about_a_number(conflicts: list[Conflict]) -> None:
    assert read_refutation(each for each in conflicts if not each.rejected) is None
    assert read_refutation(replace(each, upheld=()) for each in conflicts) is None


@pytest.mark.parametrize(
    ("number", "ratio", "words"),
    [
        (0, None, "less than"),
        (13145000000000, "2", "less than"),
        (26290000000, "999.8", "a thousandth of"),
        (99999999999999, "3.8", "more than"),
        (262900000000000, "10", "more than"),
    ],
)
def test_a_ratio_is_written_in_words(
    conflicts: list[Conflict], number: int, ratio: str | None, words: str
) -> None:
    first = read_refutation(conflicts)
    assert first is not None
    rejected = tuple(
        replace(claim, figure=replace(claim.figure, value=Decimal(number)))
        for claim in first.rejected
    )
    found = replace(first, rejected=rejected, ratio=None if ratio is None else Decimal(ratio))
    assert found.proportion == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-04", "2026-02-06", "4 to 6 February 2026"),
        ("2026-02-27", "2026-03-01", "27 February to 1 March 2026"),
        ("2025-12-31", "2026-01-01", "31 December 2025 to 1 January 2026"),
        ("2026-11-23", "2026-11-23", "23 November 2026"),
        ("2026", "2026", "2026"),
        ("<b>", "2026-02-06", "<b> to 6 February 2026"),
    ],
)
def test_days_are_written_in_words(first: str, last: str, words: str) -> None:
    assert spelled_days(first, last) == words
