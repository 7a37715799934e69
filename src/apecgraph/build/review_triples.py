"""The decisions as reviews of claims (schema:ClaimReview), for readers of fact checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.wording import Wording
from apecgraph.content.decisions import LIKELY, OPEN, RESOLVED, Decision
from apecgraph.content.evidence import Evidence
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS, ID, RDF, SCHEMA
from apecgraph.rdf.terms import english, triples_about, triples_about_new

_RATINGS: Final = {RESOLVED: (1, "False"), LIKELY: (2, "Probably false"), OPEN: (3, "Disputed")}
"""The rating of a claim, from 1 to 5, for each verdict that rejects it or leaves it open."""


def review_triples(evidence: Evidence) -> Iterator[ox.Triple]:
    """Yield a schema:ClaimReview for each claim that a decision rejects or leaves open.

    The author of the review is the publisher of the catalogue; the author of the claim is the
    author of its source, or else the publisher.
    """
    wording = Wording(evidence.graph)
    for value, word in _RATINGS.values():
        yield from triples_about_new(
            _rating(word),
            f"{SCHEMA}Rating",
            word,
            (f"{SCHEMA}alternateName", english(word)),
            (f"{SCHEMA}bestRating", 5),
            (f"{SCHEMA}ratingValue", value),
            (f"{SCHEMA}worstRating", 1),
        )
    for decision in evidence.decisions:
        for iri in sorted(_reviewed(decision) & evidence.claims.keys()):
            claim = evidence.claims[iri]
            words = wording.claim(claim)
            review = f"{ID}review/{decision.iri.rpartition('/')[2]}/{iri.removeprefix(ID)}"
            yield from triples_about(decision.iri, (f"{DCTERMS}hasPart", review))
            yield from triples_about_new(
                review,
                f"{SCHEMA}ClaimReview",
                f"Review: {words}",
                (f"{SCHEMA}claimReviewed", english(words)),
                (f"{SCHEMA}itemReviewed", iri),
                (f"{SCHEMA}reviewRating", _rating(_RATINGS[decision.verdict][1])),
                (f"{SCHEMA}url", decision.iri),
                *_given(evidence.graph, BASE, f"{DCTERMS}publisher", f"{SCHEMA}author"),
                *_given(evidence.graph, decision.iri, f"{DCTERMS}issued", f"{SCHEMA}datePublished"),
            )
            yield from _claim(evidence.graph, iri, claim.source)


def _reviewed(decision: Decision) -> frozenset[str]:
    if decision.verdict == OPEN:
        return decision.upholds
    return decision.rejects if decision.verdict in _RATINGS else frozenset()


def _claim(graph: Graph, iri: str, source: str) -> Iterator[ox.Triple]:
    described = graph.named_graph(source)
    who = "creator" if described.has(source, f"{DCTERMS}creator") else "publisher"
    yield from triples_about(
        iri,
        (f"{RDF}type", f"{SCHEMA}Claim"),
        (f"{SCHEMA}appearance", source),
        *_given(described, source, f"{DCTERMS}{who}", f"{SCHEMA}author"),
        *_given(described, source, f"{DCTERMS}issued", f"{SCHEMA}datePublished"),
    )


def _given(
    graph: Graph, subject: str, property_: str, name: str
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """Yield the values of a property of a thing under the name of another property."""
    for value in sorted(graph.objects(subject, property_), key=str):
        if isinstance(value, ox.NamedNode | ox.Literal):
            yield name, value


def _rating(word: str) -> str:
    return f"{ID}rating/{word.lower().replace(' ', '-')}"
