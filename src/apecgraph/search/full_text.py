"""Search for things by names in any language, printed words and identifiers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from apecgraph.rdf.namespaces import compact
from apecgraph.search.entries import Entries, Entry, Section
from apecgraph.search.everyday_names import EverydayNames
from apecgraph.search.index import UNSPACED, Index, parted
from apecgraph.search.snippets import Snippet, snippet
from apecgraph.search.spelling import Spelling
from apecgraph.text.folding import fold

LONGEST_SEARCH: Final = 1000
"""Maximum number of characters of a search text, which may be an address."""

PAGE: Final = 50
"""Number of hits on a page."""

_SIEVED: Final = 16
"""Number of words of a text that the index looks for; the hits are compared with all words."""

_LIMITS: Final = {
    Section.DECISION: 100,
    Section.SERIES: 100,
    Section.QUESTION: 100,
    Section.THING: 200,
    Section.SOURCE: 100,
    Section.TERM: 100,
    Section.CELL: 100,
    Section.STATEMENT: 100,
}
"""Maximum number of hits in each section. A search costs as much as it may find."""

_FIGURES: Final = (Section.SERIES, Section.CELL)
"""The sections that the index sorts by what the figures measure."""

_OF_ONE_KIND: Final = 1000
"""Maximum number of hits in a section if a search is for one kind."""

_BEGINNING: Final = 100
"""Maximum number of entries whose name begins with the text and that come before all others."""

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)+")
"""A number with groups of digits or decimals, which are separate words when they are folded."""

_SMALL_WORDS: Final = frozenset(
    "a an and at between by for from how in is much of on the to was what with".split()  # noqa: SIM905
)
"""Words of a sentence that need not occur; folded."""

_ALIKE: Final = 75.0
_LEAST: Final = 1 / 3
"""Minimum share of a text's pairs of characters in a partial match: one word of two."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that matches.

    Attributes:
        entry: The entry.
        matched: The matching name, or None if it is the label.
        is_named: Whether a name of the entry is the text or begins with it.
        words: The words of the text, folded.
    """

    entry: Entry
    matched: ox.Literal | None = None
    is_named: bool = False
    words: tuple[str, ...] = ()

    @property
    def snippet(self) -> Snippet | None:
        """The part of a description or of the printed words that the search found, if any."""
        name = parted(fold((self.matched or self.entry.name).value))
        if self.is_named or _has(name, self.words):
            return None
        return snippet(self.entry.texts, self.words)


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to a search.

    Attributes:
        hits: The hits, the best first.
        more: The sections that have more hits than these.
        corrected: The text that was searched for instead, folded; empty if it is the given one.
    """

    hits: tuple[Hit, ...]
    more: frozenset[Section] = frozenset()
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class HitKind:
    """A class or a code list, with the number of its entries."""

    iri: str
    count: int

    @property
    def id(self) -> str:
        """The name of the kind in URLs."""
        return compact(self.iri)


