"""Names for people: what to call an IRI, in a language."""

from __future__ import annotations

from typing import Final

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
"""The properties whose values people read in place of an IRI, in the order of preference."""

# Pages ask for thousands of labels: the terms are made once.
_LABEL_TERMS: Final = tuple(map(ox.NamedNode, LABEL_PROPERTIES))
_INVERSE_LABEL: Final = ox.NamedNode(f"{OSLC}inverseLabel")

NAME_PROPERTIES: Final = (
    *LABEL_PROPERTIES,
    f"{SKOS}altLabel",
    f"{SKOS}hiddenLabel",
    f"{SCHEMA}alternateName",
)
"""The properties whose values people search for a thing by."""

_OTHERWISE: Final = "en"  # what most things have a label in


class Labels:
    """Names the things of a dataset.

    Args:
        graph: The dataset.
        language: Tag of the language wanted. A thing without a label in it is named in English,
            else in any other language.
    """

    def __init__(self, graph: Graph, language: str = "en") -> None:
        self._graph = graph
        # A label that a decision rejects is in the graph of its source only.
        self._graphs = (graph.default_graph, graph)
        self.language = language

    def label(self, iri: str) -> ox.Literal | None:
        """Return the label that the data gives a thing, or None if it gives none."""
        return min(self._labels(iri), key=self._preference, default=None)

    def languages(self, iri: str) -> tuple[str, ...]:
        """Return the tags of the languages that a thing has labels in, sorted."""
        return tuple(sorted({label.language for label in self._labels(iri) if label.language}))

    def title(self, iri: str) -> ox.Literal:
        """Return the label of a thing, or its IRI in short if it has none."""
        return self.label(iri) or ox.Literal(compact(iri))

    def inverse(self, iri: str) -> ox.Literal | None:
        """Return the label of a property read from its values, as "place of" for "place"."""
        labels = _literals(self._graph, ox.NamedNode(iri), _INVERSE_LABEL)
        return min(labels, key=self._preference, default=None)

    def _labels(self, iri: str) -> list[ox.Literal]:
        """Return the labels by the first property, in the first graph, that has any."""
        node = ox.NamedNode(iri)
        for property_ in _LABEL_TERMS:
            for graph in self._graphs:
                labels = _literals(graph, node, property_)
                if labels:
                    return labels
        return []

    def _preference(self, literal: ox.Literal) -> tuple[int, str, str]:
        language = literal.language or ""
        if language == self.language:
            rank = 0
        elif language.split("-")[0] == self.language:
            rank = 1
        elif language == _OTHERWISE:
            rank = 2
        else:
            rank = 4 if language else 3
        return rank, language, literal.value


def _literals(graph: Graph, node: ox.NamedNode, property_: ox.NamedNode) -> list[ox.Literal]:
    return [
        quad.object
        for quad in graph.quads(node, property_)
        if isinstance(quad.object, ox.Literal) and quad.object.value.strip()
    ]
