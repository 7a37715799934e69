"""Cells that are parts of others: which areas and periods make up larger ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice, product
from typing import Any, Final

from apecgraph.consistency.cells import Cells, Estimate
from apecgraph.content.cube import Cell
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, ID

AREAS: Final = ("reporter", "counterpart", "subject")
"""The dimensions whose values are economies or groups of economies."""

_MOST_SUMS: Final = 16
"""Maximum number of sums of the same parts. There can be many if sources disagree on the parts."""

BALANCE: Final = f"{ID}flow/balance"
"""The flow that may be negative, so that a part of it may be larger than the whole."""


def with_area(cell: Cell, dimension: str, area: str | None) -> Cell:
    """Return a cell with another area in one dimension."""
    changed: dict[str, Any] = {dimension: area}
    return cell._replace(**changed)


def dimension_of_whole(graph: Graph, measure: str, whole: str) -> str:
    """Return the dimension in which a part differs from its whole.

    Args:
        graph: The declarations of the content.
        measure: IRI of the measure of the part.
        whole: IRI of the whole: goods, or the world.

    Returns:
        The name of the dimension: the coverage of goods; the counterpart of trade with the world;
        the subject of an indicator of the world.
    """
    if whole.startswith(f"{ID}coverage/"):
        return "coverage"
    is_indicator = graph.has(measure, f"{DCTERMS}isPartOf", f"{ID}dataset/indicators")
    return "subject" if is_indicator else "counterpart"


def families(
    cells: Cells, edit_rule: str, dimension: str
) -> Iterator[tuple[Cell, dict[str | None, frozenset[str]]]]:
    """Group the cells that an edit rule applies to into families, which differ in one area.

    Args:
        cells: The cells.
        edit_rule: IRI of the edit rule.
        dimension: The dimension of the area.

    Yields:
        A cell without the area, and the economies of each area; areas whose economies are unknown
        are left out, and families with less than two areas.
    """
    found: defaultdict[Cell, dict[str | None, frozenset[str]]] = defaultdict(dict)
    for cell in cells.comparing(edit_rule):
        if inside := economies_of(cells, cell, dimension):
            found[with_area(cell, dimension, "")][getattr(cell, dimension)] = inside
    for family, areas in found.items():
        if len(areas) > 1:
            yield family, areas


def economies_of(cells: Cells, cell: Cell, dimension: str) -> frozenset[str]:
    """Return the economies of which a cell is the sum, along one dimension.

    A cell with a group as its reporter is the sum of its economies only if all of them trade with
    the same partner, so its counterpart must be one economy outside the group.
    """
    area = getattr(cell, dimension)
    if dimension == "counterpart":
        return cells.economies(area, cell.reporter)
    found = cells.economies(area)
    if dimension == "reporter":
        partner = cells.economies(cell.counterpart)
        return found if len(partner) == 1 and partner.isdisjoint(found) else frozenset()
    return found


def disjoint(areas: Mapping[str | None, frozenset[str]], whole: frozenset[str]) -> list[str | None]:
    """Choose areas within a group that have no economy in common.

    Args:
        areas: The economies of each area.
        whole: The economies of the group.

    Returns:
        The areas, at each step the largest that fits.
    """
    chosen: list[str | None] = []
    left = whole
    for area, inside in sorted(areas.items(), key=lambda item: (-len(item[1]), item[0] or "")):
        if inside <= left:
            chosen.append(area)
            left -= inside
    return chosen


def smaller(
    areas: Mapping[str | None, frozenset[str]], whole: frozenset[str]
) -> dict[str | None, frozenset[str]]:
    """Return the areas with a part of the economies of a group, but not all of them."""
    return {area: inside for area, inside in areas.items() if inside < whole}


def filling(areas: Mapping[str | None, frozenset[str]], whole: frozenset[str]) -> list[str | None]:
    """Partition the economies of a group into those of smaller areas.

    Args:
        areas: The economies of each area.
        whole: The economies of the group.

    Returns:
        Areas that have no economy in common. Empty if such areas do not fill the group.
    """
    chosen = disjoint(smaller(areas, whole), whole)
    return chosen if _count(areas, chosen) == len(whole) else []


def separate(
    cells: Cells,
    family: Cell,
    dimension: str,
    areas: Mapping[str | None, frozenset[str]],
    world: str | None,
) -> Iterator[tuple[str, list[str | None]]]:
    """Find areas without a common economy that leave a rest of a group, or of the world.

    Args:
        cells: The cells.
        family: A cell without the area.
        dimension: The dimension of the area.
        areas: The economies of each area that is known.
        world: IRI of the world, which is around all counterparts and subjects.

    Yields:
        The group, or the world, and at least two smaller areas in it.
    """
    for group in cells.groups:
        if group == world and dimension != "reporter":
            parts = disjoint(areas, frozenset[str]().union(*areas.values()))
        else:
            around = economies_of(cells, with_area(family, dimension, group), dimension)
            parts = disjoint(smaller(areas, around), around)
            if _count(areas, parts) == len(around):
                continue  # the edit rule sum_of_group adds them up
        if len(parts) > 1:
            yield group, parts


def _count(areas: Mapping[str | None, frozenset[str]], parts: list[str | None]) -> int:
    """Return the number of economies in areas that have none in common."""
    return sum(len(areas[area]) for area in parts)


def partition(spans: Mapping[str, tuple[str, str]], whole: str, days: tuple[str, str]) -> list[str]:
    """Partition a period into other periods.

    Args:
        spans: The first and the last day (ISO 8601) of each of these periods.
        whole: The period that is to be partitioned.
        days: The first and the last day of that period.

    Returns:
        Periods that follow one another without a gap, at each step the longest that fits. Empty if
        such periods do not fill the period.
    """
    parts: list[str] = []
    start, last = days
    while start <= last:
        fitting = [
            (end, period)
            for period, (begin, end) in spans.items()
            if begin == start and end <= last and period != whole
        ]
        if not fitting:
            return []
        end, period = max(fitting)
        parts.append(period)
        start = (date.fromisoformat(end) + timedelta(days=1)).isoformat()
    return parts


def series(cells: Cells, edit_rule: str) -> list[list[Cell]]:
    """Group the cells that an edit rule applies to into series, which differ only in the period."""
    groups: defaultdict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells.comparing(edit_rule):
        groups[cell._replace(period="")].append(cell)
    return list(groups.values())


def choices(cells: Cells, parts: list[Cell]) -> Iterator[tuple[Estimate, ...]]:
    """Yield an estimate of each part, in all combinations up to a maximum number."""
    yield from islice(product(*map(cells.at, parts)), _MOST_SUMS)
