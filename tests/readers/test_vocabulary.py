from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from apecgraph.content.questions import mentioned, read_questions
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, RDF, compact
from apecgraph.readers.vocabulary import TermUses, Vocabulary
from apecgraph.release.release import Release
from apecgraph.web.things.term import uses_query


@pytest.fixture(scope="module")
def terms(graph: Graph) -> Vocabulary:
    return Vocabulary(graph, Labels(graph), TermUses.of(graph))


def test_every_term_of_the_ontology_is_in_one_group(terms: Vocabulary, graph: Graph) -> None:
    groups = dict(terms.groups())
    found = [term.iri for terms in groups.values() for term in terms]
    typed = graph.default_graph.quads(None, f"{RDF}type")
    subjects = {each.subject.value for each in typed if isinstance(each.subject, ox.NamedNode)}
    assert sorted(found) == sorted(each for each in subjects if each.startswith(APEC))
    assert f"{APEC}bound" in [term.iri for term in groups["Attributes"]]
    assert f"{APEC}measure" in [term.iri for term in groups["Dimensions"]]


def test_a_count_is_what_the_endpoint_answers(terms: Vocabulary, client: httpx.Client) -> None:
    for name in ("bound", "Economy", "m49"):
        term = terms.term(f"{APEC}{name}")
        assert term is not None
        answer = client.get("/sparql", params={"query": uses_query(term), "format": "csv"})
        assert answer.text.split() == ["used", str(term.used)]
        assert term.used


UNUSED = {f"{APEC}rangeEnd"}
"""The terms that no source needs yet: no source in the data prints a range."""


def test_an_example_is_in_the_data(terms: Vocabulary, graph: Graph) -> None:
    groups = [group for name, group in terms.groups() if name != "Deprecated terms"]
    examples = {term.iri: terms.example(term) for group in groups for term in group}
    assert {iri for iri, example in examples.items() if example is None} == UNUSED
    for iri, example in examples.items():
        if example is not None:
            assert example in graph.store
            assert iri in str(example)


def test_terms_of_other_ontologies_have_a_vocabulary(terms: Vocabulary) -> None:
    foreign = dict(terms.foreign())
    assert not [each for each in foreign if each.startswith(APEC)]
    assert {"qb:Observation", "qb:dataSet"} <= {
        compact(term.iri) for term in foreign["http://purl.org/linked-data/cube#"]
    }


def test_a_code_list_counts_the_uses_of_each_code(terms: Vocabulary) -> None:
    codes = dict(terms.lists())[f"{ID}scheme/bounds"]
    used = {each.iri: each.used for each in codes}
    assert used[f"{ID}bound/rounded"] > used[f"{ID}bound/at-least"] > 0


def test_a_page_of_a_term_shows_its_rules_example_and_questions(client: httpx.Client) -> None:
    page = client.get("/doc/ontology/bound.html").raise_for_status().text
    assert "has exactly one “bound”: a concept of the code list of bounds." in page
    assert "apec:bound &lt;bound/" in page
    assert 'href="/questions/19-bounds"' in page
    assert "473" in page


def test_a_deprecated_term_answers_with_its_successor(client: httpx.Client) -> None:
    page = client.get("/doc/ontology/wantedQuality.html").raise_for_status().text
    assert "<strong>Deprecated.</strong> Instead, use " in page
    assert 'href="/ontology/aim"' in page
    turtle = client.get("/doc/ontology/wantedQuality.ttl").raise_for_status().text
    assert "dcterms:isReplacedBy apec:aim" in turtle
    assert "Deprecated terms" in client.get("/doc/ontology.html").raise_for_status().text


def test_terms_in_a_query_are_found() -> None:
    query = "PREFIX x: <http://x/> SELECT * { ?a x:b ?c ; apec:bound <http://y:z> ; no:t 1 }"
    assert list(mentioned(query)) == ["http://x/b", f"{APEC}bound"]


def test_a_question_has_a_page_a_table_and_a_query(client: httpx.Client, release: Release) -> None:
    question = next(each for each in read_questions(release.path) if each.number == 22)
    page = client.get(f"/questions/{question.name}").raise_for_status()
    assert "26,290,000,000,000" in page.text
    table = client.get(f"/questions/{question.name}.csv").raise_for_status()
    assert table.content == question.expected
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert client.get(f"/questions/{question.name}.rq").text == question.query
    for name in ("99-nothing", "22-trade-with-apec.exe", "..%2fmanifest.json"):
        assert client.get(f"/questions/{name}").status_code == 404
