"""What a dataset says about one thing: as much of it as fits into a document."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.namespaces import RDF
from apecgraph.readers.dataset.names import read_labels
from apecgraph.readers.dataset.reading import Reading, can_name, iri_of, number

_PROPERTIES: Final = 100
"""Number of properties in one direction, at most."""

_COUNTED: Final = 10_000
"""Number of facts, and of links, up to which they are counted."""

_LONGEST: Final = 20_000
"""Characters of the longest literal in a document."""

_NODES: Final = 50
"""Number of blank nodes among the values, or below one of them, that are followed."""

_NESTED: Final = 1000
"""Number of triples about blank nodes, at most."""

_DEPTH: Final = 3
"""How many blank nodes, one below the other, are followed; a list counts as one."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a dataset says about a thing.

    Attributes:
        iri: IRI of the thing.
        facts: Triples of which the thing is the subject, and triples of blank nodes below them.
        links: Triples of which the thing is the object.
        uses: Triples of which the thing is the predicate.
        labels: Labels of all things in these triples.
        fact_counts: Number of all values of each property; None if there are more than can be
            counted.
        link_counts: Number of all things that each property links to the thing, likewise.
    """

    iri: str
    facts: tuple[ox.Triple, ...]
    links: tuple[ox.Triple, ...]
    uses: tuple[ox.Triple, ...]
    labels: tuple[ox.Triple, ...]
    fact_counts: Mapping[str, int] | None
    link_counts: Mapping[str, int] | None

    @property
    def is_cut(self) -> bool:
        """Whether the dataset has more facts or links."""
        return self._has_more(self.fact_counts, self._own) or self._has_more(
            self.link_counts, self.links
        )

    @property
    def _own(self) -> tuple[ox.Triple, ...]:
        node = ox.NamedNode(self.iri)
        return tuple(triple for triple in self.facts if triple.subject == node)

    @staticmethod
    def _has_more(counts: Mapping[str, int] | None, shown: tuple[ox.Triple, ...]) -> bool:
        return counts is None or sum(counts.values()) > len(shown)

    def triples(self) -> list[ox.Triple]:
        """Return all triples, each once."""
        return list(dict.fromkeys((*self.facts, *self.links, *self.uses, *self.labels)))


async def read_excerpt(
    reading: Reading, iri: str, languages: Collection[str], most: int
) -> Excerpt | None:
    """Read what a dataset says about a thing.

    Args:
        reading: The queries.
        iri: IRI of the thing.
        languages: The languages of the labels; see `read_labels`.
        most: Number of facts, and of links.

    Returns:
        The excerpt; None if the dataset has no triple with the IRI.
    """
    if not can_name(iri):
        return None
    facts = await _Side.read(reading, f"<{iri}> ?property ?value")
    links = await _Side.read(reading, f"?value ?property <{iri}> FILTER(isIRI(?value))")
    stated = await _facts(reading, iri, facts, most)
    linked = [
        ox.Triple(row["value"], row["property"], ox.NamedNode(iri))
        for row in await reading.rows(links.values(most, "?property ?value"))
        if iri_of(row, "value")
    ]
    used = await _uses(reading, iri, most)
    if not (stated or linked or used):
        return None
    named = dict.fromkeys(_iris(iri, stated + linked + used))
    labels = await read_labels(reading, named, languages)
    counts = facts.counts, links.counts
    return Excerpt(iri, tuple(stated), tuple(linked), tuple(used), tuple(labels), *counts)


@dataclass(frozen=True, slots=True)
class _Side:
    """The values of a thing, or what links to it.

    Attributes:
        pattern: Matches ?property and ?value.
        found: Number of values of some properties, as far as they were counted; None if that took
            too long.
        has_nodes: Whether a value may be a blank node.
    """

    pattern: str
    found: dict[str, int] | None
    has_nodes: bool

    @property
    def counts(self) -> dict[str, int] | None:
        """Number of values of each property; None if there are more than can be counted."""
        if self.found is None or sum(self.found.values()) > _COUNTED:
            return None
        return self.found if len(self.found) < _PROPERTIES else None

    @classmethod
    async def read(cls, reading: Reading, triple: str) -> _Side:
        pattern = reading.anywhere(triple)
        rows = await reading.quick_rows(
            "SELECT ?property (COUNT(?value) AS ?count) (SUM(IF(isBlank(?value), 1, 0)) AS ?nodes) "
            f"WHERE {{ {{ SELECT DISTINCT ?property ?value WHERE {{ {pattern} }} "
            f"LIMIT {_COUNTED + 1} }} }} GROUP BY ?property ORDER BY ?property LIMIT {_PROPERTIES}"
        )
        if rows is None:
            return cls(pattern, None, True)
        counted = {name: row for row in rows if (name := iri_of(row, "property"))}
        counts = {name: number(row, "count") for name, row in counted.items()}
        has_nodes = any(number(row, "nodes") for row in counted.values())
        return cls(pattern, counts, has_nodes)

    def values(self, most: int, selected: str) -> str:
        """Return the query for some values of each property."""
        short = f"FILTER(!isLiteral(?value) || STRLEN(STR(?value)) <= {_LONGEST})"
        if self.found is None:
            return f"SELECT DISTINCT {selected} WHERE {{ {self.pattern} {short} }} LIMIT {most}"
        groups = (
            f"{{ {{ SELECT DISTINCT ?value WHERE {{ "
            f"{self.pattern.replace('?property', f'<{name}>')} {short} }} LIMIT {share} }} "
            f"BIND (<{name}> AS ?property) }}"
            for name, share in shares(self.found, most).items()
        )
        pattern = " UNION ".join(groups) or "FILTER(false)"
        return f"SELECT {selected} WHERE {{ {pattern} }} LIMIT {2 * most}"


def shares(counts: Mapping[str, int], most: int) -> dict[str, int]:
    """Divide a number of values among properties: those with few values have all of them.

    Args:
        counts: The number of values of each property.
        most: The number to divide.

    Returns:
        A number for each property, at least 1.
    """
    left, shared = most, {}
    for index, name in enumerate(sorted(counts, key=lambda name: counts[name])):
        share = max(1, min(counts[name], left // (len(counts) - index)))
        shared[name] = share
        left = max(0, left - share)
    return {name: shared[name] for name in counts}


async def _facts(reading: Reading, iri: str, side: _Side, most: int) -> list[ox.Triple]:
    """Read facts, and what the dataset says about blank nodes among their values.

    All are in one answer, because the label of a blank node means nothing in another one.
    """
    own = f"{{ {{ {side.values(most, '?property ?value')} }} BIND (<{iri}> AS ?subject) }}"
    groups = [own]
    if side.has_nodes:
        groups += _below(reading, iri)
    triples = await reading.triples(
        f"CONSTRUCT {{ ?subject ?property ?value }} WHERE {{ {' UNION '.join(groups)} }} "
        f"LIMIT {2 * most + _NESTED}"
    )
    return list(dict.fromkeys(triples))


def _below(reading: Reading, iri: str) -> Iterator[str]:
    """Yield patterns of the triples whose subjects are blank nodes below a thing."""
    node, path = f"<{iri}>", ""
    for depth in range(_DEPTH):
        below = f"?node{depth}"
        step = reading.anywhere(f"{node} ?step{depth} {below}")
        cells = reading.anywhere(f"{below} <{RDF}rest>* ?cell{depth}")
        nodes = (
            f"{{ SELECT DISTINCT {below} WHERE {{ {path} {{ {step} }} FILTER(isBlank({below})) }} "
            f"LIMIT {_NODES} }}"
        )
        path = (
            f"{{ SELECT DISTINCT ?cell{depth} WHERE {{ {nodes} {{ {cells} }} }} LIMIT {_NODES} }}"
        )
        node = f"?cell{depth}"
        facts = reading.anywhere(f"{node} ?property ?value")
        yield f"{{ {path} {{ {facts} }} BIND ({node} AS ?subject) }}"


async def _uses(reading: Reading, iri: str, most: int) -> list[ox.Triple]:
    """Read some triples of which the thing is the predicate."""
    few = most // 4
    return [
        ox.Triple(row["subject"], ox.NamedNode(iri), row["value"])
        for row in await reading.rows(
            f"SELECT DISTINCT ?subject ?value WHERE {{ "
            f"{reading.anywhere(f'?subject <{iri}> ?value')} FILTER(isIRI(?subject) && "
            f"(!isLiteral(?value) || STRLEN(STR(?value)) <= {_LONGEST})) }} LIMIT {few}"
        )
        if iri_of(row, "subject")
    ]


def _iris(iri: str, triples: list[ox.Triple]) -> Iterator[str]:
    """Yield the IRIs that a page names."""
    yield iri
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                yield term.value
            elif isinstance(term, ox.Literal) and not term.language:
                yield term.datatype.value
