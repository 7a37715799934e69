"""Faults in the shapes themselves: parts that would be ignored, or that SHACL leaves undefined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from apecgraph.errors import QueryTooHeavy
from apecgraph.query.outline import outline
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import RDF, SH, compact
from apecgraph.rdf.terms import Term, term_text
from apecgraph.text.nearest import nearest

_SHAPES: Final = ("node", "property", "not", "qualifiedValueShape")
"""The properties whose values are shapes."""

_LISTS_OF_SHAPES: Final = ("and", "or", "xone")
"""The properties whose values are lists of shapes."""

_TARGETS: Final = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_APPLIED: Final = (
    *_SHAPES,
    *_LISTS_OF_SHAPES,
    *_TARGETS,
    *("path", "inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"),
    *("class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive"),
    *("maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn"),
    *("uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "qualifiedMinCount"),
    *("qualifiedMaxCount", "qualifiedValueShapesDisjoint", "closed", "ignoredProperties"),
    *("hasValue", "in", "severity", "message", "deactivated", "sparql", "select", "ask"),
    *("prefixes", "declare", "prefix", "namespace", "parameter", "optional", "validator"),
    *("nodeValidator", "propertyValidator"),
)
_WITHOUT_EFFECT: Final = (
    *("name", "description", "order", "group", "defaultValue", "labelTemplate", "shapesGraph"),
    *("suggestedShapesGraph", "resultAnnotation", "annotationProperty", "annotationValue"),
    *("annotationVarName", "conforms", "result", "detail", "focusNode", "resultPath", "value"),
    *("sourceShape", "sourceConstraint", "sourceConstraintComponent", "resultMessage"),
    *("resultSeverity", "shapesGraphWellFormed"),
)
"""Properties for people, for other tools, and for validation reports."""

_LIST_OR_PATH: Final = frozenset(
    (
        *(f"{RDF}{name}" for name in ("type", "first", "rest")),
        *(f"{SH}{name}" for name in ("inversePath", "alternativePath", "zeroOrMorePath")),
        *(f"{SH}{name}" for name in ("oneOrMorePath", "zeroOrOnePath")),
    )
)
_ADVANCED: Final = ("entailment", "expression", "js", "rule", "target", "values")
"""Properties of SHACL Advanced Features and SHACL-JS that a shape may have, and sh:entailment."""

_CLOSE: Final = 80.0
"""Likeness, in percent, from which an unknown property is a misspelt one.

Other unknown properties of SHACL mean nothing (section 2.1), as in a test of the W3C suite.
"""


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """A fault of a shape, of its constraint, or of something that they refer to.

    Attributes:
        message: The fault, and what to do about it.
        node: The node at fault.
        path: IRI of its property at fault, if any.
        value: The value of that property, if any.
    """

    message: str
    node: Term
    path: str | None = None
    value: Term | None = None


def has_shapes(shapes: Graph) -> bool:
    """Return whether a graph has shapes (SHACL, section 2.1)."""
    kinds = (ox.NamedNode(f"{SH}NodeShape"), ox.NamedNode(f"{SH}PropertyShape"))
    return any(shapes.has(None, f"{RDF}type", kind) for kind in kinds) or any(
        shapes.has(None, f"{SH}{name}") for name in (*_TARGETS, *_SHAPES)
    )


def shape_faults(shapes: Graph) -> Iterator[ShapeFault]:
    """Find parts of the shapes that would be ignored, and would therefore let invalid data pass.

    Args:
        shapes: The graph of the shapes.

    Yields:
        The faults.
    """
    for quad in shapes.quads():
        message = _unapplied(shapes, quad)
        if message is not None:
            yield ShapeFault(message, quad.subject, quad.predicate.value, quad.object)
    yield from _recursion(shapes)


def unnamed_shapes(shapes: Graph) -> Iterator[ShapeFault]:
    """Find blank nodes that are neither lists nor paths; a fault names the IRI that leads to one.

    Args:
        shapes: The graph of the shapes.

    Yields:
        The faults.
    """
    owners: dict[object, ox.Quad] = {
        quad.object: quad for quad in shapes.quads() if isinstance(quad.object, ox.BlankNode)
    }
    described = {
        quad.subject
        for quad in shapes.quads()
        if isinstance(quad.subject, ox.BlankNode) and quad.predicate.value not in _LIST_OR_PATH
    }
    for node in described:
        owner, seen = owners.get(node), set[object]((node,))
        while owner is not None and owner.subject in owners and owner.subject not in seen:
            seen.add(owner.subject)
            owner = owners[owner.subject]
        message = "every shape and constraint needs an IRI, so that results and pages can name it"
        if owner is None:
            yield ShapeFault(message, node)
        else:
            yield ShapeFault(message, owner.subject, owner.predicate.value)


def _unapplied(shapes: Graph, quad: ox.Quad) -> str | None:
    iri, value = quad.predicate.value, quad.object
    name = iri.removeprefix(SH)
    if name == iri:
        return None
    if name in ("select", "ask"):
        return _refused(term_text(value))
    if name in _APPLIED or name in _WITHOUT_EFFECT:
        return None
    if name in _ADVANCED:
        return f"{compact(iri)} is not part of SHACL Core or SHACL-SPARQL, and would be ignored"
    for close in nearest(name, _APPLIED, least=_CLOSE):
        return f"SHACL has no {compact(iri)}: did you mean {compact(SH + close)}?"
    return None


def _refused(query: str) -> str | None:
    """Return why a query may not be evaluated, or None if it may."""
    try:
        outlined = outline(query)
    except QueryTooHeavy as error:
        return str(error)
    if outlined.service:
        return "a query in a shape may not call another endpoint (SERVICE)"
    if outlined.default_graphs or outlined.named_graphs:
        return "a query in a shape may read only the data, and no other graph (FROM)"
    return None


def _recursion(shapes: Graph) -> Iterator[ShapeFault]:
    """Find shapes that refer to themselves, which SHACL leaves undefined (section 3.4.3)."""
    referring = {quad.subject: None for name in _SHAPES for quad in shapes.quads(None, SH + name)}
    referring |= {
        quad.subject: None for name in _LISTS_OF_SHAPES for quad in shapes.quads(None, SH + name)
    }
    done: set[Term] = set()
    for start in referring:
        trail: dict[Term, Iterator[Term]] = {start: iter(_parts(shapes, start))}
        while trail:
            shape, parts = next(reversed(trail.items()))
            part = next(parts, None)
            if part is None:
                del trail[shape]
                done.add(shape)
            elif part in trail:
                yield ShapeFault(
                    "this shape refers to itself, directly or through other shapes, which SHACL "
                    "leaves undefined (section 3.4.3): remove one of the references",
                    part,
                )
            elif part not in done:
                trail[part] = iter(_parts(shapes, part))


def _parts(shapes: Graph, shape: Term) -> list[Term]:
    """Return the shapes to which a shape refers."""
    if isinstance(shape, ox.Literal):
        return []
    parts = [part for name in _SHAPES for part in shapes.objects(shape, SH + name)]
    for name in _LISTS_OF_SHAPES:
        for head in shapes.objects(shape, SH + name):
            parts += shapes.list_members(head) or ()
    return parts
