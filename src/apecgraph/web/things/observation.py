"""The page about a figure: its value, its cell, and the cell's other figures."""

from __future__ import annotations

from typing import ClassVar

from apecgraph.content.cube import DIMENSIONS, Cell
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.namespaces import QB, RDFS
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import SERIES_DIMENSIONS
from apecgraph.readers.sources import count_origins
from apecgraph.web.pages.selections import selection_address
from apecgraph.web.things.thing import ThingPage, ThingView


class ObservationPage(ThingPage):
    """Writes the page about a figure."""

    template: ClassVar[str] = "things/observation.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the figure, the other figures of the same cell, and the address of its series."""
        claim = view.claim
        if not isinstance(claim, FigureClaim):
            return {"claim": None}
        cell = claim.figure.cell
        graph, alike = self.site.graph, self.site.comparisons.of_cell(claim.figure)
        standing = [each for each in (claim, *alike) if not each.rejected]
        cells = [
            iri
            for each in standing
            for iri in graph.named_graph(CELLS_GRAPH).subjects(f"{QB}observation", each.iri)
        ]
        return {
            "claim": claim,
            "alike": alike,
            "best": cells[0] if cells else None,
            "origins": count_origins(graph, (each.source for each in standing)),
            "series": series_address(cell),
            "reasons": [
                reason
                for ruling in claim.rulings
                if (reason := self.site.labels.text(ruling.decision, f"{RDFS}comment"))
            ],
            "measured": view.of(*DIMENSIONS.values()),
            "machinery": view.without(*DIMENSIONS.values()),
        }


def series_address(cell: Cell) -> str:
    """Return the address of the figures that measure the same thing as a cell, in any period."""
    return selection_address(series_of(cell))


def series_of(cell: Cell) -> Selection:
    """Select the figures that measure the same thing as a cell, in any period."""
    values = dict(cell.values())
    return Selection.of(
        {name: values[iri] for name, iri in SERIES_DIMENSIONS.items() if iri in values}
    )
