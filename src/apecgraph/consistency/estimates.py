"""Estimates: all that is known of each cell, from what is printed and by implication.

All that is known of one cell must have a number in common; where two estimates have none, the
figures that they rest on contradict each other. What is implied is held against what else is
implied too, so that each relation is carried one step further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

from apecgraph.consistency.cell_relations import CELL_RELATIONS, SUMS, Implied
from apecgraph.consistency.cells import Cells, Estimate
from apecgraph.content.figures import Cell, Figure
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID

SAME_CELL: Final = f"{ID}relation/same-cell"


def estimates(figures: Iterable[Figure], graph: Graph) -> dict[Cell, list[Estimate]]:
    """Return all that is known of each cell: what is printed first, then what is implied."""
    cells = Cells(figures, graph)
    for iri, relation in SUMS.items():
        for cell, estimate in list(_estimates(relation(cells, iri), iri)):
            cells.known[cell].append(estimate)
    known = defaultdict(list, {cell: list(each) for cell, each in cells.known.items()})
    for iri, relation in CELL_RELATIONS.items():
        for cell, estimate in _estimates(relation(cells, iri), iri):
            known[cell].append(estimate)
    return known


def touched(estimates: Mapping[Cell, list[Estimate]]) -> dict[str, set[str]]:
    """Return the relations that hold each figure against another one.

    A figure that is missing from the result is a blind spot: if it were wrong, nothing would show
    it.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for known in estimates.values():
        for one, other in combinations(known, 2):
            if not one.readings or not other.readings or set(one.readings) == set(other.readings):
                continue
            for reading in (*one.readings, *other.readings):
                for figure in reading.figures:
                    found[figure] |= {one.relation or SAME_CELL, other.relation or SAME_CELL}
        for reading in (each for one in known for each in one.readings if one.relation is None):
            if len(reading.figures) > 1:
                for figure in reading.figures:
                    found[figure].add(SAME_CELL)
    return found


def _estimates(implied: Implied, relation: str) -> Iterator[tuple[Cell, Estimate]]:
    for cell, interval, inputs, words in implied:
        readings = dict.fromkeys(reading for each in inputs for reading in each.readings)
        yield cell, Estimate(interval, tuple(readings), relation, inputs, words)
