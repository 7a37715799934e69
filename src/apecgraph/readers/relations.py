"""Relations that have a role and a time, such as a chair in a year; and the offices of people.

The data describe such a relation as a thing of its own with two ends, like a membership of the
Organization Ontology (section 5.2). Pages show it as one fact of either end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ORG, SCHEMA
from apecgraph.readers.series import when

_ROLE: Final = f"{ORG}role"
_DURING: Final = f"{ORG}memberDuring"

ENDS: Final[Mapping[str, str]] = {
    f"{ORG}member": f"{ORG}organization",
    f"{ORG}organization": f"{ORG}member",
}
"""The properties that lead to an end of a relation, each with the property of the other end."""

_HOLDER: Final = f"{ORG}member"
"""The property that leads to the end that has the role."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a thing.

    Attributes:
        node: IRI of the relation.
        other: IRI of the thing at its other end.
        during: IRI of the period in which it holds, or None.
        since: The first day, month or year in which it holds (ISO 8601), or None.
        until: The last one, or None.
        sources: IRIs of the sources that state that the thing has the role.
    """

    node: str
    other: str
    during: str | None
    since: str | None
    until: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """The relations of a thing with one role.

    Attributes:
        role: IRI of the role.
        has_role: Whether the thing has the role; otherwise, others have it in the thing.
        relations: The relations, the latest first.
    """

    role: str
    has_role: bool
    relations: tuple[Relation, ...]


def read_roles(graph: Graph, iri: str) -> tuple[RoleRow, ...]:
    """Read the relations of a thing that are not rejected.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.

    Returns:
        The relations by role: first those in which the thing has the role.
    """
    rows: dict[tuple[bool, str], list[tuple[str, Relation]]] = defaultdict(list)
    standing = graph.default_graph
    for end, other_end in ENDS.items():
        for node in standing.subjects(end, iri):
            role = standing.value(node, _ROLE)
            for other in standing.iris(node, other_end) if role is not None else ():
                relation = _relation(graph, node, iri if end == _HOLDER else other, other)
                key = end != _HOLDER, role or ""
                rows[key].append((_begin(graph, relation), relation))
    return tuple(
        RoleRow(role, not in_it, tuple(_latest_first(rows[in_it, role])))
        for in_it, role in sorted(rows)
    )


def read_office(graph: Graph, iri: str, language: str) -> ox.Literal | None:
    """Read the title of a person's office that most sources state in a language.

    Args:
        graph: The dataset of a release.
        iri: IRI of the person.
        language: Tag of the language.

    Returns:
        The title, or None if no source states one that stands.
    """
    titles = Counter(
        quad.object
        for quad in graph.quads(iri, f"{SCHEMA}jobTitle")
        if isinstance(quad.object, ox.Literal)
        and quad.object.language == language
        and graph.default_graph.has(iri, quad.predicate, quad.object)
    )
    return min(titles, key=lambda each: (-titles[each], each.value), default=None)


def _latest_first(dated: list[tuple[str, Relation]]) -> Iterator[Relation]:
    by_name = sorted(dated, key=lambda each: (each[1].other, each[1].node))
    for _, relation in sorted(by_name, key=lambda each: each[0], reverse=True):
        yield relation


def _relation(graph: Graph, node: str, holder: str, other: str) -> Relation:
    standing = graph.default_graph
    pattern = (ox.NamedNode(node), ox.NamedNode(_HOLDER), ox.NamedNode(holder))
    names = [quad.graph_name for quad in graph.store.quads_for_pattern(*pattern)]
    stated = sorted(name.value for name in names if isinstance(name, ox.NamedNode))
    return Relation(
        node,
        other,
        standing.value(node, _DURING),
        _most_precise(standing.values(node, f"{SCHEMA}startDate")),
        _most_precise(standing.values(node, f"{SCHEMA}endDate")),
        tuple(name for name in stated if name.startswith(SOURCE_PREFIX)),
    )


def _most_precise(dates: list[str]) -> str | None:
    return max(dates, key=lambda each: (len(each), each), default=None)


def _begin(graph: Graph, relation: Relation) -> str:
    """Return the first day of a relation, or an empty string."""
    if relation.during is not None:
        return when(graph, relation.during)[0]
    return relation.since or ""
