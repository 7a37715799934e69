"""The draft of new claims: the content that editors refer to, and the claims that they add to it.

A thing may be given by its IRI, its code or one of its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from apecgraph.content.codes import Codes
from apecgraph.content.folder import SOURCE_PREFIX, Content, ContentFile
from apecgraph.entry.literals import language_tag
from apecgraph.errors import EntryRefused
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, compact
from apecgraph.rdf.terms import Value, in_graph, triples_about
from apecgraph.text.printed_words import PrintedMeaning, PrintedWords

Row: TypeAlias = Mapping[str, str]
"""The values of a claim, keyed by column; an empty value is the same as a missing one."""

_Value = TypeVar("_Value")

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The form of the name of a source, a figure or a statement."""


class Draft:
    """New claims, which may refer to each other and to all content.

    Args:
        content: The content.

    Attributes:
        content: The content, without the new claims.
        graph: The dataset of the content, with the new claims.
        codes: The things that the content describes.
        files: The new triples of each file.
        notes: The claims that are written, the values read from the printed words, and the gaps
            that the editor has to fill.
    """

    def __init__(self, content: Content) -> None:
        self.content = content
        self.graph = Graph(content.quads)
        self.codes = Codes(self.graph)
        self.files: dict[Path, list[ox.Triple]] = {}
        self.notes: list[str] = []
        self._words = PrintedWords(self.graph)

    def find(self, row: Row, column: str, *kinds: str) -> str:
        """Return the IRI of the thing in a column."""
        if not row.get(column):
            kind = f" ({' or '.join(kinds)})" if kinds else ""
            raise EntryRefused(f"{column} is missing: give the code or the name of a thing{kind}")
        return read(row, column, lambda text: self.codes.find(text.removeprefix(ID), *kinds))

    def optional(self, row: Row, column: str, *kinds: str) -> str | None:
        """Return the IRI of the thing in a column, or None if the column is empty."""
        return self.find(row, column, *kinds) if row.get(column) else None

    def printed(self, row: Row, source: str) -> tuple[PrintedMeaning | None, ox.Literal | None]:
        """Return the printed words of a claim, with their meaning, or None without words."""
        if not row.get("printed"):
            return None, None
        language = self.language(row, source)
        meaning = self._words.read(row["printed"], language)
        return meaning, ox.Literal(row["printed"], language=language)

    def language(self, row: Row, source: str) -> str:
        """Return the language of the words of a claim."""
        languages = self.graph.values(source, f"{DCTERMS}language")
        if not row.get("language") and len(languages) != 1:
            raise EntryRefused("the source has several languages: give the language of the words")
        given = row.get("language") or languages[0]
        return read({"language": given}, "language", language_tag)

    def free(self, source: str, kind: str, name: str, given: str | None) -> str:
        """Return an IRI that describes nothing yet: the given one, or one with a number."""
        space = f"{ID}{kind}/{source.removeprefix(SOURCE_PREFIX)}/"
        if given:
            if not NAME.fullmatch(given.removeprefix(space).replace("_", "-")):
                raise EntryRefused(
                    f"{kind}: '{given}' is not a valid name for a {kind} of this source"
                )
            iri = space + given.removeprefix(space)
            if self.graph.has(iri):
                raise EntryRefused(f"{compact(iri)} already exists")
            return iri
        number, iri = 1, space + name
        free = iri
        while self.graph.has(free):
            number += 1
            free = f"{iri}-{number}"
        return free

    def with_claims(self) -> Content:
        """Return the content with the new claims; new files come last."""
        files = {file.path: file for file in self.content.files}
        for path, triples in self.files.items():
            known = files[path].triples if path in files else ()
            graph = ox.NamedNode(f"{SOURCE_PREFIX}{path.stem}")
            files[path] = ContentFile(path, graph, (*known, *triples))
        return replace(self.content, files=tuple(files.values()))

    def add(self, source: str, iri: str, values: Iterable[tuple[str, Value]]) -> None:
        """Add a claim of a source, or the description of the source, to its file."""
        path = self.path(source)
        triples = list(triples_about(iri, *values))
        self.graph.store.extend(in_graph(triple, ox.NamedNode(source)) for triple in triples)
        self.files.setdefault(path, []).extend(triples)
        self.notes.append(f"{self.content.relative(path)}: {compact(iri)} written")

    def path(self, source: str) -> Path:
        """Return the path of the file of a source."""
        return self.content.root / "data" / "sources" / f"{source.removeprefix(SOURCE_PREFIX)}.ttl"


def read(row: Row, column: str, reader: Callable[[str], _Value]) -> _Value:
    """Read the value of a column; an error names the column."""
    try:
        return reader(row.get(column, ""))
    except EntryRefused as error:
        raise EntryRefused(f"{column}: {error}") from None


def cited(row: Row, printed: ox.Literal | None) -> Iterator[tuple[str, Value]]:
    """Yield the printed words and the identifier of a claim."""
    if printed is not None:
        yield f"{APEC}printed", printed
    if row.get("identifier"):
        yield f"{DCTERMS}identifier", ox.Literal(row["identifier"])
