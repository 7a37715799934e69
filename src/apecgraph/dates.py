"""Dates, as people write them."""

from __future__ import annotations

from datetime import date
from typing import Final

from babel import Locale

_LOCALE: Final = "en"


def spelled_days(first: str, last: str) -> str:
    """Write the days from the first to the last (ISO 8601): "4 to 6 February 2026".

    What is no date is written as it is.
    """
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return first if first == last else f"{first} to {last}"
    months = Locale(_LOCALE).months["format"]["wide"]
    words = [str(end.day), months[end.month], str(end.year)]
    if begin == end:
        return " ".join(words)
    # What both days have in common is written once.
    before = [str(begin.day), months[begin.month], str(begin.year)]
    while before[-1] == words[len(before) - 1]:
        before.pop()
    return f"{' '.join(before)} to {' '.join(words)}"
