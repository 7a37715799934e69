"""Estimates: all intervals in which a cell's value must lie, printed or implied by edit rules.

All estimates of one cell must have a number in common. If two estimates have none, the figures on
which they rest contradict each other. Implied estimates are also compared with each other, so the
check finds contradictions that show only if two edit rules are combined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from apecgraph.consistency.cell_edit_rules import CELL_EDIT_RULES, SUMS
from apecgraph.consistency.cells import SAME_CELL, Cells, Estimate, Implied, Reading, comparable
from apecgraph.content.cube import Cell
from apecgraph.content.figures import Figure
from apecgraph.rdf.graph import Graph


def estimate_cells(figures: Iterable[Figure], graph: Graph) -> dict[Cell, list[Estimate]]:
    """Return all estimates of each cell: its readings first, then implied estimates.

    Args:
        figures: The figures.
        graph: The declarations of measures, units, periods and edit rules in the content.

    Returns:
        A dict from cells to their estimates.
    """
    cells = Cells(figures, graph)
    add_sums(cells)
    return implied_by(cells)


def add_sums(cells: Cells) -> None:
    """Add the sums of parts to the readings of cells."""
    for iri, rule in SUMS.items():
        for cell, estimate in list(implied_estimates(rule(cells, iri), iri)):
            cells.known[cell].append(estimate)


def implied_by(cells: Cells) -> dict[Cell, list[Estimate]]:
    """Return all estimates of each cell, given cells with their readings and sums."""
    known = defaultdict(list, {cell: list(known) for cell, known in cells.known.items()})
    for iri, rule in CELL_EDIT_RULES.items():
        for cell, estimate in implied_estimates(rule(cells, iri), iri):
            known[cell].append(estimate)
    return known


def rules_by_figure(estimates: Mapping[Cell, list[Estimate]]) -> dict[str, set[str]]:
    """Return the edit rules that compare each figure with another one.

    Args:
        estimates: All estimates of each cell.

    Returns:
        A dict from the IRI of a figure to the IRIs of the edit rules. If a figure is missing, no
        edit rule can detect an error in it.
    """
    rules: defaultdict[str, set[str]] = defaultdict(set)
    for cell, known in estimates.items():
        for together in comparable(cell, known):
            alike: defaultdict[frozenset[Reading], set[str]] = defaultdict(set)
            for estimate in together:
                if estimate.readings:
                    alike[frozenset(estimate.readings)].add(estimate.edit_rule or SAME_CELL)
            count = Counter(rule for found in alike.values() for rule in found)
            for same, own in alike.items() if len(alike) > 1 else ():
                others = {rule for rule, times in count.items() if times > (rule in own)}
                for figure in frozenset[str]().union(*(each.figures for each in same)):
                    rules[figure] |= own | others
        readings = (reading for one in known if one.edit_rule is None for reading in one.readings)
        for reading in readings:
            if len(reading.figures) > 1:
                for figure in reading.figures:
                    rules[figure].add(SAME_CELL)
    return rules


def implied_estimates(implied: Implied, edit_rule: str) -> Iterator[tuple[Cell, Estimate]]:
    """Return what an edit rule implies as estimates, each with its cell.

    Args:
        implied: The outcome of the function of the edit rule.
        edit_rule: IRI of the edit rule.

    Yields:
        The cells and the estimates of them.
    """
    for cell, interval, inputs, derivation in implied:
        readings = (
            inputs[0].readings
            if len(inputs) == 1
            else tuple(dict.fromkeys(chain.from_iterable(each.readings for each in inputs)))
        )
        yield cell, Estimate(interval, readings, edit_rule, inputs, derivation)
