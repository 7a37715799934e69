"""A query for all focus nodes finds those that violate a constraint."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from apecgraph.check.conformance import check_data
from apecgraph.check.data_graph import rdflib_graph
from apecgraph.check.quick_constraints import query_for_all, quick_constraints
from apecgraph.content.folder import Content
from apecgraph.rdf.graph import Graph as OurGraph
from apecgraph.rdf.namespaces import RDF
from tests.check.test_data_graph import DATA, ELSEWHERE, TOP

THIS = frozenset(["this"])
NODES = [URIRef(f"http://e/{name}") for name in "abcd"]
"""Nodes of the data, as a query for all is asked about no others."""
ALONE = [
    *ELSEWHERE,
    "SELECT $this (COUNT(?o) AS ?n) WHERE { $this ?p ?o } GROUP BY $this HAVING (COUNT(?o) > 0)",
    "SELECT $this (COUNT(?o) AS ?n) WHERE { $this ?p ?o }",
    "SELECT $this WHERE { $this ?p ?o } LIMIT 1",
    "SELECT $this WHERE { $this ?p ?o } OFFSET 1",
]
TOGETHER = [
    *(query for query in TOP if query not in ALONE and " AS " not in query),
    "PREFIX e: <http://e/> # {\nSELECT $this { ?s e:p $this OPTIONAL { ?s e:n ?n } }",
    "SELECT $this { $this <http://e/p> ?o FILTER NOT EXISTS { ?o <http://e/p> $this } }",
]


@pytest.mark.parametrize("query", TOGETHER)
def test_a_query_for_all_nodes_finds_those_that_have_a_solution(query: str) -> None:
    together = query_for_all(query, THIS, NODES)
    assert together is not None
    triples = [quad.triple for quad in ox.parse(DATA, ox.RdfFormat.TURTLE)]
    graph = rdflib_graph(triples)
    alone = {node for node in NODES if graph.query(query, initBindings={"this": node})}
    engine = ox.Store()
    engine.extend(ox.Quad(*triple) for triple in triples)
    solutions = engine.query(together)
    assert isinstance(solutions, ox.QuerySolutions)
    assert {URIRef(solution["this"].value) for solution in solutions} == alone


@pytest.mark.parametrize("query", ALONE)
def test_a_query_is_asked_for_each_node_alone_if_nodes_could_affect_each_other(query: str) -> None:
    assert query_for_all(query, THIS, NODES) is None


def test_the_queries_of_our_shapes_are_asked_for_all_nodes(press: Content) -> None:
    shapes = OurGraph(press.quads)
    queries = {
        constraint: shapes.required_value(constraint, f"{SH}select")
        for constraint in shapes.subjects(f"{RDF}type", f"{SH}SPARQLConstraint")
    }
    alone = [name for name, query in queries.items() if query_for_all(query, THIS, NODES) is None]
    assert len(queries) > 10
    assert alone == []  # else a check asks each of them hundreds of times


def test_among_many_nodes_the_violating_ones_are_reported_as_by_pyshacl(tmp_path: Path) -> None:
    """The nodes are more than one query asks about; a literal and a blank node are among them."""
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        """@prefix e: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        e:shape a sh:NodeShape ; sh:targetSubjectsOf e:n ; sh:targetNode "text", e:absent ;
            sh:sparql e:large, e:self .
        e:large sh:message "{?value} is large" ;
            sh:select "SELECT $this ?value { $this <http://e/n> ?value FILTER (?value > 1194) }" .
        e:self sh:message "is reached" ; sh:select "SELECT $this { $this <http://e/q>* $this }" .
        """
    )
    lines = [f"<http://e/{number}> <http://e/n> {number} ." for number in range(1200)]
    data.write_text("\n".join([*lines, "[] <http://e/n> 5000 ."]))
    report = check_data(shapes, data)
    large = [result for result in report.results if result.component and "1199" in result.message]
    assert len(large) == 1
    graphs = [Graph().parse(path) for path in (data, shapes)]
    _, theirs, _ = pyshacl.validate(graphs[0], shacl_graph=graphs[1])
    assert isinstance(theirs, Graph)
    count = len(report.results) + sum(report.left_off.values())
    assert count == len(set(theirs.subjects(SH.sourceConstraint)))


def test_pyshacl_is_left_as_it_was() -> None:
    before = pyshacl.shape.__dict__.get("CONSTRAINT_PARAMS", (None, None))
    with quick_constraints():
        assert pyshacl.shape.__dict__["CONSTRAINT_PARAMS"] != before
    assert pyshacl.shape.__dict__["CONSTRAINT_PARAMS"] == before
