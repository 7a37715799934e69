"""The page that compares the figures of the press with official statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.comparisons import Others
from apecgraph.web.pages.page import Page


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the press or another document, with the official statistics of its cell.

    Attributes:
        claim: The figure.
        about: What it measures, in words.
        official: The official statistics.
    """

    claim: FigureClaim
    about: str
    official: tuple[Others, ...]

    @property
    def agrees(self) -> bool:
        """Whether any of the official statistics agree with the figure."""
        return any(others.agrees for others in self.official)


class OfficialPage(Page):
    """The figures of the press that official statistics have, too."""

    template: ClassVar[str] = "pages/official.html"

    def values(self) -> Mapping[str, object]:
        """Return the figures: those that official statistics contradict first."""
        comparisons, language = self.site.comparisons, self.site.language
        claims = [
            claim
            for series in self.site.series
            for claim in series.claims
            if claim.source not in comparisons.official
        ]
        compared = [
            Compared(claim, language.measured({claim.figure.cell}), official)
            for claim in claims
            if (official := comparisons.official_of(claim.figure, language.numerals))
        ]
        # Sorting is stable: the figures of a series stay together.
        compared.sort(key=lambda each: (each.agrees, not each.claim.rejected))
        return {
            "compared": compared,
            "agreeing": sum(each.agrees for each in compared),
            "rejected": sum(each.claim.rejected for each in compared),
            "figures": len(claims),
        }
