"""Reviews: the claims that a decision rejects or leaves open, as schema:ClaimReview."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from apecgraph.content.folder import DERIVED_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, RDF, SCHEMA


def read_reviews(graph: Graph, decision: str) -> list[str]:
    """Return the IRIs of the reviews of a decision, sorted; empty for any other thing."""
    derived = graph.named_graph(DERIVED_GRAPH)
    kind = f"{RDF}type", f"{SCHEMA}ClaimReview"
    return [iri for iri in derived.iris(decision, f"{DCTERMS}hasPart") if derived.has(iri, *kind)]


def review_triples(graph: Graph, decision: str) -> Iterator[ox.Triple]:
    """Yield the triples of the reviews of a decision, with their claims and ratings."""
    derived = graph.named_graph(DERIVED_GRAPH)
    for review in read_reviews(graph, decision):
        yield from (quad.triple for quad in derived.quads(review))
        for name in ("itemReviewed", "reviewRating"):
            for part in derived.iris(review, f"{SCHEMA}{name}"):
                for quad in derived.quads(part):
                    if (
                        quad.predicate.value.startswith(SCHEMA)
                        or quad.predicate.value == f"{RDF}type"
                    ):
                        yield quad.triple
