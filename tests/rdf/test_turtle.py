from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from apecgraph.content.folder import content_paths, default_content
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import ID, RDF
from apecgraph.rdf.turtle import format_file, parse_file, parse_to_rewrite

MESSY = """
@prefix s: <https://schema.org/> . @prefix x: <http://example.org/x#> .
@base <https://w3id.org/apecgraph/id/> .
<meeting/b> s:name "two\\nlines \\\\ \\"quoted\\""@en, 'plain' ; x:n 1.50, 18, true, "1e0"^^x:odd .
<meeting/a> x:list ( 1 <meeting/b> ( "inner" ) ) ; a s:Event ;
   <http://example.org/x#o> <http://elsewhere.org/a b> .
""".replace("a b>", "a-b>")

CANONICAL = '''@base <https://w3id.org/apecgraph/id/> .
@prefix schema: <https://schema.org/> .
@prefix x: <http://example.org/x#> .

<meeting/a>
    a schema:Event ;
    x:list ( 1 <meeting/b> ( "inner" ) ) ;
    x:o <http://elsewhere.org/a-b> .

<meeting/b>
    schema:name "plain",
        """two
lines \\\\ "quoted\\""""@en ;
    x:n "1e0"^^x:odd,
        1.50,
        18,
        true .
'''


def graph(text: str) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text.encode(), ox.RdfFormat.TURTLE, base_iri=ID))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "file.ttl"
    path.write_text(text, encoding="utf-8")
    return format_file(path)


def test_every_spelling_has_one_canonical_form(tmp_path: Path) -> None:
    text = written(tmp_path, MESSY)
    assert graph(text) == graph(MESSY)
    assert written(tmp_path, text) == text
    assert text.splitlines()[:6] == CANONICAL.splitlines()[:6]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        '"',
        '""',
        '"""',
        "\\",
        "\\n",
        "\n",
        'ends with "',
        '\n"',
        '"""\n"""',
        "\r\n",
        "\t",
        "\x08\x0c\x00",
        "𝔘 兆",
        "a\n\\",
        "'''",
    ],
)
def test_any_text_is_written_and_read_back(tmp_path: Path, value: str) -> None:
    triple = ox.Triple(ox.NamedNode("http://x/s"), ox.NamedNode("http://x/p"), ox.Literal(value))
    source = ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES)
    assert source is not None
    text = written(tmp_path, source.decode())
    (back,) = ox.parse(text.encode(), ox.RdfFormat.TURTLE, base_iri=ID)
    assert back.triple == triple


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("<a> <b> <c> .\n<d> <e> .", ":2:", ""),
        ("<a> skos:label 1 .", ":1:5: ", "skos: has not been declared: add its @prefix line"),
        ("<a> <b> [ <c> <d> ] .", ": ", "give it an IRI"),
        ("<a> <b> <c> .\n\n  # why\n", ":3: ", "a comment would be lost"),
        ('<a> <b> "# no comment", <http://x#y>, """\n# nor this""" .', "", ""),
    ],
)
def test_files_that_cannot_be_formatted_are_refused_with_the_place(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    if not place:
        assert written(tmp_path, text)
        return
    with pytest.raises(ContentError) as caught:
        written(tmp_path, text)
    assert f"file.ttl{place}" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "<a> <b> _:l . _:l rdf:first 1, 2 ; rdf:rest () .",
        "<a> <b> _:l . _:l rdf:first 1 ; rdf:rest () ; <c> <d> .",
        "<a> <b> _:l . _:l rdf:first 1 ; rdf:rest _:l .",
        "<a> <b> _:l . _:l rdf:first _:l ; rdf:rest () .",
        "<a> <b> _:l . _:l rdf:first 1 .",
        "<a> <b> _:l ; <c> _:l . _:l rdf:first 1 ; rdf:rest () .",
        "<a> <b> <c> . _:l rdf:first 1 ; rdf:rest () .",
    ],
)
def test_a_malformed_list_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError, match="a blank node is not allowed: give it an IRI"):
        written(tmp_path, f"@prefix rdf: <{RDF}> .\n{text}")


def test_the_content_is_canonical() -> None:
    paths = list(content_paths(default_content()))
    assert len(paths) > 40
    for path in paths:
        assert format_file(path) == path.read_text(encoding="utf-8"), path


DEEP = "[ <a:b> " * 100_000


@pytest.mark.parametrize(
    "before",
    [
        "",
        """'"', """,
        """'''"''', """,
        """"'", """,
        """\"\"\"'\"\"\"@en, """,
        """'\\'"', """,
        """"\\"'", """,
        "<b:'>, <b:#>, ",
        "p:a\\#b, ",
        "p:a\\'b, ",
        "# '\n 1, ",
        "#\r",
        """'[[[' , '' , "" , """,
    ],
)
@pytest.mark.parametrize("after", ["", """ "'" '"' """])
def test_nesting_is_counted_whatever_precedes_and_follows(
    tmp_path: Path, before: str, after: str
) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(f"@prefix p: <a:> . <a:a> <a:b> {before}{DEEP}{after}".encode())
    with pytest.raises(ContentError, match="nests brackets more than 64 deep"):
        parse_file(path)


def test_brackets_in_text_are_not_nesting(tmp_path: Path) -> None:
    many = "[(" * 1000
    path = tmp_path / "a.ttl"
    values = (
        f"'{many}', \"{many}\", '''\"{many}''', \"\"\"'{many}\"\"\", "
        + "p:"
        + "\\(" * 100
        + f", <a:{'(' * 100}>"
    )
    path.write_text(f"@prefix p: <a:> . <a:a> <a:b> {values} . # {many}\n")
    triples, _ = parse_file(path)
    assert len(triples) == 6


def test_an_escaped_sign_in_a_name_begins_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("@prefix p: <a:> . p:a p:b p:c\\#d .")
    assert len(parse_to_rewrite(path)[0]) == 1
