"""The page of the blind spots: figures that nothing else confirms, and what holds the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.claims import Claim, read_claim
from apecgraph.comparisons import Comparisons
from apecgraph.formats import HTML
from apecgraph.graph import Graph
from apecgraph.namespaces import APEC, QB, RDF, SKOS
from apecgraph.web.edition import Edition
from apecgraph.web.html import Html
from apecgraph.wording import Wording

QUERY: Final = f"""# Which figures would nothing contradict if they were wrong?
PREFIX apec: <{APEC}>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX qb: <{QB}>
PREFIX skos: <{SKOS}>

SELECT ?figure ?about ?measure ?period ?value ?source WHERE {{
  ?figure a qb:Observation ;
    apec:measure/skos:prefLabel ?measure ;
    apec:period/skos:prefLabel ?period ;
    apec:value ?value ;
    apec:statedIn ?source .
  FILTER NOT EXISTS {{ ?figure apec:heldBy ?relation }}
  FILTER(LANG(?measure) = "en" && LANG(?period) = "en")
  OPTIONAL {{
    ?figure (apec:subject|apec:counterpart)/skos:prefLabel ?about .
    FILTER(LANG(?about) = "en")
  }}
}}
ORDER BY ?about ?measure ?period
"""

_ABOUT: Final = ("subject", "counterpart", "reporter")
"""The dimensions that a figure may be about, the one that tells most first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What figures are about (an IRI), and the claims that make them, each with what it is of."""

    about: str
    claims: tuple[tuple[Claim, str], ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of the check, with what it says and how many figures it holds."""

    iri: str
    definition: str
    figures: int


class BlindSpotsPage:
    """Answers with the figures of a release that no relation of the check holds."""

    def __init__(self, store: ox.Store, edition: Edition, html: Html) -> None:
        self._graph = Graph(store)
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the page."""
        return await self._edition.answer(request, HTML.content_type, self._page)

    def _page(self) -> str:
        figures = self._subjects(f"{RDF}type", f"{QB}Observation")
        held = self._subjects(f"{APEC}heldBy")
        blind = figures - held
        return self._html.page(
            "blind-spots.html",
            figures=len(figures),
            blind=len(blind),
            spots=self._spots(blind),
            relations=self._relations(figures),
            query=QUERY,
        )

    def _subjects(self, predicate: str, value: str | None = None) -> set[str]:
        """Return the IRIs that the default graph gives a property, with a value or any."""
        quads = self._graph.store.quads_for_pattern(
            None,
            ox.NamedNode(predicate),
            None if value is None else ox.NamedNode(value),
            ox.DefaultGraph(),
        )
        return {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}

    def _spots(self, blind: Iterable[str]) -> list[Spot]:
        comparisons, wording = Comparisons(self._graph), Wording(self._graph.store)
        groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for figure in comparisons.figures(blind):
            cell = figure.cell
            field = next((name for name in _ABOUT if getattr(cell, name)), "measure")
            of = wording.common([cell], leaving=(field,))
            groups[getattr(cell, field)].append((of, figure.iri))
        spots = [
            Spot(
                about,
                tuple(
                    (claim, of)
                    for of, iri in sorted(found)
                    if (claim := read_claim(self._graph.store, iri)) is not None
                ),
            )
            for about, found in groups.items()
        ]
        return sorted(spots, key=lambda each: (-len(each.claims), wording.name(each.about)))

    def _relations(self, figures: set[str]) -> list[Relation]:
        count = Counter(
            relation for iri in figures for relation in self._graph.values(iri, f"{APEC}heldBy")
        )
        return [
            Relation(iri, self._graph.value(iri, f"{SKOS}definition") or "", held)
            for iri, held in sorted(count.items(), key=lambda each: (-each[1], each[0]))
        ]
