"""VoID: the size of a release, its parts, and its links to other datasets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from apecgraph.catalog.service import DEFAULT_GRAPH
from apecgraph.rdf.formats import DOCUMENT_FORMATS
from apecgraph.rdf.namespaces import BASE, ENDPOINT, ID, ONTOLOGY, PREFIXES, RDF, VOID, compact
from apecgraph.rdf.terms import Term, Value, triples_about, triples_about_new
from apecgraph.release.links import linksets

_LINKS: Final = f"{ID}linkset"
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of a set of triples (VoID, section 4.6).

    Attributes:
        triples: Number of triples.
        entities: Number of subjects that are things of this publication.
        subjects: Number of distinct subjects.
        objects: Number of distinct objects.
        properties: Number of triples, keyed by the IRI of their property.
        classes: Members, as terms of N-Triples, keyed by the IRI of their class.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    properties: Mapping[str, int]
    classes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> Statistics:
        """Compute the statistics of some triples."""
        kept = set(triples)
        subjects = {str(triple.subject) for triple in kept}
        objects: set[Term] = {triple.object for triple in kept}
        classes: defaultdict[str, set[str]] = defaultdict(set)
        for triple in kept:
            if triple.predicate.value == f"{RDF}type" and isinstance(triple.object, ox.NamedNode):
                classes[triple.object.value].add(str(triple.subject))
        return cls(
            triples=len(kept),
            entities=sum(subject.startswith(f"<{ID}") for subject in subjects),
            subjects=len(subjects),
            objects=len(objects),
            properties=Counter(triple.predicate.value for triple in kept),
            classes={class_: frozenset(members) for class_, members in classes.items()},
        )

    def values(self) -> list[tuple[str, Value]]:
        """Return the counts as values of a dataset's properties.

        The number of objects is left out: if a graph contains these values as objects, the number
        depends on itself.
        """
        return [
            (f"{VOID}triples", self.triples),
            (f"{VOID}entities", self.entities),
            (f"{VOID}distinctSubjects", self.subjects),
            (f"{VOID}properties", len(self.properties)),
            (f"{VOID}classes", len(self.classes)),
        ]


def describe_dataset(
    triples: Iterable[ox.Triple], dumps: Iterable[str], link_dumps: Iterable[str]
) -> Iterator[ox.Triple]:
    """Describe the dataset of a release by its statistics, its partitions and its linksets.

    Args:
        triples: Its default graph, without the description of the release.
        dumps: URLs of its RDF dumps.
        link_dumps: URLs of the RDF dumps that contain only its links.

    Yields:
        The triples.
    """
    kept = list(triples)
    statistics = Statistics.of(kept)
    yield from triples_about(
        BASE,
        *statistics.values(),
        (f"{VOID}distinctObjects", statistics.objects),
        (f"{VOID}sparqlEndpoint", ENDPOINT),
        (f"{VOID}uriSpace", ox.Literal(ID)),
        *((f"{VOID}vocabulary", iri) for iri in _vocabularies(statistics)),
        *((f"{VOID}dataDump", url) for url in dumps),
        *((f"{VOID}feature", item.iri) for item in DOCUMENT_FORMATS if item.iri is not None),
        *((f"{VOID}exampleResource", iri) for iri in _examples(statistics)),
    )
    yield from _partitions(statistics)
    yield from _linksets(kept, link_dumps)


def describe_default_graph(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Describe the default graph as it is served, including this description.

    Args:
        triples: The default graph with the rest of the description of the release.

    Yields:
        The triples.
    """
    types = triples_about(DEFAULT_GRAPH, (f"{RDF}type", f"{VOID}Dataset"))
    # The statistics count their own triples, with zeros as placeholders for the numbers.
    zeros = triples_about(DEFAULT_GRAPH, *Statistics.of(()).values())
    statistics = Statistics.of([*triples, *types, *zeros])
    yield from triples_about(DEFAULT_GRAPH, (f"{RDF}type", f"{VOID}Dataset"), *statistics.values())


def _vocabularies(statistics: Statistics) -> list[str]:
    """Return the namespaces of the properties and classes."""
    used = [*statistics.properties, *statistics.classes]
    return [
        namespace.removesuffix("/") if namespace == ONTOLOGY else namespace
        for namespace in PREFIXES.values()
        if any(term.startswith(namespace) for term in used)
    ]


def _examples(statistics: Statistics) -> Iterator[str]:
    """Yield the first thing of this publication in each of the largest classes."""
    largest = sorted(statistics.classes.items(), key=lambda item: (-len(item[1]), item[0]))
    for _, members in largest[:_EXAMPLES]:
        first = min((member for member in members if member.startswith(f"<{ID}")), default=None)
        if first is not None:
            yield first.strip("<>")


def _partitions(statistics: Statistics) -> Iterator[ox.Triple]:
    """Partition the dataset by class and by property (VoID, section 4.5)."""
    for class_, members in sorted(statistics.classes.items()):
        node = f"{ID}partition/class/{_slug(class_)}"
        yield from triples_about(BASE, (f"{VOID}classPartition", node))
        yield from triples_about_new(
            node,
            f"{VOID}Dataset",
            f"Partition: things of class {compact(class_)}",
            (f"{VOID}class", class_),
            (f"{VOID}entities", len(members)),
        )
    for property_, count in sorted(statistics.properties.items()):
        node = f"{ID}partition/property/{_slug(property_)}"
        yield from triples_about(BASE, (f"{VOID}propertyPartition", node))
        yield from triples_about_new(
            node,
            f"{VOID}Dataset",
            f"Partition: triples with {compact(property_)}",
            (f"{VOID}property", property_),
            (f"{VOID}triples", count),
        )


def _linksets(triples: list[ox.Triple], dumps: Iterable[str]) -> Iterator[ox.Triple]:
    """Describe the links to other datasets, grouped by dataset and property (VoID, section 5)."""
    sets = linksets(triples)
    if not sets:
        return
    yield from triples_about(BASE, (f"{VOID}subset", _LINKS))
    yield from triples_about_new(
        _LINKS,
        f"{VOID}Dataset",
        "Links to other datasets",
        (f"{VOID}triples", sum(len(linkset.triples) for linkset in sets)),
        *((f"{VOID}dataDump", url) for url in dumps),
    )
    for target in sorted({linkset.target for linkset in sets}):
        yield from triples_about_new(
            _target(target),
            f"{VOID}Dataset",
            f"Dataset at {urlsplit(target).netloc or target}",
            (f"{VOID}uriSpace", ox.Literal(target)),
        )
    for linkset in sets:
        node = f"{_LINKS}/{_slug(linkset.target)}/{_slug(linkset.predicate)}"
        yield from triples_about(_LINKS, (f"{VOID}subset", node))
        yield from triples_about_new(
            node,
            f"{VOID}Linkset",
            f"Links by {compact(linkset.predicate)} to {linkset.target}",
            (f"{VOID}linkPredicate", linkset.predicate),
            (f"{VOID}triples", len(linkset.triples)),
            (f"{VOID}subjectsTarget", BASE),
            (f"{VOID}objectsTarget", _target(linkset.target)),
        )


def _target(namespace: str) -> str:
    return f"{ID}target/{_slug(namespace)}"


def _slug(iri: str) -> str:
    """Write an IRI as a part of another IRI: abbreviated if there is a prefix for it, else in full.

    The result has no colon: JSON-LD would treat the text before a colon as a prefix or a scheme.
    """
    name = compact(iri)
    if name == iri:
        scheme, _, rest = iri.partition("://")
        name = f"{scheme}/{rest}".rstrip("/")
    return quote(name.replace(":", "-", 1), safe="/")
