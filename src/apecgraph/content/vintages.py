"""Vintages: when a figure was released, and which figure it revises.

A compiler that releases a figure again after it has corrected its data revises the earlier figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from apecgraph.content.cube import Cell
from apecgraph.content.figures import Figure
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, SDMX_ATTRIBUTE


def revisions(graph: Graph, figures: Iterable[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Find the revisions among some figures.

    A figure revises the figures of the same cell that the same compiler released before it, at the
    latest date before its own. A figure without a date or without a compiler revises nothing.

    Args:
        graph: The dataset that describes the figures and their sources.
        figures: The figures.

    Yields:
        Pairs of a figure and a figure that it revises.
    """
    yield from revisions_among((figure, *released(graph, figure)) for figure in figures)


def revisions_among(
    releases: Iterable[tuple[Figure, str | None, str | None]],
) -> Iterator[tuple[Figure, Figure]]:
    """Find the revisions among figures, each given with its compiler and its date of release.

    Args:
        releases: The figures, each with the IRI of its compiler and the date (ISO 8601).

    Yields:
        Pairs of a figure and a figure that it revises.
    """
    series: defaultdict[tuple[Cell, str], defaultdict[str, list[Figure]]]
    series = defaultdict(lambda: defaultdict(list))
    for figure, compiler, vintage in releases:
        if compiler is not None and vintage is not None:
            series[figure.cell, compiler][vintage].append(figure)
    for vintages in series.values():
        for vintage, revised in vintages.items():
            # Of 2025 and 2025-03, neither is known to be the earlier one.
            earlier = [each for each in vintages if each < vintage and not vintage.startswith(each)]
            for figure in revised if earlier else ():
                yield from ((figure, before) for before in vintages[max(earlier)])


def released(graph: Graph, figure: Figure) -> tuple[str | None, str | None]:
    """Return the compiler of a figure, and the date at which it was released.

    Args:
        graph: The dataset that describes the figure and its source.
        figure: The figure.

    Returns:
        The IRI of the compiler and the date (ISO 8601), if the figure or its source names them.
    """
    return (
        _of(graph, figure, f"{SDMX_ATTRIBUTE}compilingOrg"),
        _of(graph, figure, f"{DCTERMS}issued"),
    )


def _of(graph: Graph, figure: Figure, property_: str) -> str | None:
    """Return a value that a figure names, or else the value that its source names."""
    stated = graph.named_graph(figure.source)
    return stated.value(figure.iri, property_) or stated.value(figure.source, property_)
