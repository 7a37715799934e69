from __future__ import annotations

import pytest

from apecgraph.text.dates import spelled_day, spelled_days
from apecgraph.text.languages import autonym


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-02-04", "4 February 2026"),
        ("2025-05", "May 2025"),
        ("1994", "1994"),
        ("2026-02-30", "2026-02-30"),
        ("2026-W02-4", "2026-W02-4"),
        ("0000", "0000"),
        ("", ""),
    ],
)
def test_a_date_is_written_in_words(text: str, words: str) -> None:
    assert spelled_day(text) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-04", "2026-02-06", "4 to 6 February 2026"),
        ("2018-02-27", "2018-03-01", "27 February to 1 March 2018"),
        ("2025-12-30", "2026-01-02", "30 December 2025 to 2 January 2026"),
        ("2025-01-01", "2025-01-01", "1 January 2025"),
        ("2025", "2026-02-03", "2025 to 3 February 2026"),
        ("soon", "later", "soon to later"),
    ],
)
def test_a_range_of_days_writes_shared_parts_once(first: str, last: str, words: str) -> None:
    assert spelled_days(first, last) == words


def test_a_language_has_its_own_name() -> None:
    assert [autonym(each) for each in ("zh", "pt-BR", "tlh", "<b>", "")] == [
        "中文",
        "português (Brasil)",
        "tlh",
        "<b>",
        "",
    ]
