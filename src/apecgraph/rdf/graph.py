"""RDF graphs in memory, and look-ups in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from apecgraph.rdf.lists import list_cells
from apecgraph.rdf.namespaces import RDF
from apecgraph.rdf.terms import Term, term_text

Subject: TypeAlias = str | ox.NamedNode | ox.BlankNode | ox.Triple
"""A subject to look up: an IRI as text, or any subject that the engine knows."""

Property: TypeAlias = str | ox.NamedNode
"""A property to look up: an IRI, as text or as a term."""

Object: TypeAlias = str | Term
"""An object to look up: an IRI as text, or any term."""

_Term = TypeVar("_Term")

_FIRST: Final = ox.NamedNode(f"{RDF}first")
_REST: Final = ox.NamedNode(f"{RDF}rest")
_NIL: Final = ox.NamedNode(f"{RDF}nil")


class Graph:
    """An RDF graph: the union of all graphs of a dataset, its default graph, or a named graph.

    `Graph(dataset)` is the union; its `default_graph` and `named_graph` return the single graphs.
    All these graphs read the same store without copying it.

    Args:
        quads: The dataset. A store is used directly; other quads are copied into a new store.

    Attributes:
        store: The store that contains the dataset.
    """

    store: ox.Store

    def __init__(self, quads: Iterable[ox.Quad] | ox.Store = ()) -> None:
        if isinstance(quads, ox.Store):
            self.store = quads
        else:
            self.store = ox.Store()
            self.store.extend(quads)
        self._name: ox.NamedNode | ox.DefaultGraph | None = None

    @property
    def default_graph(self) -> Graph:
        """The default graph of the dataset."""
        return self._graph(ox.DefaultGraph())

    def named_graph(self, name: str | ox.NamedNode) -> Graph:
        """Return a named graph of the dataset; it is empty if no graph has this name."""
        return self._graph(_node(name))

    def quads(
        self,
        subject: Subject | None = None,
        predicate: Property | None = None,
        value: Object | None = None,
    ) -> Iterator[ox.Quad]:
        """Return the quads that match a pattern, in no particular order.

        Args:
            subject: The subject, or None for any.
            predicate: The property, or None for any.
            value: The object, or None for any.

        Returns:
            The quads. The union of all graphs returns a triple once for each graph that has it.
        """
        return self.store.quads_for_pattern(
            None if subject is None else _node(subject),
            None if predicate is None else _node(predicate),
            None if value is None else _node(value),
            self._name,
        )

    def has(
        self,
        subject: Subject | None = None,
        predicate: Property | None = None,
        value: Object | None = None,
    ) -> bool:
        """Return whether any triple matches a pattern; the arguments are those of `quads`."""
        return next(self.quads(subject, predicate, value), None) is not None

    def describes(self, iri: str) -> bool:
        """Return whether the graph has triples about an IRI; False if the text is not an IRI."""
        try:
            return self.has(iri)
        except ValueError:
            return False

    def objects(self, subject: Subject, predicate: Property) -> list[Term]:
        """Return the distinct values of a property as terms, in no particular order."""
        return list(dict.fromkeys(quad.object for quad in self.quads(subject, predicate)))

    def values(self, subject: Subject, predicate: Property) -> list[str]:
        """Return the values of a property as text, sorted; see `term_text`."""
        return sorted({term_text(quad.object) for quad in self.quads(subject, predicate)})

    def value(self, subject: Subject, predicate: Property) -> str | None:
        """Return the first of the sorted values of a property as text, or None if it has none."""
        return min(
            (term_text(quad.object) for quad in self.quads(subject, predicate)), default=None
        )

    def required_value(self, subject: Subject, predicate: Property) -> str:
        """Return the first of the sorted values of a property as text.

        Args:
            subject: The subject.
            predicate: The property.

        Returns:
            The value.

        Raises:
            LookupError: The property has no value.
        """
        value = self.value(subject, predicate)
        if value is None:
            raise LookupError(f"{subject} has no {predicate}")
        return value

    def iris(self, subject: Subject, predicate: Property) -> list[str]:
        """Return those values of a property that are IRIs, sorted."""
        return sorted(
            {
                quad.object.value
                for quad in self.quads(subject, predicate)
                if isinstance(quad.object, ox.NamedNode)
            }
        )

    def subjects(self, predicate: Property, value: Object | None = None) -> list[str]:
        """Return the IRIs that have a property with a given value, or with any value, sorted."""
        return sorted(
            {
                quad.subject.value
                for quad in self.quads(None, predicate, value)
                if isinstance(quad.subject, ox.NamedNode)
            }
        )

    def list_members(self, head: Term) -> list[Term] | None:
        """Return the members of an RDF list; None if `head` is not the head of a list."""
        cells = list_cells(head, _NIL, self._list_cell)
        return None if cells is None else list(cells.values())

    def _list_cell(self, node: Term) -> tuple[Term, Term] | None:
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return None
        first, rest = self.objects(node, _FIRST), self.objects(node, _REST)
        return (first[0], rest[0]) if len(first) == len(rest) == 1 else None

    def _graph(self, name: ox.NamedNode | ox.DefaultGraph) -> Graph:
        graph = Graph(self.store)
        graph._name = name
        return graph


class RememberingGraph(Graph):
    """The union of all graphs of a dataset that does not change, with its look-ups remembered.

    Args:
        store: The store that holds the dataset.
    """

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self._value = cache(super().value)
        self._values = cache(super().values)
        self._iris = cache(super().iris)
        self._subjects = cache(super().subjects)
        self._has = cache(super().has)

    def value(self, subject: Subject, predicate: Property) -> str | None:
        """Return the first of the sorted values of a property."""
        return self._value(subject, predicate)

    def values(self, subject: Subject, predicate: Property) -> list[str]:
        """Return the values of a property as text, sorted."""
        return self._values(subject, predicate)

    def iris(self, subject: Subject, predicate: Property) -> list[str]:
        """Return those values of a property that are IRIs, sorted."""
        return self._iris(subject, predicate)

    def subjects(self, predicate: Property, value: Object | None = None) -> list[str]:
        """Return the IRIs that have a property with a given value, or with any value, sorted."""
        return self._subjects(predicate, value)

    def has(
        self,
        subject: Subject | None = None,
        predicate: Property | None = None,
        value: Object | None = None,
    ) -> bool:
        """Return whether any triple matches a pattern."""
        return self._has(subject, predicate, value)


def _node(term: str | _Term) -> ox.NamedNode | _Term:
    return ox.NamedNode(term) if isinstance(term, str) else term
