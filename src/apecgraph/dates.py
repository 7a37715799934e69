"""Dates, as people write them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from babel.dates import format_date

_LOCALE: Final = "en"
_DATE: Final = re.compile("([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_PATTERNS: Final = {1: "y", 2: "MMMM y", 3: "d MMMM y"}


def written(text: str) -> str:
    """Write a date, a month or a year: "4 February 2026", "May 2025", "1994".

    text: an xsd:date, xsd:gYearMonth or xsd:gYear (XML Schema Part 2, sections 3.3.9 to 3.3.12);
    what is none of them is left as it is.
    """
    day, parts = _read(text)
    return text if day is None else _written(day, _PATTERNS[parts])


def span(first: str, last: str) -> str:
    """Write the days from a first to a last one: "4 to 6 February 2026"."""
    (start, _), (end, _) = _read(first), _read(last)
    if start is None or end is None or start == end:
        return written(first) if first == last else f"{written(first)} to {written(last)}"
    pattern = _PATTERNS[3]
    if start.year == end.year:
        pattern = "d" if start.month == end.month else "d MMMM"
    return f"{_written(start, pattern)} to {written(last)}"


def _read(text: str) -> tuple[date | None, int]:
    """Return the first day of a date and how many parts it has; None where it cannot be read."""
    match = _DATE.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        return date(*[*parts, 1, 1][:3]), len(parts)
    except (TypeError, ValueError):
        return None, 0


def _written(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=_LOCALE))
