"""The report of the check: results with their places, as text, in JSON and in RDF."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.check.rules import Rule
from apecgraph.errors import ContentError, ReleaseError
from apecgraph.files import read_file
from apecgraph.printable import one_line, shortened
from apecgraph.rdf.formats import TURTLE
from apecgraph.rdf.namespaces import DCTERMS, ID, RDF, RDFS, SH, XSD, compact
from apecgraph.rdf.paths import PropertyPath, path_triples
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import Term, english, from_notation, notation, shortened_iri

_MOST_PLACES: Final = 3
_MOST_OF_A_RULE: Final = 100
_MOST_RESULTS: Final = 1000
_MOST_RULES_LEFT_OFF: Final = 10
_MOST_NODES: Final = 1000
_LONGEST_MESSAGE: Final = 4000
_LONGEST_TERM: Final = 1000


@dataclass(frozen=True, slots=True)
class Result:
    """One error.

    A term is an IRI, or in N-Triples if it is a literal or a blank node.

    Attributes:
        nodes: The nodes at fault.
        shape: The shape or edit rule, as in a SHACL validation result.
        component: IRI of the constraint component, as in a SHACL validation result.
        message: The error, and what to do about it.
        path: The property, or the path, in question, if any.
        value: The value in question, if any.
        places: The places of the nodes.
        severity: IRI of the severity that the shape declares.
        constraint: The constraint in SPARQL that the shape has, if that is the cause.
        messages: The messages of the shape, with their languages, if a shape gives them.
        details: More reasons for the same error.
    """

    nodes: tuple[str, ...]
    shape: str
    component: str
    message: str
    path: PropertyPath | None = None
    value: str | None = None
    places: tuple[Place, ...] = ()
    severity: str = f"{SH}Violation"
    constraint: str | None = None
    messages: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, rule: str, node: str, message: str, path: str | None = None, value: str | None = None
    ) -> Result:
        """Return the result of a rule that the program applies itself, without pyshacl.

        It is reported like the result of a constraint in SPARQL (SHACL, section 5).

        Args:
            rule: IRI of the shape that stands for the rule.
            node: The node at fault.
            message: The error, and what to do about it.
            path: IRI of the property in question, if any.
            value: The value in question, if any.

        Returns:
            The result.
        """
        component = f"{SH}SPARQLConstraintComponent"
        return cls((node,), rule, component, message, path=path, value=value)

    @property
    def rule(self) -> str:
        """What the nodes violate: the constraint in SPARQL, or else the shape or relation."""
        return self.constraint or self.shape

    def __str__(self) -> str:
        return self.text()

    def text(self, *, verbose: bool = False) -> str:
        """Write the result: a paragraph and the first places, or also all details and places."""
        first, *others = self.places or (None,)
        place = "" if first is None else f"{first}: "
        named = "".join(f"{one_line(compact(node))}: " for node in self.nodes[:1])
        severity = self.severity.removeprefix(SH)
        kind = "" if severity == "Violation" else f"{severity}: "
        shown = others if verbose else others[:_MOST_PLACES]
        also = "".join(f"\n    also {one_line(each)}" for each in self.details if verbose)
        see = also + "".join(f"\n    see {other}" for other in shown)
        if len(others) > len(shown):
            see += f"\n    see {len(others) - len(shown)} more places (--verbose)"
        rule = shortened(one_line(compact(self.rule)))
        return f"{place}{named}{kind}{one_line(self.message)} [{rule}]{see}"

    def cut(self) -> Result:
        """Return the result with its long texts, terms and lists cut, each with a count."""
        left = len(self.nodes) - _MOST_NODES
        more = (f"{left:,} more figures, statements or other things",) if left > 0 else ()
        return replace(
            self,
            nodes=tuple(map(_shortened_term, self.nodes[:_MOST_NODES])),
            shape=_shortened_term(self.shape),
            component=_shortened_term(self.component),
            constraint=None if self.constraint is None else _shortened_term(self.constraint),
            message=shortened(self.message, _LONGEST_MESSAGE),
            path=shortened_iri(self.path, _LONGEST_TERM)
            if isinstance(self.path, str)
            else self.path,
            value=None if self.value is None else _shortened_term(self.value),
            messages=tuple(_shortened_term(each, _LONGEST_MESSAGE) for each in self.messages),
            places=self.places[:_MOST_NODES],
            details=(*(shortened(each, _LONGEST_MESSAGE) for each in self.details), *more),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check.

    Attributes:
        results: The errors.
        quads: Number of quads that were checked.
        rules: The rules that the quads were checked against.
        figures: Number of figures that were checked, if they were checked as columns.
        left_off: Number of further errors, which are not listed, keyed by the rule that they
            violate.
    """

    results: tuple[Result, ...]
    quads: int
    rules: tuple[Rule, ...] = ()
    figures: int | None = None
    left_off: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Report:
        """Read a report written by `json`."""
        document = json.loads(text)
        return cls(
            tuple(_result(**result) for result in document["results"]),
            document["triples"],
            tuple(_rule(**rule) for rule in document["rules"]),
            document.get("figures"),
            document.get("leftOff", {}),
        )

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read the report of a release or of a refusal.

        Args:
            path: The file, in JSON.

        Returns:
            The report.

        Raises:
            ReleaseError: If the report cannot be read.
        """
        try:
            return cls.parse(read_file(path).decode())
        except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
            raise ReleaseError(f"the report {path} cannot be read: {error}") from None

    @classmethod
    def unreadable(cls, errors: Iterable[Exception], root: Path) -> Report:
        """Report that files of a content folder cannot be read.

        Args:
            errors: The errors. Only a ContentError has a place.
            root: The content folder.

        Returns:
            The report.
        """
        rule = f"{ID}shape/readable"
        results = [
            Result(
                (),
                rule,
                rule,
                error.message,
                places=(Place(_relative(error.path, root), error.line, error.column),),
            )
            for error in errors
            if isinstance(error, ContentError)
        ]
        return cls(tuple(results), 0).cut()

    def limited(self) -> Report:
        """Return the report with the first errors of each rule and the numbers of the others."""
        listed: list[Result] = []
        of_rule, left_off = Counter[str](), Counter(self.left_off)
        for result in self.results:
            rule = result.rule
            if of_rule[rule] < _MOST_OF_A_RULE and len(listed) < _MOST_RESULTS:
                listed.append(result)
                of_rule[rule] += 1
            else:
                left_off[shortened_iri(rule, _LONGEST_TERM)] += 1
        return replace(self, results=tuple(listed), left_off=dict(left_off))

    def cut(self) -> Report:
        """Return the limited report with long texts cut: content may have a megabyte as a name."""
        limited = self.limited()
        return replace(limited, results=tuple(result.cut() for result in limited.results))

    @property
    def conforms(self) -> bool:
        """Whether there are no errors."""
        return not self.results

    def text(self, *, verbose: bool = False) -> str:
        """Write the report as text: a block for each error, and a summary in the last line.

        Args:
            verbose: Whether to write all details and places of each error.

        Returns:
            The text.
        """
        # Several constraints of one rule may fail with the same message.
        lines = list(dict.fromkeys(f"{result.text(verbose=verbose)}\n" for result in self.results))
        count = len(lines) + sum(self.left_off.values())
        lines += self._left_off()
        if self.figures is None:
            passes, fails = f"the content passes the check ({self.quads} triples)", "content does"
        else:
            passes, fails = f"the figures pass the check ({self.figures} figures)", "figures do"
        if self.conforms:
            lines.append(f"{passes}\n")
        else:
            lines.append(f"{count} error{'s'[: count > 1]}: the {fails} not pass the check\n")
        return "".join(lines)

    def _left_off(self) -> Iterator[str]:
        """Count the errors that are not listed, by rule."""
        rules = sorted(self.left_off.items(), key=lambda item: (-item[1], item[0]))
        for rule, number in rules[:_MOST_RULES_LEFT_OFF]:
            named = shortened(one_line(compact(rule)))
            yield f"{number:,} more error{'s'[: number > 1]} [{named}]\n"
        if others := sum(number for _, number in rules[_MOST_RULES_LEFT_OFF:]):
            left = len(rules) - _MOST_RULES_LEFT_OFF
            yield f"{others:,} more error{'s'[: others > 1]} of {left:,} more rules\n"

    def json(self) -> str:
        """Write the report as JSON: `conforms`, `triples`, `results` and `rules`.

        If figures were checked as columns, `figures` counts them. If errors are left off, `leftOff`
        counts them by rule.
        """
        document = {
            "conforms": self.conforms,
            "triples": self.quads,
            **({} if self.figures is None else {"figures": self.figures}),
            "results": [asdict(result) for result in self.results],
            **({"leftOff": dict(self.left_off)} if self.left_off else {}),
            "rules": [asdict(rule) for rule in self.rules],
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def triples(self) -> Iterator[ox.Triple]:
        """Write the report as RDF (SHACL, section 3.6).

        If a result has several nodes, the first is its focus node and the others are values.
        """
        names = map("path{}".format, count(1))
        report = ox.NamedNode(f"{ID}report/{self._name()}")
        conforms = ox.Literal(str(self.conforms).lower(), datatype=_node(f"{XSD}boolean"))
        yield ox.Triple(report, _node(f"{RDF}type"), _node(f"{SH}ValidationReport"))
        yield ox.Triple(report, _node(f"{SH}conforms"), conforms)
        for line in self._left_off():
            yield ox.Triple(report, _node(f"{RDFS}comment"), english(line.strip()))
        for number, result in enumerate(self.results, 1):
            node = _node(f"{report.value}/{number}")
            yield ox.Triple(report, _node(f"{SH}result"), node)
            yield ox.Triple(node, _node(f"{RDF}type"), _node(f"{SH}ValidationResult"))
            for name, value in _properties(result):
                yield ox.Triple(node, _node(name), value)
            if result.path is not None:
                path, described = path_triples(result.path, lambda: ox.BlankNode(next(names)))
                yield ox.Triple(node, _node(f"{SH}resultPath"), path)
                yield from described

    def turtle(self) -> str:
        """Write the report as Turtle."""
        return rdf_bytes(self.triples(), TURTLE).decode()

    def _name(self) -> str:
        return sha256(self.json().encode()).hexdigest()[:16]


def _properties(result: Result) -> Iterator[tuple[str, Term]]:
    """Yield the properties of a sh:ValidationResult, except its path."""
    yield f"{SH}resultSeverity", _node(result.severity)
    yield f"{SH}sourceShape", from_notation(result.shape)
    yield f"{SH}sourceConstraintComponent", _node(result.component)
    if result.constraint is not None:
        yield f"{SH}sourceConstraint", from_notation(result.constraint)
    for message in result.messages or (notation(ox.Literal(result.message)),):
        yield f"{SH}resultMessage", from_notation(message)
    for name, node in zip(
        ("focusNode", *["value"] * len(result.nodes)), result.nodes, strict=False
    ):
        yield f"{SH}{name}", from_notation(node)
    if result.value is not None:
        yield f"{SH}value", from_notation(result.value)
    for place in result.places:
        yield f"{DCTERMS}source", ox.Literal(str(place))


def _shortened_term(text: str, most: int = _LONGEST_TERM) -> str:
    """Cut a term that is written as in a result."""
    if len(text) <= most:
        return text
    term = from_notation(text)
    if not isinstance(term, ox.Literal):
        return shortened_iri(text, most)
    value = shortened(term.value, most)
    if term.language:
        return notation(ox.Literal(value, language=term.language))
    return notation(ox.Literal(value, datatype=term.datatype))


def _result(
    nodes: list[str],
    places: list[dict[str, Any]],
    path: Any = None,
    messages: Iterable[str] = (),
    details: Iterable[str] = (),
    **rest: Any,
) -> Result:
    return Result(
        tuple(nodes),
        places=tuple(Place(**each) for each in places),
        path=_path(path),
        messages=tuple(messages),
        details=tuple(details),
        **rest,
    )


def _path(path: Any) -> Any:
    """Read a path from JSON, which has lists for tuples."""
    return tuple(map(_path, path)) if isinstance(path, list) else path


def _rule(constraints: list[str], **rest: Any) -> Rule:
    return Rule(constraints=tuple(constraints), **rest)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else str(root)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


@dataclass(frozen=True, slots=True)
class Place:
    """A file, relative to the content folder, with the line and the column (from 1) if known."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)
