"""Vintages: which figure revises which.

A compiler that releases a figure again after it has corrected its data revises the earlier figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from apecgraph.content.cube import Cell
from apecgraph.content.figures import Figure


def revisions(figures: Iterable[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Find the revisions among some figures.

    A figure revises the figures of the same cell that the same compiler released before it, at the
    latest date before its own. A figure without a date or without a compiler revises nothing.

    Args:
        figures: The figures.

    Yields:
        Pairs of a figure and a figure that it revises.
    """
    series: defaultdict[tuple[Cell, str], defaultdict[str, list[Figure]]]
    series = defaultdict(lambda: defaultdict(list))
    for figure in figures:
        if figure.compiler is not None and figure.vintage is not None:
            series[figure.cell, figure.compiler][figure.vintage].append(figure)
    for vintages in series.values():
        for vintage, revised in vintages.items():
            # Of 2025 and 2025-03, neither is known to be the earlier one.
            earlier = [each for each in vintages if each < vintage and not vintage.startswith(each)]
            for figure in revised if earlier else ():
                yield from ((figure, before) for before in vintages[max(earlier)])
