"""The rules that content is checked against, and how many nodes each rule applies to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, RDF, SH
from apecgraph.rdf.terms import TRUE_FORMS, Term

_SHAPES: Final = frozenset(
    f"{SH}{name}" for name in ("NodeShape", "PropertyShape", "SPARQLConstraint")
)
_RELATION: Final = f"{ID}relation/"
_UNCOUNTED: Final = frozenset(
    f"{SH}{name}"
    for name in (
        *("message", "name", "description", "order", "group", "defaultValue", "severity"),
        *("prefixes", "path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"),
    )
)
"""Properties of shapes that constrain nothing (SHACL, sections 2.1 and 2.3.2)."""


FocusNodes: TypeAlias = Mapping[Term, frozenset[object]]
"""A dict from each shape that has targets to its focus nodes (SHACL, section 2.1.3)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape, a constraint in SPARQL, or an edit rule between figures.

    Attributes:
        iri: IRI of the rule.
        constraints: IRIs of the parameters of its constraint components, or the values that an
            edit rule declares.
        nodes: Number of focus nodes that it applies to (SHACL, section 2.1.3), or None for an
            edit rule, which compares figures.
    """

    iri: str
    constraints: tuple[str, ...]
    nodes: int | None


def read_rules(graph: Graph, focus_nodes: FocusNodes) -> tuple[Rule, ...]:
    """Read the rules in the graph of the shapes, and count the nodes to which each applies.

    Args:
        graph: The dataset that has the graph of the shapes.
        focus_nodes: The focus nodes of each shape that has targets.

    Returns:
        The rules, in the order of their IRIs.
    """
    triples: defaultdict[Term, list[tuple[str, Term]]] = defaultdict(list)
    for quad in graph.named_graph(SHAPES_GRAPH).quads():
        triples[quad.subject].append((quad.predicate.value, quad.object))
    focus = _reached(focus_nodes, triples)
    return tuple(
        sorted(
            (
                Rule(
                    subject.value,
                    tuple(sorted(set(_constraints(values)))),
                    None if subject.value.startswith(_RELATION) else len(focus[subject]),
                )
                for subject, values in triples.items()
                if isinstance(subject, ox.NamedNode) and _is_rule(subject.value, values)
            ),
            key=lambda rule: rule.iri,
        )
    )


def _is_rule(iri: str, values: list[tuple[str, Term]]) -> bool:
    classes = {_iri(value) for name, value in values if name == f"{RDF}type"}
    return iri.startswith(_RELATION) or (bool(classes & _SHAPES) and _is_active(values))


def _constraints(values: list[tuple[str, Term]]) -> Iterator[str]:
    for name, value in values:
        if name == f"{DCTERMS}subject" or name.startswith(APEC):
            # The values that an edit rule compares, and its band.
            yield _iri(value) or name
        elif name.startswith(SH) and name not in _UNCOUNTED:
            yield name


def _reached(
    focus_nodes: FocusNodes, triples: dict[Term, list[tuple[str, Term]]]
) -> defaultdict[Term, set[object]]:
    """Return the nodes of each shape: its focus nodes, and those of the shapes that contain it."""
    nodes: defaultdict[Term, set[object]] = defaultdict(set)
    for shape, targeted in focus_nodes.items():
        waiting, reached = ([shape] if targeted else []), set[Term]()
        while waiting:
            part = waiting.pop()
            if part not in reached and _is_active(triples.get(part, [])):
                reached.add(part)
                nodes[part] |= targeted
                waiting += [value for _, value in triples.get(part, [])]
    return nodes


def _is_active(values: list[tuple[str, Term]]) -> bool:
    return not any(name == f"{SH}deactivated" and _is_true(value) for name, value in values)


def _iri(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _is_true(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.value in TRUE_FORMS
