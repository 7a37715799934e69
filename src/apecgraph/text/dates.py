"""Dates, as people write them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from babel import Locale

_LOCALE: Final = "en"
_DATE: Final = re.compile("([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def spelled_day(text: str) -> str:
    """Write a day, a month or a year: "4 February 2026", "May 2025", "1994".

    text: an xsd:date, xsd:gYearMonth or xsd:gYear (XML Schema Part 2, sections 3.3.9 to 3.3.11).
    What is no date is written as it is.
    """
    return " ".join(_words(text)) or text


def spelled_days(first: str, last: str) -> str:
    """Write the days from the first to the last (ISO 8601): "4 to 6 February 2026".

    What is no date is written as it is.
    """
    if first == last:
        return spelled_day(first)
    before, words = _words(first), _words(last)
    if len(before) == len(words) == 3:
        # What both days have in common is written once.
        while before[-1] == words[len(before) - 1]:
            before.pop()
    return f"{' '.join(before) or first} to {spelled_day(last)}"


def _words(text: str) -> list[str]:
    """Return the words of a date, none where it is none."""
    match = _DATE.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        day = date(*[*parts, 1, 1][:3])
    except (TypeError, ValueError):
        return []
    month = Locale(_LOCALE).months["format"]["wide"][day.month]
    return [str(day.day), str(month), str(day.year)][3 - len(parts) :]
