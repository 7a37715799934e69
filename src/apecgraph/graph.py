"""A set of quads that can be asked for values, by IRI and without ceremony."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyoxigraph as ox

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""What can be the object of a triple."""


class Graph:
    """Named graphs in memory, read by IRI.

    Where a method takes `source`, it is the IRI of a named graph; None means in any graph.
    """

    def __init__(self, quads: Iterable[ox.Quad] | ox.Store) -> None:
        """Hold the quads; a store is read in place."""
        if isinstance(quads, ox.Store):
            self.store = quads
        else:
            self.store = ox.Store()
            self.store.extend(quads)

    def values(self, subject: str, predicate: str, source: str | None = None) -> list[str]:
        """Return the values of a property, sorted: IRIs, or the lexical forms of literals."""
        return sorted(
            {
                _text(quad.object)
                for quad in self.store.quads_for_pattern(
                    ox.NamedNode(subject), ox.NamedNode(predicate), None, _graph(source)
                )
            }
        )

    def value(self, subject: str, predicate: str, source: str | None = None) -> str | None:
        """Return the first value of a property, or None."""
        return next(iter(self.values(subject, predicate, source)), None)

    def one(self, subject: str, predicate: str, source: str | None = None) -> str:
        """Return the first value of a property; raise LookupError where there is none."""
        for value in self.values(subject, predicate, source):
            return value
        raise LookupError(f"{subject} has no {predicate}")

    def subjects(self, predicate: str, value: str, source: str | None = None) -> Iterator[str]:
        """Return the IRIs that have an IRI as the value of a property, sorted."""
        quads = self.store.quads_for_pattern(
            None, ox.NamedNode(predicate), ox.NamedNode(value), _graph(source)
        )
        yield from sorted({_text(quad.subject) for quad in quads})


def placed(triple: ox.Triple, graph: ox.NamedNode | None = None) -> ox.Quad:
    """Put a triple into a named graph, or into the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph or ox.DefaultGraph())


def _graph(source: str | None) -> ox.NamedNode | None:
    return None if source is None else ox.NamedNode(source)


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
