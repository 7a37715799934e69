"""Defaults: the currency and the valuation of a figure that does not state them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apecgraph.content.cube import DIMENSIONS, UNIT
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, RDF, SDMX_CODE, SKOS

_CURRENCY: Final = DIMENSIONS["currency"]
_FLOW: Final = DIMENSIONS["flow"]
_VALUATION: Final = DIMENSIONS["valuation"]
DEFAULTED: Final = (_CURRENCY, _VALUATION)
"""The dimensions that have defaults."""

_NO_CURRENCY: Final = f"{ID}unit/not-applicable"
_UNKNOWN_CURRENCY: Final = f"{ID}unit/not-told"
_UNKNOWN_VALUATION: Final = f"{ID}valuation/not-told"


def with_defaults(values: Mapping[str, str], graph: Graph) -> dict[str, str]:
    """Add the default currency and valuation to the values of a figure.

    Args:
        values: The values that the figure states, keyed by the IRIs of their properties.
        graph: The content, which describes measures, currencies and valuations.

    Returns:
        The values, with a currency, and with a valuation if there is a flow.
    """
    completed = dict(values)
    if _CURRENCY not in values:
        completed[_CURRENCY] = _currency(values, graph)
    if _VALUATION not in values and _FLOW in values:
        completed[_VALUATION] = _valuation(values, graph)
    return completed


def _currency(values: Mapping[str, str], graph: Graph) -> str:
    """Return the unit if it is a currency, and for growth the currency of the reporter."""
    unit, measure, reporter = (
        values.get(name) for name in (UNIT, DIMENSIONS["measure"], DIMENSIONS["reporter"])
    )
    if unit is not None and _is_currency(unit, graph):
        return unit
    if measure is None or not graph.has(measure, f"{APEC}growthOf"):
        return _NO_CURRENCY
    used = [] if reporter is None else graph.subjects(f"{DCTERMS}spatial", reporter)
    currencies = [each for each in used if _is_currency(each, graph)]
    return currencies[0] if len(currencies) == 1 else _UNKNOWN_CURRENCY


def _is_currency(iri: str, graph: Graph) -> bool:
    return graph.has(iri, f"{RDF}type", f"{SDMX_CODE}Currency")


def _valuation(values: Mapping[str, str], graph: Graph) -> str:
    """Return the valuation of the flow that the reporter uses, or that all economies use."""
    for valuation in graph.subjects(f"{SKOS}inScheme", f"{ID}scheme/valuations"):
        if graph.has(valuation, f"{SKOS}related", values[_FLOW]):
            economies = graph.values(valuation, f"{DCTERMS}spatial")
            if not economies or values.get(DIMENSIONS["reporter"]) in economies:
                return valuation
    return _UNKNOWN_VALUATION
