"""Dates among printed words, whose digits are not the number of a figure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

_DAY: Final = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
_CJK: Final = (
    r"\d{4}\s?(?:[年년](?!间)|г\.)(?:\s?\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日일号號])?)?"
    r"|\d{1,2}\s?月(?:份|\s?\d{1,2}\s?[日号號])|\d{1,2}월(?:\s?\d{1,2}일)?|\d{1,2}月(?=[^\d]|$)"
)
_DIGITS: Final = r"\d{4}-\d\d(?:-\d\d)?(?!\d)|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d(?!\d)"


def without_dates(text: str, language: str | None) -> str:
    """Replace the dates in a text with semicolons: "5 billion in May 2024" has one number.

    A year without a date is left, because it may be a number.

    Args:
        text: The text, with its case folded.
        language: The language tag of the text; None if it is unknown.

    Returns:
        The text without dates.
    """
    return _pattern(language or "en").sub(";", text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months(language)), key=len, reverse=True))
    named = (
        rf"(?:{_DAY}(?:\s?[-–]\s?{_DAY})?\s(?:de\s|of\s)?(?:{months})\b(?:\.?,?\s(?:de\s)?\d{{4}}\b)?"
        rf"|(?:{months})\b\.?\s{_DAY}(?:\s?[-–]\s?{_DAY})?(?:,?\s\d{{4}}\b|(?=[,;.)]?$|[;)]|,\s))"
        rf"|(?:{months})\b\.?,?\s(?:de\s|of\s)?\d{{4}}\b)"
    )
    return re.compile(rf"(?<![\w.,])(?:{_DIGITS}|{_CJK}|{named})")


def _months(language: str) -> set[str]:
    """Return the names of the months in a language, as CLDR has them, with their case folded."""
    try:
        months = Locale.parse(language.split("-")[0]).months
    except (UnknownLocaleError, ValueError):
        return {"-"}
    return {
        name.casefold().removesuffix(".")
        for names in ("wide", "abbreviated")
        for name in months["format"][names].values()
        if name[:1].isalpha()
    } or {"-"}
