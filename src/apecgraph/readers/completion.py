"""The completions for queries on a store: its classes, properties and named things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import NAME_PROPERTIES, Labels
from apecgraph.rdf.namespaces import (
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
    VOID,
)

CompletionKind = Literal["class", "property", "thing"]

_CLASSES: Final = frozenset((f"{RDFS}Class", f"{OWL}Class"))
_PROPERTIES: Final = frozenset(
    (f"{RDF}Property", f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty", f"{OWL}AnnotationProperty")
)
_NAMES: Final = frozenset((*NAME_PROPERTIES, f"{SKOS}notation"))  # people type codes, too

METADATA_CLASSES: Final = (DCAT, SD, SH, SPDX, VOID, f"{QB}Observation", f"{RDF}Statement")
"""Prefixes of the IRIs of classes whose instances describe the data or are claims."""


@dataclass(frozen=True, slots=True)
class Completion:
    """An IRI with its names in all languages, its label first; the IRI may have no name."""

    iri: str
    kind: CompletionKind
    names: tuple[str, ...]


def read_completions(graph: Graph) -> Iterator[Completion]:
    """Yield the completions from the default graph of a store, sorted by kind and IRI.

    The completions are the classes and properties that the graph uses or defines, and the named
    things of the publication, except things that describe the data or are claims.
    """
    words: dict[str, set[str]] = {"class": set(), "property": set(), "thing": set()}
    names: dict[str, set[str]] = defaultdict(set)
    apart: set[str] = set()
    for quad in graph.default_graph.quads():
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
        words["property"].add(predicate)
        if predicate in _NAMES and isinstance(value, ox.Literal):
            names[subject].add(value.value)
            if subject.startswith(ID):
                words["thing"].add(subject)
        elif predicate == f"{RDF}type" and isinstance(value, ox.NamedNode):
            words["class"].add(value.value)
            if value.value.startswith(METADATA_CLASSES):
                apart.add(subject)
            if value.value in _CLASSES:
                words["class"].add(subject)
            elif value.value in _PROPERTIES:
                words["property"].add(subject)
    words["thing"] -= apart
    labels = Labels(graph)
    kinds: tuple[CompletionKind, ...] = ("class", "property", "thing")
    for kind in kinds:
        for iri in sorted(words[kind]):
            label = labels.label(iri)
            first = () if label is None else (label.value,)
            yield Completion(iri, kind, tuple(dict.fromkeys((*first, *sorted(names[iri])))))
