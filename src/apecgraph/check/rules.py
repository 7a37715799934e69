"""The rules that content is checked by: which there are, and to how many things each applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SHAPES_GRAPH
from apecgraph.rdf.graph import Term
from apecgraph.rdf.namespaces import APEC, ID, OWL, RDF, RDFS, SH

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


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape, a constraint in SPARQL, or a relation between figures.

    iri: of the rule. constraints: what it demands: the IRIs of the parameters of its constraint
        components, or what a relation declares.
    nodes: how many focus nodes it applies to (SHACL, section 2.1.3); None of a relation, which
        holds figures together.
    """

    iri: str
    constraints: tuple[str, ...]
    nodes: int | None


def read_rules(store: ox.Store) -> tuple[Rule, ...]:
    """Read the rules in the graph of the shapes, and count what they apply to in all others."""
    triples: defaultdict[Term, list[tuple[str, Term]]] = defaultdict(list)
    for quad in store.quads_for_pattern(None, None, None, SHAPES_GRAPH):
        triples[quad.subject].append((quad.predicate.value, quad.object))
    focus = _focus(store, triples)
    return tuple(
        sorted(
            (
                Rule(
                    subject.value,
                    tuple(sorted(set(_constraints(said)))),
                    None if subject.value.startswith(_RELATION) else len(focus[subject]),
                )
                for subject, said in triples.items()
                if isinstance(subject, ox.NamedNode) and _is_rule(subject.value, said)
            ),
            key=lambda rule: rule.iri,
        )
    )


def _is_rule(iri: str, said: list[tuple[str, Term]]) -> bool:
    classes = {_iri(value) for name, value in said if name == f"{RDF}type"}
    return iri.startswith(_RELATION) or (bool(classes & _SHAPES) and _is_active(said))


def _constraints(said: list[tuple[str, Term]]) -> Iterator[str]:
    for name, value in said:
        if name.startswith(APEC):  # what a relation compares, and within which band
            yield _iri(value) or name
        elif name.startswith(SH) and name not in _UNCOUNTED:
            yield name


def _focus(
    store: ox.Store, triples: dict[Term, list[tuple[str, Term]]]
) -> defaultdict[Term, set[Term]]:
    """Return the focus nodes of each shape: those of its targets, and of the shapes it is in."""
    found: defaultdict[Term, set[Term]] = defaultdict(set)
    for shape, said in list(triples.items()):
        targeted = set(_targets(store, shape, said))
        waiting, reached = ([shape] if targeted else []), set[Term]()
        while waiting:
            each = waiting.pop()
            if each not in reached and _is_active(triples.get(each, [])):
                reached.add(each)
                found[each] |= targeted
                waiting += [value for _, value in triples.get(each, [])]
    return found


def _is_active(said: list[tuple[str, Term]]) -> bool:
    return not any(name == f"{SH}deactivated" and _is_true(value) for name, value in said)


def _targets(store: ox.Store, shape: Term, said: list[tuple[str, Term]]) -> Iterator[Term]:
    """Return what a shape targets (SHACL, section 2.1.3), without those it takes from others."""
    for name, value in said:
        match name.removeprefix(SH):
            case "targetNode":
                yield value
            case "targetClass":
                yield from _instances(store, value)
            case "targetSubjectsOf" if isinstance(value, ox.NamedNode):
                for quad in store.quads_for_pattern(None, value, None):
                    if quad.graph_name != SHAPES_GRAPH:
                        yield quad.subject
            case "targetObjectsOf" if isinstance(value, ox.NamedNode):
                for quad in store.quads_for_pattern(None, value, None):
                    if quad.graph_name != SHAPES_GRAPH:
                        yield quad.object
    classes = {_iri(value) for name, value in said if name == f"{RDF}type"}
    if classes & {f"{RDFS}Class", f"{OWL}Class"}:
        yield from _instances(store, shape)


def _instances(store: ox.Store, class_: Term) -> Iterator[Term]:
    """Return the SHACL instances of a class: those of its subclasses too."""
    kind, below = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{RDFS}subClassOf")
    classes, waiting = set[Term](), [class_]
    while waiting:
        each = waiting.pop()
        if each not in classes:
            classes.add(each)
            waiting += [quad.subject for quad in store.quads_for_pattern(None, below, each)]
            for quad in store.quads_for_pattern(None, kind, each):
                if quad.graph_name != SHAPES_GRAPH:
                    yield quad.subject


def _iri(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _is_true(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.value in ("true", "1")
