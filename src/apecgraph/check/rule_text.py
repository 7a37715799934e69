"""The shapes of a release in words.

Each constraint component of SHACL Core (section 4) becomes a part of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.content.questions import mentioned
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import RDF, SH, XSD, compact
from apecgraph.rdf.paths import PropertyPath, path_properties, path_text, read_path
from apecgraph.rdf.terms import TRUE_FORMS

_TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_KINDS: Final = {f"{SH}IRI": "an IRI", f"{SH}Literal": "a literal"}
_DATATYPES: Final = {
    f"{RDF}langString": "a text with its language",
    f"{XSD}boolean": "true or false",
    f"{XSD}date": "a date",
    f"{XSD}decimal": "a decimal number",
    f"{XSD}gYear": "a year",
    f"{XSD}gYearMonth": "a month of a year",
    f"{XSD}integer": "a whole number",
    f"{XSD}string": "a text without a language",
}


@dataclass(frozen=True, slots=True)
class WordedRule:
    """A rule in words.

    Attributes:
        iri: The IRI of the property shape or of the constraint.
        sentence: The rule as a sentence.
        clause: The sentence without its subject, or an empty string.
        names: The IRIs that the rule mentions.
    """

    iri: str
    sentence: str
    clause: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class WordedShape:
    """A node shape that has targets, with its rules in words.

    Attributes:
        iri: IRI of the shape.
        targets: IRIs of the classes, properties or nodes that it targets.
        subject: The targets in words.
        rules: Its rules.
    """

    iri: str
    targets: tuple[str, ...]
    subject: str
    rules: tuple[WordedRule, ...]


class RuleText:
    """Puts the shapes of a release into words.

    Args:
        graph: The dataset of the release.
    """

    def __init__(self, graph: Graph) -> None:
        self._labels = Labels(graph)
        self._graph = graph.named_graph(SHAPES_GRAPH)

    def read(self) -> list[WordedShape]:
        """Return the shapes that have targets, in the order of their IRIs."""
        return list(map(self._shape, self._targeting()))

    def naming(self, iri: str) -> list[tuple[str, list[WordedRule]]]:
        """Return the rules that name a term or target its instances, grouped by shape."""
        shapes = []
        for shape in self._targeting():
            targets = self._targets(shape)
            is_target = any(iri in values for values in targets.values())
            rules = [rule for rule in self._rules(shape, targets) if is_target or iri in rule.names]
            shapes += [(shape, rules)] if rules else []
        return shapes

    def titles(self) -> dict[str, str]:
        """Return a dict from the IRIs of rules to titles: their sentences without a full stop."""
        titles: dict[str, str] = {}
        for shape in self._graph.subjects(f"{RDF}type", f"{SH}NodeShape"):
            targets = self._targets(shape)
            # A shape without targets is a part of other shapes.
            subject = "" if any(targets.values()) else f"{self._name(shape)}: "
            for rule in self._rules(shape, targets):
                title = f"{subject}{rule.clause}" if subject and rule.clause else rule.sentence
                titles.setdefault(rule.iri, title.removesuffix("."))
        return titles

    def _targeting(self) -> list[str]:
        return [
            iri
            for iri in self._graph.subjects(f"{RDF}type", f"{SH}NodeShape")
            if any(self._targets(iri).values())
        ]

    def _targets(self, iri: str) -> dict[str, list[str]]:
        """Return the targets of a shape, grouped by kind."""
        return {kind: self._graph.values(iri, f"{SH}{kind}") for kind in _TARGETS}

    def _shape(self, iri: str) -> WordedShape:
        targets = self._targets(iri)
        named = tuple(name for kind in _TARGETS for name in self._graph.iris(iri, f"{SH}{kind}"))
        return WordedShape(iri, named, self._subject(targets), tuple(self._rules(iri, targets)))

    def _rules(self, iri: str, targets: Mapping[str, list[str]]) -> list[WordedRule]:
        subject = self._subject(targets)
        properties = self._graph.values(iri, f"{SH}property")
        rules = [self._rule(property_, subject) for property_ in properties]
        messages = self._graph.values(iri, f"{SH}message")
        own = frozenset(member for name in ("or", "xone") for member in self._in_lists(iri, name))
        rules += [WordedRule(iri, _sentence(message), "", own) for message in messages]
        for constraint in self._graph.values(iri, f"{SH}sparql"):
            query = self._graph.value(constraint, f"{SH}select") or ""
            terms = frozenset(mentioned(query))
            rules += [
                WordedRule(constraint, _sentence(message), "", terms)
                for message in self._graph.values(constraint, f"{SH}message")
            ]
        return rules

    def _subject(self, targets: Mapping[str, list[str]]) -> str:
        """Return the targets of a shape as the subject of a sentence."""
        classes = targets["targetClass"]
        if classes:
            return " or ".join(_with_article(self._name(class_)) for class_ in classes)
        if targets["targetSubjectsOf"]:
            of = " or ".join(f"“{self._name(name)}”" for name in targets["targetSubjectsOf"])
            return f"everything with {of}"
        if targets["targetObjectsOf"]:
            of = " or ".join(f"“{self._name(name)}”" for name in targets["targetObjectsOf"])
            return f"every value of {of}"
        return "everything"

    def _rule(self, iri: str, subject: str) -> WordedRule:
        path = self._path(iri)
        least, most = (self._number(iri, name) for name in ("minCount", "maxCount"))
        quantity = _quantity(least, most)
        name = "" if path is None else path_text(path, self._name)
        clause = ": ".join(filter(None, (f"{quantity} “{name}”", ", ".join(self._qualities(iri)))))
        names = frozenset(self._mentioned(iri))
        return WordedRule(iri, _sentence(f"{subject} {clause}"), clause, names)

    def _qualities(self, iri: str) -> Iterator[str]:
        """Yield a phrase about the values for each constraint."""
        phrases: dict[str, Callable[[str], str]] = {
            "class": lambda value: _with_article(self._name(value)),
            "datatype": self._datatype,
            "nodeKind": lambda value: _KINDS.get(value, compact(value)),
            "node": self._alternative,
            "hasValue": self._quoted,
            "lessThanOrEquals": lambda value: f"no later than its “{self._name(value)}”",
            "disjoint": lambda value: f"never also a value of “{self._name(value)}”",
        }
        for name, phrase in phrases.items():
            values = self._graph.values(iri, f"{SH}{name}")
            yield from map(phrase, values)
        for name, write in (("in", self._quoted), ("or", self._alternative)):
            members = self._in_lists(iri, name)
            if members:
                yield " or ".join(map(write, members))
        low, high = (self._graph.value(iri, f"{SH}{name}Inclusive") for name in ("min", "max"))
        if low is not None and high is not None:
            yield f"from {low} to {high}"
        if self._graph.value(iri, f"{SH}uniqueLang") in TRUE_FORMS:
            yield "one in each language at most"
        pattern = self._graph.value(iri, f"{SH}pattern")
        if pattern is not None:
            yield "not empty" if pattern == r"\S" else f"of the pattern {pattern}"

    def _alternative(self, iri: str) -> str:
        """Describe a shape with its constraints, or with its label if it has no constraints."""
        return ", ".join(self._qualities(iri)) or _lowered(self._name(iri))

    def _datatype(self, iri: str) -> str:
        return _DATATYPES.get(iri) or f"a literal of “{self._name(iri)}”"

    def _quoted(self, iri: str) -> str:
        return f"“{self._name(iri)}”"

    def _path(self, iri: str) -> PropertyPath | None:
        paths = [read_path(self._graph, node) for node in self._graph.objects(iri, f"{SH}path")]
        return paths[0] if paths else None

    def _name(self, text: str) -> str:
        """Return the label of an IRI; a literal is its own name."""
        try:
            return self._labels.title(text).value
        except ValueError:
            return text

    def _number(self, iri: str, name: str) -> int | None:
        value = self._graph.value(iri, f"{SH}{name}") or ""
        return int(value) if value.isdecimal() else None

    def _in_lists(self, iri: str, name: str) -> list[str]:
        """Return the IRIs in the lists that a constraint has as its values."""
        return [
            member.value
            for head in self._graph.objects(iri, f"{SH}{name}")
            for member in self._graph.list_members(head) or ()
            if isinstance(member, ox.NamedNode)
        ]

    def _mentioned(self, iri: str) -> Iterator[str]:
        """Yield the IRIs that a property shape, and the shapes that it names, mention."""
        yield iri
        yield from path_properties(self._path(iri) or ())
        for name in ("class", "datatype", "hasValue", "lessThanOrEquals", "disjoint"):
            yield from self._graph.iris(iri, f"{SH}{name}")
        others = [
            *self._graph.iris(iri, f"{SH}node"),
            *self._graph.iris(iri, f"{SH}property"),
            *self._in_lists(iri, "or"),
        ]
        for each in others:
            yield from self._mentioned(each)


def _quantity(least: int | None, most: int | None) -> str:
    if least is None:
        return {None: "may have", 0: "has no", 1: "has at most one"}.get(
            most, f"has at most {most}"
        )
    if least == most:
        return "has exactly one" if least == 1 else f"has exactly {least}"
    return "has at least one" if least == 1 else f"has at least {least}"


def _with_article(name: str) -> str:
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article} {name}"


def _lowered(name: str) -> str:
    """Write a label within a sentence: in lower case if it begins with an article."""
    return name[:1].lower() + name[1:] if name.startswith(("A ", "An ")) else name


def _sentence(words: str) -> str:
    text = _PLACEHOLDER.sub(lambda match: "the value" if match[1] == "value" else "it", words)
    return f"{text[:1].upper()}{text[1:]}."
