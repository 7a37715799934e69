"""The page about a source: its claims, their status, and other sources' figures for its cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.rdf.formats import GRAPH_FORMATS
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim
from apecgraph.readers.comparisons import Others
from apecgraph.web.pages.queries import named_graph, named_graph_triples
from apecgraph.web.things.thing import ThingPage, ThingView


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
        """Return the claims of the source, rejected claims first."""
        iri = view.description.iri
        claims = sorted(view.claims, key=lambda claim: not claim.rejected)
        return {
            "printed": list(self._printed(claims)),
            "stated": list(self._stated(claims)),
            "rejected": sum(claim.rejected for claim in claims),
            "query": named_graph(iri),
            "construct": named_graph_triples(iri),
            "graph_formats": GRAPH_FORMATS,
        }

    def _printed(self, claims: list[Claim]) -> Iterator[Printed]:
        wording = Wording(self.site.graph)
        for claim in claims:
            if isinstance(claim, FigureClaim):
                others = tuple(
                    (item, wording.figures(item.figures))
                    for item in self.site.comparisons.others(claim.figure)
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
