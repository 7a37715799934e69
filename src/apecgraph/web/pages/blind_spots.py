"""The page of the blind spots: figures that nothing else confirms, and what holds the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from apecgraph.consistency.wording import Wording
from apecgraph.rdf.namespaces import APEC, QB, RDF
from apecgraph.readers.claims import Claim, read_claim
from apecgraph.readers.comparisons import Comparisons
from apecgraph.readers.relations import read_relations
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.queries import BLIND_SPOTS

_ABOUT: Final = ("subject", "counterpart", "reporter")
"""The dimensions that a figure may be about, the one that tells most first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What figures are about (an IRI), and the claims that make them, each with what it is of."""

    about: str
    claims: tuple[tuple[Claim, str], ...]


class BlindSpotsPage(Page):
    """The figures of a release that no relation of the check holds."""

    template: ClassVar[str] = "pages/blind_spots.html"

    def values(self) -> Mapping[str, object]:
        """Return the figures that nothing holds, by subject, and what holds the others."""
        standing = self.site.graph.default_graph
        figures = standing.subjects(f"{RDF}type", f"{QB}Observation")
        blind = set(figures).difference(standing.subjects(f"{APEC}heldBy"))
        return {
            "figures": len(figures),
            "blind": len(blind),
            "spots": self._spots(blind),
            "relations": read_relations(self.site.graph, figures),
            "query": BLIND_SPOTS,
        }

    def _spots(self, blind: Iterable[str]) -> list[Spot]:
        comparisons, wording = Comparisons(self.site.graph), Wording(self.site.graph)
        groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for figure in comparisons.figures(blind):
            cell = figure.cell
            field = next((name for name in _ABOUT if getattr(cell, name)), "measure")
            of = wording.common([cell], without=(field,))
            groups[getattr(cell, field)].append((of, figure.iri))
        spots = [
            Spot(
                about,
                tuple(
                    (claim, of)
                    for of, iri in sorted(found)
                    if (claim := read_claim(self.site.graph, iri)) is not None
                ),
            )
            for about, found in groups.items()
        ]
        return sorted(spots, key=lambda each: (-len(each.claims), wording.name(each.about)))
