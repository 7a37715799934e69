"""The wrapper around the engine's serializers: its repairs work for everything that is written."""

import json

import pyoxigraph as ox
import pytest
from pyld import jsonld
from rdflib import Graph

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.canonical import canonical_quads
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    RDF_XML,
    RESULTS_XML,
    TURTLE,
    Format,
)
from apecgraph.rdf.namespaces import DCTERMS, RDF, XSD
from apecgraph.rdf.serializer import CHUNK, rdf_bytes, write_rdf, write_results
from apecgraph.rdf.terms import in_graph

SUBJECT = ox.NamedNode("http://example.org/s")
PROPERTY = ox.NamedNode("http://example.org/p")


def triple(value: str, property_: ox.NamedNode = PROPERTY) -> ox.Triple:
    return ox.Triple(SUBJECT, property_, ox.Literal(value))


@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda item: item.name)
def test_a_carriage_return_is_read_back(format_: Format) -> None:
    written = rdf_bytes([triple("a\r\nb\rc")], format_)
    assert [quad.triple for quad in ox.parse(written, format_.rdf)] == [triple("a\r\nb\rc")]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_does_not_allow_is_refused_and_the_error_names_it(
    character: str,
) -> None:
    with pytest.raises(NotAcceptable, match=rf"U\+{ord(character):04X}") as caught:
        rdf_bytes([triple(character)], RDF_XML)
    assert TURTLE.media_type in caught.value.available
    assert RDF_XML.media_type not in caught.value.available
    query = f'SELECT ("\\u{ord(character):04X}" AS ?x) {{}}'
    with pytest.raises(NotAcceptable, match=rf"U\+{ord(character):04X}"):
        write_results(ox.Store().query(query), RESULTS_XML, lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "iri", ["http://example.org/", "http://example.org/prop/456", "urn:x:a&b/7", f"{DCTERMS}"]
)
def test_a_property_without_a_name_is_refused_in_xml_and_the_error_names_it(iri: str) -> None:
    with pytest.raises(NotAcceptable, match="does not end in a name") as caught:
        rdf_bytes([triple("a", ox.NamedNode(iri))], RDF_XML)
    assert f"<{iri}>" in str(caught.value)
    assert TURTLE.media_type in caught.value.available


NAMELESS_CLASSES = r"""
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix : <http://example.org/> .
:a a <http://snomed.info/id/73211009>, :B ; :p "one\n\t<two>", "\t</x:>" .
:b a dcterms: .
:c a <http://example.org/a&b'c/7> ; :p _:d .
_:d a <http://example.org/1>, <http://example.org/2> ; :p 1 .
:e a :C, <http://example.org/3> .
"""


def test_a_class_without_a_name_is_a_property_in_xml() -> None:
    given = [quad.triple for quad in ox.parse(NAMELESS_CLASSES, ox.RdfFormat.TURTLE)]
    written = rdf_bytes(given, RDF_XML)
    expected = canonical_quads(map(in_graph, given))
    assert canonical_quads(ox.parse(written, ox.RdfFormat.RDF_XML)) == expected
    read = Graph().parse(data=written, format="xml").serialize(format="nt")
    assert canonical_quads(ox.parse(read, ox.RdfFormat.N_TRIPLES)) == expected


def test_a_class_without_a_name_in_a_nested_triple_is_a_property_in_xml() -> None:
    type_ = ox.NamedNode(f"{RDF}type")
    nested = ox.Triple(SUBJECT, type_, ox.NamedNode("http://example.org/7"))
    given = ox.Triple(SUBJECT, PROPERTY, nested)
    (read,) = ox.parse(rdf_bytes([given], RDF_XML), ox.RdfFormat.RDF_XML)
    assert read.triple == given


def test_json_ld_has_classes_and_numbers_of_json() -> None:
    given = """
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix : <http://example.org/> .
        :a a :B, :C ; :p 42, 042, 1.5, 2.5E0, 1.0E0, true, "x", "y"@en, :b .
        [] :p "12345678901234567890"^^xsd:integer, "1.1E-1"^^xsd:double .
    """
    quads = list(ox.parse(given, ox.RdfFormat.TURTLE))
    written = rdf_bytes(quads, JSON_LD)
    node, other = json.loads(written)
    assert node["@type"] == ["http://example.org/B", "http://example.org/C"]
    values = {str(value.get("@value")): value for value in node["http://example.org/p"]}
    assert values["42"] == {"@value": 42}
    assert values["True"] == {"@value": True}
    assert values["1.5"] == {"@type": f"{XSD}decimal", "@value": "1.5"}
    assert {"@value": 0.11} in other["http://example.org/p"]
    read = jsonld.to_rdf(json.loads(written), {"format": "application/n-quads"})
    assert canonical_quads(ox.parse(read, ox.RdfFormat.N_QUADS)) == canonical_quads(quads)
    assert canonical_quads(ox.parse(written, ox.RdfFormat.JSON_LD)) == canonical_quads(quads)


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_json_ld_is_an_array_of_any_length(count: int) -> None:
    triples = [
        ox.Triple(ox.NamedNode(f"http://x/{each}"), PROPERTY, SUBJECT) for each in range(count)
    ]
    assert len(json.loads(rdf_bytes(triples, JSON_LD))) == count


def test_a_repair_works_across_chunk_boundaries() -> None:
    type_, nameless = ox.NamedNode(f"{RDF}type"), ox.NamedNode("http://example.org/7")
    for cut in range(0, 200, 7):
        values = [triple("x" * (CHUNK // 7) + "y" * cut + str(index)) for index in range(20)]
        typed = [
            ox.Triple(ox.NamedNode(f"http://x/{index}"), type_, nameless) for index in range(20)
        ]
        given = [each for pair in zip(values, typed, strict=True) for each in pair]
        written = rdf_bytes(given, RDF_XML)
        assert {quad.triple for quad in ox.parse(written, ox.RdfFormat.RDF_XML)} == set(given)
        with pytest.raises(NotAcceptable):
            rdf_bytes([*given, triple("a", nameless)], RDF_XML)


def test_a_triple_as_a_term_is_refused_if_the_format_does_not_support_it() -> None:
    nested = ox.Triple(SUBJECT, PROPERTY, triple("a"))
    assert b"<<(" in rdf_bytes([nested], TURTLE)
    with pytest.raises(NotAcceptable, match=r"RDF 1\.2"):
        rdf_bytes([nested], JSON_LD)


def test_a_large_graph_is_written_in_chunks_and_a_small_one_in_one() -> None:
    chunks: list[bytes] = []
    write_rdf([triple(str(index)) for index in range(10_000)], TURTLE, chunks.append)
    assert len(chunks) > 1
    assert all(len(chunk) >= CHUNK for chunk in chunks[:-1])
    chunks.clear()
    write_rdf([triple("a")], TURTLE, chunks.append)
    assert len(chunks) == 1
