"""The check of any data against any shapes reports the same as pyshacl, for every construct."""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH

from apecgraph.check.conformance import check_data
from apecgraph.check.report import Report
from apecgraph.errors import ContentError
from benchmarks.shacl import IF_EXPECTED, comparable

HEAD = """@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """ex:a a ex:A ; ex:p ex:b, ex:c ; ex:name "one"@en, "two"@en, "drei"@de ; ex:size 4 .
ex:b ex:q ex:d ; ex:size 5 . ex:c ex:size 7 .
"""
UNUSUAL = """ex:b ex:size "05"^^xsd:int . ex:d ex:p "x"^^xsd:byte, 1.50 .
"""
PREFIX = """ex:prefixes owl:imports ex:more ; sh:declare [ sh:prefix "unused" ;
    sh:namespace "http://example.org/unused/"^^xsd:anyURI ] .
ex:more sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""


def query(text: str) -> str:
    return f"""ex:s a sh:NodeShape ; sh:targetClass ex:A ; sh:sparql ex:constraint .
ex:constraint sh:message "found {{?value}}" ; sh:prefixes ex:prefixes ;
    sh:select \"\"\"{text}\"\"\" .
{PREFIX}"""


COMPONENT = """ex:component a sh:ConstraintComponent ;
    sh:parameter [ sh:path ex:starts ] ; sh:validator [ a sh:SPARQLAskValidator ;
    sh:message "does not start with {$starts}" ;
    sh:ask "ASK { FILTER STRSTARTS($value, $starts) }" ] .
ex:s a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ex:name ; ex:starts "t" .
"""
SHAPES = {
    # The number of results that the recommendation asks for, and the shapes.
    "qualified value shapes that are disjoint": (
        1,
        """ex:s a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:one, ex:two .
ex:one sh:path ex:p ; sh:qualifiedValueShape [ sh:property [ sh:path ex:size ; sh:minCount 1 ] ] ;
    sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 .
ex:two sh:path ex:p ; sh:qualifiedValueShape [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ] ;
    sh:qualifiedValueShapesDisjoint true ; sh:qualifiedMinCount 1 .""",
    ),
    "a query that assigns $this": (
        1,
        query("SELECT $this ?value { BIND ($this AS ?value) FILTER (?value = ex:a) }"),
    ),
    "a query that asks whether $this is bound": (
        1,
        query("SELECT $this { FILTER bound($this) }"),
    ),
    "$this in an inner group": (
        2,
        query("SELECT $this ?value { ex:a ex:p ?value . { FILTER ($this = ex:a) } }"),
    ),
    "$this in an optional group": (
        2,
        query(
            "SELECT $this ?value { ex:a ex:p ?value OPTIONAL { ?x ex:q ex:d FILTER ($this = ex:a) }"
            " FILTER bound(?x) }"
        ),
    ),
    "$this in a nested query": (
        2,
        query("SELECT $this ?value { { SELECT $this ?value { $this ex:p ?value } } }"),
    ),
    "$this where the engine does it": (
        1,
        query("SELECT $this ?value { $this ex:p ?value FILTER NOT EXISTS { ?value ex:q ?any } }"),
    ),
    "a constraint component": (2, COMPONENT),
    "a sequence path": (
        1,
        "ex:s a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ( ex:p ex:q ) ; sh:maxCount 0 .",
    ),
    "a path of all operators": (
        3,
        """ex:s a sh:PropertyShape ; sh:targetNode ex:d ; sh:nodeKind sh:Literal ; sh:path (
    [ sh:alternativePath ( [ sh:inversePath ex:q ] [ sh:zeroOrOnePath ex:p ] ) ]
    [ sh:zeroOrMorePath [ sh:oneOrMorePath [ sh:inversePath ex:p ] ] ] ) .""",
    ),
    "a shape without a name": (
        1,
        "ex:s sh:targetClass ex:A ; sh:property [ sh:path ex:none ; sh:minCount 1 ] .",
    ),
    "a warning, and an own severity": (
        2,
        """ex:s a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ex:p ; sh:maxCount 1 ;
    sh:severity sh:Warning .
ex:t a sh:NodeShape ; sh:targetClass ex:A ; sh:nodeKind sh:Literal ; sh:severity ex:Bad .""",
    ),
    "a hint inside of another shape": (
        1,
        """ex:s a sh:NodeShape ; sh:targetClass ex:A ; sh:node ex:inner .
ex:inner a sh:NodeShape ; sh:severity sh:Info ; sh:nodeKind sh:Literal .""",
    ),
    "messages in two languages": (
        1,
        """ex:s a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ex:p ; sh:maxCount 1 ;
    sh:message "one only"@en, "nur eines"@de .""",
    ),
    "the same result twice": (
        2,
        """ex:s a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ex:name ; sh:uniqueLang true .
ex:t a sh:PropertyShape ; sh:targetClass ex:A ; sh:path ex:size ; sh:minExclusive 4 .""",
    ),
}
LITERALS = """ex:s a sh:PropertyShape ; sh:targetObjectsOf ex:p ; sh:path ex:size ;
    sh:datatype xsd:integer .
ex:t a sh:NodeShape ; sh:targetNode 4.0, "4" ; sh:in ( 4 ) .
ex:u a sh:PropertyShape ; sh:targetNode ex:d ; sh:path ex:p ; sh:datatype xsd:decimal ."""
CASES = {
    **{name: (count, shapes, DATA) for name, (count, shapes) in SHAPES.items()},
    "literals as they are written": (4, LITERALS, DATA + UNUSUAL),
}


