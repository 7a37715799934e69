"""A set of quads that can be asked for values, by IRI and without ceremony."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyoxigraph as ox

from apecgraph.rdf.namespaces import RDF, RDFS, XSD

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""What can be the object of a triple."""

Value: TypeAlias = str | int | ox.NamedNode | ox.Literal
"""What is written as the object of a triple: an IRI (a str too), a whole number, a literal."""


class Graph:
    """Named graphs in memory, read by IRI.

    Where a method takes `source`, it is the IRI of a named graph; None means in any graph.
    """

    def __init__(self, quads: Iterable[ox.Quad] | ox.Store) -> None:
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


def said(subject: str, *values: tuple[str, Value]) -> Iterator[ox.Triple]:
    """Write what is said of one IRI: properties, each with its value."""
    node = ox.NamedNode(subject)
    for property_, value in values:
        yield ox.Triple(node, ox.NamedNode(property_), _object(value))


def introduced(
    subject: str, class_: str, label: str, *values: tuple[str, Value]
) -> Iterator[ox.Triple]:
    """Write what is said of an IRI that is new: its class and its label come first."""
    yield from said(subject, (f"{RDF}type", class_), (f"{RDFS}label", english(label)), *values)


def english(text: str) -> ox.Literal:
    """Write words of our own."""
    return ox.Literal(text, language="en")


def typed(text: str, datatype: str) -> ox.Literal:
    """Write a literal of a datatype of XML Schema, as `date`."""
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{datatype}"))


def _object(value: Value) -> ox.NamedNode | ox.Literal:
    match value:
        case int():
            return typed(str(value), "integer")
        case str():
            return ox.NamedNode(value)
        case _:
            return value


def _graph(source: str | None) -> ox.NamedNode | None:
    return None if source is None else ox.NamedNode(source)


def _text(term: Term) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
