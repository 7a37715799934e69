"""A release of an older version is served, though its data lack what later versions derive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, PROV, RDF, SCHEMA, SDMX_DIMENSION
from apecgraph.web.publication import Publication
from tests.support.servers import served
from tests.web.pages.test_pages import PAGES

STATUS = f"{ADMS}status"
LATER = (STATUS, f"{APEC}saw", f"{SCHEMA}claimReviewed", f"{PROV}wasQuotedFrom")
CURRENCY = f"{SDMX_DIMENSION}currency"
REJECTED = "/doc/figure/seetaoe-258468/trade-2025"
DECISION = "/doc/decision/trade-2025"
FILES = (
    "/figures.csv",
    "/search.json?q=trade",
    "/catalog",
    *(f"{thing}.{format_}" for thing in (REJECTED, DECISION) for format_ in ("jsonld", "trig")),
)


@pytest.fixture(scope="module", params=[(), (CURRENCY,)], ids=["no status", "no currency"])
def older(
    request: pytest.FixtureRequest, publication: Publication, graph: Graph
) -> Iterator[httpx.Client]:
    """A server of a release without statuses, best values, reviews and origins, or currencies."""
    reviews = {
        quad.subject
        for quad in graph.quads(None, f"{RDF}type")
        if quad.object == ox.NamedNode(f"{SCHEMA}ClaimReview")
    }
    cells = {quad.subject for quad in graph.named_graph(CELLS_GRAPH).quads()}
    assert reviews
    assert cells
    later = reviews | cells
    store = ox.Store()
    store.extend(
        quad
        for quad in graph.store
        if quad.predicate.value not in (*LATER, *request.param)
        and not {quad.subject, quad.object} & later
    )
    assert len(store) < len(graph.store) - 1000
    earlier = replace(publication)
    vars(earlier)["graph"] = Graph(store)  # otherwise it is loaded when needed
    with served(earlier) as client:
        yield client


def test_it_has_all_pages_and_files(older: httpx.Client) -> None:
    answers = {path: older.get(path).status_code for path in (*PAGES[:-1], *FILES)}
    # There are no pages of cells. Without currencies, no figure can be selected.
    missing = ("/doc/cell/", "/figures")
    failed = {
        path: status
        for path, status in answers.items()
        if status != 200 and not (status == 404 and path.startswith(missing))
    }
    assert failed == {}


def test_a_rejected_figure_is_shown_as_rejected(older: httpx.Client, client: httpx.Client) -> None:
    pages = [each.get(f"{DECISION}.html").text for each in (older, client)]
    assert pages[0].count("rejected") == pages[1].count("rejected") > 0
    counts = [each.get("/sources").text.partition("rejected")[0][-80:] for each in (older, client)]
    assert counts[0] == counts[1]
