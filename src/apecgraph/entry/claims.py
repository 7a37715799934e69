"""New claims of all kinds: sources, figures and statements, and the files that contain them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.cube import local_name
from apecgraph.content.folder import Content
from apecgraph.entry.acceptance import consequences, is_contradiction
from apecgraph.entry.draft import Draft, Row
from apecgraph.entry.figures import enter_figure
from apecgraph.entry.sources import SOURCE_COLUMNS, enter_source
from apecgraph.entry.statements import enter_statement
from apecgraph.errors import EntryRefused, UnknownCode
from apecgraph.progress import StepObserver
from apecgraph.rdf.namespaces import compact
from apecgraph.rdf.terms import from_notation
from apecgraph.rdf.turtle import parse_to_rewrite, write_turtle

_KINDS: Final[Mapping[str, Callable[[Draft, Row], str]]] = {
    "source": enter_source,
    "figure": enter_figure,
    "statement": enter_statement,
}


@dataclass(frozen=True, slots=True)
class NewClaims:
    """Claims to write.

    Attributes:
        files: The new text of each file.
        notes: The claims that are written, the values read from the printed words, the gaps that
            the editor has to fill, and the contradictions that there are now.
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
        self._rows: dict[str, int] = {}

    def content(self) -> Content:
        """Return the content with all entered claims."""
        return self._draft.with_claims()

    def claims(self) -> NewClaims:
        """Return the files with all entered claims."""
        texts = {}
        for path, triples in self._draft.files.items():
            known, prefixes = parse_to_rewrite(path) if path.exists() else ([], {})
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
        iri = _KINDS[kind](self._draft, row)
        self._rows[iri] = len(self._rows) + 1

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

    def check(self, observe: StepObserver = nullcontext) -> None:
        """Check the content with the entered claims, and note the contradictions of these.

        Args:
            observe: Observes the application of each shape.

        Raises:
            ExceptionGroup: The check reports errors; the group has an EntryRefused for each.
        """
        refused: list[EntryRefused] = []
        for result in consequences(self._draft.content, self.content(), observe):
            if is_contradiction(result):
                self._draft.notes.append(f"the check reports a contradiction: {result}")
            else:
                text = f"{self._place(result)}{result.message}{self._meant(result)}"
                refused.append(EntryRefused(text))
        if refused:
            raise ExceptionGroup("nothing is written", refused)

    def _place(self, result: Result) -> str:
        """Name the row and the column that a result is about, or the thing."""
        numbers = [self._rows[iri] for iri in (*result.nodes, result.value) if iri in self._rows]
        row = f"row {numbers[0]}: " if numbers and len(self._rows) > 1 else ""
        node, path = result.nodes[0], result.path
        if node not in self._rows:
            return f"{row}{compact(node)}: "
        column = SOURCE_COLUMNS.get(path, local_name(path)) if isinstance(path, str) else ""
        return f"{row}{column}: " if column else row

    def _meant(self, result: Result) -> str:
        """Name the thing that may be meant by the text of a statement, if a thing is wanted."""
        if result.value is None or result.nodes[0] in self._rows:
            return ""
        value = from_notation(result.value)
        if not isinstance(value, ox.Literal) or not value.language:
            return ""
        try:
            return f": did you mean {compact(self._draft.codes.find(value.value))}?"
        except UnknownCode as error:
            return f". {error}"
