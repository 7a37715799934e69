"""Dates as people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from babel import Locale

from apecgraph.rdf.namespaces import XSD

DATE_DATATYPES: Final = frozenset(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear"))
"""The datatypes of days, months and years, which `spelled_day` writes."""

_LOCALE: Final = "en"
_DATE: Final = re.compile("([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def spelled_day(text: str) -> str:
    """Write a day, a month or a year: "4 February 2026", "May 2025", "1994".

    Args:
        text: An xsd:date, xsd:gYearMonth or xsd:gYear (XML Schema Part 2, sections 3.3.9 to
            3.3.11).

    Returns:
        The words, or the text itself if it is not a date.
    """
    return " ".join(_words(text)) or text


def spelled_days(first: str, last: str) -> str:
    """Write a range of days in ISO 8601: "4 to 6 February 2026".

    A text that is not a date is written unchanged.
    """
    if first == last:
        return spelled_day(first)
    before, words = _words(first), _words(last)
    if len(before) == len(words) == 3:
        # Write the common month and year once.
        while before[-1] == words[len(before) - 1]:
            before.pop()
    return f"{' '.join(before) or first} to {spelled_day(last)}"


def iso_date(text: str) -> str | None:
    """Return a date in one form (ISO 8601), so that a longer text is a more precise date.

    Midnight in UTC is the day, because clients and answers in JSON write days in this way.

    Args:
        text: A year, a month, a day, or a day with its time.

    Returns:
        The year, the month, the day, or the time in UTC; None for any other text.
    """
    if _DATE.fullmatch(text):
        return text if _words(text) else None
    try:
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None
    return time.replace(tzinfo=None).isoformat(timespec="seconds").removesuffix("T00:00:00")


def _words(text: str) -> list[str]:
    """Return the words of a date; no words if the text is not a date."""
    match = _DATE.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        day = date(*[*parts, 1, 1][:3])
    except (TypeError, ValueError):
        return []
    month = Locale(_LOCALE).months["format"]["wide"][day.month]
    return [str(day.day), str(month), str(day.year)][3 - len(parts) :]
