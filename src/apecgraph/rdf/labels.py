"""Names for people: what to call an IRI, in a language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.graph import Term
from apecgraph.rdf.namespaces import DCTERMS, OSLC, RDFS, SCHEMA, SKOS, compact

_PROPERTIES: Final = (
    f"{SKOS}prefLabel",
    f"{RDFS}label",
    f"{DCTERMS}title",
    f"{SCHEMA}name",
)
"""The properties that name a thing, the one that is meant for it first."""

_OTHERWISE: Final = "en"  # what most things have a label in


class Labels:
    """The labels in a store, read as they are asked for.

    language: the language wanted, as a tag; where a thing has no label in it, one in English,
    else in any other language, is better than none.
    """

    def __init__(self, store: ox.Store, language: str = "en") -> None:
        self._store = store
        self.language = language

    def label(self, iri: str) -> ox.Literal | None:
        """Return the label that the data gives a thing, None where there is none."""
        return min(self._labels(iri), key=self._preference, default=None)

    def languages(self, iri: str) -> tuple[str, ...]:
        """Return the languages that a thing has labels in, sorted by their tags."""
        return tuple(sorted({each.language for each in self._labels(iri) if each.language}))

    def _labels(self, iri: str) -> list[ox.Literal]:
        node = ox.NamedNode(iri)
        for property_ in _PROPERTIES:
            # The default graph first: the label in another graph may be a rejected one.
            for graph in (ox.DefaultGraph(), None):
                found = [
                    value
                    for value in self._values(node, property_, graph)
                    if isinstance(value, ox.Literal) and value.value.strip()
                ]
                if found:
                    return found
        return []

    def title(self, iri: str) -> ox.Literal:
        """Return what to call a thing: its label, else its IRI."""
        return self.label(iri) or ox.Literal(compact(iri))

    def inverse(self, iri: str) -> ox.Literal | None:
        """Return what to call a property read from its values: "place of" where it is "place"."""
        found = self._values(ox.NamedNode(iri), f"{OSLC}inverseLabel")
        return min(
            (value for value in found if isinstance(value, ox.Literal)),
            key=self._preference,
            default=None,
        )

    def _values(
        self, node: ox.NamedNode, property_: str, graph: ox.DefaultGraph | None = None
    ) -> Iterator[Term]:
        for quad in self._store.quads_for_pattern(node, ox.NamedNode(property_), None, graph):
            yield quad.object

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
