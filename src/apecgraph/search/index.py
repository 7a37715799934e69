"""The index of the search: SQLite finds the few entries that can match, whatever their number.

FTS5, the full-text search of SQLite, is only a sieve, so it needs no rules of any language: the
tokens come from here. A word of a script without spaces becomes its pairs of characters.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from threading import Lock
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.search.entries import Entry, Section
from apecgraph.text.folding import spellings

UNSPACED: Final = "\u0e00"
"""Most scripts from Thai on put no spaces between words, so a word may begin anywhere."""

_JOINT: Final = re.compile(
    f"(?<=[{UNSPACED}-\U0010ffff])(?=[!-{chr(ord(UNSPACED) - 1)}])"
    f"|(?<=[!-{chr(ord(UNSPACED) - 1)}])(?=[{UNSPACED}-\U0010ffff])"
)
"""The borders between such a script and another script without a space: 2026年APEC海关."""

_KIND: Final = "\ue000"
"""The first character of the token of a kind. It is for private use, so no word has it."""

_MEGABYTES: Final = 64
"""Memory for the pages of the index; SQLite keeps more pages in a temporary file."""

_LONGEST_BEGINNING: Final = 8
"""Number of characters of a word that the index looks for. It has a list of entries for each
beginning up to this length; longer ones would be merged from the lists of all their words."""

_SPELLED: Final = 100
"""Maximum number of entries with the same name or identifier."""

_READ: Final = """
SELECT iri, name, language, section, names, kinds, texts, words, claims FROM entry
    WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"""

# `entry` is in the order of the answers: section by section, and in each by name: the first rows
# of a query are the best, and it can stop there.
_TABLES: Final = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, iri TEXT, name TEXT, language TEXT, section INTEGER,
    names TEXT, kinds TEXT, texts TEXT, words TEXT, claims TEXT);
CREATE TABLE spelling (key TEXT, id INTEGER, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE TABLE beginning (name TEXT, id INTEGER, PRIMARY KEY (name, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE sieve USING fts5(
    tokens, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2 3 4 5 6 7 8');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(sieve, row);
"""
_ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Index:
    """The entries of a release, which do not change.

    The index is read by one thread at a time; what it finds takes milliseconds.

    Args:
        entries: The entries in the order of the answers, each section together.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._kinds: dict[str, int] = {}
        self._lock = Lock()
        # A database without a name is private: a cache in memory, and a file if that is full.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{_MEGABYTES * 1024}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        for number, entry in enumerate(entries, start=1):
            self._add(number, entry)
        self._database.execute("INSERT INTO sieve(sieve) VALUES ('optimize')")
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA query_only = ON")
        ranges = self._rows("SELECT section, min(id), max(id) FROM entry GROUP BY section", ())
        self._sections = {Section(each): (first, last) for each, first, last in ranges}

    def close(self) -> None:
        """Give back the memory and the file."""
        with self._lock:
            self._database.close()

    def spelled(self, folded: str) -> list[Entry]:
        """Find the entries with a name or an identifier, whatever the order of its words."""
        return self._entries(
            "SELECT id FROM spelling WHERE key IN (SELECT value FROM json_each(?)) LIMIT ?",
            (json.dumps(sorted(spellings(folded))), _SPELLED),
        )

    def beginning(self, folded: str, limit: int) -> list[Entry]:
        """Find entries with a name that begins with a text; claims are not among them."""
        return self._entries(
            "SELECT id FROM beginning WHERE name >= ? AND name < ? ORDER BY name LIMIT ?",
            (folded, f"{folded}\U0010ffff", limit),
        )

    def having(
        self,
        words: Collection[str],
        section: Section,
        limit: int,
        *,
        kind: str | None = None,
        any_pair: bool = False,
    ) -> list[Entry]:
        """Find entries of a section that may have all words, in the order of the index.

        Args:
            words: Folded words, each the beginning of a word of the entry.
            section: The section.
            limit: Maximum number of entries.
            kind: IRI of a kind that the entries must have, or None.
            any_pair: Whether one pair of characters is enough of the words without spaces.

        Returns:
            The entries. They may have only the beginnings of long words, and the characters of a
            word without spaces in another order.
        """
        match = self._match(words, kind, any_pair=any_pair)
        if match is None or section not in self._sections:
            return []
        return self._entries(
            "SELECT rowid FROM sieve WHERE sieve MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid LIMIT ?",
            (match, *self._sections[section], limit),
        )

    def of_kind(self, kind: str, skipped: int, limit: int) -> list[Entry]:
        """Return entries of a kind in the order of the index."""
        match = self._match((), kind)
        return self._entries(
            "SELECT rowid FROM sieve WHERE sieve MATCH ? ORDER BY rowid LIMIT ? OFFSET ?",
            (match, limit, skipped),
        )

    def names(self) -> list[str]:
        """Return all names except those of claims, folded."""
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM beginning", ())]

    def words(self) -> dict[str, int]:
        """Return the words of scripts with spaces, with the numbers of entries that have them."""
        rows = self._rows("SELECT term, doc FROM vocabulary WHERE term < ?", (UNSPACED,))
        return dict(rows)

    def named(self, folded: str) -> list[Entry]:
        """Return the entries that have exactly one of the names that `names` lists."""
        return self._entries("SELECT id FROM beginning WHERE name = ?", (folded,))

    def _add(self, number: int, entry: Entry) -> None:
        names = [(folded, each.value, each.language) for folded, each in entry.names]
        texts = [(each.value, each.language) for each in entry.texts]
        listed = (names, entry.kinds, texts, parted(entry.words), entry.claims)
        name = entry.name
        values = (entry.iri, name.value, name.language, entry.section, *map(_written, listed))
        self._database.execute(_ENTRY, (number, *values))
        keys = {
            key for text in (*(each for each, *_ in names), *entry.codes) for key in spellings(text)
        }
        self._database.executemany(
            "INSERT INTO spelling VALUES (?, ?)", [(key, number) for key in keys]
        )
        if entry.section < Section.CELL:
            self._database.executemany(
                "INSERT OR IGNORE INTO beginning VALUES (?, ?)",
                [(folded, number) for folded, *_ in names if folded],
            )
        if entry.section < Section.FIGURE:
            kinds = [self._kind(each) for each in entry.kinds]
            tokens = " ".join([*kinds, *_tokens(parted(entry.words))])
            self._database.execute(
                "INSERT INTO sieve(rowid, tokens) VALUES (?, ?)", (number, tokens)
            )

    def _kind(self, iri: str) -> str:
        return f"{_KIND}{self._kinds.setdefault(iri, len(self._kinds))}{_KIND}"

    def _match(
        self, words: Collection[str], kind: str | None, *, any_pair: bool = False
    ) -> str | None:
        """Write the expression for FTS5, or return None if nothing can match.

        Words are folded: they have no quotation marks, and FTS5 sees no operator in a string.
        """
        if kind is not None and kind not in self._kinds:
            return None
        required = [] if kind is None else [f'"{self._kind(kind)}"']
        required += [f'"{word[:_LONGEST_BEGINNING]}" *' for word in words if word < UNSPACED]
        pairs = [f'"{pair}"' for word in words if word >= UNSPACED for pair in _pairs(word)]
        if any_pair:
            required += [f"({' OR '.join(pairs)})"] if pairs else []
        else:
            required += pairs
        return " AND ".join(required) or None

    def _entries(self, query: str, values: Sequence[object]) -> list[Entry]:
        """Return the entries whose numbers a query finds, in the order of the index."""
        numbers = [number for (number,) in self._rows(query, values)]
        return list(map(_read, self._rows(_READ, (json.dumps(numbers),))))

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock, closing(self._database.execute(query, values)) as cursor:
            return cursor.fetchall()


def parted(folded: str) -> str:
    """Put spaces between words of a script without spaces and words of other scripts."""
    return folded if folded.isascii() else _JOINT.sub(" ", folded)


def _tokens(text: str) -> dict[str, None]:
    """Return the tokens of a text, without repetition."""
    return dict.fromkeys(
        token
        for word in text.split()
        for token in ((*word, *map("".join, pairwise(word))) if word >= UNSPACED else (word,))
    )


def _pairs(word: str) -> Iterator[str]:
    """Yield the tokens of a word without spaces: its pairs of characters, or its only one."""
    return map("".join, pairwise(word)) if len(word) > 1 else iter(word)


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(row: tuple[Any, ...]) -> Entry:
    iri, name, language, section, names, kinds, texts, words, claims = row
    return Entry(
        iri,
        ox.Literal(name, language=language),
        Section(section),
        tuple((folded, ox.Literal(text, language=tag)) for folded, text, tag in json.loads(names)),
        frozenset(),
        tuple(json.loads(kinds)),
        tuple(ox.Literal(text, language=tag) for text, tag in json.loads(texts)),
        words,
        tuple(json.loads(claims)),
    )
