"""The page about a source: its claims, their status, and other sources' figures for its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final

import pyoxigraph as ox

from apecgraph.content.cube import DIMENSIONS
from apecgraph.rdf.formats import GRAPH_FORMATS
from apecgraph.rdf.namespaces import SDMX_ATTRIBUTE
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim
from apecgraph.readers.comparisons import Others
from apecgraph.readers.queries import named_graph, named_graph_triples
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import SERIES_DIMENSIONS, when
from apecgraph.tabular.writers import WRITERS
from apecgraph.web.pages.selections import selection_address
from apecgraph.web.things.thing import ThingPage, ThingView

_LISTED: Final = 100
"""Maximum number of figures that the page lists."""

_VALUES: Final = 40
"""Maximum number of values of a dimension that the page lists."""

_COMPILER: Final = f"{SDMX_ATTRIBUTE}compilingOrg"


@dataclass(frozen=True, slots=True)
class Holding:
    """The values of a dimension that the figures of a source have.

    Attributes:
        dimension: IRI of the dimension.
        values: For each of the first values, its IRI, the number of its figures, and their address.
        more: Number of the other values.
    """

    dimension: str
    values: tuple[tuple[str, int, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure of the source.

    Attributes:
        claim: The figure.
        about: What it measures, in words.
        others: The groups of figures of other sources for the same cell, each with its publishers
            in words.
    """

    claim: FigureClaim
    about: str
    others: tuple[tuple[Others, str], ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of the source.

    Attributes:
        claim: The statement.
        also: IRIs of the other sources that make the same statement.
    """

    claim: StatementClaim
    also: tuple[str, ...]


class SourcePage(ThingPage):
    """Writes the page about a source."""

    template: ClassVar[str] = "things/source.html"

    def more(self, view: ThingView) -> dict[str, object]:
        """Return the claims of the source: rejected claims first, then those others print too."""
        iri = view.description.iri
        claims = sorted(view.claims, key=self._rank)
        figures = sum(isinstance(claim, FigureClaim) for claim in claims)
        selection = Selection.of({"source": iri})
        return {
            "figures": figures,
            "compilers": self.site.graph.named_graph(iri).iris(iri, _COMPILER),
            "all": selection_address(selection),
            "downloads": [
                (format_.label, selection_address(selection, f"/figures.{extension}"))
                for extension, (format_, _) in WRITERS.items()
            ],
            "holdings": list(self._holdings(selection)) if figures > _LISTED else [],
            "printed": list(islice(self._printed(claims), _LISTED)),
            "stated": list(self._stated(claims)),
            "rejected": sum(claim.rejected for claim in claims),
            "query": named_graph(iri),
            "construct": named_graph_triples(iri),
            "graph_formats": GRAPH_FORMATS,
        }

    def _rank(self, claim: Claim) -> tuple[bool, bool]:
        is_compared = isinstance(claim, FigureClaim) and any(
            other.source != claim.source for other in self.site.comparisons.of_cell(claim.figure)
        )
        return not claim.rejected, not is_compared

    def _holdings(self, selection: Selection) -> Iterator[Holding]:
        """Yield the values of each dimension in which the figures of a source differ."""
        for name, dimension in {**SERIES_DIMENSIONS, "period": DIMENSIONS["period"]}.items():
            offers = selection.offers(name, self.site.series, {})
            ranked = [value for value, _ in offers.most_common()]
            if name == "period":
                ranked.sort(key=lambda period: when(self.site.graph, period))
            if len(ranked) > 1:
                values = (
                    (value, offers[value], selection_address(selection.choosing(name, value)))
                    for value in ranked[:_VALUES]
                )
                yield Holding(dimension, tuple(values), max(0, len(ranked) - _VALUES))

    def _printed(self, claims: list[Claim]) -> Iterator[Printed]:
        wording = self.site.language.wording
        for claim in claims:
            if isinstance(claim, FigureClaim):
                others = tuple(
                    (item, wording.figures([each.figure for each in item.claims]))
                    for item in self.site.comparisons.others(
                        claim.figure, self.site.language.numerals
                    )
                )
                yield Printed(claim, wording.cell(claim.figure.cell), others)

    def _stated(self, claims: list[Claim]) -> Iterator[Stated]:
        for claim in claims:
            if not isinstance(claim, StatementClaim):
                continue
            triple = claim.triple
            graphs = {
                quad.graph_name.value
                for quad in self.site.graph.quads(*triple)
                if isinstance(quad.graph_name, ox.NamedNode)
            }
            yield Stated(claim, tuple(sorted(graphs - {claim.source})))
