from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyld import jsonld

from apecgraph.errors import ContentError
from apecgraph.jsonld import Context
from apecgraph.publication import Publication
from apecgraph.release import CONTEXT, Release

ID = "https://w3id.org/apecgraph/id/"


@pytest.fixture(scope="module")
def context(release: Release) -> Context:
    return Context(release.path / CONTEXT)


def canonical(quads: Iterable[ox.Quad]) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def test_the_whole_default_graph_goes_round(context: Context, publication: Publication) -> None:
    assert publication.store is not None
    quads = list(publication.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    document = context.document(quad.triple for quad in quads)
    assert canonical(ox.parse(document, ox.RdfFormat.JSON_LD)) == canonical(quads)


def test_another_reader_reads_the_same(context: Context, publication: Publication) -> None:
    assert publication.store is not None
    quads = list(publication.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    document = context.document(quad.triple for quad in quads)
    text = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    assert canonical(ox.parse(text.encode(), ox.RdfFormat.N_QUADS)) == canonical(quads)


def test_the_shapes_go_round(context: Context, publication: Publication) -> None:
    assert publication.store is not None
    graph = ox.NamedNode(f"{ID}graph/shapes")
    triples = [quad.triple for quad in publication.store.quads_for_pattern(None, None, None, graph)]
    read = ox.parse(context.document(triples), ox.RdfFormat.JSON_LD)
    assert canonical(read) == canonical(
        ox.Quad(each.subject, each.predicate, each.object) for each in triples
    )


def test_a_document_is_compact(context: Context) -> None:
    schema = "https://schema.org/"
    triples = [
        ox.Triple(
            ox.NamedNode(f"{ID}meeting/x"),
            ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            ox.NamedNode(f"{schema}Event"),
        ),
        ox.Triple(
            ox.NamedNode(f"{ID}meeting/x"),
            ox.NamedNode(f"{schema}location"),
            ox.NamedNode(f"{ID}place/y"),
        ),
    ]
    document = json.loads(context.document(triples))
    assert document.pop("@context")
    assert document == {"id": "id/meeting/x", "type": "Event", "location": "id/place/y"}


def test_the_same_triples_make_the_same_bytes(context: Context) -> None:
    triples = [
        ox.Triple(ox.NamedNode(f"{ID}{name}"), ox.NamedNode(f"{ID}p"), ox.Literal(name))
        for name in "abc"
    ]
    assert context.document(triples) == context.document(reversed(triples))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_what_is_no_context_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "context.jsonld"
    path.write_text(text)
    with pytest.raises(ContentError, match=r"context\.jsonld.*is no JSON-LD context"):
        Context(path)


@pytest.mark.parametrize(
    ("lexical", "datatype", "written"),
    [
        ("12", "integer", 12),
        ("-3", "integer", -3),
        ("012", "integer", {"type": "xsd:integer", "@value": "012"}),
        ("12345678901234567890", "integer", None),
        ("true", "boolean", True),
        ("1", "boolean", None),
        ("26.290", "decimal", None),
    ],
)
def test_numbers_are_json_numbers_where_nothing_of_their_writing_is_lost(
    context: Context, lexical: str, datatype: str, written: object
) -> None:
    value = ox.Literal(
        lexical, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{datatype}")
    )
    triple = ox.Triple(ox.NamedNode(f"{ID}x"), ox.NamedNode("http://example.org/p"), value)
    document = context.document([triple])
    found = json.loads(document)["http://example.org/p"]
    assert found == (written or {"type": f"xsd:{datatype}", "@value": lexical})
    assert [quad.triple for quad in ox.parse(document, ox.RdfFormat.JSON_LD)] == [triple]
