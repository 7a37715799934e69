"""The use of terms: each term is known, and fits the subjects and the values that it has.

A term is listed in `ontology/*.ttl` or in `ontology/terms.csv`. A property fits a subject if a
class of the subject is in its domain, and a value if a class of the value is in its range. A
property without a domain fits every subject. A thing without a stated class fits every property.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import Content
from apecgraph.content.vocabularies import (
    CLASS,
    DATATYPE,
    DATATYPE_PROPERTY,
    EVERYTHING,
    OBJECT_PROPERTY,
    PROPERTIES,
    Vocabularies,
)
from apecgraph.rdf.namespaces import DCTERMS, ID, ONTOLOGY, RDF, RDFS, SCHEMA, SH, XSD, compact
from apecgraph.rdf.terms import Term, notation, term_text
from apecgraph.text.nearest import nearest

_TYPE: Final = f"{RDF}type"
_KINDS_OF_VALUES: Final = {
    _TYPE: (CLASS, DATATYPE),
    f"{RDF}predicate": PROPERTIES,
    f"{SH}path": PROPERTIES,
}
"""Properties whose values are terms, whatever their namespace."""

_WANTED: Final = {PROPERTIES: "property", (DATATYPE,): "datatype"}
"""What to call a term of some kinds, other than a class."""

_ADDRESSES: Final = frozenset((f"{SCHEMA}URL", f"{XSD}anyURI"))
"""Datatypes of values that are IRIs."""

_META: Final = {CLASS: f"{RDFS}Class", DATATYPE: f"{RDFS}Datatype"}
_NEAR: Final = 75
"""Minimum similarity of a suggested name to the unknown one, from 0 to 100."""

_MOST_CLASSES: Final = 4
_RULE: Final = f"{ID}shape/vocabulary"


def misused_terms(
    content: Content, evidence: Evidence, vocabularies: Vocabularies
) -> Iterator[Result]:
    """Find unknown terms, and terms that do not fit their subject or their value.

    Args:
        content: The content.
        evidence: The evidence in it: the content of a statement must obey the same rules.
        vocabularies: The published vocabularies that the content may use.

    Yields:
        One result for each triple.
    """
    use = _Use(evidence, vocabularies)
    messages: dict[ox.Triple, str | None] = {}
    owners: dict[Term, ox.Triple] = {}
    for file in content.files:
        for triple in file.triples:
            messages[triple] = use.unknown(triple) or use.misfit(triple)
            if isinstance(triple.object, ox.BlankNode):
                owners[triple.object] = triple
    for statement in evidence.statements:
        messages[statement.triple] = use.misfit(statement.triple)
    for triple, message in messages.items():
        if message is not None:
            subject, predicate = _place(triple, owners)
            yield Result(
                nodes=(notation(subject),),
                path=predicate.value,
                value=notation(triple.object),
                shape=_RULE,
                component=f"{SH}SPARQLConstraintComponent",
                message=message,
            )


def _place(
    triple: ox.Triple, owners: dict[Term, ox.Triple]
) -> tuple[ox.NamedNode | ox.BlankNode | ox.Triple, ox.NamedNode]:
    """Return subject and property of a triple, or those that lead to the list that it is in."""
    seen = set()
    while triple.subject in owners and triple not in seen:  # blank nodes may form a circle
        seen.add(triple)
        triple = owners[triple.subject]
    return triple.subject, triple.predicate


class _Use:
    """Judges the use of terms in the triples of one content."""

    def __init__(self, evidence: Evidence, vocabularies: Vocabularies) -> None:
        self._graph = evidence.graph
        self._vocabularies = vocabularies
        self._terms = vocabularies.terms_with(evidence.graph)
        self._classes: dict[str, frozenset[str]] = {}
        self._types: defaultdict[str, set[str]] = defaultdict(set)
        for quad in evidence.graph.quads(None, _TYPE):
            self._types[term_text(quad.subject)].add(term_text(quad.object))

    def unknown(self, triple: ox.Triple) -> str | None:
        """Return a message about the unknown or deprecated term of a triple, or None."""
        subject, predicate, value = triple
        message = self._reject(predicate.value, PROPERTIES)
        if message is None and isinstance(value, ox.NamedNode):
            kinds = _KINDS_OF_VALUES.get(predicate.value)
            message = self._reject(value.value, kinds) if kinds else None
        if message is None and isinstance(value, ox.Literal) and not value.language:
            message = self._reject(value.datatype.value, (DATATYPE,))
        for term in (subject, value):
            if message is None and isinstance(term, ox.NamedNode) and self._is_missing(term.value):
                message = self._suggestion(term.value, ())
        return message

    def _reject(self, iri: str, kinds: Collection[str]) -> str | None:
        """Return why an IRI is not a usable term of some kinds, or None if it is one."""
        if not self._is_a(iri, kinds):
            return self._suggestion(iri, kinds)
        return self._retired(iri) if self._terms[iri].deprecated else None

    def _retired(self, iri: str) -> str:
        """Say that a term is deprecated, and what replaces it."""
        successors = self._graph.iris(iri, f"{DCTERMS}isReplacedBy")
        instead = " and ".join(map(compact, successors)) or "another"
        return f"{compact(iri)} is deprecated: use {instead}"

    def _is_a(self, iri: str, kinds: Collection[str]) -> bool:
        term = self._terms.get(iri)
        return term is not None and term.kind in kinds

    def _is_missing(self, iri: str) -> bool:
        """Return whether an IRI is in a vocabulary's namespace without being one of its terms."""
        if iri in self._terms or iri.startswith(ID):
            return False
        return iri.startswith(ONTOLOGY) or self._vocabularies.namespace(iri) is not None

    def _suggestion(self, iri: str, kinds: Collection[str]) -> str:
        """Return the message about an unknown term, with the term that may be meant."""
        wanted = _WANTED.get(tuple(kinds), "class" if kinds else "term")
        known: defaultdict[str, list[str]] = defaultdict(list)
        for term in self._terms.values():
            if not term.deprecated and (not kinds or term.kind in kinds):
                known[_local(term.term)].append(term.term)
        # Several vocabularies may have the name: then the whole IRI decides.
        alike = (
            nearest(iri, known[name], least=0) for name in nearest(_local(iri), known, least=_NEAR)
        )
        best = next(alike, None)
        return (
            f"{compact(iri)} is not a {wanted} in ontology/apec.ttl or ontology/terms.csv"
            f"{f': did you mean {compact(best[0])}?' if best else ': correct it, or add it there'}"
        )

    def misfit(self, triple: ox.Triple) -> str | None:
        """Return why a property does not fit its subject or its value, or None if it fits."""
        subject, predicate, value = triple
        term = self._terms.get(predicate.value)
        if term is None:
            return None
        if not self._is_in(subject, term.domain):
            owner = self._named(subject)
            return f"{compact(term.term)} is a property of {_either(term.domain)}, not of {owner}"
        literals = [class_ for class_ in term.range if self._holds_literals(class_)]
        classes = [class_ for class_ in term.range if class_ not in literals]
        if isinstance(value, ox.Literal):
            if term.kind == OBJECT_PROPERTY or (classes and not literals):
                wanted = _either(classes) or "a thing"
                return f"{compact(term.term)} must have {wanted} as its value, not a literal"
        elif term.kind == DATATYPE_PROPERTY or (literals and not classes):
            if _ADDRESSES.isdisjoint(literals):
                given = self._named(value)
                return f"{compact(term.term)} must have a literal as its value, not {given}"
        elif _ADDRESSES.isdisjoint(literals) and not self._is_in(value, classes):
            given = self._named(value)
            return f"{compact(term.term)} must have {_either(classes)} as its value, not {given}"
        return None

    def _is_in(self, node: Term, classes: Collection[str]) -> bool:
        """Return whether a node may be in one of some classes; unknown classes exclude nothing."""
        types = self._types_of(node)
        if not classes or not EVERYTHING.isdisjoint(classes):
            return True
        if not types or not types <= self._terms.keys():
            return True
        return any(not self._above(type_).isdisjoint(classes) for type_ in types)

    def _types_of(self, node: Term) -> set[str]:
        """Return the classes that a node is stated to be in, and that the kind of a term is."""
        iri = term_text(node)
        types = self._types.get(iri, set())
        kind = self._terms[iri].kind if iri in self._terms else None
        if kind in PROPERTIES:
            return types | {f"{RDF}Property"}
        return types | {_META[kind]} if kind in _META else types

    def _above(self, class_: str) -> frozenset[str]:
        """Return a class with all broader classes."""
        if class_ not in self._classes:
            classes, waiting = set[str](), [class_]
            while waiting:
                each = waiting.pop()
                if each not in classes:
                    classes.add(each)
                    waiting += self._terms[each].broader if each in self._terms else ()
            self._classes[class_] = frozenset(classes)
        return self._classes[class_]

    def _holds_literals(self, class_: str) -> bool:
        return class_ == f"{RDFS}Literal" or self._is_a(class_, (DATATYPE,))

    def _named(self, node: Term) -> str:
        """Name a node with its classes."""
        types = ", ".join(compact(type_) for type_ in sorted(self._types_of(node)))
        return f"{compact(term_text(node))}{f' ({types})' if types else ''}"


def _either(classes: Collection[str]) -> str:
    """Name classes, a few of them if they are many."""
    names = sorted(map(compact, classes))
    if len(names) > _MOST_CLASSES:
        names = [*names[:_MOST_CLASSES], f"{len(names) - _MOST_CLASSES} more"]
    return " or ".join(names)


def _local(iri: str) -> str:
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]
