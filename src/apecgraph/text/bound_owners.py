"""Owners of bound words: to which of several printed numbers each belongs.

In "more than 3 but less than 5 trillion", each number has a word of its own. A word belongs to the
nearest number: "less than" follows "3" after one word, and "5" follows it directly. If a word is
directly between two numbers, it belongs to the second one, and also to the first one unless that
has a word before it: languages differ in the order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

BREAK: Final = 10
"""A bracket or a comma separates as much as so many words."""

_CLOSE: Final = 1
"""The words between two numbers of one range: "but"."""


class BoundOwners:
    """Collects the bound words of a text, from its tokens in order."""

    def __init__(self) -> None:
        self.place = -1
        """The place of the last number among those that began."""
        self._owned: defaultdict[int, set[str]] = defaultdict(set)
        self._waiting: list[tuple[set[str], int]] = []
        """The bound words since the last number, each with the words between it and the number."""
        self._distance = 0
        self._distances: dict[int, int] = {}

    def word(self, bounds: set[str]) -> None:
        """Read a bound word."""
        self._waiting.append((bounds, self._distance))

    def apart(self, distance: int = 1) -> None:
        """Read a word or a sign that belongs neither to a number, nor to a bound or a unit."""
        self._distance += distance

    def number(self) -> None:
        """Read the beginning of a number."""
        before, waiting = self.place, self._waiting
        has_own = bool(self._owned[before])
        self.place += 1
        for bounds, after in waiting:
            ahead = self._distance - after
            if before < 0 or ahead <= after:
                self._owned[self.place] |= bounds
            if before >= 0 and (after < ahead or (after == ahead and not has_own)):
                self._owned[before] |= bounds
        self._distances[self.place] = self._distance
        self._waiting, self._distance = [], 0

    def number_goes_on(self) -> None:
        """Read another part of the last number: a word in between belongs to it."""
        self._give()
        self._distance = 0

    def owned(self) -> defaultdict[int, set[str]]:
        """Return the bounds of the numbers, by place, after the last token."""
        if self.place >= 0:
            self._give()
        return self._owned

    def are_close(self, place: int) -> bool:
        """Return whether a number follows the one before it after at most one other word."""
        return self._distances[place] <= _CLOSE

    def _give(self) -> None:
        for bounds, _ in self._waiting:
            self._owned[self.place] |= bounds
        self._waiting = []
