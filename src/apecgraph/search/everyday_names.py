"""Everyday names of economies in searches: "Vietnam" stands for "Viet Nam", 韩国 for "Korea"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from apecgraph.search.entities import Entity
from apecgraph.search.index import UNSPACED

_MOST_WORDS: Final = 6
"""Maximum number of words of a name that is looked for."""


class EverydayNames:
    """The names of economies, each with the words of the name that figures have.

    A name of several economies stands for none. What a look-up costs depends on the length of the
    text only.

    Args:
        economies: The economies, with their spellings.
    """

    def __init__(self, economies: Iterable[Entity]) -> None:
        meant: defaultdict[str, set[str]] = defaultdict(set)
        for each in economies:
            for spelling in each.spellings:
                meant[spelling].add(each.spellings[0])
        self._names = {name: next(iter(each)) for name, each in meant.items() if len(each) == 1}
        unspaced = sorted((each for each in self._names if each >= UNSPACED), key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, unspaced))) if unspaced else None

    def replaced(self, text: str) -> tuple[str, ...]:
        """Return the words of a folded text, with those of everyday names replaced."""
        words, replaced, at = text.split(), list[str](), 0
        while at < len(words):
            for most in range(min(_MOST_WORDS, len(words) - at), 0, -1):
                name = self._names.get(" ".join(words[at : at + most]))
                if name is not None:
                    replaced += name.split()
                    at += most
                    break
            else:
                replaced.append(words[at])
                at += 1
        return tuple(dict.fromkeys(replaced))

    def separated(self, words: Iterable[str]) -> tuple[tuple[str, ...], int]:
        """Replace the names inside of words without spaces: 中国越南贸易.

        Args:
            words: Folded words.

        Returns:
            The words, and the number of the names.
        """
        text, count = " ".join(words), 0
        if self._inside is not None:
            text, count = self._inside.subn(lambda name: f" {self._names[name[0]]} ", text)
        return tuple(dict.fromkeys(text.split())), count
