from __future__ import annotations

from dataclasses import replace

import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.readers.conflicts import Conflict, read_conflicts, read_refutation
from apecgraph.text.dates import spelled_days


@pytest.fixture(scope="module")
def conflicts(graph: Graph) -> list[Conflict]:
    return read_conflicts(graph, Labels(graph))


def test_the_first_conflict_about_a_number_is_read(conflicts: list[Conflict]) -> None:
    found = read_refutation(conflicts)
    assert found is not None
    assert found.conflict.identifier == "A1"
    assert {claim.figure.value for claim in found.rejected} == {2629000000000}
    assert {claim.figure.value for claim in found.upheld} == {26290000000000}
    assert found.times == "10"


def test_there_may_be_no_conflict_about_a_number(conflicts: list[Conflict]) -> None:
    assert read_refutation(each for each in conflicts if not each.rejected) is None
    assert read_refutation(replace(each, upheld=()) for each in conflicts) is None


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
