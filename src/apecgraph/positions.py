"""On which line of a Turtle file a triple is stated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rdflib
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser

from apecgraph.namespaces import ID


class Positions:
    """The lines of one file. Parsing again is slow, so this is made only to report an error."""

    def __init__(self, path: Path) -> None:
        self._lines: dict[tuple[str, ...], int] = {}
        parser = _LineParser(RDFSink(rdflib.Graph()), baseURI=ID, turtle=True)
        parser.seen = self._see
        parser.loadBuf(path.read_bytes())

    def line(
        self, subject: str, predicate: str | None = None, value: str | None = None
    ) -> int | None:
        """Return the line of the closest match: the triple, else the predicate, else the subject.

        subject, predicate: IRIs; value: an IRI or the lexical form of a literal.
        None where the file says nothing of the subject.
        """
        wanted = [part for part in (subject, predicate, value) if part is not None]
        while wanted:
            line = self._lines.get(tuple(wanted))
            if line is not None:
                return line
            wanted.pop()
        return None

    def mention(self, iri: str) -> int | None:
        """Return the first line on which the IRI stands as a predicate or a value."""
        lines = [line for key, line in self._lines.items() if len(key) > 1 and key[-1] == iri]
        return min(lines, default=None)

    def _see(self, line: int, subject: str, predicate: str, value: str) -> None:
        for key in ((subject,), (subject, predicate), (subject, predicate, value)):
            self._lines[key] = min(line, self._lines.get(key, line))


class _LineParser(SinkParser):
    """rdflib's Turtle parser, asked where it is each time it has read a triple."""

    seen: Any

    def makeStatement(self, quadruple: Any) -> None:  # noqa: N802
        _, predicate, subject, value = quadruple
        self.seen(self.lines + 1, str(subject), str(predicate), str(value))
        super().makeStatement(quadruple)
