"""Inequality edits between cells: parts are at most their whole."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from itertools import product
from operator import add
from typing import Final

from apecgraph.consistency.cell_parts import (
    AREAS,
    BALANCE,
    choices,
    economies_of,
    families,
    separate,
    series,
    with_area,
)
from apecgraph.consistency.cells import PERCENT, Cells, Derivation, Implied
from apecgraph.content.cube import Cell
from apecgraph.intervals import Interval
from apecgraph.rdf.namespaces import APEC, ID
from apecgraph.text.catalogues import gettext_noop

_HUNDRED: Final = Decimal(100)
SHARE: Final = Derivation(gettext_noop("a share of a whole"))
_AT_LEAST_SUM: Final = Derivation(gettext_noop("no less than the sum of {all}"))
_AT_MOST: Final = Derivation(gettext_noop("no more than {0}"))
_AT_LEAST: Final = Derivation(gettext_noop("no less than {0}"))


def part_of_whole(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: trade with one partner, or in some goods, is at most all trade."""
    wholes = cells.graph.values(edit_rule, f"{APEC}whole")
    if len(wholes) != 2:
        return  # the content does not declare the edit rule
    goods, partners = wholes
    for part in cells.comparing(edit_rule):
        all_trade = part._replace(counterpart=partners, coverage=goods)
        wider = part._replace(counterpart=partners), part._replace(coverage=goods)
        for whole in {all_trade, *wider}:
            if whole != part:
                yield from _at_most(cells, part, whole)


def part_of_group(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: the value of an economy, or of some, is at most that of their group."""
    for part in cells.comparing(edit_rule):
        for dimension in AREAS:
            inside = economies_of(cells, part, dimension)
            reporter = part.reporter if dimension == "counterpart" else None
            for group in cells.groups if inside else ():
                if inside < cells.economies(group, reporter):
                    whole = with_area(part, dimension, group)
                    if economies_of(cells, whole, dimension):
                        yield from _at_most(cells, part, whole)


def sum_of_parts(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: areas without a common economy add up to at most the area around them.

    The area around them is a group, or the world. Shares add up to at most 100 percent.
    """
    world = cells.graph.value(edit_rule, f"{APEC}whole")
    for dimension in AREAS:
        for family, areas in families(cells, edit_rule, dimension):
            if family.flow == BALANCE:
                continue
            for group, parts in separate(cells, family, dimension, areas, world):
                whole = with_area(family, dimension, group)
                if whole.unit(cells.graph) == PERCENT:
                    yield whole, Interval(None, _HUNDRED), (), SHARE
                for known in choices(cells, [with_area(family, dimension, each) for each in parts]):
                    total = reduce(add, (estimate.interval for estimate in known))
                    least = Interval(total.lower, excludes_lower=total.excludes_lower)
                    yield whole, least, known, _AT_LEAST_SUM


def part_of_coverage(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: trade in some goods is at most trade in a broader class of goods."""
    for part in cells.comparing(edit_rule):
        for coverage in cells.broader(part.coverage):
            yield from _at_most(cells, part, part._replace(coverage=coverage))


def part_of_flow(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: exports and imports are each at most their sum."""
    for part in cells.comparing(edit_rule):
        if part.flow in (f"{ID}flow/exports", f"{ID}flow/imports"):
            yield from _at_most(cells, part, cells.total(part))


def part_of_period(cells: Cells, edit_rule: str) -> Implied:
    """Inequality edit: a part of a period has at most the value of the whole, if values add up."""
    for group in series(cells, edit_rule):
        dated = [(cell, days) for cell in group if (days := cells.days(cell.period))]
        for (part, inside), (whole, outside) in product(dated, repeat=2):
            if outside[0] <= inside[0] and inside[1] <= outside[1] and inside != outside:
                yield from _at_most(cells, part, whole)


def _at_most(cells: Cells, part: Cell, whole: Cell) -> Implied:
    if part.flow == BALANCE:
        return  # a surplus with one partner may be larger than the surplus with all
    for known in cells.at(whole):
        most = Interval(None, known.interval.upper, excludes_upper=known.interval.excludes_upper)
        yield part, most, (known,), _AT_MOST
    for known in cells.at(part):
        least = Interval(known.interval.lower, None, excludes_lower=known.interval.excludes_lower)
        yield whole, least, (known,), _AT_LEAST
