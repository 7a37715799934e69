"""Slices: the series of the cube, and the figures that are in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apecgraph.figures import Figure
from apecgraph.graph import Graph
from apecgraph.namespaces import QB, RDF


def sliced(figures: Iterable[Figure], graph: Graph) -> Iterator[tuple[str, str]]:
    """Yield the IRI of each slice with that of each figure in it.

    A figure is in a slice that has its value of every dimension that the slice key fixes (RDF Data
    Cube, section 7.3); which dimensions those are, and their values, ontology/cube.ttl says.
    """
    every = list(figures)
    for slice_ in graph.subjects(f"{RDF}type", f"{QB}Slice"):
        key = graph.one(slice_, f"{QB}sliceStructure")
        fixed = {
            dimension: graph.one(slice_, dimension)
            for dimension in graph.values(key, f"{QB}componentProperty")
        }
        for figure in every:
            if all(
                graph.value(figure.iri, dimension, figure.source) == value
                for dimension, value in fixed.items()
            ):
                yield slice_, figure.iri
