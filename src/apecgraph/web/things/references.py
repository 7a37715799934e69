"""References: the numbered sources of a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from apecgraph.readers.claims import Claim
from apecgraph.readers.description import Citation


@dataclass(frozen=True, slots=True)
class Cited:
    """A claim of a source that a page cites.

    Attributes:
        iri: Its IRI, or None if the triple has no statement of its own.
        identifier: Its identifier, or None.
        words: The printed words, or None.
    """

    iri: str | None
    identifier: str | None
    words: ox.Literal | None


@dataclass(slots=True)
class Reference:
    """A source with its number on a page, and the claims that the page cites it for."""

    number: int
    source: str
    claims: list[Cited] = field(default_factory=list)


class References:
    """Numbers the sources of one page in the order in which its template cites them."""

    def __init__(self) -> None:
        self._found: dict[str, Reference] = {}

    def __iter__(self) -> Iterator[Reference]:
        """Iterate over the references so far."""
        return iter(self._found.values())

    def cite(self, source: str, *claims: Citation | Claim) -> tuple[Reference, bool]:
        """Cite a source for some claims; return its number, and whether it is the first time."""
        first = source not in self._found
        reference = self._found.setdefault(source, Reference(len(self._found) + 1, source))
        for claim in claims:
            iri = claim.iri if isinstance(claim, Claim) else claim.statement
            cited = Cited(iri, claim.identifier, claim.printed)
            if iri is not None and cited not in reference.claims:
                reference.claims.append(cited)
        return reference, first
