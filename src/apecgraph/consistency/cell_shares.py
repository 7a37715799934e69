"""Ratio edits of shares: in a whole, and in the trade of the world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from itertools import product
from operator import add
from typing import Final

from apecgraph.consistency.cell_parts import choices, dimension_of_whole, with_area
from apecgraph.consistency.cells import Cells, Derivation, Implied
from apecgraph.content.cube import Cell
from apecgraph.rdf.namespaces import APEC, ID
from apecgraph.text.catalogues import gettext_noop

_HUNDREDTH: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_OF: Final = Derivation(gettext_noop("{0} of {1}"))
_WHOLE: Final = Derivation(gettext_noop("the whole of which {1} is {0}"))
_OUT_OF: Final = Derivation(gettext_noop("{0} out of {1}"))
_SHARE_OF_FLOW: Final = gettext_noop("{low} to {high} times the share of {0} in {1}")
_SHARE_OF_FLOWS: Final = gettext_noop(
    "{low} to {high} times the share of {0} and {1} in {2} and {3}"
)
VALUE: Final = f"{ID}measure/trade-value"
ALL_GOODS: Final = f"{ID}coverage/all-goods"
WORLD_FLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    f"{ID}measure/world-exports-share": (f"{ID}flow/imports",),
    f"{ID}measure/world-imports-share": (f"{ID}flow/exports",),
    f"{ID}measure/world-trade-share": (f"{ID}flow/exports", f"{ID}flow/imports"),
}
"""The flows that the world reports with its partners, keyed by the share of a partner: what the
world imports from a partner is what the partner exports."""


def share_of_whole(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: the part equals the share (in percent) of the whole."""
    for cell, shares in list(cells.known.items()):
        measure = cells.graph.value(cell.measure, f"{APEC}shareOf")
        all_of_it = cells.graph.value(cell.measure, f"{APEC}whole")
        if measure is None or all_of_it is None:
            continue
        part = cell._replace(measure=measure)
        whole = with_area(part, dimension_of_whole(cells.graph, measure, all_of_it), all_of_it)
        for currency in cells.currencies(part, whole):
            part, whole = part._replace(currency=currency), whole._replace(currency=currency)
            for share in shares:
                ratio = share.interval.scaled(_HUNDREDTH)
                for known in cells.at(whole):
                    yield part, known.interval * ratio, (share, known), _OF
                for known in cells.at(part):
                    yield whole, known.interval / ratio, (share, known), _WHOLE
            for known, total in product(cells.at(part), cells.at(whole)):
                ratio = (known.interval / total.interval).scaled(Decimal(100))
                yield cell, ratio, (known, total), _OUT_OF


def share_of_world_trade(cells: Cells, edit_rule: str) -> Implied:
    """Ratio edit: a share in world trade is what the world trades with the partner out of all."""
    world = cells.graph.value(edit_rule, f"{APEC}whole")
    band = cells.band(edit_rule)
    reported: defaultdict[tuple[str | None, str | None, str], list[Cell]] = defaultdict(list)
    for cell in cells.known:
        if cell.reporter == world and (cell.measure, cell.coverage) == (VALUE, ALL_GOODS):
            reported[cell.counterpart, cell.flow, cell.period].append(cell)
    for cell in cells.comparing(edit_rule):
        flows = WORLD_FLOWS.get(cell.measure, ())
        words = Derivation(_SHARE_OF_FLOW if len(flows) == 1 else _SHARE_OF_FLOWS, band)
        for parts in product(*(reported[cell.subject, flow, cell.period] for flow in flows)):
            if len({part.currency for part in parts}) != 1:
                continue
            wholes = [part._replace(counterpart=world) for part in parts]
            for known in choices(cells, [*parts, *wholes]):
                intervals = [estimate.interval for estimate in known]
                part = reduce(add, intervals[: len(flows)])
                whole = reduce(add, intervals[len(flows) :])
                yield cell, (part / whole).scaled(_HUNDRED) * band, known, words
