"""Claims: the figures and statements of sources, with the rulings of decisions on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.content.decisions import REJECTED, STATUS, Ruling, claim_status, rulings
from apecgraph.content.figures import Figure, read_figure
from apecgraph.content.statements import Statement, read_statement
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, DCTERMS


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure or a statement of one source.

    Attributes:
        iri: IRI of the figure or of the statement.
        source: IRI of the source.
        identifier: Short name for citing the claim; empty if it has none.
        printed: The words that the source prints; None if they are not recorded.
        place: Its place in the source in words: "row 10, column 14"; empty if it is not recorded.
        status: Name of its status, such as "stands" or "rejected".
        rulings: The rulings of decisions on the claim.
    """

    iri: str
    source: str
    identifier: str
    printed: ox.Literal | None
    place: str
    status: str
    rulings: tuple[Ruling, ...]

    @property
    def rejected(self) -> bool:
        """Whether a decision has removed the claim from the default graph."""
        return STATUS + self.status == REJECTED


@dataclass(frozen=True, slots=True)
class FigureClaim(Claim):
    """A figure as a claim.

    Attributes:
        figure: The figure.
    """

    figure: Figure


@dataclass(frozen=True, slots=True)
class StatementClaim(Claim):
    """A statement as a claim.

    Attributes:
        triple: The triple that the source states.
    """

    triple: ox.Triple

    @property
    def subject(self) -> str:
        """IRI of the subject of the triple."""
        return str(self.triple.subject.value)  # type: ignore[union-attr]


def read_claim(graph: Graph, iri: str) -> FigureClaim | StatementClaim | None:
    """Read a claim from the dataset of a release; return None if the IRI is not that of a claim."""
    for source in graph.iris(iri, f"{APEC}statedIn"):
        claim = read_figure(graph, iri, source) or read_statement(graph, iri, source)
        if claim is not None:
            return _claim(graph, claim)
    return None


def read_claims(graph: Graph, source: str) -> Iterator[FigureClaim | StatementClaim]:
    """Read all claims of a source: its figures, then its statements, both sorted by IRI."""
    for iri in graph.named_graph(source).subjects(f"{APEC}statedIn", source):
        claim = read_claim(graph, iri)
        if claim is not None:
            yield claim


def _claim(graph: Graph, claim: Figure | Statement) -> FigureClaim | StatementClaim:
    stated = graph.named_graph(claim.source)
    identifier = stated.value(claim.iri, f"{DCTERMS}identifier") or ""
    locator = stated.value(claim.iri, f"{APEC}locator") or ""
    place = locator.replace("=", " ").replace(";", ", ")
    decided = rulings(graph, claim.iri)
    status = claim_status(graph, claim.iri).removeprefix(STATUS)
    if isinstance(claim, Figure):
        return FigureClaim(
            claim.iri,
            claim.source,
            identifier,
            claim.printed,
            place,
            status,
            decided,
            figure=claim,
        )
    printed = next(
        (
            words
            for words in stated.objects(claim.iri, f"{APEC}printed")
            if isinstance(words, ox.Literal)
        ),
        None,
    )
    return StatementClaim(
        claim.iri,
        claim.source,
        identifier,
        printed,
        place,
        status,
        decided,
        triple=claim.triple,
    )
