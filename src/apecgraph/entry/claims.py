"""New claims of all kinds: sources, figures and statements, and the files that contain them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import Content
from apecgraph.entry.draft import Draft, Row
from apecgraph.entry.figures import enter_figure
from apecgraph.entry.sources import enter_source
from apecgraph.entry.statements import enter_statement
from apecgraph.errors import EntryRefused
from apecgraph.rdf.turtle import parse_file, write_turtle

_KINDS: Final[Mapping[str, Callable[[Draft, Row], None]]] = {
    "source": enter_source,
    "figure": enter_figure,
    "statement": enter_statement,
}


@dataclass(frozen=True, slots=True)
class NewClaims:
    """Claims to write.

    Attributes:
        files: The new text of each file.
        notes: The claims that are written, the values read from the printed words, and the gaps
            that the editor has to fill.
    """

    files: Mapping[Path, str]
    notes: tuple[str, ...]


class Entries:
    """Enters claims into a content folder.

    Args:
        content: The content.
    """

    def __init__(self, content: Content) -> None:
        self._draft = Draft(content)

    def triples(self) -> Mapping[Path, Iterable[ox.Triple]]:
        """Return the triples of all entered claims, keyed by file."""
        return self._draft.files

    def claims(self) -> NewClaims:
        """Return the files with all entered claims."""
        texts = {}
        for path, triples in self._draft.files.items():
            known, prefixes = parse_file(path) if path.exists() else ([], {})
            texts[path] = write_turtle([*known, *triples], prefixes, path)
        return NewClaims(texts, tuple(self._draft.notes))

    def enter(self, kind: str, row: Row) -> None:
        """Enter a claim.

        Args:
            kind: "source", "figure" or "statement".
            row: Its values.

        Raises:
            EntryRefused: A value is missing or unknown, or contradicts the printed words.
        """
        _KINDS[kind](self._draft, row)

    def enter_all(self, kind: str, rows: Sequence[Row]) -> None:
        """Enter claims of one kind.

        Args:
            kind: "source", "figure" or "statement".
            rows: The values of each.

        Raises:
            ExceptionGroup: Rows are refused; the group has an EntryRefused for each.
        """
        refused: list[EntryRefused] = []
        for number, row in enumerate(rows, 1):
            try:
                self.enter(kind, row)
            except EntryRefused as error:
                refused.append(EntryRefused(f"row {number}: {error}") if rows[1:] else error)
        if refused:
            raise ExceptionGroup("nothing is written", refused)
