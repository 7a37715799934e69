"""Dates, as people write them."""

from __future__ import annotations

from datetime import date
from typing import Final

from babel.dates import format_date

_LOCALE: Final = "en"


def spelled_days(first: str, last: str) -> str:
    """Write the days from the first to the last (ISO 8601): "4 to 6 February 2026".

    What is no date is written as it is.
    """
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return first if first == last else f"{first} to {last}"
    whole = str(format_date(end, "d MMMM y", _LOCALE))
    if begin == end:
        return whole
    if begin.year != end.year:
        pattern = "d MMMM y"
    else:
        pattern = "d" if begin.month == end.month else "d MMMM"
    return f"{format_date(begin, pattern, _LOCALE)} to {whole}"
