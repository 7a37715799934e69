"""Every claim of the sources of the first publication answers by its id, and says its source."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from apecgraph.build import dataset
from apecgraph.content import Content, default_content
from apecgraph.evidence import Evidence
from apecgraph.namespaces import PREFIXES


def ids(first: int, last: int) -> list[str]:
    return [f"C{number:04}" for number in range(first, last + 1)]


CLAIMS = {
    "S001": [*ids(1, 65), "C0725"],
    "S003": [*ids(81, 99), "C0724"],
    "S004": ids(100, 112),
    "S007": [*ids(130, 150), *ids(729, 736)],
}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.extend(dataset(Evidence.gather(Content.read(default_content()))))
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(query, prefixes=PREFIXES)
    assert isinstance(solutions, ox.QuerySolutions)
    return sorted(tuple(getattr(value, "value", "") for value in row) for row in solutions)


def test_all_66_claims_of_the_first_article_are_asked_for() -> None:
    assert len(CLAIMS["S001"]) == 66


@pytest.mark.parametrize(
    ("source", "claim"), [(source, claim) for source, claims in CLAIMS.items() for claim in claims]
)
def test_a_claim_answers_by_its_id_in_the_graph_of_its_source(
    store: ox.Store, source: str, claim: str
) -> None:
    found = rows(
        store,
        f"""SELECT ?source ?said {{
            GRAPH ?source {{
                ?claim dcterms:identifier "{claim}" ; apec:statedIn ?source ;
                       (sdmx-measure:obsValue|rdf:object) ?said .
                ?source dcterms:identifier "{source}" ; schema:url ?url .
            }}
        }}""",
    )
    assert found, f"{claim} is not stated by {source}"


def test_a_text_claim_is_a_plain_triple_in_the_graph_of_its_source(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?id {
            GRAPH ?source {
                ?claim a rdf:Statement ; dcterms:identifier ?id .
                FILTER NOT EXISTS {
                    ?claim rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . ?s ?p ?o
                }
            }
        }""",
    )
    assert found == []


FIGURE = """?figure apec:reporter <https://w3id.org/apecgraph/id/economy/CHN> ;
    apec:counterpart <https://w3id.org/apecgraph/id/group/apec-other-economies> ;
    apec:measure <https://w3id.org/apecgraph/id/measure/trade-value> ;
    apec:unit <https://w3id.org/apecgraph/id/unit/CNY> ;
    apec:period <https://w3id.org/apecgraph/id/period/2025> ;
    apec:value ?value ."""


def test_a_plain_query_answers_only_what_the_evidence_supports(store: ox.Store) -> None:
    assert rows(store, f"SELECT DISTINCT ?value {{ {FIGURE} }}") == [("26290000000000",)]


def test_the_same_query_by_source_answers_both_with_their_sources(store: ox.Store) -> None:
    source = "https://w3id.org/apecgraph/id/source/"
    found = rows(store, f"SELECT ?value ?source {{ GRAPH ?source {{ {FIGURE} }} }}")
    assert found == [
        ("2629000000000", f"{source}seetaoe-258468"),
        ("26290000000000", f"{source}chinadailyasia-628497"),
        ("26290000000000", f"{source}chinaorgcn-118319262"),
    ]


def test_a_source_is_cited_without_reification(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?theme ?publisher {
            GRAPH ?source { ?meeting apec:theme ?theme }
            ?source dcterms:publisher/skos:prefLabel ?publisher
            FILTER (lang(?theme) = "en")
        }""",
    )
    assert ("Building an Asia-Pacific Community to Prosper Together", "Shenzhen Daily") in found
    assert len(found) == 3


def test_what_is_rejected_is_nowhere_in_the_default_graph(store: ox.Store) -> None:
    rejected = "?decision apec:rejects ?node ."
    assert len(rows(store, f"SELECT ?node {{ {rejected} }}")) == 7
    assert rows(store, f"SELECT ?node {{ {rejected} ?node ?p ?o }}") == []
    themes = rows(store, "SELECT ?theme { ?meeting apec:theme ?theme }")
    assert [theme for (theme,) in themes if theme.isascii()] == [
        "Building an Asia-Pacific Community to Prosper Together"
    ]


def test_a_triple_that_one_source_states_wrongly_and_another_rightly_stands(
    store: ox.Store,
) -> None:
    # nothing rejects the start date: three sources state it, it is one triple
    found = rows(store, "SELECT ?day { ?meeting schema:startDate ?day }")
    assert found == [("2026-02-04",)]


def test_a_decision_carries_the_arithmetic(store: ox.Store) -> None:
    found = rows(
        store,
        """SELECT ?words { ?decision dcterms:identifier "A1" ; apec:arithmetic ?words }""",
    )
    assert len(found) == 2
    assert all("no number is in both; one is 10 times the other" in words for (words,) in found)


@pytest.mark.parametrize("decision", ["A1", "A2", *(f"B{number}" for number in range(1, 12))])
def test_every_conflict_has_its_decision(store: ox.Store, decision: str) -> None:
    found = rows(
        store,
        f"""SELECT ?verdict {{ ?decision dcterms:identifier "{decision}" ; a apec:Decision ;
            apec:verdict/skos:prefLabel ?verdict ; rdfs:comment ?reason }}""",
    )
    assert len(found) == 1
