"""The wrapper around the engine's serializers: its repairs work for everything that is written."""

import pyoxigraph as ox
import pytest

from apecgraph.errors import NotAcceptable
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    RDF_XML,
    RESULTS_XML,
    TURTLE,
    Format,
)
from apecgraph.rdf.serializer import CHUNK, rdf_bytes, write_rdf, write_results

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


def test_a_property_without_a_name_is_refused_in_xml() -> None:
    nameless = ox.NamedNode("http://example.org/")
    with pytest.raises(NotAcceptable, match="does not end in a name"):
        rdf_bytes([triple("a", nameless)], RDF_XML)


def test_a_repair_works_across_chunk_boundaries() -> None:
    values = [triple("x" * (CHUNK // 7) + str(index)) for index in range(20)]
    nameless = ox.NamedNode("http://example.org/")
    for cut in range(0, 200, 7):
        filler = triple("y" * cut)
        with pytest.raises(NotAcceptable):
            rdf_bytes([*values, filler, triple("a", nameless)], RDF_XML)


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
