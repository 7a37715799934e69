"""Where in the content's files something is stated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import rdflib
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser

from apecgraph.check.report import Place
from apecgraph.content.folder import Content, ContentFile
from apecgraph.content.statements import Statement
from apecgraph.rdf.namespaces import ID, RDF

_log = logging.getLogger(__name__)


class Locator:
    """Finds places in a content folder.

    It parses the files that it is asked about a second time, by a slower parser that knows its
    lines, so it is asked only when there is something to report.
    """

    def __init__(self, content: Content, statements: Iterable[Statement]) -> None:
        self._content = content
        self._statements = tuple(statements)
        self._lines = cache(_lines)

    def places(self, node: str, path: str | None, value: str | None) -> Iterator[Place]:
        """Yield where a node (IRI or literal) is described, or else where it is mentioned.

        path, value: the property and the value in question, where one is; the place of the
        triple is preferred to that of its subject.
        """
        for statement in self._statements:
            subject, predicate, object_ = map(_text, statement.triple)
            if (subject, predicate) == (node, path) and value in (None, object_):
                yield from self.places(statement.iri, f"{RDF}object", object_)
                return
        described = [file for file in self._content.files if self._states(file, node)]
        # A thing may be described in several files: prefer those that state the property.
        exact = [file for file in described if (node, path) in self._lines(file.path)]
        for file in exact or described:
            yield Place(self._content.relative(file.path), self._closest(file, node, path, value))
        if not described:
            for file in self._content.files:
                mentions = [line for key, line in self._lines(file.path).items() if node in key[1:]]
                if mentions:
                    yield Place(self._content.relative(file.path), min(mentions))

    def _closest(self, file: ContentFile, *wanted: str | None) -> int | None:
        parts = [part for part in wanted if part is not None]
        while parts:
            line = self._lines(file.path).get(tuple(parts))
            if line is not None:
                return line
            parts.pop()
        return None

    @staticmethod
    def _states(file: ContentFile, node: str) -> bool:
        return any(_text(triple.subject) == node for triple in file.triples)


def _text(term: Any) -> str:
    text: str = getattr(term, "value", "")
    return text


def _lines(path: Path) -> dict[tuple[str, ...], int]:
    """Map each subject, each subject and predicate, and each triple to its first line."""
    lines: dict[tuple[str, ...], int] = {}

    def see(start: int, line: int, *triple: str) -> None:
        for length, number in ((1, start), (2, line), (3, line)):
            key = triple[:length]
            lines[key] = min(number, lines.get(key, number))

    _log.debug("finding lines in %s", path, extra={"place": str(path)})
    with suppress(RecursionError):  # too deep for it: what was read has its lines
        _LineParser(see).loadBuf(path.read_bytes())
    return lines


class _LineParser(SinkParser):
    """rdflib's Turtle parser, asked where each subject and each value begins."""

    def __init__(self, see: Callable[[int, int, str, str, str], None]) -> None:
        super().__init__(RDFSink(rdflib.Graph()), baseURI=ID, turtle=True)
        self._see = see
        self._begun: dict[str, int] = {}
        self._start = 1

    def statement(self, argstr: str, i: int) -> int:
        start = self.skipSpace(argstr, i)
        self._start = self.lines + 1
        end: int = super().statement(argstr, i if start < 0 else start)
        return end

    def object(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:
        start = self.skipSpace(argstr, i)
        line = self.lines + 1
        end: int = super().object(argstr, i if start < 0 else start, res)
        if end >= 0:
            self._begun[str(res[-1])] = line
        return end

    def makeStatement(self, quadruple: Any) -> None:  # noqa: N802 - the parser's name for it
        _, predicate, subject, value = quadruple
        # The parser keeps its own keywords (`a`) as pairs of a kind and an IRI.
        name = predicate[1] if isinstance(predicate, tuple) else predicate
        line = self._begun.get(str(value), self.lines + 1)
        self._see(self._start, line, str(subject), str(name), str(value))
        super().makeStatement(quadruple)
