"""Property paths of SHACL (section 2.3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, cast

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import RDF, SH
from apecgraph.rdf.terms import Term

PropertyPath: TypeAlias = "str | tuple[PropertyPath, ...]"
"""A property path: the IRI of a property, or the name of an operator and its operands.

The operators are `sequence` and the local names of SHACL: `alternativePath`, `inversePath`,
`zeroOrMorePath`, `oneOrMorePath`, `zeroOrOnePath`.
"""

SEQUENCE: Final = "sequence"
ALTERNATIVE: Final = "alternativePath"
_INVERSE: Final = "inversePath"
_REPEATED: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_NIL: Final = ox.NamedNode(f"{RDF}nil")


def read_path(graph: Graph, node: Term) -> PropertyPath | None:
    """Read a property path.

    Args:
        graph: The graph that describes the path.
        node: The path.

    Returns:
        The path, or None if it is not well-formed.
    """
    return _read(graph, node, frozenset())


def _read(graph: Graph, node: Term, containing: frozenset[Term]) -> PropertyPath | None:
    if isinstance(node, ox.NamedNode):
        return node.value
    if node in containing or not isinstance(node, ox.BlankNode):
        return None
    containing |= {node}
    members = graph.list_members(node)
    if members is not None:
        return _operation(SEQUENCE, [_read(graph, member, containing) for member in members])
    for name in (_INVERSE, *_REPEATED):
        for operand in graph.objects(node, f"{SH}{name}"):
            return _operation(name, [_read(graph, operand, containing)])
    for head in graph.objects(node, f"{SH}{ALTERNATIVE}"):
        members = graph.list_members(head) or []
        return _operation(ALTERNATIVE, [_read(graph, member, containing) for member in members])
    return None


def _operation(name: str, operands: list[PropertyPath | None]) -> PropertyPath | None:
    if not operands or None in operands:
        return None
    return (name, *cast("list[PropertyPath]", operands))


def path_properties(path: PropertyPath) -> Iterator[str]:
    """Yield the IRIs of the properties in a path."""
    if isinstance(path, str):
        yield path
    else:
        for operand in path[1:]:
            yield from path_properties(operand)


def path_text(path: PropertyPath, name: Callable[[str], str]) -> str:
    """Write a path as SPARQL does (SPARQL 1.1, section 9).

    Args:
        path: The path.
        name: Writes the IRI of a property.

    Returns:
        The text.
    """
    if isinstance(path, str):
        return name(path)
    operator, *operands = path
    parts = [
        path_text(operand, name) if isinstance(operand, str) else f"({path_text(operand, name)})"
        for operand in operands
    ]
    if operator == SEQUENCE:
        return "/".join(parts)
    if operator == ALTERNATIVE:
        return "|".join(parts)
    if operator == _INVERSE:
        return f"^{parts[0]}"
    return f"{parts[0]}{_REPEATED[cast('str', operator)]}"


def path_triples(
    path: PropertyPath, blank_node: Callable[[], ox.BlankNode]
) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
    """Describe a path in RDF.

    Args:
        path: The path.
        blank_node: Returns a new blank node.

    Returns:
        The node of the path, and the triples that describe it.
    """
    if isinstance(path, str):
        return ox.NamedNode(path), []
    operator, *operands = path
    triples: list[ox.Triple] = []
    nodes = []
    for operand in operands:
        node, described = path_triples(operand, blank_node)
        nodes.append(node)
        triples += described
    if operator in (SEQUENCE, ALTERNATIVE):
        value: ox.NamedNode | ox.BlankNode = _NIL
        for node in reversed(nodes):
            cell = blank_node()
            triples += [
                ox.Triple(cell, ox.NamedNode(f"{RDF}first"), node),
                ox.Triple(cell, ox.NamedNode(f"{RDF}rest"), value),
            ]
            value = cell
    else:
        value = nodes[0]
    if operator == SEQUENCE:
        return value, triples
    node = blank_node()
    return node, [*triples, ox.Triple(node, ox.NamedNode(f"{SH}{operator}"), value)]