def written(folder: Path, shapes: str, data: str) -> tuple[Path, Path]:
    paths = folder / "shapes.ttl", folder / "data.ttl"
    for path, text in zip(paths, (shapes, data), strict=True):
        path.write_text(HEAD + text)
    return paths


@pytest.mark.filterwarnings("ignore")  # rdflib warns of the malformed literal
@pytest.mark.parametrize(("count", "shapes", "data"), CASES.values(), ids=CASES)
def test_the_report_is_that_of_pyshacl(tmp_path: Path, count: int, shapes: str, data: str) -> None:
    paths = written(tmp_path, shapes, data)
    report = Report.parse(check_data(*paths).json())
    assert len(report.results) == count
    assert not report.conforms
    ours = Graph().parse(data=report.turtle(), format="turtle")
    reference, given = (Graph().parse(path, format="turtle") for path in paths)
    reference.remove((None, SH.prefixes, None))  # pyshacl takes the prefixes of the data instead
    conforms, theirs, _ = pyshacl.validate(given, shacl_graph=reference)
    assert not conforms
    assert isinstance(theirs, Graph)
    # pyshacl's own messages name blank nodes.
    also = list(IF_EXPECTED) if "sh:message" in shapes else [SH.sourceConstraint]
    copies = [
        comparable(graph, graph.value(None, RDF.type, SH.ValidationReport), also)
        for graph in (ours, theirs)
    ]
    assert isomorphic(*copies)


def test_the_message_of_a_constraint_comes_before_that_of_its_shape(tmp_path: Path) -> None:
    shapes = query("SELECT $this ?value { $this ex:p ?value }")
    shapes = shapes.replace("a sh:NodeShape ;", 'a sh:NodeShape ; sh:message "general"@en ;')
    found = {result.messages for result in check_data(*written(tmp_path, shapes, DATA)).results}
    assert found == {(f'"found http://example.org/{name}"',) for name in "bc"}


def test_data_that_conform_have_a_report_without_results(tmp_path: Path) -> None:
    paths = written(tmp_path, "ex:s sh:targetClass ex:A ; sh:nodeKind sh:IRI .", DATA)
    report = check_data(*paths)
    assert report.conforms
    assert "conforms true" in report.turtle()
    assert [(rule.iri, rule.nodes) for rule in report.rules] == []


def test_a_result_names_the_line_of_the_data(tmp_path: Path) -> None:
    paths = written(tmp_path, "ex:s sh:targetNode ex:b ; sh:path ex:size ; sh:maxCount 0 .", DATA)
    (result,) = check_data(*paths).results
    assert [(Path(place.file).name, place.line) for place in result.places] == [("data.ttl", 8)]


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ("ex:s ex:p ex:o .", "shapes.ttl: has no shapes: nothing would be checked"),
        ("ex:s sh:targetClass ex:Z .", "shapes.ttl: no shape applies to anything in .*data.ttl"),
        (
            "ex:s sh:targetClass ex:A ; sh:minCuont 1 .",
            "shapes.ttl:7: .*SHACL has no sh:minCuont: did you mean sh:minCount",
        ),
        (
            "ex:s sh:targetClass ex:A ; sh:rule ex:r .",
            "shapes.ttl:7: .*sh:rule is not part of SHACL Core or SHACL-SPARQL",
        ),
        (
            "ex:s sh:targetClass ex:A ; sh:node ex:t .\nex:t sh:or ( ex:s ex:u ) .",
            "shapes.ttl:[78]: .*this shape refers to itself",
        ),
        (query("SELECT $this { SERVICE ex:x { ?s ?p ?o } }"), "may not call another endpoint"),
        (query("SELECT $this FROM ex:x { ?s ?p ?o }"), "may read only the data"),
        (query("SELECT $this { $this ex:p }"), "shapes.ttl:7: the shapes cannot be applied"),
        (query("SELECT $this { GRAPH $shapesGraph { ?s ?p ?o } }"), r"\$shapesGraph"),
    ],
)
def test_shapes_that_cannot_be_applied_are_refused(
    tmp_path: Path, shapes: str, message: str
) -> None:
    with pytest.raises(ContentError, match=message):
        check_data(*written(tmp_path, shapes, DATA))


def test_owl_imports_are_not_followed(tmp_path: Path) -> None:
    more = tmp_path / "more.ttl"
    more.write_text(HEAD + "ex:t sh:targetClass ex:A ; sh:nodeKind sh:Literal .")
    shapes = f"<> owl:imports <{more.as_uri()}> . ex:s sh:targetClass ex:A ; sh:nodeKind sh:IRI ."
    assert check_data(*written(tmp_path, shapes, DATA)).conforms
