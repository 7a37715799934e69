"""The sources that a page cites, numbered in the order of their first citation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from apecgraph.readers.claims import Claim
from apecgraph.readers.description import Citation


@dataclass(frozen=True, slots=True)
class Cited:
    """A claim of a source that a page cites.

    Attributes:
        iri: IRI of the claim.
        identifier: Its identifier, or None.
        words: The words that the source prints, or None.
    """

    iri: str
    identifier: str | None
    words: ox.Literal | None


@dataclass(slots=True)
class Reference:
    """A source with its number on a page.

    Attributes:
        number: The number, from 1.
        source: IRI of the source.
        claims: The claims that the page cites.
    """

    number: int
    source: str
    claims: list[Cited] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReferenceMark:
    """One citation in the text of a page.

    Attributes:
        number: Number of the source.
        is_first: Whether this is the first citation of the source.
        title: The identifiers and printed words of the claims, or "".
    """

    number: int
    is_first: bool
    title: str


class References:
    """The sources of one page, in the order in which its template cites them."""

    def __init__(self) -> None:
        self._references: dict[str, Reference] = {}

    def __iter__(self) -> Iterator[Reference]:
        """Iterate over the sources cited so far."""
        return iter(self._references.values())

    def cite(self, source: str, claims: Iterable[Citation | Claim]) -> ReferenceMark:
        """Cite a source.

        Args:
            source: IRI of the source.
            claims: The claims for which the page cites the source, if any.

        Returns:
            The mark for the text of the page.
        """
        is_first = source not in self._references
        if is_first:
            self._references[source] = Reference(len(self._references) + 1, source)
        reference = self._references[source]
        titles = []
        for claim in claims:
            iri = claim.statement if isinstance(claim, Citation) else claim.iri
            if iri is not None:  # otherwise the source contains the triple itself
                cited = Cited(iri, claim.identifier, claim.printed)
                if cited not in reference.claims:
                    reference.claims.append(cited)
            if claim.identifier:
                printed = f": “{claim.printed.value}”" if claim.printed else ""
                titles.append(f"{claim.identifier}{printed}")
        return ReferenceMark(reference.number, is_first, ", ".join(titles))
