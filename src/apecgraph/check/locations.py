"""Locations: the file and the line in which a statement is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import rdflib
from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser

from apecgraph.check.report import Place, Result
from apecgraph.content.folder import Content, ContentFile
from apecgraph.content.statements import Statement
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.files import read_rdf
from apecgraph.rdf.namespaces import ID, RDF
from apecgraph.rdf.terms import from_notation, term_text

_Lines: TypeAlias = dict[tuple[str, ...], int]
"""The first line of each subject, each subject with predicate, and each triple."""


class Locator:
    """Finds places in a content folder.

    The locator parses Turtle files a second time, with a slower parser that records line numbers.
    The check therefore uses it only if there are results to report.

    Args:
        content: The content.
        statements: The statements of the content.
        observe: Observes the parsing of each file.
    """

    def __init__(
        self,
        content: Content,
        statements: Iterable[Statement],
        observe: StepObserver = nullcontext,
    ) -> None:
        self._content = content
        self._observe = observe
        self._parsed: dict[Path, _Lines] = {
            table.path: {(table.iri(name),): line for name, line in table.lines.items()}
            for table in content.tables
        }
        self._files: defaultdict[str, list[ContentFile]] = defaultdict(list)
        for file in content.files:
            for subject in {term_text(triple.subject) for triple in file.triples}:
                self._files[subject].append(file)
        self._statements: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for statement in statements:
            subject, predicate, object_ = map(term_text, statement.triple)
            self._statements[subject, predicate].append((statement.iri, object_))

    def located(self, results: Iterable[Result]) -> tuple[Result, ...]:
        """Add the places to results, and sort them by place."""
        located = [replace(result, places=self._all_places(result)) for result in results]
        return tuple(sorted(located, key=lambda each: (list(map(_order, each.places)), str(each))))

    def _all_places(self, result: Result) -> tuple[Place, ...]:
        path = result.path if isinstance(result.path, str) else None
        value = None if result.value is None else term_text(from_notation(result.value))
        nodes = [term_text(from_notation(node)) for node in result.nodes]
        return tuple(
            dict.fromkeys(place for node in nodes for place in self.places(node, path, value))
        )

    def places(self, node: str, path: str | None, value: str | None) -> Iterator[Place]:
        """Find the places that describe a node or, without any, those that mention it.

        Args:
            node: The node, as an IRI or the text of a literal.
            path: IRI of the property in question, if any.
            value: The value in question, if any, as an IRI or the text of a literal.

        Yields:
            The places: the line of the triple in question or, if it is not found, of its subject.
        """
        for statement, object_ in self._statements.get((node, path or ""), ()):
            if value in (None, object_):
                yield from self.places(statement, f"{RDF}object", object_)
                return
        described = self._files.get(node, [])
        # A thing may be described in several files: prefer those that state the property.
        exact = [file for file in described if (node, path) in self._lines(file)]
        for file in exact or described:
            yield Place(self._content.relative(file.path), self._closest(file, node, path, value))
        if not described:
            yield from self._mentions(node)

    def _mentions(self, node: str) -> Iterator[Place]:
        """Find the first line of each file that mentions a node."""
        for file in self._content.files:
            mentions = [line for key, line in self._lines(file).items() if node in key[1:]]
            if mentions:
                yield Place(self._content.relative(file.path), min(mentions))
        if not node.startswith(ID):
            return
        path = node.removeprefix(ID)
        for table in self._content.tables:
            lines = [table.lines[name] for name, row in table.rows.items() if path in row.values()]
            if lines:
                yield Place(self._content.relative(table.path), min(lines))

    def _closest(self, file: ContentFile, *wanted: str | None) -> int | None:
        """Return the line of a triple, or of its subject and predicate, or of its subject."""
        parts = [part for part in wanted if part is not None]
        while parts:
            line = self._lines(file).get(tuple(parts))
            if line is not None:
                return line
            parts.pop()
        return None

    def _lines(self, file: ContentFile) -> _Lines:
        if file.path not in self._parsed:
            with self._observe(Step("file", str(file.path))):
                self._parsed[file.path] = _parsed_lines(file.path, file.base)
        return self._parsed[file.path]


def _order(place: Place) -> tuple[str, int]:
    return place.file, place.line or 0


def _parsed_lines(path: Path, base: str) -> _Lines:
    lines: _Lines = {}

    def note(start: int, line: int, *triple: str) -> None:
        for length, number in ((1, start), (2, line), (3, line)):
            key = triple[:length]
            lines[key] = min(number, lines.get(key, number))

    # A file that nests too deeply, or is not in Turtle, has only the lines noted so far.
    with suppress(RecursionError, BadSyntax):
        _LineParser(note, base).loadBuf(read_rdf(path))
    return lines


class _LineParser(SinkParser):
    """rdflib's Turtle parser, extended to note the line of each subject and each value.

    Args:
        note: Called with the line of the subject, the line of the value, and the triple.
        base: The base of relative IRIs.
    """

    def __init__(self, note: Callable[[int, int, str, str, str], None], base: str) -> None:
        super().__init__(RDFSink(rdflib.Graph()), baseURI=base, turtle=True)
        self._note = note
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
        self._note(self._start, line, str(subject), str(name), str(value))
        super().makeStatement(quadruple)
