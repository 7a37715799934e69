"""Linksets: links from things of this publication to things of other datasets."""

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
"""Properties that link a thing to the same or a similar thing in another dataset."""

# If an IRI has an authority, its namespace includes the authority.
_NAMESPACE: Final = re.compile(r"[^:]+://[^/]*/(?:.*[/#])?|(?![^:]+://).*[:/#]")


@dataclass(frozen=True, slots=True)
class Linkset:
    """All links with one property to one dataset.

    Attributes:
        target: The namespace of the IRIs of the dataset.
        predicate: The property.
        triples: The links.
    """

    target: str
    predicate: str
    triples: tuple[ox.Triple, ...]


def links(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield the triples that link a thing of this publication to a thing of another dataset."""
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
    """Group the links among triples into linksets, one per property (VoID, section 5.1)."""
    groups: defaultdict[tuple[str, str], list[ox.Triple]] = defaultdict(list)
    for triple in links(triples):
        assert isinstance(triple.object, ox.NamedNode)  # noqa: S101 - `links` yields no others
        groups[namespace_of(triple.object.value), triple.predicate.value].append(triple)
    return [Linkset(*key, tuple(groups[key])) for key in sorted(groups)]


def namespace_of(iri: str) -> str:
    """Return an IRI without its last part: `https://sws.geonames.org/` for `.../1795565/`."""
    match = _NAMESPACE.match(iri.rstrip("/#"))
    return iri if match is None else match[0]
