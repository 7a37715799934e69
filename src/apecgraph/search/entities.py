"""The entities of a graph that can be reconciled, with their types and properties.

The names follow the Reconciliation Service API 0.2 (section 2, Core Concepts).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import NAME_PROPERTIES, Labels
from apecgraph.rdf.namespaces import (
    APEC,
    DCTERMS,
    ID,
    OWL,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SD,
    SKOS,
    TIME,
    compact,
)
from apecgraph.rdf.terms import Term, term_text
from apecgraph.readers.completion import METADATA_CLASSES
from apecgraph.readers.withdrawals import withdrawn
from apecgraph.text.dates import DATE_DATATYPES
from apecgraph.text.economy_names import names_by_economy
from apecgraph.text.folding import fold

_CODES: Final = (f"{SKOS}notation", f"{DCTERMS}identifier", f"{SCHEMA}identifier")
_SAME: Final = (f"{OWL}sameAs", f"{SKOS}exactMatch")
_DEFINITIONS: Final = (f"{SKOS}definition", f"{SCHEMA}description")

# Tables to reconcile name real-world things. Slices, ontologies, code lists and what the build
# derives are completed in queries, but they are not entities.
_NOT_ENTITIES: Final = (
    *METADATA_CLASSES,
    QB,
    RDF,
    RDFS,
    OWL,
    f"{SKOS}ConceptScheme",
    f"{APEC}Cell",
    f"{APEC}Contradiction",
    f"{APEC}Estimate",
    f"{SCHEMA}Claim",
    f"{SCHEMA}Rating",
    f"{TIME}Instant",
)
_NO_PROPERTIES: Final = (RDF, SD, QB)

_CODE_OF_OTHERS: Final = re.compile(r"[A-Za-z]+\d+")  # a number alone is ambiguous
_MOST_WORDS: Final = 40


@dataclass(frozen=True, slots=True)
class Type:
    """A class, or a concept scheme as the type of its concepts.

    Attributes:
        id: Its compact IRI.
        name: Its label.
        description: Its comment, or None.
        broader: The ids of the types directly above it.
        spellings: Its names, folded.
    """

    id: str
    name: str
    description: str | None
    broader: tuple[str, ...]
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityProperty:
    """A property of entities; the attributes are those of `Type`."""

    id: str
    name: str
    description: str | None
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that has a name and is not withdrawn.

    Attributes:
        id: Its IRI without the common prefix.
        name: Its label in the language of the site.
        description: Its definition, or its types, codes and date.
        names: Its names in all languages.
        spellings: Its names, folded, the label first; of an economy, also its everyday names.
        codes: Its identifiers, folded, except the last part of its IRI.
        types: The ids of its own types, followed by the ids of broader types.
        own_types: The ids of its own types.
        facts: Its values in the default graph, keyed by the id of the property.
    """

    id: str
    name: str
    description: str
    names: tuple[ox.Literal, ...]
    spellings: tuple[str, ...]
    codes: frozenset[str]
    types: tuple[str, ...]
    own_types: tuple[str, ...]
    facts: Mapping[str, tuple[Term, ...]]


