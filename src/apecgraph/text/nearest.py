"""The known names that are most like an unknown one, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(name: str, known: Iterable[str], *, least: float, most: int | None = 1) -> list[str]:
    """Find the known names that are most like a name.

    Args:
        name: The unknown name.
        known: The known names.
        least: The least likeness in percent: the share of letters that both names have in order.
        most: The largest number of names to return; None for all.

    Returns:
        The names, the most alike first.
    """
    found = process.extract(name, list(known), scorer=fuzz.ratio, limit=most, score_cutoff=least)
    return [each for each, _, _ in found]
