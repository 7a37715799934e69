"""The page about blind spots: figures that no edit rule compares with others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from apecgraph.rdf.namespaces import APEC, QB, RDF
from apecgraph.readers.claims import FigureClaim, read_claim
from apecgraph.readers.edit_rules import read_edit_rules
from apecgraph.readers.queries import BLIND_SPOTS
from apecgraph.web.pages.page import Page

_ABOUT: Final = ("subject", "counterpart", "reporter")
"""The dimensions that blind spots are grouped by; the first that applies counts."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Blind spots that are about one thing.

    Attributes:
        about: IRI of the thing.
        claims: The figures, each with what it measures.
    """

    about: str
    claims: tuple[tuple[FigureClaim, str], ...]


class BlindSpotsPage(Page):
    """The figures of a release that no edit rule compares with others."""

    template: ClassVar[str] = "pages/blind_spots.html"

    def values(self) -> Mapping[str, object]:
        """Return the blind spots, and the edit rules that compare the other figures."""
        standing = self.site.graph.default_graph
        figures = standing.subjects(f"{RDF}type", f"{QB}Observation")
        blind = set(figures).difference(standing.subjects(f"{APEC}heldBy"))
        claims = [
            claim
            for iri in sorted(blind)
            if isinstance(claim := read_claim(self.site.graph, iri), FigureClaim)
        ]
        official = self.site.comparisons.official
        return {
            "figures": len(figures),
            "blind": len(blind),
            "spots": self._spots(claim for claim in claims if claim.source not in official),
            "official": Counter(
                claim.source for claim in claims if claim.source in official
            ).most_common(),
            "relations": read_edit_rules(self.site.graph, self.site.labels, figures),
            "query": BLIND_SPOTS,
        }

    def _spots(self, blind: Iterable[FigureClaim]) -> list[Spot]:
        wording = self.site.language.wording
        groups: defaultdict[str, list[tuple[FigureClaim, str]]] = defaultdict(list)
        for claim in blind:
            cell = claim.figure.cell
            dimension = next((name for name in _ABOUT if getattr(cell, name)), "measure")
            rest = wording.common([cell], without=(dimension,))
            groups[getattr(cell, dimension)].append((claim, rest))
        spots = [
            Spot(about, tuple(sorted(claims, key=lambda item: item[1])))
            for about, claims in groups.items()
        ]
        return sorted(spots, key=lambda spot: (-len(spot.claims), wording.name(spot.about)))
