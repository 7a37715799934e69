"""The shapes of a release in words.

Each constraint component of SHACL Core (section 4) becomes a part of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from apecgraph.text.catalogues import ENGLISH, Catalogue, gettext_noop

_TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_KINDS: Final = {
    f"{SH}IRI": gettext_noop("an IRI"),
    f"{SH}Literal": gettext_noop("a literal"),
}
_DATATYPES: Final = {
    f"{RDF}langString": gettext_noop("a text with its language"),
    f"{XSD}boolean": gettext_noop("true or false"),
    f"{XSD}date": gettext_noop("a date"),
    f"{XSD}decimal": gettext_noop("a decimal number"),
    f"{XSD}gYear": gettext_noop("a year"),
    f"{XSD}gYearMonth": gettext_noop("a month of a year"),
    f"{XSD}integer": gettext_noop("a whole number"),
    f"{XSD}string": gettext_noop("a text without a language"),
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
        catalogue: The language of the words.
    """

    def __init__(self, graph: Graph, catalogue: Catalogue = ENGLISH) -> None:
        self._labels = Labels(graph, catalogue.tag)
        self._graph = graph.named_graph(SHAPES_GRAPH)
        self._catalogue = catalogue

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
            is_part = not any(targets.values())
            for rule in self._rules(shape, targets):
                title = rule.sentence
                if is_part and rule.clause:
                    name = self._name(shape)
                    title = self._catalogue.gettext(
                        "%(name)s: %(rule)s", name=name, rule=rule.clause
                    )
                titles.setdefault(rule.iri, title.rstrip(".。"))
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
        messages = self._labels.texts(iri, f"{SH}message")
        own = frozenset(member for name in ("or", "xone") for member in self._in_lists(iri, name))
        rules += [WordedRule(iri, self._message(message), "", own) for message in messages]
        for constraint in self._graph.values(iri, f"{SH}sparql"):
            query = self._graph.value(constraint, f"{SH}select") or ""
            terms = frozenset(mentioned(query))
            rules += [
                WordedRule(constraint, self._message(message), "", terms)
                for message in self._labels.texts(constraint, f"{SH}message")
            ]
        return rules

    def _subject(self, targets: Mapping[str, list[str]]) -> str:
        """Return the targets of a shape as the subject of a sentence."""
        classes = targets["targetClass"]
        if classes:
            return self._any(self._with_article(self._name(class_)) for class_ in classes)
        if targets["targetSubjectsOf"]:
            of = self._any(map(self._quoted, targets["targetSubjectsOf"]))
            return self._catalogue.gettext("everything with %(properties)s", properties=of)
        if targets["targetObjectsOf"]:
            of = self._any(map(self._quoted, targets["targetObjectsOf"]))
            return self._catalogue.gettext("every value of %(properties)s", properties=of)
        return self._catalogue.gettext("everything")

    def _rule(self, iri: str, subject: str) -> WordedRule:
        path = self._path(iri)
        least, most = (self._number(iri, name) for name in ("minCount", "maxCount"))
        name = "" if path is None else path_text(path, self._name)
        clause = self._quantity(least, most, name)
        if qualities := self._listed(self._qualities(iri)):
            clause = self._catalogue.gettext("%(name)s: %(rule)s", name=clause, rule=qualities)
        sentence = self._catalogue.gettext(
            "%(subject)s %(clause)s.", subject=subject, clause=clause
        )
        return WordedRule(iri, _capital(sentence), clause, frozenset(self._mentioned(iri)))

    def _quantity(self, least: int | None, most: int | None, name: str) -> str:
        """Write the number of values that a property may have."""
        gettext = self._catalogue.gettext
        match least, most:
            case None, None:
                return gettext("may have “%(property)s”", property=name)
            case None, 0:
                return gettext("has no “%(property)s”", property=name)
            case None, 1:
                return gettext("has at most one “%(property)s”", property=name)
            case None, _:
                return gettext("has at most %(num)s “%(property)s”", num=most, property=name)
            case 1, 1:
                return gettext("has exactly one “%(property)s”", property=name)
            case 1, _:
                return gettext("has at least one “%(property)s”", property=name)
            case _ if least == most:
                return gettext("has exactly %(num)s “%(property)s”", num=least, property=name)
            case _:
                return gettext("has at least %(num)s “%(property)s”", num=least, property=name)

    def _message(self, message: str) -> str:
        """Return a message as a sentence about values in general."""
        words = {"value": self._catalogue.gettext("the value")}
        other = self._catalogue.gettext("it")
        text = _PLACEHOLDER.sub(lambda match: words.get(match[1], other), message)
        return _capital(self._catalogue.gettext("%(sentence)s.", sentence=text))

    def _any(self, words: Iterable[str]) -> str:
        return self._catalogue.gettext(" or ").join(words)

    def _listed(self, words: Iterable[str]) -> str:
        return self._catalogue.gettext(", ").join(words)

    def _with_article(self, name: str) -> str:
        if name[:1].lower() in "aeiou":
            return self._catalogue.gettext("an %(name)s", name=name)
        return self._catalogue.gettext("a %(name)s", name=name)

    def _qualities(self, iri: str) -> Iterator[str]:
        """Yield a phrase about the values for each constraint."""
        phrases: dict[str, Callable[[str], str]] = {
            "class": lambda value: self._with_article(self._name(value)),
            "datatype": self._datatype,
            "nodeKind": lambda value: self._catalogue.gettext(_KINDS.get(value, compact(value))),
            "node": self._alternative,
            "hasValue": self._quoted,
            "lessThanOrEquals": lambda value: self._catalogue.gettext(
                "no later than its “%(property)s”", property=self._name(value)
            ),
            "disjoint": lambda value: self._catalogue.gettext(
                "never also a value of “%(property)s”", property=self._name(value)
            ),
        }
        for name, phrase in phrases.items():
            values = self._graph.values(iri, f"{SH}{name}")
            yield from map(phrase, values)
        for name, write in (("in", self._quoted), ("or", self._alternative)):
            members = self._in_lists(iri, name)
            if members:
                yield self._any(map(write, members))
        low, high = (self._graph.value(iri, f"{SH}{name}Inclusive") for name in ("min", "max"))
        if low is not None and high is not None:
            yield self._catalogue.gettext("from %(low)s to %(high)s", low=low, high=high)
        if self._graph.value(iri, f"{SH}uniqueLang") in TRUE_FORMS:
            yield self._catalogue.gettext("one in each language at most")
        pattern = self._graph.value(iri, f"{SH}pattern")
        if pattern is not None:
            if pattern == r"\S":
                yield self._catalogue.gettext("not empty")
            else:
                yield self._catalogue.gettext("of the pattern %(pattern)s", pattern=pattern)

    def _alternative(self, iri: str) -> str:
        """Describe a shape with its constraints, or with its label if it has no constraints."""
        return self._listed(self._qualities(iri)) or _lowered(self._name(iri))

    def _datatype(self, iri: str) -> str:
        if iri in _DATATYPES:
            return self._catalogue.gettext(_DATATYPES[iri])
        return self._catalogue.gettext("a literal of “%(datatype)s”", datatype=self._name(iri))

    def _quoted(self, iri: str) -> str:
        return self._catalogue.gettext("“%(name)s”", name=self._name(iri))

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


def _lowered(name: str) -> str:
    """Write a label within a sentence: in lower case if it begins with an article."""
    return name[:1].lower() + name[1:] if name.startswith(("A ", "An ")) else name


def _capital(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"
