"""Dates are taken out of printed words, and numbers are left."""

from __future__ import annotations

import pytest

from apecgraph.text.printed_dates import without_dates


@pytest.mark.parametrize(
    ("text", "language", "left"),
    [
        ("on 4 february 2026, 5 billion", "en", "on ;, 5 billion"),
        ("february 4, 2026", "en", ";"),
        ("may 2024", "en", ";"),
        ("2021-2025", None, ";"),
        ("2026-02-04", "en", ";"),
        ("2025年12月26.29万亿元", "zh", ";26.29万亿元"),
        ("2025년 1월", "ko", ";"),
        ("4 de febrero de 2026", "es", ";"),
        ("4 февраля 2026", "ru", ";"),
        ("march 5 percent", "en", "march 5 percent"),
        ("5-6 percent", "en", "5-6 percent"),
        ("2025", "en", "2025"),
        ("26.29 万亿元", "zh-hant", "26.29 万亿元"),
        ("3日間", "ja", "3日間"),
        ("5 in may", "xx", "5 in may"),
    ],
)
def test_dates_are_replaced(text: str, language: str | None, left: str) -> None:
    assert without_dates(text, language) == left
