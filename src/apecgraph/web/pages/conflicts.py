"""The page of all conflicts, grouped by verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from apecgraph.content.decisions import VERDICTS
from apecgraph.readers.claims import Claim, FigureClaim, StatementClaim
from apecgraph.readers.conflicts import Conflict, read_conflicts
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """A printed value.

    Attributes:
        words: The value in words.
        claims: Number of figures that print the value.
        status: The status of these figures.
    """

    words: str
    claims: int
    status: str


@dataclass(frozen=True, slots=True)
class Gist:
    """A summary of a conflict.

    Attributes:
        conflict: The conflict.
        values: The values of its figures.
        wordings: Number of different values in its statements, by their status.
    """

    conflict: Conflict
    values: tuple[PrintedValue, ...]
    wordings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Section:
    """The conflicts of one verdict.

    Attributes:
        verdict: IRI of the verdict.
        definition: What the verdict means.
        gists: The conflicts.
    """

    verdict: str
    definition: str
    gists: tuple[Gist, ...]


class ConflictsPage(Page):
    """The conflicts of a release, grouped by verdict."""

    template: ClassVar[str] = "pages/conflicts.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._quantities = site.language.quantities

    def values(self) -> Mapping[str, object]:
        """Return the conflicts of each verdict."""
        return {"sections": self._sections()}

    def _sections(self) -> list[Section]:
        conflicts = read_conflicts(self.site.graph, self.site.labels)
        verdicts = dict.fromkeys((*VERDICTS, *(item.verdict for item in conflicts)))
        by_verdict = {
            verdict: tuple(self._gist(item) for item in conflicts if item.verdict == verdict)
            for verdict in verdicts
        }
        return [
            Section(verdict, self.site.labels.definition(verdict), gists)
            for verdict, gists in by_verdict.items()
            if gists
        ]

    def _gist(self, conflict: Conflict) -> Gist:
        values: dict[tuple[str, str], int] = {}
        for claim in conflict.claims:
            if isinstance(claim, FigureClaim):
                key = self._quantities.value(claim), claim.status
                values[key] = values.get(key, 0) + 1
        return Gist(
            conflict,
            tuple(PrintedValue(words, count, status) for (words, status), count in values.items()),
            _wordings(conflict.claims),
        )


def _wordings(claims: tuple[Claim, ...]) -> Mapping[str, int]:
    statements = (claim for claim in claims if isinstance(claim, StatementClaim))
    values = dict.fromkeys((claim.status, claim.triple.object) for claim in statements)
    return Counter(status for status, _ in values)
