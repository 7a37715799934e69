"""Snippets: the part of a text that shows why a search found it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.search.index import UNSPACED
from apecgraph.text.folding import fold

_AROUND: Final = 60
"""Number of characters that a snippet shows before the first word that was searched for."""

_LONGEST: Final = 200
"""Maximum number of characters of a snippet."""

_WORD: Final = re.compile(r"\w+(?:[.,’']\w+)*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text.

    Attributes:
        pieces: Its characters in order, as pieces that were searched for or not.
        language: The language tag of the text, or None.
    """

    pieces: tuple[tuple[str, bool], ...]
    language: str | None


def snippet(texts: Iterable[ox.Literal], words: Sequence[str]) -> Snippet | None:
    """Cut out the part of a text with the first of some words.

    Args:
        texts: The texts.
        words: Folded words, each the beginning of a word; in scripts without spaces, anywhere.

    Returns:
        The part of the text with most of the words, or None if no text has any.
    """
    best: tuple[int, list[tuple[int, int]], ox.Literal] | None = None
    for text in texts:
        places, found = _places(text.value, words)
        if found and (best is None or found > best[0]):
            best = found, places, text
    if best is None:
        return None
    _, places, text = best
    return Snippet(_pieces(text.value, places), text.language)


def _places(text: str, words: Sequence[str]) -> tuple[list[tuple[int, int]], int]:
    """Return where words are in a text, in order, and the number of different words."""
    places, found = [], set()
    spaced = [word for word in words if word < UNSPACED]
    for match in _WORD.finditer(text):
        parts = fold(match[0]).split()
        hits = {word for word in spaced if any(part.startswith(word) for part in parts)}
        if hits:
            places.append(match.span())
            found |= hits
    for word in words:
        if word >= UNSPACED and (at := text.find(word)) >= 0:
            places.append((at, at + len(word)))
            found.add(word)
    return sorted(places), len(found)


def _pieces(text: str, places: Sequence[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    start = max(0, places[0][0] - _AROUND)
    if start:
        start = text.rfind(" ", 0, start) + 1 or start
    end = min(len(text), start + _LONGEST)
    pieces, at = [("…" * bool(start), False)], start
    for first, last in places:
        if at <= first and last <= end:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    pieces += [(text[at:end], False), ("…" * (end < len(text)), False)]
    return tuple((piece, is_found) for piece, is_found in pieces if piece)
