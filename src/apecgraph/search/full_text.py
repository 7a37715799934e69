"""Search for things by names in any language, printed words and identifiers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from apecgraph.rdf.namespaces import compact
from apecgraph.search.entries import Entries, Entry
from apecgraph.text.folding import fold, spellings

LONGEST_SEARCH: Final = 200
"""Maximum number of characters of a search text; the rest is ignored."""

_MOST_WORDS: Final = 16  # of a search text: each is compared with all entries
_ALIKE: Final = 75.0
_UNSPACED: Final = "\u0e00"
"""Most scripts from Thai on put no spaces between words, so a word may begin anywhere."""

_JOINT: Final = re.compile(
    f"(?<=[{_UNSPACED}-\U0010ffff])(?=[!-{chr(ord(_UNSPACED) - 1)}])"
    f"|(?<=[!-{chr(ord(_UNSPACED) - 1)}])(?=[{_UNSPACED}-\U0010ffff])"
)
"""The borders between such a script and another script without a space: 2026年APEC海关."""

_LEAST: Final = 1 / 3
"""Minimum share of a text's pairs of characters in a partial match: one word of two."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that matches; `matched` is the matching name, or None if it is the label."""

    entry: Entry
    matched: ox.Literal | None = None


@dataclass(frozen=True, slots=True)
class HitKind:
    """A class or a code list, with the number of its entries."""

    iri: str
    name: str
    count: int

    @property
    def id(self) -> str:
        """The name of the kind in URLs."""
        return compact(self.iri)


class Search:
    """Finds entries by text."""

    def __init__(self, entries: Entries) -> None:
        self._entries = sorted(entries.read(), key=lambda each: (fold(each.name.value), each.iri))
        counts = Counter(kind for entry in self._entries for kind in entry.kinds)
        self._same: dict[str, set[str]] = defaultdict(set)
        for entry in self._entries:
            for text in (*(name for name, _ in entry.names), *entry.codes):
                for spelling in spellings(text):
                    self._same[spelling].add(entry.iri)
        self._texts = {entry.iri: _parted(entry.words) for entry in self._entries}
        self._names = {iri: entries.kind_name(iri) for iri in counts}
        self.kinds = self._ranked(counts)

    def kind(self, name: str) -> HitKind | None:
        """Find a kind by its id."""
        return next((each for each in self.kinds if each.id == name), None)

    def named(self, entry: Entry) -> list[str]:
        """Return the labels of the kinds of an entry."""
        return [self._names[each] for each in entry.kinds]

    def counted(self, hits: Iterable[Hit]) -> tuple[HitKind, ...]:
        """Return the kinds of hits with their numbers, the most frequent first."""
        return self._ranked(Counter(kind for hit in hits for kind in hit.entry.kinds))

    def find(self, text: str, kind: HitKind | None = None) -> list[Hit]:
        """Find the entries of one kind, or of all kinds, that match a text; "" matches all entries.

        The order is: entries with that name or identifier; names that begin with the text; names in
        which each word of the text begins a word; entries with these words elsewhere, such as in
        the name of the publisher or source. In each group, claims come last, and short names come
        before long names. If nothing matches, find entries with parts of a text without spaces
        (such as 中国海关), or else similar names.
        """
        among = [each for each in self._entries if kind is None or kind.iri in each.kinds]
        if not text.strip():
            return [Hit(each) for each in among]
        folded = fold(text[:LONGEST_SEARCH])
        words = tuple(dict.fromkeys(_parted(folded).split()))[:_MOST_WORDS]
        same = {iri for key in spellings(folded) for iri in self._same.get(key, ())}
        ranked: list[tuple[tuple[int, bool, int, str], Hit]] = []
        others: list[Entry] = []
        for entry in among if words else ():
            if entry.iri in same or _has(self._texts[entry.iri], words):
                rank, name = _best(entry, folded, words)
                rank = 0 if entry.iri in same else rank
                hit = Hit(entry, None if name.value == entry.name.value else name)
                ranked.append(((rank, entry.claimed, len(name.value), entry.iri), hit))
            elif not entry.claimed:
                others.append(entry)
        ranked.sort(key=lambda each: each[0])
        if words and not ranked:
            return self._partly(words, others) or _alike(folded, others)
        return [hit for _, hit in ranked]

    def _partly(self, words: tuple[str, ...], among: list[Entry]) -> list[Hit]:
        """Find entries that share pairs of characters with the words of scripts without spaces.

        Entries with the most pairs come first. Words of other scripts must all occur.
        """
        pairs = {
            pair for word in words if word >= _UNSPACED for pair in map("".join, pairwise(word))
        }
        spaced = tuple(word for word in words if word < _UNSPACED)
        found = []
        for entry in among if pairs else ():
            text = self._texts[entry.iri]
            share = sum(pair in text for pair in pairs) / len(pairs)
            if share >= _LEAST and _has(text, spaced):
                _, name = max(entry.names, key=lambda each: sum(pair in each[0] for pair in pairs))
                hit = Hit(entry, None if name.value == entry.name.value else name)
                found.append(((-share, len(name.value), entry.iri), hit))
        return [hit for _, hit in sorted(found, key=lambda each: each[0])]

    def _ranked(self, counts: Counter[str]) -> tuple[HitKind, ...]:
        ranked = sorted(counts, key=lambda each: (-counts[each], each))
        return tuple(HitKind(each, self._names[each], counts[each]) for each in ranked)


def _best(entry: Entry, folded: str, words: tuple[str, ...]) -> tuple[int, ox.Literal]:
    """Return the best rank, from 0 (best) to 3 (no name matches), with its name or the label."""
    ranks = [_rank(name, folded, words) for name, _ in entry.names]
    best = min(range(len(ranks)), key=ranks.__getitem__)
    return ranks[best], entry.names[best][1] if ranks[best] < 3 else entry.name


def _rank(name: str, folded: str, words: tuple[str, ...]) -> int:
    if name == folded:
        return 0
    if name.startswith(folded):
        return 1
    return 2 if _has(_parted(name), words) else 3


def _has(name: str, words: tuple[str, ...]) -> bool:
    """Return whether each word begins a word of a name that `_parted` returned."""
    spaced = f" {name}"
    return all((word if word >= _UNSPACED else f" {word}") in spaced for word in words)


def _parted(folded: str) -> str:
    """Put spaces between words of a script without spaces and words of other scripts."""
    return folded if folded.isascii() else _JOINT.sub(" ", folded)


def _alike(folded: str, among: list[Entry]) -> list[Hit]:
    """Find names that differ in a few letters, for misspelt searches."""
    names = [(name, entry) for entry in among for name, _ in entry.names]
    found = process.extract(
        folded, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    entries = dict.fromkeys(names[index][1].iri for _, _, index in found)
    by_iri = {entry.iri: entry for _, entry in names}
    return [Hit(by_iri[iri]) for iri in entries]
