"""Queries in shapes: the fast engine evaluates only those that it answers as SHACL requires."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from rdflib import URIRef

from apecgraph.check.data_graph import binds_at_top, keeps_literals, rdflib_graph
from apecgraph.content.folder import Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import RDF, SH

DATA = """@base <http://e/> . <a> <p> <b> . <c> <p> <d> ; <n> 4 ."""
TOP = [
    "SELECT $this ?o WHERE { $this <http://e/p> ?o }",
    "SELECT $this WHERE { FILTER ($this = <http://e/a>) }",
    "SELECT DISTINCT ?this ?o WHERE { ?s ?p ?o { ?s <http://e/p> ?o } UNION { ?o ?q ?s } }",
    "SELECT $this WHERE { FILTER NOT EXISTS { $this <http://e/p> ?o FILTER (?o != $this) } }",
    "SELECT $this (STR($this) AS ?value) WHERE { $this ?p ?o }",
    "SELECT $this ?o WHERE { $this <http://e/p>* ?o }",
    "SELECT $this (COUNT(?o) AS ?n) WHERE { $this ?p ?o } GROUP BY $this HAVING (COUNT(?o) > 0)",
]
ELSEWHERE = [
    "SELECT $this ?x WHERE { BIND ($this AS ?x) }",
    "SELECT $this WHERE { FILTER bound($this) }",
    "SELECT $this WHERE { ?s ?p ?o OPTIONAL { ?x ?y ?z FILTER (?x = $this) } }",
    "SELECT $this WHERE { FILTER NOT EXISTS { { ?s ?p ?o FILTER (?s = $this) } } }",
    "SELECT $this ?o WHERE { { $this ?p ?o } UNION { ?o ?p $this } }",
    "SELECT $this WHERE { { SELECT $this WHERE { $this ?p ?o } } }",
    "SELECT ?o WHERE { $this ?p ?o }",
    "SELECT * WHERE { $this ?p ?o }",
    "SELECT $this WHERE { VALUES ?o { 1 } $this ?p ?o }",
    "SELECT $this WHERE { GRAPH ?g { ?s ?p ?o } $this ?p ?o }",
    "ASK { $this ?p ?o }",
]


@pytest.mark.parametrize("query", TOP)
def test_both_engines_answer_the_same_where_the_fast_one_is_used(query: str) -> None:
    assert binds_at_top(query, frozenset(["this"]))
    triples = [quad.triple for quad in ox.parse(DATA, ox.RdfFormat.TURTLE)]
    engine = ox.Store()
    engine.extend(ox.Quad(*triple) for triple in triples)
    for name in "abc":
        answers = [
            {
                tuple(map(str, row))  # type: ignore[arg-type]
                for row in graph.query(query, initBindings={"this": URIRef(f"http://e/{name}")})
            }
            for graph in (rdflib_graph(triples, engine), rdflib_graph(triples))
        ]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("query", ELSEWHERE)
def test_the_slow_engine_evaluates_what_the_fast_one_may_get_wrong(query: str) -> None:
    assert not binds_at_top(query, frozenset(["this"]))


def test_the_fast_engine_evaluates_all_queries_of_our_shapes(press: Content) -> None:
    shapes = Graph(press.quads)
    queries = [
        shapes.required_value(constraint, f"{SH}select")
        for constraint in shapes.subjects(f"{RDF}type", f"{SH}SPARQLConstraint")
    ]
    assert len(queries) > 10
    slow = [query for query in queries if not binds_at_top(query, frozenset(["this"]))]
    assert slow == []  # the other engine takes a tenth of a second for each figure


@pytest.mark.parametrize(
    ("literal", "kept"),
    [
        ('"a"', True),
        ('"a"@en', True),
        ("4.5", True),
        ('"x"^^<http://www.w3.org/2001/XMLSchema#int>', True),
        ("4.50", False),
        ('"4"^^<http://www.w3.org/2001/XMLSchema#int>', False),
        ('"01"^^<http://www.w3.org/2001/XMLSchema#integer>', False),
    ],
)
def test_a_literal_that_the_store_changes_is_detected(literal: str, kept: bool) -> None:
    (quad,) = ox.parse(f"<a:a> <a:b> {literal} .", ox.RdfFormat.TURTLE)
    assert keeps_literals([quad.triple]) is kept


def test_a_query_reads_no_file_that_it_names() -> None:
    graph = rdflib_graph([])
    text = f"SELECT ?s FROM <file://{__file__}> {{ ?s ?p ?o }}"
    assert list(graph.query(text)) == []
