"""The page about a figure: its value, its cell, and the cell's other figures."""

from __future__ import annotations

from typing import ClassVar, Final

from apecgraph.content.cube import DIMENSIONS, Cell, dimensions
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import QB, RDFS
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import SERIES_DIMENSIONS
from apecgraph.readers.sources import count_origins
from apecgraph.web.pages.selections import selection_address
from apecgraph.web.things.thing import ThingPage, ThingView

_ORDER: Final = dimensions(
    *("measure", "reporter", "subject", "counterpart"),
    without=("base_period", "currency", "valuation"),
)


class ObservationPage(ThingPage):
    """Writes the page about a figure."""

    template: ClassVar[str] = "things/observation.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the figure, the other figures of the same cell, and the address of its series."""
        claim = view.claim
        if not isinstance(claim, FigureClaim):
            return {"claim": None}
        cell = claim.figure.cell
        numerals = self.site.language.numerals
        basis = "" if claim.figure.unit == cell.currency else numerals.basis(None, cell.currency)
        graph, alike = self.site.graph, self.site.comparisons.of_cell(claim.figure)
        standing = [each for each in (claim, *alike) if not each.rejected]
        cells = [
            iri
            for each in standing
            for iri in graph.named_graph(CELLS_GRAPH).subjects(f"{QB}observation", each.iri)
        ]
        return {
            "claim": claim,
            "sentence": self._sentence(cell, view.labels, basis),
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

    def _sentence(self, cell: Cell, labels: Labels, basis: str) -> str:
        """Write what a cell measures: "Value of trade of China with other economies, 2025."."""
        catalogue = self.site.language.catalogue
        named = {
            name: labels.title(value).value
            for name in _ORDER
            if (value := getattr(cell, name)) is not None
        }
        words = named.pop("measure")
        if reporter := named.pop("reporter", None):
            words = catalogue.gettext(
                "%(measure)s of %(reporter)s", measure=words, reporter=reporter
            )
        if subject := named.pop("subject", None):
            words = self.site.language.listed([words, subject])
        if counterpart := named.pop("counterpart", None):
            words = catalogue.gettext(
                "%(trade)s with %(counterpart)s", trade=words, counterpart=counterpart
            )
        words = self.site.language.listed([words, *named.values(), *filter(None, [basis])])
        return catalogue.gettext("%(words)s.", words=f"{words[:1].upper()}{words[1:]}")


def series_address(cell: Cell) -> str:
    """Return the address of the figures that measure the same thing as a cell, in any period."""
    values = dict(cell.values())
    return selection_address(
        Selection.of(
            {name: values[iri] for name, iri in SERIES_DIMENSIONS.items() if iri in values}
        )
    )
