"""The known names that are most similar to an unknown one, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(name: str, known: Iterable[str], *, least: float, most: int | None = 1) -> list[str]:
    """Find the known names that are most similar to a name.

    Args:
        name: The unknown name.
        known: The known names.
        least: The minimum similarity in percent: the share of letters in the same order.
        most: The largest number of names to return; None for all.

    Returns:
        The names, the most similar first.
    """
    found = process.extract(name, list(known), scorer=fuzz.ratio, limit=most, score_cutoff=least)
    return [each for each, _, _ in found]
