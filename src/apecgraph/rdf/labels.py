"""Human-readable names of IRIs, in a language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, FOAF, OSLC, RDFS, SCHEMA, SKOS, compact

LABEL_PROPERTIES: Final = (
    f"{SKOS}prefLabel",
    f"{RDFS}label",
    f"{DCTERMS}title",
    f"{SCHEMA}name",
    f"{FOAF}name",
)
"""The properties whose values are shown instead of an IRI, in the order of preference."""

OTHER_LABEL_PROPERTIES: Final = (
    "http://schema.org/name",
    "http://purl.org/dc/elements/1.1/title",
)
"""Further properties of this kind in the data of others."""

# Pages ask for thousands of labels, so these terms are made only once.
_LABEL_TERMS: Final = tuple(map(ox.NamedNode, LABEL_PROPERTIES))
_INVERSE_LABEL: Final = ox.NamedNode(f"{OSLC}inverseLabel")
_DEFINITIONS: Final = (f"{SKOS}definition", f"{RDFS}comment")

NAME_PROPERTIES: Final = (
    *LABEL_PROPERTIES,
    f"{SKOS}altLabel",
    f"{SKOS}hiddenLabel",
    f"{SCHEMA}alternateName",
)
"""The properties whose values are the names that people search for."""

_REMEMBERED: Final = 4096
"""Number of labels that are remembered: pages ask for the same few thousand names."""

_OTHERWISE: Final = "en"  # the language in which most things have a label


class Labels:
    """Names the things of a dataset, and remembers the names that were last asked for.

    Args:
        graph: The dataset, which does not change.
        language: Tag of the preferred language. If a thing has no label in this language, its
            English label is used, or else a label in any other language.
        others: Properties whose values are labels if a thing has no value of `LABEL_PROPERTIES`.
    """

    def __init__(self, graph: Graph, language: str = "en", others: Sequence[str] = ()) -> None:
        self._graph = graph
        self._properties = (*_LABEL_TERMS, *map(ox.NamedNode, others))
        # A label that a decision rejects is only in the graph of its source.
        self._graphs = (graph.default_graph, graph)
        self.language = language
        self._label = lru_cache(_REMEMBERED)(self._first)

    def label(self, iri: str) -> ox.Literal | None:
        """Return the label of a thing in the data, or None if the thing has no label."""
        return self._label(iri)

    def _first(self, iri: str) -> ox.Literal | None:
        return min(self._labels(iri), key=self._preference, default=None)

    def languages(self, iri: str) -> tuple[str, ...]:
        """Return the tags of the languages that a thing has labels in, sorted."""
        return tuple(sorted({label.language for label in self._labels(iri) if label.language}))

    def title(self, iri: str) -> ox.Literal:
        """Return the label of a thing, or its shortened IRI if it has no label."""
        return self.label(iri) or ox.Literal(compact(iri))

    def inverse(self, iri: str) -> ox.Literal | None:
        """Return the label of the inverse of a property, such as "place of" for "place"."""
        labels = _literals(self._graph, ox.NamedNode(iri), _INVERSE_LABEL)
        return min(labels, key=self._preference, default=None)

    def definition(self, iri: str) -> str:
        """Return the definition of a thing, or else a comment on it, or "" if there is neither."""
        found = (self.text(iri, property_) for property_ in _DEFINITIONS)
        return next(filter(None, found), "")

    def text(self, iri: str, property_: str) -> str:
        """Return the first of the texts of a property, or "" if it has none."""
        return next(iter(self.texts(iri, property_)), "")

    def texts(self, iri: str, property_: str) -> list[str]:
        """Return the texts of a property in the language, otherwise in English, or else any.

        They are sorted.
        """
        found = _literals(self._graph, ox.NamedNode(iri), ox.NamedNode(property_))
        best = min(map(self._rank, found), default=0)
        return sorted({each.value for each in found if self._rank(each) == best})

    def triples(self, iri: str) -> list[ox.Triple]:
        """Return the triples of the first label property with any, in the first graph with any."""
        node = ox.NamedNode(iri)
        for property_ in self._properties:
            for graph in self._graphs:
                labels = _literals(graph, node, property_)
                if labels:
                    return [ox.Triple(node, property_, label) for label in labels]
        return []

    def _labels(self, iri: str) -> list[ox.Literal]:
        return [cast("ox.Literal", triple.object) for triple in self.triples(iri)]

    def _preference(self, literal: ox.Literal) -> tuple[int, str, str]:
        return self._rank(literal), literal.language or "", literal.value

    def _rank(self, literal: ox.Literal) -> int:
        language = literal.language or ""
        if language == self.language:
            return 0
        if language.split("-")[0] == self.language:
            return 1
        if language == _OTHERWISE:
            return 2
        return 4 if language else 3


def _literals(graph: Graph, node: ox.NamedNode, property_: ox.NamedNode) -> list[ox.Literal]:
    return [
        quad.object
        for quad in graph.quads(node, property_)
        if isinstance(quad.object, ox.Literal) and quad.object.value.strip()
    ]
