"""The frequency of each period, and its beginning and end as instants, for readers of OWL-Time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.content.frequencies import frequency
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCAT, ID, RDF, SDMX_DIMENSION, TIME
from apecgraph.rdf.terms import triples_about, triples_about_new, typed
from apecgraph.text.dates import spelled_day

_ENDS: Final = (("startDate", "hasBeginning", "beginning"), ("endDate", "hasEnd", "end"))
"""For each end of a period: the property of its day, the property of its instant, its name."""


def period_triples(graph: Graph) -> Iterator[ox.Triple]:
    """Yield the frequency of each period of a graph, and the instants at which it begins and ends.

    Periods share instants (OWL-Time, section 4.2). A day begins and ends at different instants,
    because the ends of a time:ProperInterval differ.
    """
    instants: dict[str, tuple[str, str]] = {}
    for period in graph.subjects(f"{RDF}type", f"{TIME}ProperInterval"):
        days = [graph.required_value(period, f"{DCAT}{dated}") for dated, _, _ in _ENDS]
        yield from triples_about(period, (f"{SDMX_DIMENSION}freq", frequency(*days)))
        for day, (_, property_, end) in zip(days, _ENDS, strict=True):
            instant = f"{ID}instant/{day}/{end}"
            instants[instant] = end, day
            yield from triples_about(period, (f"{TIME}{property_}", instant))
    for instant, (end, day) in instants.items():
        label = f"{end} of {spelled_day(day)}"
        date = f"{TIME}inXSDDate", typed(day, "date")
        yield from triples_about_new(instant, f"{TIME}Instant", label, date)
