"""Canonical datasets (RDFC-1.0): sorted quads, digests, and comparable labels of blank nodes.

RDFC-1.0 numbers all blank nodes of a dataset, so one more blank node may change the labels of
others. `labelled` derives each label only from the quads that are connected with the blank node. A
node therefore keeps its label in another version of a dataset if these quads have not changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from itertools import chain
from typing import TypeAlias

import pyoxigraph as ox

from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.serializer import rdf_bytes

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph


def canonical_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return the quads with canonical labels for blank nodes, each once, sorted (RDFC-1.0)."""
    return canonicalized(quads)[0]


def digest(quads: Iterable[ox.Quad]) -> str:
    """Return the name of a dataset: the first 16 digits of its canonical hash.

    The hash is SHA-256 of the sorted canonical N-Quads (RDFC-1.0, section 4), in lowercase
    hexadecimal. Anyone can compute it from the N-Quads dump.
    """
    return _hash(_canonical(quads))


def canonicalized(quads: Iterable[ox.Quad]) -> tuple[list[ox.Quad], str]:
    """Return both of a dataset: its canonical quads, sorted, and its digest."""
    lines = _canonical(quads)
    # Reading sorted lines is faster than sorting quads.
    parsed = ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS, lenient=True)
    return list(parsed), _hash(lines)


def _canonical(quads: Iterable[ox.Quad]) -> list[bytes]:
    """Return the canonical N-Quads of a dataset, as sorted lines (RDFC-1.0, section 5).

    Canonical labels depend only on the quads that have blank nodes (RDFC-1.0, section 4.4), so the
    engine, which is slow, gets only these.
    """
    blank: list[ox.Quad] = []
    ground: list[ox.Quad] = []
    for quad in quads:
        (blank if _has_blank_node(quad) else ground).append(quad)
    dataset = ox.Dataset(blank)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _lines(chain(ground, dataset))


def _lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    return sorted(set(rdf_bytes(quads, N_QUADS).splitlines(keepends=True)))


def _hash(lines: Iterable[bytes]) -> str:
    return sha256(b"".join(lines)).hexdigest()[:16]


def _has_blank_node(quad: ox.Quad) -> bool:
    return (
        isinstance(quad.subject, ox.BlankNode)
        or isinstance(quad.object, ox.BlankNode | ox.Triple)
        or isinstance(quad.graph_name, ox.BlankNode)
    )


def labelled(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Label each blank node after the canonical form of the quads that it is connected with."""
    result: set[ox.Quad] = set()
    parent: dict[ox.BlankNode, ox.BlankNode] = {}

    def root(node: ox.BlankNode) -> ox.BlankNode:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    connected: list[tuple[ox.BlankNode, ox.Quad]] = []
    for quad in quads:
        nodes = [term for term in _terms(quad) if isinstance(term, ox.BlankNode)]
        if not nodes:
            result.add(quad)
            continue
        for node in nodes:
            parent.setdefault(node, node)
            parent[root(node)] = root(nodes[0])
        connected.append((nodes[0], quad))
    components: defaultdict[ox.BlankNode, list[ox.Quad]] = defaultdict(list)
    for node, quad in connected:
        components[root(node)].append(quad)
    for component in components.values():
        result.update(_labelled_component(component))
    return result


def _labelled_component(component: list[ox.Quad]) -> Iterable[ox.Quad]:
    quads = canonical_quads(component)
    name = sha256("\n".join(map(str, quads)).encode()).hexdigest()[:12]
    for quad in quads:
        yield ox.Quad(*(_renamed(term, name) for term in _terms(quad)))  # type: ignore[arg-type]


def _renamed(term: _Term, name: str) -> _Term:
    if isinstance(term, ox.BlankNode):
        return ox.BlankNode(f"b{name}{term.value.removeprefix('c14')}")
    return term


def _terms(quad: ox.Quad) -> tuple[_Term, ...]:
    return quad.subject, quad.predicate, quad.object, quad.graph_name
