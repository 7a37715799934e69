"""The page about a cell: its best known value, and what the sources print for it."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from apecgraph.content.cube import Cell
from apecgraph.content.decisions import DISPUTED
from apecgraph.content.figures import interval_values, read_interval
from apecgraph.rdf.namespaces import ADMS, APEC, PROV, QB
from apecgraph.readers.selections import local
from apecgraph.web.things.observation import series_address, series_of
from apecgraph.web.things.thing import ThingPage, ThingView

_FIGURE: Final = f"{QB}observation"
_ORIGIN: Final = f"{APEC}origin"
_BASIS: Final = f"{PROV}wasDerivedFrom"


class CellPage(ThingPage):
    """Writes the page about a cell."""

    template: ClassVar[str] = "things/cell.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the interval of the value, and all figures of the cell, rejected or not."""
        graph, iri = self.site.graph, view.description.iri
        cell, interval = Cell.of(partial(graph.value, iri)), read_interval(graph, iri)
        shown = (_FIGURE, _BASIS, *(name for name, _ in interval_values(interval)))
        return {
            "claims": self.site.comparisons.in_cell(cell),
            "interval": self.site.language.numerals.interval(interval, cell.unit(graph)),
            "is_disputed": graph.has(iri, f"{ADMS}status", DISPUTED),
            "origins": len(graph.values(iri, _ORIGIN)),
            "rest": view.without(*shown),
            "series": series_address(cell),
            "choices": series_of(cell).choosing("period", cell.period).choices,
            "local": local,
        }
