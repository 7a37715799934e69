"""Corrections of misspelt words of a search."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST: Final = 3
"""Number of letters from which a word is corrected: short ones are like too many others."""

_PER_FAULT: Final = 4
"""A word may have one fault (a letter too many, missing, wrong or in the wrong place), or one for
each so many letters."""


class Spelling:
    """Corrects words that occur nowhere.

    Args:
        known: The folded words that occur, with the numbers of entries that have them.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._counts = known
        self._sorted = sorted(known)
        self._candidates = [each for each in self._sorted if each.isalpha()]

    def corrected(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Replace each word that begins no known word by the most similar known word, if any.

        Args:
            words: The words, folded.

        Returns:
            The words; the same ones if nothing is corrected.
        """
        return tuple(map(self._corrected, words))

    def _corrected(self, word: str) -> str:
        if len(word) < _SHORTEST or not word.isalpha() or self._is_known(word):
            return word
        most = max(1, len(word) // _PER_FAULT)
        similar = process.extract(
            word, self._candidates, scorer=OSA.distance, score_cutoff=most, limit=None
        )
        best = min(
            similar,
            key=lambda each: (each[1], -self._counts[each[0]], each[0]),
            default=(word, 0, 0),
        )
        return str(best[0])

    def _is_known(self, word: str) -> bool:
        place = bisect_left(self._sorted, word)
        return place < len(self._sorted) and self._sorted[place].startswith(word)
