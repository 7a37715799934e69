"""Answers that cite, on a small dataset with two sources, a decision and a cell."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyoxigraph as ox
import pytest

from apecgraph.query.citing.answers import MOST_ROWS, evaluate_with_citations
from apecgraph.query.engine import evaluate
from apecgraph.query.model import Query
from apecgraph.rdf.formats import (
    JSON_LD,
    N_QUADS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    TRIG,
    Format,
)
from apecgraph.rdf.namespaces import ADMS, APEC, DCTERMS, ENDPOINT, ID, PROV, RDF, SKOS

HEAD = f"""
PREFIX adms: <{ADMS}> PREFIX apec: <{APEC}> PREFIX dcterms: <{DCTERMS}> PREFIX prov: <{PROV}>
PREFIX rdf: <{RDF}> PREFIX skos: <{SKOS}> PREFIX : <http://x/> PREFIX status: <{ID}status/>
"""
DATA = f"""{HEAD}
:daily {{
  :daily dcterms:publisher :press ; dcterms:issued "2026-02-05" ; apec:origin :agency .
  :f1 apec:statedIn :daily ; :of :china ; :value 26 ; apec:locator "row=3;column=4" ;
    dcterms:identifier "C1" ; adms:status status:disputed ; apec:decision :ruling .
  :s1 apec:statedIn :daily ; rdf:subject :meeting ; rdf:predicate :in ; rdf:object :guangzhou .
  :meeting :in :guangzhou .
}}
:weekly {{
  :weekly dcterms:publisher :press .
  :f2 apec:statedIn :weekly ; :of :china ; :value 27 .
  :f3 apec:statedIn :weekly ; :of :korea ; :value 5 .
  :meeting :in :guangzhou .
}}
:entities {{
  :china skos:prefLabel "China"@en , "中国"@zh . :korea skos:prefLabel "Korea"@en .
  :press skos:prefLabel "The Press"@en . :agency skos:prefLabel "The Agency" .
  :china :borders :korea . :pair :members ( :china :korea ) .
}}
:decisions {{ :ruling apec:verdict :open ; dcterms:identifier "D1" ; apec:upholds :f1 . }}
:cells {{ :cell :best 26 ; prov:wasDerivedFrom :f1 . }}
"""


@pytest.fixture(scope="module")
def data() -> ox.Store:
    store = ox.Store()
    store.load(DATA.encode(), ox.RdfFormat.TRIG)
    store.extend([ox.Quad(*quad.triple) for quad in store])  # the default graph has them all
    return store


def cited(
    store: ox.Store,
    text: str,
    format_: Format = RESULTS_JSON,
    seconds: float = 60,
    **parts: Any,
) -> bytes:
    chunks: list[bytes] = []
    query = Query(HEAD + text, format_, cites=True, **parts)
    evaluate_with_citations(store, query, chunks.append, seconds, 100_000)
    return b"".join(chunks)


def answer(store: ox.Store, text: str, **parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cited(store, text, **parts))
    plain: list[bytes] = []
    evaluate(store, Query(HEAD + text, RESULTS_JSON, **parts), plain.append)
    # The results themselves are those without citations.
    assert found.items() >= json.loads(b"".join(plain)).items()
    return found


def graphs(found: dict[str, Any]) -> list[str]:
    """Return the local names of the graphs of each row."""
    return [
        " ".join(sorted(graph.rpartition("/")[2] for graph in row["graphs"]))
        for row in found["citations"]["rows"]
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The graphs that have a triple; within GRAPH, only that graph.
        ("SELECT * { :meeting :in ?place }", ["daily weekly"]),
        ("SELECT * { GRAPH ?g { :meeting :in ?p } } ORDER BY ?g", ["daily", "weekly"]),
        ("SELECT ?v { ?f :value ?v } ORDER BY ?v", ["weekly", "daily", "weekly"]),
        ("SELECT ?v { [] :value ?v } ORDER BY ?v", ["weekly", "daily", "weekly"]),
        # Only parts that matched count.
        (
            "SELECT ?c ?i { ?f :of ?c . OPTIONAL { ?c skos:prefLabel ?i FILTER(LANG(?i) = 'zh') } }"
            " ORDER BY ?c ?i",
            ["daily entities", "entities weekly", "weekly"],
        ),
        ("SELECT ?x { { ?x :best 26 } UNION { ?x :value 5 } } ORDER BY ?x", ["cells", "weekly"]),
        # Paths.
        ("SELECT ?l { :f2 :of/skos:prefLabel ?l FILTER(LANG(?l)='en') }", ["entities weekly"]),
        ("SELECT ?f { :korea ^:of ?f }", ["weekly"]),
        ("SELECT ?x { :f1 :of|:value ?x } ORDER BY ?x", ["daily", "daily"]),
        ("SELECT ?x { :f1 :of/:borders? ?x } ORDER BY ?x", ["daily", "daily entities"]),
        ("SELECT ?x { ?x ^(:of/:borders) :f1 }", ["daily entities"]),
        ("SELECT ?p { ?p :members ( :china ?x ) }", ["entities"]),
        # One row of DISTINCT and of an aggregate rests on all solutions that it stands for.
        ("SELECT DISTINCT ?c { ?f :of ?c } ORDER BY ?c", ["daily weekly", "weekly"]),
        ("SELECT (SUM(?v) AS ?s) { ?f :value ?v }", ["daily weekly"]),
        (
            "SELECT (MAX(?v) AS ?m) { ?f :of ?c ; :value ?v } GROUP BY ?c ORDER BY ?m",
            ["weekly", "daily weekly"],
        ),
        (
            "SELECT ?l (COUNT(*) AS ?n) { ?f :of ?c } GROUP BY (STR(?c) AS ?l)"
            " HAVING(COUNT(*) > 1) LIMIT 1",
            ["daily weekly"],
        ),
        (
            "SELECT (COUNT(*) AS ?n) { ?f :value ?v } GROUP BY (?v > 5) ORDER BY ?n",
            ["weekly", "daily weekly"],
        ),
        # A row has the groups of a SELECT in the query.
        (
            "SELECT ?m ?l { { SELECT ?c (MAX(?v) AS ?m) { ?f :of ?c ; :value ?v } GROUP BY ?c }"
            " ?c skos:prefLabel ?l FILTER(LANG(?l) = 'en') } ORDER BY ?m",
            ["entities weekly", "daily entities weekly"],
        ),
        (
            "SELECT (SUM(?m) AS ?s) { SELECT (MAX(?v) AS ?m) { ?f :of ?c ; :value ?v }"
            " GROUP BY ?c }",
            ["daily weekly"],
        ),
        (
            "SELECT ?v { { SELECT DISTINCT ?c { ?c :borders [] } } ?f :of ?c ; :value ?v }"
            " ORDER BY ?v",
            ["daily entities", "entities weekly"],
        ),
        ("SELECT ?x { { SELECT (?v AS ?x) { ?f :value ?v } ORDER BY ?v LIMIT 1 } }", ["weekly"]),
        ("SELECT ?x { { SELECT * { ?x :value ?v } ORDER BY ?v LIMIT 1 } }", ["weekly"]),
        # What a test finds counts, what it does not find cannot.
        ("SELECT ?f { ?f :value 26 FILTER EXISTS { ?d apec:upholds ?f } }", ["daily decisions"]),
        (
            "SELECT ?f ?is { ?f :value ?v BIND(EXISTS { ?x apec:upholds ?f } ||"
            " EXISTS { ?x :best ?v } AS ?is) } ORDER BY ?v",
            ["weekly", "cells daily decisions", "weekly"],
        ),
        (
            "SELECT ?f { ?f :value ?v FILTER NOT EXISTS { ?d apec:upholds ?f } } ORDER BY ?v",
            ["weekly", "weekly"],
        ),
        ("SELECT ?f { ?f :value 27 MINUS { ?f :of :korea } }", ["weekly"]),
        ("SELECT ?v { ?f :value ?v } VALUES ?v { 26 }", ["daily"]),
        (
            "SELECT * { ?f :value ?v } ORDER BY ?v VALUES (?v ?w) { (26 UNDEF) (5 1) }",
            ["weekly", "daily"],
        ),
        ("ASK { ?f :value 26 }", ["daily"]),
        ("ASK { ?f :value 1 }", []),
        # Spellings.
        ("select(?v as?w)where{?f :value?v;:of :korea .filter(?v<6)}", ["weekly"]),
        ("SELECT ?v { ?f :value ?v ; :of ?cited0 FILTER(?v = 5) }", ["weekly"]),
        # Rows that look alike have a solution each.
        ("SELECT ('x' AS ?x) { ?f :value ?v }", ["daily", "weekly", "weekly"]),
    ],
)
def test_each_row_cites_the_graphs_of_the_statements_that_made_it(
    data: ox.Store, text: str, expected: list[str]
) -> None:
    found = answer(data, text)
    assert found["citations"]["traced"], found["citations"]
    rows = graphs(found)
    assert (sorted(rows) if "'x'" in text else rows) == expected


def test_a_source_a_claim_and_a_decision_are_described_once(data: ox.Store) -> None:
    citations = answer(data, "SELECT ?v { ?f :of :china ; :value ?v } ORDER BY ?v")["citations"]
    first, second = citations["rows"]
    assert (first["sources"], first["decisions"], first["disputed"], first["inputs"]) == (
        ["http://x/daily"],
        ["http://x/ruling"],
        True,
        1,
    )
    assert (second["sources"], second["decisions"], second["disputed"]) == (
        ["http://x/weekly"],
        [],
        False,
    )
    assert citations["sources"]["http://x/daily"] == {
        "title": "http://x/daily",
        "publisher": "The Press",
        "origin": "The Agency",
        "issued": "2026-02-05",
    }
    assert citations["claims"]["http://x/f1"] == {
        "source": "http://x/daily",
        "identifier": "C1",
        "place": "row 3, column 4",
        "status": f"{ID}status/disputed",
        "decisions": ["http://x/ruling"],
    }
    assert citations["decisions"]["http://x/ruling"]["identifier"] == "D1"
    assert [citations["statements"][number] for number in first["statements"]] == [
        {
            "subject": {"type": "uri", "value": "http://x/f1"},
            "predicate": {"type": "uri", "value": f"http://x/{name}"},
            "object": value,
            "graphs": ["http://x/daily"],
            "claims": ["http://x/f1"],
        }
        for name, value in (
            ("of", {"type": "uri", "value": "http://x/china"}),
            (
                "value",
                {
                    "type": "literal",
                    "value": "26",
                    "datatype": "http://www.w3.org/2001/XMLSchema#integer",
                },
            ),
        )
    ]


def test_a_statement_has_its_claim_and_a_derived_one_the_claims_behind_it(data: ox.Store) -> None:
    (row,) = answer(data, "SELECT ?p { :meeting :in ?p }")["citations"]["rows"]
    assert row["sources"] == ["http://x/daily", "http://x/weekly"]
    found = answer(data, "SELECT ?v { :cell :best ?v }")["citations"]
    assert found["rows"][0]["sources"] == ["http://x/daily"]
    assert found["rows"][0]["graphs"] == ["http://x/cells"]
    assert found["rows"][0]["disputed"]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("SELECT ?x { :china :borders* ?x }", "“*”"),
        ("SELECT ?x { :china !:of ?x }", "“!”"),
        ("SELECT ?x { :china (:borders/:of)? ?x }", "“?”"),
        ("SELECT ?x { VALUES ?x { 1 } FILTER(RAND() < 2) }", "another answer"),
        ("SELECT ?x { << ?x :of ?y >> :p ?z }", "SPARQL 1.1"),
        ("SELECT ?f { GRAPH ?g { { SELECT ?f { ?f :of ?c } } } }", "GRAPH"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", f"{MOST_ROWS:,} rows"),
    ],
)
def test_an_answer_that_is_not_traced_says_why(data: ox.Store, text: str, because: str) -> None:
    citations = answer(data, text)["citations"]
    assert set(citations) == {"traced", "because"}
    assert not citations["traced"]
    assert because in citations["because"]


def test_if_tracing_takes_too_long_the_answer_itself_is_given(data: ox.Store) -> None:
    found = json.loads(cited(data, "SELECT ?f { ?f :value 27 }", seconds=0))
    assert found["results"]["bindings"] == [{"f": {"type": "uri", "value": "http://x/f2"}}]
    assert "too long" in found["citations"]["because"]


def test_a_row_lists_some_statements_and_the_sources_of_all() -> None:
    store = ox.Store()
    lines = "\n".join(
        f":g{i % 3} {{ :g{i % 3} dcterms:publisher :p . :s{i} :v {i} }}" for i in range(300)
    )
    store.load((HEAD + lines).encode(), ox.RdfFormat.TRIG)
    store.extend([ox.Quad(*quad.triple) for quad in store])
    (row,) = answer(store, "SELECT (COUNT(*) AS ?n) { ?s :v ?v }")["citations"]["rows"]
    assert (len(row["statements"]), row["omits"], row["inputs"]) == (100, True, 300)
    assert len(row["sources"]) == 3


def test_the_graphs_of_the_request_are_those_that_count(data: ox.Store) -> None:
    parts = {"default_graphs": ("http://x/weekly", "http://x/entities")}
    assert graphs(answer(data, "SELECT ?p { :meeting :in ?p }", **parts)) == ["weekly"]


def test_csv_and_tsv_have_columns_that_no_variable_has(data: ox.Store) -> None:
    text = "SELECT ?v ?cite_sources { ?f :of :china ; :value ?v } ORDER BY ?v"
    rows = list(csv.DictReader(io.StringIO(cited(data, text, RESULTS_CSV).decode())))
    assert rows[0] == {
        "v": "26",
        "cite_sources": "",
        "cite_sources_": "http://x/daily",
        "cite_publishers": "The Press",
        "cite_origins": "The Agency",
        "cite_dates": "2026-02-05",
        "cite_places": "C1: row 3, column 4",
        "cite_decisions": "http://x/ruling",
        "cite_disputed": "true",
        "cite_statements": "2",
        "cite_note": "",
    }
    table = cited(data, text, RESULTS_TSV)
    parsed = ox.parse_query_results(table, ox.QueryResultsFormat.TSV)
    assert isinstance(parsed, ox.QuerySolutions)
    first = next(iter(parsed))
    assert (first["v"], first["cite_sources_"]) == (ox.Literal(26), ox.Literal("http://x/daily"))
    for line in ("SELECT ?x { VALUES ?x { UNDEF } }", "SELECT * { }"):
        both = [cited(data, line, format_).decode() for format_ in (RESULTS_CSV, RESULTS_TSV)]
        assert [
            {len(row) for row in csv.reader(text.splitlines(), delimiter=mark)}
            for text, mark in zip(both, ",\t", strict=True)
        ] == [{10 if "?x" in line else 9}] * 2
    untraced = cited(data, "SELECT ?x { :china :borders+ ?x }", RESULTS_CSV).decode()
    assert untraced.splitlines()[1].startswith("http://x/korea,,")
    assert "not traced, because" in untraced


@pytest.mark.parametrize("format_", [TRIG, N_QUADS, JSON_LD], ids=lambda item: item.name)
def test_a_graph_is_answered_with_the_graphs_that_have_its_triples(
    data: ox.Store, format_: Format
) -> None:
    text = "CONSTRUCT { ?m :in ?p . ?m :new ?p } WHERE { ?m :in ?p }"
    assert format_.rdf is not None
    found = {
        (str(quad.predicate.value), str(getattr(quad.graph_name, "value", "")))
        for quad in ox.parse(cited(data, text, format_), format_.rdf)
    }
    assert {graph for name, graph in found if name == "http://x/in"} == {
        "http://x/daily",
        "http://x/weekly",
    }
    assert {graph for name, graph in found if name == "http://x/new"} == {""}
    assert (f"{DCTERMS}publisher", f"{ENDPOINT}#citations") in found
    assert (f"{SKOS}prefLabel", f"{ENDPOINT}#citations") in found
    assert "not traced" in cited(data, text, format_).decode()
    assert "not traced" not in cited(data, "DESCRIBE :meeting", format_).decode()
