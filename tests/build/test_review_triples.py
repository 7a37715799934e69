"""Decisions are published as reviews of claims (schema:ClaimReview), in RDF and in pages."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pyoxigraph as ox

from apecgraph.rdf.namespaces import BASE, ID

DECISION = "decision/trade-2025"
FIGURE = f"{ID}figure/seetao/trade-value-2025"


def embedded(client: httpx.Client, name: str) -> Any:
    page = client.get(f"/doc/{name}.html").raise_for_status().text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(found[1]) if found else None


def test_a_page_has_a_complete_review_of_each_rejected_claim(client: httpx.Client) -> None:
    reviews = embedded(client, DECISION)
    assert [each["itemReviewed"]["@id"] for each in reviews] == [
        FIGURE,
        f"{ID}figure/seetaoe-258468/trade-2025",
    ]
    review = reviews[0]
    assert review["@context"] == "https://schema.org/"
    assert review["@type"] == "ClaimReview"
    assert review["claimReviewed"].endswith("2025: 2.629 trillion yuan")
    assert review["url"] == ID + DECISION
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", review["datePublished"])
    rating = review["reviewRating"]
    assert (rating["ratingValue"], rating["worstRating"], rating["bestRating"]) == (1, 1, 5)
    assert (rating["@type"], rating["alternateName"]) == ("Rating", "False")
    claim = review["itemReviewed"]
    assert claim["@type"] == "Claim"
    assert claim["author"] == {
        "@type": "Organization",
        "@id": f"{ID}publisher/seetao",
        "name": "SEETAO",
    }
    assert claim["appearance"]["url"].startswith("https://www.seetaoe.com/")


def test_the_reviewer_is_the_publisher_of_the_catalogue(
    client: httpx.Client, store: ox.Store
) -> None:
    publisher = ox.NamedNode("http://purl.org/dc/terms/publisher")
    quads = store.quads_for_pattern(ox.NamedNode(BASE), publisher, None, ox.DefaultGraph())
    (found,) = (quad.object for quad in quads)
    assert isinstance(found, ox.NamedNode)
    for review in embedded(client, DECISION):
        assert review["author"]["@id"] == found.value
        assert review["author"]["name"]


def test_the_document_of_a_decision_has_its_reviews_in_rdf(client: httpx.Client) -> None:
    turtle = client.get(f"/doc/{DECISION}.ttl").raise_for_status().text
    graph = ox.Store()
    graph.load(turtle.encode(), ox.RdfFormat.TURTLE, base_iri=BASE)
    found = graph.query(
        """PREFIX schema: <https://schema.org/> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?claim ?word {
          <https://w3id.org/apecgraph/id/decision/trade-2025> dcterms:hasPart ?review .
          ?review a schema:ClaimReview ; schema:itemReviewed ?claim ; schema:author ?reviewer ;
            schema:reviewRating/schema:alternateName ?word .
          ?claim a schema:Claim ; schema:author ?author ; schema:appearance ?source .
        } ORDER BY ?claim""",
    )
    rows = [(row["claim"].value, row["word"].value) for row in found]  # type: ignore[union-attr]
    assert rows == [(FIGURE, "False"), (f"{ID}figure/seetaoe-258468/trade-2025", "False")]


def test_an_open_decision_rates_its_claims_as_disputed(client: httpx.Client) -> None:
    reviews = embedded(client, "decision/som1-meetings")
    rated = {
        (each["reviewRating"]["ratingValue"], each["reviewRating"]["alternateName"])
        for each in reviews
    }
    assert rated == {(3, "Disputed")}
    assert len(reviews) == 2


def test_a_decision_that_rejects_nothing_reviews_nothing(client: httpx.Client) -> None:
    assert embedded(client, "decision/theme") is None
    assert embedded(client, "decision/attendance") is None


def test_a_rejected_claim_stays_out_of_the_default_graph(store: ox.Store) -> None:
    assert not list(store.quads_for_pattern(ox.NamedNode(FIGURE), None, None, ox.DefaultGraph()))
