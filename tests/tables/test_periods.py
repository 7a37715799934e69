"""Periods are read from what tables print."""

from __future__ import annotations

import pytest

from apecgraph.rdf.terms import term_text
from apecgraph.tables.periods import Pattern, Period


@pytest.mark.parametrize(
    ("pattern", "text", "numbers"),
    [
        ("{month}月", "11月", {"month": 11}),
        ("{first}至{month}月", "1至11月", {"first": 1, "month": 11}),
        ("{first}至{month}月", "１至１１月", {"first": 1, "month": 11}),
        ("{first}-to-{month}", "1- to-3", {"first": 1, "month": 3}),
        ("{first}-{month} {year}", "Jan-Nov 2025", {"first": 1, "month": 11, "year": 2025}),
        ("{month} {year}", "January 2001", {"month": 1, "year": 2001}),
        ("{year} {month}", "2025 Feb ", {"month": 2, "year": 2025}),
        ("{year}.{month}", "2023.01", {"month": 1, "year": 2023}),
        ("{year}{month}", "202301", {"month": 1, "year": 2023}),
        ("{year}Q{quarter}", "2000Q3", {"first": 7, "month": 9, "year": 2000}),
        (
            "{year}-{first}/{year}-{month}",
            "2024-01/2024-10",
            {"first": 1, "month": 10, "year": 2024},
        ),
        ("{any}, {month} {year} (in CNY)", "Total, Mar 2026 (in CNY)", {"month": 3, "year": 2026}),
    ],
)
def test_a_pattern_reads_its_words(pattern: str, text: str, numbers: dict[str, int]) -> None:
    assert Pattern(pattern).read(text) == numbers


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{month}月", "13月"),
        ("{month}月", "1至11月"),
        ("{year}.{month}", "2023-01"),
        ("{year}", "23"),
        ("{year}", "0000"),
        ("{year}-{first}/{year}-{month}", "2024-01/2025-10"),
    ],
)
def test_other_words_do_not_fit(pattern: str, text: str) -> None:
    assert Pattern(pattern).read(text) is None


def test_months_have_names_in_other_languages() -> None:
    assert Pattern("{month} {year}", ("es",)).read("noviembre 2025") == {"month": 11, "year": 2025}
    assert Pattern("{month} {year}").read("noviembre 2025") is None


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'\{day\}' is not one of: year, month"):
        Pattern("{day}")


@pytest.mark.parametrize(
    ("period", "code", "label", "end"),
    [
        (Period(2025, 1, 11), "period/2025-01_2025-11", "January to November 2025", "2025-11-30"),
        (Period(2024, 2, 2), "period/2024-02", "February 2024", "2024-02-29"),
        (Period(2024, 1, 12), "period/2024", "2024", "2024-12-31"),
    ],
)
def test_a_period_is_described(period: Period, code: str, label: str, end: str) -> None:
    triples = {
        each.predicate.value.rpartition("#")[2]: term_text(each.object) for each in period.triples()
    }
    assert period.code == code
    assert (triples["prefLabel"], triples["endDate"]) == (label, end)
