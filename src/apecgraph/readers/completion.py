"""The completions for queries on a store: its classes, properties and named things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import NAME_PROPERTIES, Labels
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    ID,
    OWL,
    QB,
    RDF,
    RDFS,
    SD,
    SH,
    SKOS,
    SPDX,
    TIME,
    VOID,
)

CompletionKind = Literal["class", "property", "thing"]

_CLASSES: Final = frozenset((f"{RDFS}Class", f"{OWL}Class"))
_PROPERTIES: Final = frozenset(
    (f"{RDF}Property", f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty", f"{OWL}AnnotationProperty")
)
_MANY: Final = frozenset((f"{APEC}Cell", f"{TIME}Instant"))
"""Classes of so many things that nobody types their names; they have no names of their own."""

_PREDICATES: Final = "SELECT DISTINCT ?property WHERE { ?thing ?property ?value }"
_USES: Final = f"""
PREFIX rdf: <{RDF}>
SELECT ?class ?property (COUNT(DISTINCT ?thing) AS ?count) WHERE {{
  ?thing a ?class ; ?property ?value
  FILTER (isIRI(?class) && ?property != rdf:type)
}}
GROUP BY ?class ?property
"""
_VALUES: Final = """
SELECT DISTINCT ?class ?property ?kind WHERE {
  { SELECT DISTINCT ?class ?property ?value { ?thing a ?class ; ?property ?value } }
  ?value a ?kind
  FILTER (isIRI(?class) && isIRI(?kind))
}
"""
_SIZES: Final = """
SELECT ?class (COUNT(*) AS ?count) WHERE { ?thing a ?class FILTER (isIRI(?class)) } GROUP BY ?class
"""

_NAMES: Final = frozenset((*NAME_PROPERTIES, f"{SKOS}notation"))  # people type codes, too

METADATA_CLASSES: Final = (DCAT, SD, SH, SPDX, VOID, f"{QB}Observation", f"{RDF}Statement")
"""Prefixes of the IRIs of classes whose instances describe the data or are claims."""


@dataclass(frozen=True, slots=True)
class Completion:
    """An IRI with its names in all languages; the IRI may have no name."""

    iri: str
    kind: CompletionKind
    names: tuple[str, ...]

    def labelled(self, labels: Labels) -> Completion:
        """Return the completion with its label in one language as its first name."""
        label = labels.label(self.iri)
        first = () if label is None else (label.value,)
        return replace(self, names=tuple(dict.fromkeys((*first, *self.names))))


@dataclass(frozen=True, slots=True)
class PropertyUse:
    """A property that things of a class have.

    Attributes:
        class_: IRI of the class.
        property_: IRI of the property.
        count: Number of things of the class that have the property.
        values: IRIs of the classes of the values.
    """

    class_: str
    property_: str
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completions:
    """What completes queries on a store; see `read_terms` and `read_property_uses`.

    Attributes:
        terms: The terms and things, without labels in one language.
        uses: The properties of the things of each class.
    """

    terms: tuple[Completion, ...]
    uses: tuple[PropertyUse, ...]

    @classmethod
    def of(cls, graph: Graph) -> Completions:
        """Read the completions of a store; that takes seconds."""
        return cls(tuple(read_terms(graph)), tuple(read_property_uses(graph)))


def read_property_uses(graph: Graph) -> list[PropertyUse]:
    """Read which properties the things of each class have in the default graph of a store.

    The uses are sorted by class; the properties of most things come first.
    """
    sizes = cast("ox.QuerySolutions", graph.store.query(_SIZES))
    uses = [PropertyUse(each.value, f"{RDF}type", int(n.value), ()) for each, n in sizes]
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for class_, property_, kind in cast("ox.QuerySolutions", graph.store.query(_VALUES)):
        kinds[class_.value, property_.value].add(kind.value)
    for class_, property_, count in cast("ox.QuerySolutions", graph.store.query(_USES)):
        pair = class_.value, property_.value
        uses.append(PropertyUse(*pair, int(count.value), tuple(sorted(kinds[pair]))))
    return sorted(uses, key=lambda use: (use.class_, -use.count, use.property_))


def read_terms(graph: Graph) -> Iterator[Completion]:
    """Yield the completions from the default graph of a store, sorted by kind and IRI.

    The completions are the classes and properties that the graph uses or defines, and the named
    things of the publication, except things that describe the data or are claims.

    Args:
        graph: The store.

    Yields:
        The completions.
    """
    words: dict[str, set[str]] = {"class": set(), "property": set(), "thing": set()}
    names: dict[str, set[str]] = defaultdict(set)
    apart: set[str] = set()
    for (predicate,) in cast("ox.QuerySolutions", graph.store.query(_PREDICATES)):
        words["property"].add(predicate.value)
    for predicate in _NAMES:
        for quad in graph.default_graph.quads(None, predicate):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                names[quad.subject.value].add(quad.object.value)
    words["thing"] = {iri for iri in names if iri.startswith(ID)}
    for quad in graph.default_graph.quads(None, f"{RDF}type"):
        if not (isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)):
            continue
        subject, class_ = quad.subject.value, quad.object.value
        words["class"].add(class_)
        if class_.startswith(METADATA_CLASSES) or class_ in _MANY:
            apart.add(subject)
        if class_ in _CLASSES:
            words["class"].add(subject)
        elif class_ in _PROPERTIES:
            words["property"].add(subject)
    words["thing"] -= apart
    kinds: tuple[CompletionKind, ...] = ("class", "property", "thing")
    for kind in kinds:
        for iri in sorted(words[kind]):
            yield Completion(iri, kind, tuple(sorted(names[iri])))
