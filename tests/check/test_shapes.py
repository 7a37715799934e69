"""Each rule of shapes/ against its examples in tests/shapes/: the valid ones, and those that fail.

An example is TriG: the default graph contains entities, `<source/x>` and `<source/y>`
contain the claims of two sources, and `<expected>` contains exactly the results that it must have.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import Graph as RdfGraph
from rdflib import Literal, URIRef
from rdflib.term import Node

from apecgraph.check.shacl import apply_shapes, validate_shapes
from apecgraph.check.validation import validate
from apecgraph.consistency.cell_edit_rules import CELL_EDIT_RULES, SUMS
from apecgraph.consistency.cells import SAME_CELL
from apecgraph.consistency.claim_edit_rules import CLAIM_EDIT_RULES
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import SHAPES_GRAPH, Content, ContentFile, default_content
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import ID, RDF, SH, SKOS
from apecgraph.rdf.terms import notation
from tests.support.contents import press_content

EDIT_RULES = {SAME_CELL, *SUMS, *CELL_EDIT_RULES, *CLAIM_EDIT_RULES}
EXAMPLES = Path(__file__).parents[1] / "shapes"
EXPECTED = ox.NamedNode(f"{ID}expected")
ENTITIES = ox.NamedNode(f"{ID}graph/entities")

Expected = set[tuple[str, str, str]]


def name(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


VALID = sorted(EXAMPLES.glob("*/valid*.trig"), key=name)
INVALID = sorted(EXAMPLES.glob("*/invalid.*.trig"), key=name)


@cache
def ours() -> tuple[ContentFile, ...]:
    """Return the real ontology and the real shapes, with which every example is checked.

    The words that sources print in languages of no example are left out: they are a third of all
    triples, and would be checked again for each example.
    """
    files = Content.read(press_content()).files
    return tuple(
        replace(file, triples=tuple(filter(is_needed, file.triples)))
        for file in files
        if file.path.parent.name in ("ontology", "shapes")
    )


def is_needed(triple: ox.Triple) -> bool:
    printed, word = triple.predicate.value == f"{SKOS}hiddenLabel", triple.object
    return not (printed and isinstance(word, ox.Literal)) or word.language in (None, "en", "zh")


def read(path: Path) -> tuple[Content, Expected]:
    graphs: dict[ox.NamedNode, list[ox.Triple]] = {}
    wanted = ox.Store()
    for quad in ox.parse(path=path, format=ox.RdfFormat.TRIG, rename_blank_nodes=True):
        graph = quad.graph_name
        if graph == EXPECTED:
            wanted.add(ox.Quad(*quad.triple))
        elif isinstance(graph, ox.NamedNode):
            graphs.setdefault(graph, []).append(quad.triple)
        else:
            graphs.setdefault(ENTITIES, []).append(quad.triple)
    files = [ContentFile(path, graph, tuple(triples)) for graph, triples in graphs.items()]
    expected = set()
    kind, class_ = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{SH}ValidationResult")
    for quad in wanted.quads_for_pattern(None, kind, class_):
        focus, shape, component = (
            next(iter(wanted.quads_for_pattern(quad.subject, ox.NamedNode(SH + part), None))).object
            for part in ("focusNode", "sourceShape", "sourceConstraintComponent")
        )
        assert isinstance(shape, ox.NamedNode)
        assert isinstance(component, ox.NamedNode)
        expected.add((notation(focus), shape.value, component.value))
    return Content(EXAMPLES.parent, (*ours(), *files)), expected


@cache
def vocabularies() -> Vocabularies:
    return Vocabularies.read(default_content())


def found(content: Content, monkeypatch: pytest.MonkeyPatch) -> Expected:
    # Locations are looked up in Turtle files; they have their own tests.
    monkeypatch.setattr("apecgraph.check.locations.Locator.places", lambda *_: iter(()))
    report, _ = validate(content, vocabularies())
    return {(result.nodes[0], result.rule, result.component) for result in report.results}


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_example_has_no_results(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, expected = read(path)
    assert not expected
    assert found(content, monkeypatch) == set()


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_example_has_exactly_the_expected_results(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, expected = read(path)
    assert expected
    results = found(content, monkeypatch)
    # A blank node gets a new name each time it is read.
    blank = {(each.startswith("http"), shape, component) for each, shape, component in results}
    if "blank-node" in path.name:
        assert blank == {(False, shape, component) for _, shape, component in expected}
    else:
        assert results == expected


CONSTRAINTS = {
    "minCount",
    "maxCount",
    "class",
    "datatype",
    "nodeKind",
    "uniqueLang",
    "node",
    "or",
    "xone",
    "in",
    "pattern",
    "minInclusive",
    "maxInclusive",
    "lessThanOrEquals",
    "disjoint",
    "select",
}
STRUCTURE = {
    "declare",
    "message",
    "namespace",
    "path",
    "prefix",
    "prefixes",
    "property",
    "sparql",
    "targetClass",
    "targetNode",
    "targetObjectsOf",
    "targetSubjectsOf",
    "hasValue",
}


def rules() -> set[tuple[str, str]]:
    """Return every constraint that can give results, as (shape, component)."""
    store = ox.Store()
    for file in ours():
        if file.graph == SHAPES_GRAPH:
            store.extend(ox.Quad(*triple) for triple in file.triples)
    target = [
        ox.NamedNode(f"{SH}target{each}") for each in ("Class", "Node", "SubjectsOf", "ObjectsOf")
    ]
    roots = {quad.subject for each in target for quad in store.quads_for_pattern(None, each, None)}
    reached = set(roots)
    for part in ("property", "sparql"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(SH + part), None):
            if quad.subject in roots:
                assert isinstance(quad.object, ox.NamedNode)
                reached.add(quad.object)
    found = set()
    for quad in store:
        local = quad.predicate.value.removeprefix(SH)
        if local == quad.predicate.value or quad.subject not in reached:
            continue
        assert local in CONSTRAINTS | STRUCTURE, f"unknown to this test: sh:{local}"
        if local in CONSTRAINTS:
            assert isinstance(quad.subject, ox.NamedNode)
            word = "SPARQL" if local == "select" else local[0].upper() + local[1:]
            found.add((quad.subject.value, f"{SH}{word}ConstraintComponent"))
    return found


def test_every_rule_has_an_example_that_fails() -> None:
    shown = {result[1:] for path in INVALID for result in read(path)[1]}
    wanted = rules() | {(relation, relation) for relation in EDIT_RULES}
    assert len(wanted) > 100
    assert wanted - shown == set()


def test_every_relation_is_declared_and_every_declared_one_is_checked() -> None:
    declared = {
        str(triple.subject.value)
        for file in ours()
        for triple in file.triples
        if isinstance(triple.subject, ox.NamedNode)
        and triple.subject.value.startswith(f"{ID}relation/")
    }
    assert declared == {*EDIT_RULES, f"{ID}relation/decided"}


WRITTEN = {
    "a property of all of a class": "<shape> sh:targetClass <A> ; sh:property <named> .",
    "by each kind of target": "<shape> sh:targetNode <a1>, <nobody> ; sh:property <named> ."
    "<other> a sh:NodeShape ; sh:targetSubjectsOf <knows> ; sh:property <known> ."
    "<third> a sh:NodeShape ; sh:targetObjectsOf <knows> ; sh:property <named> .",
    "without a name": "<shape> sh:targetClass <A> ;"
    " sh:property [ sh:path <name> ; sh:minCount 1 ] .",
    "one property of two shapes": "<shape> sh:targetClass <A> ; sh:property <named> ."
    "<other> a sh:NodeShape ; sh:targetClass <B> ; sh:property <named> .",
    "one that another refers to": "<shape> sh:targetClass <A> ; sh:property <named> ."
    "<other> a sh:NodeShape ; sh:targetClass <B> ; sh:node <shape> .",
    "one that another excludes": "<shape> sh:targetClass <A> ; sh:property <named> ."
    "<other> a sh:NodeShape ; sh:targetClass <B> ; sh:not <shape> .",
    "one that is a class": "<shape> a rdfs:Class ; sh:targetNode <b1> ; sh:property <named> .",
    "one that is switched off": "<shape> sh:deactivated true ; sh:targetClass <A> ;"
    " sh:property <named> .",
    "a property that is switched off": "<shape> sh:targetClass <A> ; sh:property <named> ."
    "<named> sh:deactivated true .",
    "a property of a property": "<shape> sh:targetClass <A> ; sh:property <known> ."
    "<known> sh:property <named> .",
    "a property of a property with a target": "<known> sh:targetClass <A> ; sh:property <named> .",
    "a property with a target": "<shape> sh:targetClass <A> ; sh:property <named> ."
    "<named> sh:targetClass <B> .",
    "with other constraints": "<shape> sh:targetClass <A> ; sh:property <named> ;"
    " sh:nodeKind sh:Literal .",
}
SHAPES = """@base <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . <shape> a sh:NodeShape .
<some> a sh:NodeShape ; sh:targetClass <B> .
<named> a sh:PropertyShape ; sh:path <name> ; sh:minCount 1 .
<known> a sh:PropertyShape ; sh:path <knows> ; sh:minCount 1 ; sh:nodeKind sh:IRI . """
DATA = """@base <https://example.org/> . <a1> a <A>, <shape> ; <knows> <a2>, <b1>, "b" .
<a2> a <A>, <B> ; <name> "a" . <a3> a <A> . <b1> a <B> ; <knows> <a3> ; <name> "b" . <b2> a <B> ."""
PARTS = ("focusNode", "sourceConstraintComponent", "resultPath", "value")


def written(shapes: str) -> Content:
    graphs = {SHAPES_GRAPH: SHAPES + shapes, ENTITIES: DATA}
    files = [
        ContentFile(
            default_content() / "data" / "catalog.ttl",
            graph,
            tuple(quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE)),
        )
        for graph, text in graphs.items()
    ]
    return Content(default_content(), tuple(files))


@pytest.mark.parametrize("shapes", WRITTEN.values(), ids=WRITTEN)
def test_shapes_give_the_results_of_pyshacl(shapes: str) -> None:
    """The reference is pyshacl alone, on unprepared graphs."""
    content = written(shapes)
    data = content.files[1].triples
    given = {
        (each.nodes[0], each.component, each.path, each.value)
        for each in apply_shapes(content, data).results
    }
    conforms, report, _ = pyshacl.validate(
        RdfGraph().parse(data=DATA, format="turtle"),
        shacl_graph=RdfGraph().parse(data=SHAPES + shapes, format="turtle"),
    )
    assert isinstance(report, RdfGraph)
    wanted = set()
    for node in report.objects(None, URIRef(f"{SH}result")):
        parts = [report.value(node, URIRef(SH + part)) for part in PARTS]
        wanted.add(tuple(map(written_as, parts)))
    assert given == wanted
    assert conforms == (not wanted) == ("sh:deactivated" in shapes)


def written_as(term: Node | None) -> str | None:
    return term.n3() if isinstance(term, Literal) else None if term is None else str(term)


def test_a_missing_property_shape_is_an_error() -> None:
    content = written("<shape> sh:targetClass <A> ; sh:property <nmaed> .")
    with pytest.raises(ContentError, match=r"the shapes cannot be applied: .*nmaed"):
        validate_shapes(content, Evidence.gather(content))


def test_a_query_has_only_the_prefixes_that_the_shapes_declare() -> None:
    """Prefixes that only rdflib knows are errors: another engine would not know them."""
    content = written(
        "<shape> sh:targetClass <A> ; sh:sparql <query> . <query> a sh:SPARQLConstraint ;"
        ' sh:select "SELECT $this WHERE { $this foaf:name ?name }" .'
    )
    with pytest.raises(ContentError, match=r"the shapes cannot be applied: .*Prefix not found"):
        validate_shapes(content, Evidence.gather(content))
