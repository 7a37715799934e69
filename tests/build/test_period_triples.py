"""Each period begins and ends at an instant (OWL-Time)."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.build.period_triples import period_triples
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCAT, ID, RDF, TIME
from apecgraph.rdf.terms import in_graph

PERIODS = """
<year> a time:ProperInterval ;
    dcat:startDate "2025-01-01"^^xsd:date ; dcat:endDate "2025-12-31"^^xsd:date .
<january> a time:ProperInterval ;
    dcat:startDate "2025-01-01"^^xsd:date ; dcat:endDate "2025-01-31"^^xsd:date .
<day> a time:ProperInterval ;
    dcat:startDate "2025-12-31"^^xsd:date ; dcat:endDate "2025-12-31"^^xsd:date .
<unknown> a dcterms:PeriodOfTime .
"""
PREFIXES = {
    "dcat": DCAT,
    "dcterms": "http://purl.org/dc/terms/",
    "time": TIME,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@pytest.fixture(scope="module")
def derived() -> Graph:
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    content = Graph(ox.parse(f"BASE <{ID}>\n{prefixes}{PERIODS}", ox.RdfFormat.TURTLE))
    return Graph(map(in_graph, period_triples(content)))


def ends(derived: Graph, period: str) -> list[str | None]:
    return [derived.value(ID + period, f"{TIME}{end}") for end in ("hasBeginning", "hasEnd")]


def test_periods_share_the_instant_at_which_they_begin(derived: Graph) -> None:
    year, january = ends(derived, "year"), ends(derived, "january")
    assert year[0] == january[0]
    assert year[1] != january[1]


def test_a_day_ends_later_than_it_begins(derived: Graph) -> None:
    beginning, end = ends(derived, "day")
    assert beginning != end == ends(derived, "year")[1]


def test_an_instant_has_its_day(derived: Graph) -> None:
    days = {derived.value(instant or "", f"{TIME}inXSDDate") for instant in ends(derived, "year")}
    assert days == {"2025-01-01", "2025-12-31"}


def test_a_period_without_dates_has_no_instants(derived: Graph) -> None:
    assert ends(derived, "unknown") == [None, None]


def test_each_published_period_has_the_instants_of_its_dates(graph: Graph) -> None:
    periods = graph.subjects(f"{RDF}type", f"{TIME}ProperInterval")
    assert len(periods) > 60
    for period in periods:
        for dated, property_ in (("startDate", "hasBeginning"), ("endDate", "hasEnd")):
            (instant,) = graph.iris(period, f"{TIME}{property_}")
            day = graph.required_value(period, f"{DCAT}{dated}")
            assert graph.values(instant, f"{TIME}inXSDDate") == [day]


def test_an_instant_has_a_document(client: httpx.Client) -> None:
    document = client.get("/doc/instant/2025-12-31/end.jsonld").raise_for_status().json()
    assert document["type"] == ["Instant"]
    assert document["inXSDDate"] == "2025-12-31"