class Search:
    """Finds entries by text; what a search costs does not depend on the number of entries.

    Args:
        entries: The entries of a release.
    """

    def __init__(self, entries: Entries) -> None:
        known = sorted(entries.read(), key=_place)
        self._index = Index(known)
        counts = Counter(
            kind for entry in known if entry.section < Section.FIGURE for kind in entry.kinds
        )
        self._everyday = EverydayNames(entries.economies())
        self._names = self._index.names()
        self._spelling = Spelling(self._index.words())
        self.kinds = self._ranked(counts)

    def kind(self, name: str) -> HitKind | None:
        """Find a kind by its id."""
        return next((each for each in self.kinds if each.id == name), None)

    def counted(self, hits: Iterable[Hit]) -> tuple[HitKind, ...]:
        """Return the kinds of hits with their numbers, the most frequent first."""
        listed = {each.iri for each in self.kinds}
        return self._ranked(
            Counter(kind for hit in hits for kind in hit.entry.kinds if kind in listed)
        )

    def of_kind(self, kind: HitKind, page: int) -> list[Hit]:
        """Return one page, from 1, of all entries of a kind, in the order of their names."""
        return list(map(Hit, self._index.of_kind(kind.iri, (page - 1) * PAGE, PAGE)))

    def find(self, text: str, kind: HitKind | None = None) -> Hits:
        """Find the entries of one kind, or of all kinds, that match a text.

        The order is: entries with that name or identifier; other entries except claims with a name
        that begins with the text; then the sections of entries with all words of the text anywhere:
        decisions, series, questions, things, sources, terms, cells, statements. In each section,
        entries whose name has all words come before entries that have them elsewhere, such as in
        the name of the publisher. Then short names come before long names; among figures, years
        before months, values before shares and growth, totals before exports and imports, official
        statistics before the press, and later periods before earlier ones. Everyday names of
        economies stand for their names here. If nothing matches, small words such as "with" need
        not occur, and words that occur nowhere are replaced by similar ones.
        If still nothing matches, find the figures of economies that a text without spaces names,
        entries with parts of such a text (中国海关), or else similar names.
        """
        folded = fold(text)
        words = tuple(dict.fromkeys(parted(folded).split()))
        if not words:
            return Hits(())
        numbers = tuple(map(fold, _NUMBER.findall(text)))
        found: dict[str, tuple[tuple[int, ...], Hit]] = {}
        for rank, named in enumerate(
            (self._index.spelled(folded), self._index.beginning(folded, _BEGINNING))
        ):
            for entry in named:
                if kind is None or kind.iri in entry.kinds:
                    hit = _hit(entry, folded, words, is_named=True)
                    found.setdefault(entry.iri, ((rank, *_order(entry, folded, words)), hit))
        more = self._add_having(found, folded, words, numbers, kind)
        expanded = self._everyday.replaced(parted(folded))
        if expanded != words:
            more |= self._add_having(found, " ".join(expanded), expanded, numbers, kind)
        if not found:
            every = text.split()
            large = [word for word in every if fold(word) not in _SMALL_WORDS]
            if len(large) < len(every):
                return self.find(" ".join(large), kind)
            corrected = self._spelling.corrected(words)
            if corrected != words and (hits := self.find(" ".join(corrected), kind)).hits:
                return replace(hits, corrected=hits.corrected or " ".join(corrected))
            separate, economies = self._everyday.separated(expanded)
            if economies:
                self._add_having(found, " ".join(separate), separate, numbers, kind, _FIGURES)
            figures = [hit for _, hit in sorted(found.values(), key=lambda each: each[0])]
            others = [*self._partly(words), *([] if kind else self._alike(folded))]
            others = [each for each in others if not kind or kind.iri in each.entry.kinds]
            # Two economies are a question about figures, one may be a part of a name.
            return Hits((*figures, *others) if economies > 1 else (*others, *figures))
        # Sorting keeps the order of the index if nothing else decides.
        ranked = sorted(found.values(), key=lambda each: each[0])
        return Hits(tuple(hit for _, hit in ranked), frozenset(more))

    def _add_having(
        self,
        found: dict[str, tuple[tuple[int, ...], Hit]],
        folded: str,
        words: tuple[str, ...],
        numbers: Sequence[str],
        kind: HitKind | None,
        sections: Iterable[Section] = _LIMITS,
    ) -> set[Section]:
        """Add the entries that have all words anywhere; return the sections that have more."""
        more = set()
        for section in sections:
            limit = _LIMITS[section] if kind is None else _OF_ONE_KIND
            entries = self._having(words, section, limit + 1, kind)
            if len(entries) > limit:
                more.add(section)
            for entry in entries[:limit]:
                if _has(entry.words, words) and _has_numbers(entry.words, numbers):
                    place = (2, *_order(entry, folded, words))
                    hit = _hit(entry, folded, words, is_named=False)
                    found.setdefault(entry.iri, (place, hit))
        return more

    def _having(
        self, words: Sequence[str], section: Section, limit: int, kind: HitKind | None
    ) -> list[Entry]:
        iri = None if kind is None else kind.iri
        return self._index.having(words[:_SIEVED], section, limit, kind=iri)

    def _partly(self, words: tuple[str, ...]) -> list[Hit]:
        """Find entries that share pairs of characters with the words of scripts without spaces.

        Entries with the most pairs come first. Words of other scripts must all occur.
        """
        pairs = {
            pair for word in words if word >= UNSPACED for pair in map("".join, pairwise(word))
        }
        spaced = tuple(word for word in words if word < UNSPACED)
        found = []
        for section in _LIMITS if pairs else ():
            if section >= Section.CELL:
                break
            if section is Section.SERIES:
                continue  # most have the pair of a large economy
            for entry in self._index.having(words[:_SIEVED], section, _OF_ONE_KIND, any_pair=True):
                share = sum(pair in entry.words for pair in pairs) / len(pairs)
                if share >= _LEAST and _has(entry.words, spaced):
                    best = max(entry.names, key=lambda each: sum(pair in each[0] for pair in pairs))
                    hit = Hit(entry, _other_name(entry, best[1]))
                    found.append(((-share, len(best[0]), entry.iri), hit))
        return [hit for _, hit in sorted(found, key=lambda each: each[0])]

    def _alike(self, folded: str) -> list[Hit]:
        """Find names that differ in a few letters, for misspelt searches."""
        similar = process.extract(folded, self._names, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        entries = {entry.iri: entry for name, *_ in similar for entry in self._index.named(name)}
        return list(map(Hit, entries.values()))

    def _ranked(self, counts: Counter[str]) -> tuple[HitKind, ...]:
        ranked = sorted(counts, key=lambda each: (-counts[each], each))
        return tuple(HitKind(each, counts[each]) for each in ranked)


def _place(entry: Entry) -> tuple[Section, tuple[int, ...], str, str]:
    """Return what sorts the entries in the index."""
    name = entry.names[0][0] if entry.names else ""
    return entry.section, entry.rank, name, entry.iri


def _order(entry: Entry, folded: str, words: tuple[str, ...]) -> tuple[int, int, int]:
    """Return what sorts entries of one rank: the section, the quality of the name, its length.

    Series and cells of one quality keep the order of the index.
    """
    length = 0 if entry.section in _FIGURES else len(entry.name.value)
    return entry.section, _best(entry, folded, words)[0], length


def _hit(entry: Entry, folded: str, words: tuple[str, ...], *, is_named: bool) -> Hit:
    return Hit(entry, _other_name(entry, _best(entry, folded, words)[1]), is_named, words)


def _other_name(entry: Entry, name: ox.Literal) -> ox.Literal | None:
    return None if name.value == entry.name.value else name


def _best(entry: Entry, folded: str, words: tuple[str, ...]) -> tuple[int, ox.Literal]:
    """Return the best quality, from 0 (best) to 3 (no name matches), with its name or the label."""
    qualities = [_quality(name, folded, words) for name, _ in entry.names]
    best = min(range(len(qualities)), key=qualities.__getitem__, default=0)
    if not qualities or qualities[best] == 3:
        return 3, entry.name
    return qualities[best], entry.names[best][1]


def _quality(name: str, folded: str, words: tuple[str, ...]) -> int:
    if name == folded:
        return 0
    if name.startswith(folded):
        return 1
    return 2 if _has(parted(name), words) else 3


def _has_numbers(words: str, numbers: Sequence[str]) -> bool:
    """Return whether the digits of each number are together: 2.629 is not in "2 of 629"."""
    return all(f" {number}" in f" {words}" for number in numbers)


def _has(name: str, words: Sequence[str]) -> bool:
    """Return whether each word begins a word of a name that `parted` returned."""
    spaced = f" {name}"
    return all((word if word >= UNSPACED else f" {word}") in spaced for word in words)
