"""Linksets: the links that lead from our things to those of other datasets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.namespaces import BASE, OWL, SKOS

PREDICATES: Final = (
    f"{OWL}sameAs",
    f"{SKOS}broadMatch",
    f"{SKOS}closeMatch",
    f"{SKOS}exactMatch",
    f"{SKOS}narrowMatch",
    f"{SKOS}relatedMatch",
)
"""The properties that say what a thing is called elsewhere, and what is like it there."""

# What has an authority keeps it, whatever else is cut off.
_NAMESPACE: Final = re.compile(r"[^:]+://[^/]*/(?:.*[/#])?|(?![^:]+://).*[:/#]")


@dataclass(frozen=True, slots=True)
class Linkset:
    """All links by one property into one dataset, known by the namespace of its IRIs."""

    target: str
    predicate: str
    triples: tuple[ox.Triple, ...]


def links(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Return the links among triples: their subject is ours and their object is not."""
    for triple in triples:
        if (
            triple.predicate.value in PREDICATES
            and isinstance(triple.subject, ox.NamedNode)
            and isinstance(triple.object, ox.NamedNode)
            and triple.subject.value.startswith(BASE)
            and not triple.object.value.startswith(BASE)
        ):
            yield triple


def linksets(triples: Iterable[ox.Triple]) -> list[Linkset]:
    """Sort the links among triples into linksets; one has one property (VoID, section 5.1)."""
    found: defaultdict[tuple[str, str], list[ox.Triple]] = defaultdict(list)
    for triple in links(triples):
        assert isinstance(triple.object, ox.NamedNode)  # noqa: S101 - so it is in a link
        found[_namespace(triple.object.value), triple.predicate.value].append(triple)
    return [Linkset(*key, tuple(found[key])) for key in sorted(found)]


def _namespace(iri: str) -> str:
    """Return an IRI without its last name: `https://sws.geonames.org/` of `.../1795565/`."""
    found = _NAMESPACE.match(iri.rstrip("/#"))
    return iri if found is None else found[0]
