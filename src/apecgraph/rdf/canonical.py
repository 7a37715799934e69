"""Blank nodes that can be compared: labels that depend on what is said of them, and nothing else.

The canonical labels of a dataset are numbered throughout it, so that one more blank node gives
others new labels. Those here are taken from the part of the dataset that a blank node is in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

import pyoxigraph as ox

_Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | ox.DefaultGraph


def labelled(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Label each blank node by the canonical form (RDFC-1.0) of the quads that it hangs with."""
    found: set[ox.Quad] = set()
    parent: dict[ox.BlankNode, ox.BlankNode] = {}

    def root(node: ox.BlankNode) -> ox.BlankNode:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    hanging: list[tuple[ox.BlankNode, ox.Quad]] = []
    for quad in quads:
        blank = [each for each in _terms(quad) if isinstance(each, ox.BlankNode)]
        if not blank:
            found.add(quad)
            continue
        for each in blank:
            parent.setdefault(each, each)
            parent[root(each)] = root(blank[0])
        hanging.append((blank[0], quad))
    parts: defaultdict[ox.BlankNode, list[ox.Quad]] = defaultdict(list)
    for node, quad in hanging:
        parts[root(node)].append(quad)
    for part in parts.values():
        found.update(_named(part))
    return found


def _named(part: list[ox.Quad]) -> Iterable[ox.Quad]:
    dataset = ox.Dataset(part)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    text = "\n".join(sorted(map(str, dataset)))
    name = sha256(text.encode()).hexdigest()[:12]
    for quad in dataset:
        yield ox.Quad(*(_renamed(each, name) for each in _terms(quad)))  # type: ignore[arg-type]


def _renamed(term: _Node, name: str) -> _Node:
    if isinstance(term, ox.BlankNode):
        return ox.BlankNode(f"b{name}{term.value.removeprefix('c14')}")
    return term


def _terms(quad: ox.Quad) -> tuple[_Node, ...]:
    return quad.subject, quad.predicate, quad.object, quad.graph_name


def canonical_nquads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Give blank nodes their canonical labels, and all quads their order (RDFC-1.0)."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def digest(quads: Iterable[ox.Quad]) -> str:
    """Name a dataset by its content: the first 16 digits of its canonical hash.

    The hash is SHA-256 over the sorted canonical N-Quads (RDFC-1.0, section 4), as lowercase
    hexadecimal: anyone can compute it from the N-Quads dump.
    """
    return digest_of_canonical(canonical_nquads(quads))


def digest_of_canonical(quads: Iterable[ox.Quad]) -> str:
    """Name a dataset whose blank nodes have their canonical labels already."""
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert data is not None  # noqa: S101 - without an output the bytes are returned
    lines = sorted(data.splitlines(keepends=True))
    return sha256(b"".join(lines)).hexdigest()[:16]
