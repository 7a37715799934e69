"""Frequencies: how long the period of a figure is."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

from apecgraph.rdf.namespaces import ID, SDMX_CODE

ANNUAL: Final = f"{SDMX_CODE}freq-A"

_MONTHS: Final = {12: ANNUAL, 3: f"{SDMX_CODE}freq-Q", 1: f"{SDMX_CODE}freq-M"}
"""The codes of SDMX for a year, a quarter and a month, keyed by the number of months."""

_MULTI_YEAR: Final = f"{ID}freq/multi-year"
TO_DATE: Final = f"{ID}freq/to-date"
_OTHER: Final = f"{ID}freq/other"

FREQUENCIES: Final = (
    ANNUAL,
    TO_DATE,
    f"{SDMX_CODE}freq-Q",
    f"{SDMX_CODE}freq-M",
    _MULTI_YEAR,
    _OTHER,
)
"""All of these, in the order in which readers want them."""


def frequency(first: str, last: str) -> str:
    """Return the code of the frequency of a period (SDMX code list CL_FREQ, and codes of our own).

    Args:
        first: The first day of the period (ISO 8601), or an empty string if it is not known.
        last: The last day, likewise.

    Returns:
        The IRI of the code.
    """
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return _OTHER
    if begin.day != 1 or end.day != monthrange(end.year, end.month)[1]:
        return _OTHER
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    if months in _MONTHS and (begin.month - 1) % months == 0:
        return _MONTHS[months]
    if begin.month != 1:
        return _OTHER
    if months % 12 == 0:
        return _MULTI_YEAR
    return TO_DATE if begin.year == end.year else _OTHER
