"""VoID: how large a release is, what it is made of, and what it links to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from apecgraph.catalog.service import DEFAULT_GRAPH
from apecgraph.rdf.formats import DOCUMENT_FORMATS
from apecgraph.rdf.graph import Term, Value, introduced, said
from apecgraph.rdf.namespaces import BASE, ENDPOINT, ID, ONTOLOGY, PREFIXES, RDF, VOID, compact
from apecgraph.release.links import linksets

_LINKS: Final = f"{ID}linkset"
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a set of triples counts (VoID, section 4.6).

    entities: the subjects that are things of ours; subjects, objects: all of them, once each.
    properties: the triples by property; classes: the members by class; both by IRI.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    properties: Mapping[str, int]
    classes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple]) -> Statistics:
        """Count triples."""
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

        How many objects there are is not among them: for the graph that holds these values it
        would depend on itself.
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
    """Describe the dataset of a release: its counts, its partitions, its linksets.

    triples: its default graph, as the digest names it: what describes the release is not counted.
    dumps, link_dumps: the URLs of the RDF dumps, and of those of the links alone.
    """
    kept = list(triples)
    statistics = Statistics.of(kept)
    yield from said(
        BASE,
        *statistics.values(),
        (f"{VOID}distinctObjects", statistics.objects),
        (f"{VOID}sparqlEndpoint", ENDPOINT),
        (f"{VOID}uriSpace", ox.Literal(ID)),
        *((f"{VOID}vocabulary", iri) for iri in _vocabularies(statistics)),
        *((f"{VOID}dataDump", url) for url in dumps),
        *((f"{VOID}feature", each.iri) for each in DOCUMENT_FORMATS if each.iri is not None),
        *((f"{VOID}exampleResource", iri) for iri in _examples(statistics)),
    )
    yield from _partitions(statistics)
    yield from _linksets(kept, link_dumps)


def describe_default_graph(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Count the default graph as it is served: with what describes the release, and with this.

    triples: the default graph so far.
    """
    types = said(DEFAULT_GRAPH, (f"{RDF}type", f"{VOID}Dataset"))
    # What is counted does not depend on the numbers: those of nothing stand for them.
    nothing = said(DEFAULT_GRAPH, *Statistics.of(()).values())
    statistics = Statistics.of([*triples, *types, *nothing])
    yield from said(DEFAULT_GRAPH, (f"{RDF}type", f"{VOID}Dataset"), *statistics.values())


def _vocabularies(statistics: Statistics) -> list[str]:
    """Return the vocabularies that the properties and the classes are of, by their namespaces."""
    used = [*statistics.properties, *statistics.classes]
    return [
        namespace.removesuffix("/") if namespace == ONTOLOGY else namespace
        for namespace in PREFIXES.values()
        if any(each.startswith(namespace) for each in used)
    ]


def _examples(statistics: Statistics) -> Iterator[str]:
    """Return one thing of ours of each of the largest classes: the first by its IRI."""
    largest = sorted(statistics.classes.items(), key=lambda each: (-len(each[1]), each[0]))
    for _, members in largest[:_EXAMPLES]:
        first = min((each for each in members if each.startswith(f"<{ID}")), default=None)
        if first is not None:
            yield first.strip("<>")


def _partitions(statistics: Statistics) -> Iterator[ox.Triple]:
    """Divide the dataset by class and by property (VoID, section 4.5)."""
    for class_, members in sorted(statistics.classes.items()):
        node = f"{ID}partition/class/{_slug(class_)}"
        yield from said(BASE, (f"{VOID}classPartition", node))
        yield from introduced(
            node,
            f"{VOID}Dataset",
            f"Partition: things of class {compact(class_)}",
            (f"{VOID}class", class_),
            (f"{VOID}entities", len(members)),
        )
    for property_, count in sorted(statistics.properties.items()):
        node = f"{ID}partition/property/{_slug(property_)}"
        yield from said(BASE, (f"{VOID}propertyPartition", node))
        yield from introduced(
            node,
            f"{VOID}Dataset",
            f"Partition: triples with {compact(property_)}",
            (f"{VOID}property", property_),
            (f"{VOID}triples", count),
        )


def _linksets(triples: list[ox.Triple], dumps: Iterable[str]) -> Iterator[ox.Triple]:
    """Describe the links to other datasets, by dataset and property (VoID, section 5)."""
    found = linksets(triples)
    if not found:
        return
    yield from said(BASE, (f"{VOID}subset", _LINKS))
    yield from introduced(
        _LINKS,
        f"{VOID}Dataset",
        "Links to other datasets",
        (f"{VOID}triples", sum(len(each.triples) for each in found)),
        *((f"{VOID}dataDump", url) for url in dumps),
    )
    for target in sorted({each.target for each in found}):
        yield from introduced(
            _target(target),
            f"{VOID}Dataset",
            f"Dataset at {urlsplit(target).netloc or target}",
            (f"{VOID}uriSpace", ox.Literal(target)),
        )
    for each in found:
        node = f"{_LINKS}/{_slug(each.target)}/{_slug(each.predicate)}"
        yield from said(_LINKS, (f"{VOID}subset", node))
        yield from introduced(
            node,
            f"{VOID}Linkset",
            f"Links by {compact(each.predicate)} to {each.target}",
            (f"{VOID}linkPredicate", each.predicate),
            (f"{VOID}triples", len(each.triples)),
            (f"{VOID}subjectsTarget", BASE),
            (f"{VOID}objectsTarget", _target(each.target)),
        )


def _target(namespace: str) -> str:
    return f"{ID}target/{_slug(namespace)}"


def _slug(iri: str) -> str:
    """Name an IRI within another one: by its prefix where it has one, else by all of it.

    Without colons: JSON-LD takes what is before one in a relative IRI for a prefix or a scheme.
    """
    name = compact(iri)
    if name == iri:
        scheme, _, rest = iri.partition("://")
        name = f"{scheme}/{rest}".rstrip("/")
    return quote(name.replace(":", "-", 1), safe="/")
