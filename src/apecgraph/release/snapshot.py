"""Snapshots: datasets that can be compared, and the patch from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from apecgraph.rdf.canonical import labelled
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.release.release import Release


@dataclass(frozen=True)
class Snapshot:
    """The dataset of a release, or of content before it is built.

    Attributes:
        name: The name of the release, or the digest.
        quads: The quads; the labels of blank nodes depend on their triples.
    """

    name: str
    quads: frozenset[ox.Quad]

    @classmethod
    def of(cls, name: str, quads: Iterable[ox.Quad]) -> Snapshot:
        """Take a snapshot of a dataset."""
        return cls(name, frozenset(labelled(quads)))

    @classmethod
    def of_release(cls, release: Release) -> Snapshot:
        """Take a snapshot of a release."""
        path = release.dump(N_QUADS)
        return cls.of(release.name, ox.parse(path=path, format=ox.RdfFormat.N_QUADS))

    @cached_property
    def graph(self) -> Graph:
        """The dataset as a graph, for look-ups."""
        store = ox.Store()
        store.bulk_extend(self.quads)
        return Graph(store)

    def patch(self, to: Snapshot) -> Iterator[str]:
        """Write the lines of the patch from this snapshot to another.

        The format is RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html): text, one
        transaction, deletions (D) before additions (A). Releases are named by their IRIs. Blank
        nodes have the labels of snapshots, not those of dumps.
        """
        yield f"H id <{ID}release/{to.name}> .\n"
        yield f"H prev <{ID}release/{self.name}> .\n"
        yield "TX .\n"
        for mark, quads in (("D", self.quads - to.quads), ("A", to.quads - self.quads)):
            for line in sorted(map(_row, quads)):
                yield f"{mark} {line} .\n"
        yield "TC .\n"


def _row(quad: ox.Quad) -> str:
    row = f"{quad.subject} {quad.predicate} {quad.object}"
    return row if quad.graph_name == ox.DefaultGraph() else f"{row} {quad.graph_name}"
