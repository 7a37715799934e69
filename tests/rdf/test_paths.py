"""Property paths: read from RDF, written as SPARQL and as RDF."""

from __future__ import annotations

from itertools import count

import pyoxigraph as ox
import pytest

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import SH
from apecgraph.rdf.paths import path_properties, path_text, path_triples, read_path

PATH = ox.NamedNode(f"{SH}path")
HEAD = f"@prefix sh: <{SH}> . @base <http://e/> . <s> sh:path "


def graph_of(text: str) -> tuple[Graph, ox.BlankNode | ox.NamedNode]:
    quads = list(ox.parse(f"{HEAD}{text} .", ox.RdfFormat.TURTLE))
    (node,) = (quad.object for quad in quads if quad.predicate == PATH)
    assert isinstance(node, ox.BlankNode | ox.NamedNode)
    return Graph(quads), node


@pytest.mark.parametrize(
    ("turtle", "sparql"),
    [
        ("<p>", "p"),
        ("( <p> <q> )", "p/q"),
        ("[ sh:inversePath <p> ]", "^p"),
        ("[ sh:alternativePath ( <p> [ sh:inversePath <q> ] ) ]", "p|(^q)"),
        ("[ sh:zeroOrMorePath ( <p> <q> ) ]", "(p/q)*"),
        ("( [ sh:oneOrMorePath <p> ] [ sh:zeroOrOnePath <q> ] )", "(p+)/(q?)"),
        ("[ sh:inversePath [ sh:alternativePath ( <p> ( <q> <r> ) ) ] ]", "^(p|(q/r))"),
        ("[ sh:inversePath [ sh:zeroOrMorePath <p> ] ]", "^(p*)"),
        ("[ sh:zeroOrMorePath [ sh:inversePath <p> ] ]", "(^p)*"),
        ("( <p> [ sh:inversePath [ sh:oneOrMorePath <q> ] ] )", "p/(^(q+))"),
    ],
)
def test_a_path_is_written_as_in_sparql_and_in_rdf(turtle: str, sparql: str) -> None:
    path = read_path(*graph_of(turtle))
    assert path is not None
    assert path_text(path, lambda iri: iri.removeprefix("http://e/")) == sparql
    names = map("b{}".format, count())
    node, triples = path_triples(path, lambda: ox.BlankNode(next(names)))
    again = Graph(ox.Quad(*triple) for triple in triples)
    assert read_path(again, node) == path
    assert {iri[-1] for iri in path_properties(path)} == set(sparql) & set("pqr")


@pytest.mark.parametrize(
    "turtle", ['"p"', "[]", "( <p> [] )", "[ sh:alternativePath () ]", "[ sh:inversePath 1 ]"]
)
def test_a_node_that_is_not_a_path_is_not_read(turtle: str) -> None:
    quads = list(ox.parse(f"{HEAD}{turtle} .", ox.RdfFormat.TURTLE))
    (node,) = (quad.object for quad in quads if quad.predicate == PATH)
    assert read_path(Graph(quads), node) is None


def test_a_path_that_contains_itself_is_not_read() -> None:
    graph, node = graph_of("_:a . _:a sh:inversePath [ sh:zeroOrMorePath _:a ]")
    assert read_path(graph, node) is None