class Entities:
    """The entities of the default graph, their types and their properties, all keyed by id."""

    def __init__(self, graph: Graph) -> None:
        self._labels = Labels(graph)
        self._graph = graph
        facts = self._read()
        broader = self._broader(facts)
        self.entities: Mapping[str, Entity] = {
            each.id: each for each in self._entities(facts, broader)
        }
        types = Counter(each for entity in self.entities.values() for each in entity.types)
        properties = Counter(each for entity in self.entities.values() for each in entity.facts)
        self.types: Mapping[str, Type] = {
            compact(iri): self._type(iri, broader)
            for iri in sorted(broader, key=lambda iri: (-types[compact(iri)], iri))
            if types[compact(iri)]
        }
        self.properties: Mapping[str, EntityProperty] = {
            compact(iri): self._property(iri)
            for iri in sorted(
                {each for values in facts.values() for each in values},
                key=lambda iri: (-properties[compact(iri)], iri),
            )
            if properties[compact(iri)]
        }

    def entity(self, name: str) -> Entity | None:
        """Find an entity by its id or its IRI."""
        return self.entities.get(name.removeprefix(ID))

    def type(self, name: str) -> Type | None:
        """Find a type by its id or its IRI."""
        return self.types.get(name) or self.types.get(compact(name))

    def property(self, name: str) -> EntityProperty | None:
        """Find a property by its id or its IRI."""
        return self.properties.get(name) or self.properties.get(compact(name))

    def of_types(self, types: Iterable[str]) -> list[Entity]:
        """Return the entities that have one of the types, or all entities if no type is given."""
        wanted = set(types)
        return [
            entity
            for entity in self.entities.values()
            if not wanted or not wanted.isdisjoint(entity.types)
        ]

    def properties_of(self, types: Iterable[str]) -> list[EntityProperty]:
        """Return the properties of entities of the types, the most frequent first."""
        counts = Counter(name for entity in self.of_types(types) for name in entity.facts)
        ranked = sorted(counts, key=lambda name: (-counts[name], name))
        return [self.properties[name] for name in ranked]

    def title(self, iri: str) -> str:
        """Return the label of a term, or its local name if it has no label."""
        label = self._labels.label(iri)
        if label is not None:
            return label.value
        local = re.split(r"[/#:]", compact(iri).rstrip("/#"))[-1]
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()

    def _read(self) -> dict[str, dict[str, list[Term]]]:
        """Return the values of entities in the default graph, keyed by subject and property."""
        graph = self._graph.default_graph
        typed = {
            quad.subject.value
            for quad in graph.quads(None, f"{RDF}type")
            if isinstance(quad.subject, ox.NamedNode)
            and not term_text(quad.object).startswith(_NOT_ENTITIES)
        }
        facts: dict[str, dict[str, list[Term]]] = {}
        for iri in typed:
            if iri.startswith(ID):
                facts[iri] = defaultdict(list)
                for quad in graph.quads(iri):
                    facts[iri][quad.predicate.value].append(quad.object)
        return facts

    def _broader(self, facts: Mapping[str, Mapping[str, list[Term]]]) -> dict[str, set[str]]:
        """Return a dict from the IRI of each type to the IRIs of the types directly above it."""
        broader: dict[str, set[str]] = defaultdict(set)
        for values in facts.values():
            classes = _iris(values, f"{RDF}type")
            for class_ in classes:
                broader[class_] |= set()
            for scheme in _iris(values, f"{SKOS}inScheme"):
                broader[scheme].update(class_ for class_ in classes if class_.startswith(SKOS))
        waiting = list(broader)
        while waiting:
            class_ = waiting.pop()
            for above in self._graph.default_graph.iris(class_, f"{RDFS}subClassOf"):
                if above not in broader:
                    waiting.append(above)
                    broader[above] = set()
                broader[class_].add(above)
        return broader

    def _entities(
        self, facts: Mapping[str, Mapping[str, list[Term]]], broader: Mapping[str, set[str]]
    ) -> Iterator[Entity]:
        for iri, values in sorted(facts.items()):
            own = _iris(values, f"{RDF}type")
            own = [each for each in own if not each.startswith(_NOT_ENTITIES)]
            label = self._labels.label(iri)
            if not own or label is None or withdrawn(self._graph, iri) is not None:
                continue
            own += _iris(values, f"{SKOS}inScheme")
            values_of_names = [each for name in NAME_PROPERTIES for each in values.get(name, ())]
            names = [each for each in values_of_names if isinstance(each, ox.Literal)]
            yield Entity(
                id=iri.removeprefix(ID),
                name=label.value,
                description=self._description(own, values),
                names=tuple(dict.fromkeys(names)),
                spellings=_spellings(label.value, *_texts(names), *_everyday_names(iri)),
                codes=frozenset(_codes(iri, values)),
                types=tuple(map(compact, _closure(own, broader))),
                own_types=tuple(map(compact, own)),
                facts={
                    compact(name): tuple(sorted(each, key=str))
                    for name, each in values.items()
                    if not name.startswith(_NO_PROPERTIES)
                },
            )

    def _description(self, types: list[str], values: Mapping[str, list[Term]]) -> str:
        """Return the definition of a thing, or else its types, codes and first date."""
        for definition in _DEFINITIONS:
            texts = [term for term in values.get(definition, ()) if isinstance(term, ox.Literal)]
            if texts:
                english = [text for text in texts if text.language == "en"]
                words = min((english or texts), key=str).value.split()
                return " ".join(words[:_MOST_WORDS]) + (" …" if len(words) > _MOST_WORDS else "")
        kinds = [self.title(type_) for type_ in types if type_ != f"{SKOS}Concept"]
        codes = sorted(term_text(each) for name in _CODES for each in values.get(name, ()))
        dates = sorted(
            each.value
            for terms in values.values()
            for each in terms
            if isinstance(each, ox.Literal) and each.datatype.value in DATE_DATATYPES
        )
        return ", ".join(dict.fromkeys([*kinds, *codes, *dates[:1]]))

    def _type(self, iri: str, broader: Mapping[str, set[str]]) -> Type:
        name = self.title(iri)
        above = tuple(sorted(map(compact, broader[iri])))
        return Type(compact(iri), name, self._comment(iri), above, _terms(iri, name))

    def _property(self, iri: str) -> EntityProperty:
        name = self.title(iri)
        return EntityProperty(compact(iri), name, self._comment(iri), _terms(iri, name))

    def _comment(self, iri: str) -> str | None:
        return self._labels.text(iri, f"{RDFS}comment") or None


def _closure(types: Iterable[str], broader: Mapping[str, set[str]]) -> list[str]:
    closure = list(types)
    for type_ in closure:
        closure += sorted(above for above in broader.get(type_, ()) if above not in closure)
    return [type_ for type_ in closure if not type_.startswith(_NOT_ENTITIES)]


def _codes(iri: str, values: Mapping[str, list[Term]]) -> Iterator[str]:
    yield fold(iri.removeprefix(ID))
    for name in _CODES:
        for each in values.get(name, ()):
            yield fold(term_text(each)) or term_text(each)
    for name in _SAME:
        for other in _iris(values, name):
            local = other.rstrip("/").rpartition("/")[2]
            if _CODE_OF_OTHERS.fullmatch(local):
                yield fold(local)


def _spellings(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(fold, names))))


def _texts(names: Iterable[ox.Literal]) -> Iterator[str]:
    return (each.value for each in names)


def _everyday_names(iri: str) -> tuple[str, ...]:
    """Return what compilers of statistics call an economy."""
    return names_by_economy().get(iri.removeprefix(f"{ID}economy/"), ())


def _terms(iri: str, name: str) -> tuple[str, ...]:
    own = re.split(r"[/#:]", compact(iri))[-1]
    return tuple(dict.fromkeys(filter(None, (fold(name), fold(compact(iri)), fold(own)))))


def _iris(values: Mapping[str, list[Term]], name: str) -> list[str]:
    return sorted(each.value for each in values.get(name, ()) if isinstance(each, ox.NamedNode))
