"""What the engine changes of a file, or leaves out, is counted and said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.errors import StoreError
from apecgraph.query.loading import load
from apecgraph.query.model import DataFile
from apecgraph.rdf.files import named_format

XSD = "http://www.w3.org/2001/XMLSchema#"


def loaded(path: Path, text: str | bytes, base: str | None = None) -> tuple[ox.Store, list[str]]:
    """Write a file and load it; return the store, and the notes about the file."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    format_ = named_format(path)
    assert format_ is not None
    notes: list[str] = []
    store = load([DataFile.of(path, format_, base)], note=lambda _, text: notes.append(text))
    return store, notes


def test_literals_in_another_form_are_counted(tmp_path: Path) -> None:
    text = f"""@prefix xsd: <{XSD}> .
<a:s> <a:p> "01"^^xsd:integer, 1.50, "5"^^xsd:int, 7, "01", "01"@en, "01"^^<a:t>, true ;
    <a:q> "01"^^xsd:integer, <<( <a:s> <a:p> 02 )>> .
"""
    assert loaded(tmp_path / "a.ttl", text)[1] == [
        f'5 literals stored in another form: "01"^^<{XSD}integer> is "1"^^<{XSD}integer>'
    ]


def test_many_literals_are_compared_in_parts(tmp_path: Path) -> None:
    lines = (f'<a:s> <a:p> "{n:06}"^^<{XSD}integer> .\n' for n in range(25_000))
    store, notes = loaded(tmp_path / "a.nt.gz", gzip.compress("".join(lines).encode()))
    assert len(store) == 25_000
    assert [note.partition(":")[0] for note in notes] == ["25,000 literals stored in another form"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", '<a:s> <a:p> "x"@zh-Hans, \'y\'@EN, "z"@en, "mail@Example.org" .'),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">'
            '<rdf:Description rdf:about="a:s"><a:p xml:lang="zh-Hans">x</a:p>'
            "<a:p xml:lang='EN'>y</a:p><a:p xml:lang='en'>z</a:p></rdf:Description></rdf:RDF>",
        ),
        (
            "a.jsonld",
            '{"@id": "a:s", "a:p": [{"@value": "x", "@language": "zh-Hans"}, '
            '{"@value": "y", "@language": "EN"}, {"@value": "z", "@language": "en"}]}',
        ),
    ],
)
def test_language_tags_in_lower_case_are_counted(tmp_path: Path, name: str, text: str) -> None:
    _, notes = loaded(tmp_path / name, text)
    assert notes == ["2 language tags stored in lower case: zh-Hans is zh-hans"]


@pytest.mark.parametrize("padding", range(0, 200, 7))
def test_a_language_tag_is_counted_once_wherever_the_parser_stops_reading(
    tmp_path: Path, padding: int
) -> None:
    text = f"#{'x' * padding}\n" + '<a:s> <a:p> "x"@zh-Hans .\n' * 1000
    _, notes = loaded(tmp_path / "a.nt", text)
    assert notes == ["1,000 language tags stored in lower case: zh-Hans is zh-hans"]


def test_what_json_ld_leaves_out_is_counted_with_the_reasons(tmp_path: Path) -> None:
    text = """{"@context": {"name": "a:name", "knows": {"@id": "a:knows", "@type": "@id"}},
        "@id": "a:s", "name": "A", "nmae": "B", "knows": "http://not an iri/",
        "friend": {"@id": "a:t", "name": "C"}}"""
    store, notes = loaded(tmp_path / "a.jsonld", text)
    assert len(store) == 1
    assert notes == [
        '4 statements left out: the context has no IRI for "nmae"; '
        "<http://not an iri/> is not an IRI"
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", "@base <http://a/b/../c/d> . <e> <a:p> <../f>, <http://a/.well-known/g> ."),
        (
            "a.jsonld",
            '{"@context": {"@base": "http://a/b/../c/d"}, "@id": "e", '
            '"a:p": [{"@id": "../f"}, {"@id": "http://a/.well-known/g"}]}',
        ),
    ],
)
def test_dots_that_a_base_leaves_in_iris_are_counted(tmp_path: Path, name: str, text: str) -> None:
    store, notes = loaded(tmp_path / name, text)
    assert {quad.subject for quad in store} == {ox.NamedNode("http://a/b/../c/e")}
    assert notes == [
        '3 IRIs with "." or ".." in the path kept as they are: <http://a/b/../c/e>; '
        "if they were relative, write their base without"
    ]


def test_a_file_that_is_loaded_as_it_is_has_no_notes(tmp_path: Path) -> None:
    for name, text in (
        ("a.nq", f'<a:s> <a:p> "1"^^<{XSD}integer> <a:g> .\n<a:s> <a:p> "x"@en .\n'),
        ("a.json", '{"@context": {"@vocab": "a:"}, "@graph": [{"@id": "b", "name": "B"}]}'),
    ):
        store, notes = loaded(tmp_path / name, text)
        assert len(store) > 0
        assert notes == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", "<s> <p> <o> ."),
        ("a.trig", "{ <s> <p> <o> }"),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">'
            '<rdf:Description rdf:about="s"><a:p rdf:resource="o"/></rdf:Description></rdf:RDF>',
        ),
        ("a.jsonld", '{"@id": "s", "a:p": {"@id": "o"}}'),
    ],
)
def test_relative_iris_are_resolved_against_the_file_or_the_base(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    for base, root in ((None, f"{tmp_path.as_uri()}/"), ("http://x/y/z", "http://x/y/")):
        store, notes = loaded(path, text, base)
        assert notes == []
        (quad,) = store
        assert quad.subject == ox.NamedNode(f"{root}s")
        assert quad.object == ox.NamedNode(f"{root}o")


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.nq", "a.trig"])
def test_a_byte_order_mark_is_passed_over(tmp_path: Path, name: str) -> None:
    store, _ = loaded(tmp_path / name, b"\xef\xbb\xbf<a:s> <a:p> <a:o> .\n")
    assert len(store) == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.ttl", "<a:s> <a:p> <a:o> .".encode("utf-16"), "it is in UTF-16: save it in UTF-8"),
        ("a.owl", b"@prefix a: <a:> .", "it is not in RDF/XML: name it after its format"),
        ("a.jsonld", b'{"@context": "http://x/", "a:p": 1}', "it refers to a remote context"),
    ],
)
def test_the_reason_says_what_to_do(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        loaded(tmp_path / name, data)


def test_damaged_gzip_is_named(tmp_path: Path) -> None:
    data = gzip.compress(b"<a:s> <a:p> <a:o> .\n" * 10_000)
    for damaged in (data[:-9], data[:20] + b"\xff" * 10 + data[30:]):
        with pytest.raises(StoreError, match=r"a\.nt\.gz cannot be loaded: .*"):
            loaded(tmp_path / "a.nt.gz", damaged)
