"""Dates as people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Final

from babel.dates import format_date, format_skeleton

from apecgraph.rdf.namespaces import XSD
from apecgraph.text.catalogues import ENGLISH, Catalogue

DATE_DATATYPES: Final = frozenset(f"{XSD}{name}" for name in ("date", "gYearMonth", "gYear"))
"""The datatypes of days, months and years, which `spelled_day` writes."""

_SKELETONS: Final = ("y", "yMMMM")
"""How a year, and a month with its year, are written (CLDR)."""

_DATE: Final = re.compile("([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def spelled_day(text: str, catalogue: Catalogue = ENGLISH) -> str:
    """Write a day, a month or a year: "4 February 2026", "May 2025", "1994".

    Args:
        text: An xsd:date, xsd:gYearMonth or xsd:gYear (XML Schema Part 2, sections 3.3.9 to
            3.3.11).
        catalogue: The language to write in.

    Returns:
        The words, or the text itself if it is not a date.
    """
    return "".join(_words(text, catalogue)) or text


def spelled_days(first: str, last: str, catalogue: Catalogue = ENGLISH) -> str:
    """Write a range of days, months or years in ISO 8601: "4 to 6 February 2026".

    A text that is not a date is written unchanged.

    Args:
        first: The first day, month or year.
        last: The last one.
        catalogue: The language to write in.

    Returns:
        The words; a month or a year that both ends share is written once.
    """
    if first == last:
        return spelled_day(first, catalogue)
    one, other = _words(first, catalogue), _words(last, catalogue)
    if one and len(one) == len(other):
        if _begins_with_year(catalogue):
            shared = next(
                at for at, pair in enumerate(zip(one, other, strict=True)) if len(set(pair)) > 1
            )
            other = other[shared:]
        else:
            while one[-1].strip() == other[len(one) - 1].strip():
                one.pop()
    return catalogue.gettext(
        "%(first)s to %(last)s",
        first="".join(one).strip() or first,
        last="".join(other) or last,
    )


def spelled_period(first: str, last: str, catalogue: Catalogue = ENGLISH) -> str:
    """Write a period by its first and its last day: "2025", "January to November 2025".

    Args:
        first: The first day (ISO 8601).
        last: The last day.
        catalogue: The language to write in.

    Returns:
        The words: years or months if the period consists of whole ones.
    """
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    if begin.day != 1 or end.day != monthrange(end.year, end.month)[1]:
        return spelled_days(first, last, catalogue)
    digits = len("2025") if (begin.month, end.month) == (1, 12) else len("2025-01")
    return spelled_days(first[:digits], last[:digits], catalogue)


def iso_date(text: str) -> str | None:
    """Return a date in one form (ISO 8601), so that a longer text is a more precise date.

    Midnight in UTC is the day, because clients and answers in JSON write days in this way.

    Args:
        text: A year, a month, a day, or a day with its time.

    Returns:
        The year, the month, the day, or the time in UTC; None for any other text.
    """
    if _DATE.fullmatch(text):
        return text if _words(text, ENGLISH) else None
    try:
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time
    except (ValueError, OverflowError):
        return None
    return time.replace(tzinfo=None).isoformat(timespec="seconds").removesuffix("T00:00:00")


def _words(text: str, catalogue: Catalogue) -> list[str]:
    """Return the words of a date; no words if the text is not a date."""
    match = _DATE.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    try:
        day = date(*[*parts, 1, 1][:3])
    except (TypeError, ValueError):
        return []
    if len(parts) == 3:
        words = format_date(day, "long", catalogue.locale)
    else:
        words = format_skeleton(_SKELETONS[len(parts) - 1], day, locale=catalogue.locale)
    return re.findall(r"[0-9]+[^0-9]*" if _begins_with_year(catalogue) else r"\S+ ?", words)


def _begins_with_year(catalogue: Catalogue) -> bool:
    return bool(catalogue.locale.date_formats["long"].pattern.startswith("y"))
