from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyld import jsonld

from apecgraph.content.folder import CONTEXT
from apecgraph.errors import ContentError
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import PREFIXES
from apecgraph.release.release import Release

ID = "https://w3id.org/apecgraph/id/"
RDF = PREFIXES["rdf"]
SCHEMA = PREFIXES["schema"]
TYPE = ox.NamedNode(f"{RDF}type")
TOPIC = ox.NamedNode(f"{ID}meeting/x")


@pytest.fixture(scope="module")
def context(release: Release) -> Context:
    return Context(release.path / CONTEXT)


@pytest.fixture(scope="module")
def quads(graph: Graph) -> list[ox.Quad]:
    """Return the default graph."""
    return list(graph.default_graph.quads())


def canonical(quads: Iterable[ox.Quad]) -> list[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def triples(*lines: str) -> list[ox.Triple]:
    """Read triples in Turtle, with the prefixes of the publication; `:` is that of things."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    text = f"{prefixes}@prefix : <{ID}> .\n" + "\n".join(lines)
    return [quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE)]


def document(context: Context, *lines: str) -> dict[str, object]:
    """Write a document about `:x`; two parsers must read the same graph from it."""
    given = triples(*lines)
    data = context.document(given, f"{ID}x")
    read: dict[str, object] = json.loads(data)
    assert read.pop("@context") == context.url
    with_context = {"@context": json.loads(context.data)["@context"], **read}
    wanted = canonical(ox.Quad(each.subject, each.predicate, each.object) for each in given)
    assert canonical(ox.parse(json.dumps(with_context).encode(), ox.RdfFormat.JSON_LD)) == wanted
    text = jsonld.to_rdf(with_context, {"format": "application/n-quads"})
    assert canonical(ox.parse(text.encode(), ox.RdfFormat.N_QUADS)) == wanted
    return read


def test_the_default_graph_survives_a_round_trip(context: Context, quads: list[ox.Quad]) -> None:
    data = context.graph(quad.triple for quad in quads)
    assert canonical(ox.parse(data, ox.RdfFormat.JSON_LD)) == canonical(quads)


def test_another_parser_reads_the_same_graph(context: Context, quads: list[ox.Quad]) -> None:
    data = context.graph(quad.triple for quad in quads)
    text = jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"})
    assert canonical(ox.parse(text.encode(), ox.RdfFormat.N_QUADS)) == canonical(quads)


def test_the_shapes_survive_a_round_trip(context: Context, graph: Graph) -> None:
    shapes = [quad.triple for quad in graph.named_graph(f"{ID}graph/shapes").quads()]
    read = ox.parse(context.graph(shapes), ox.RdfFormat.JSON_LD)
    assert canonical(read) == canonical(
        ox.Quad(each.subject, each.predicate, each.object) for each in shapes
    )


def test_a_document_is_the_node_of_its_topic(context: Context) -> None:
    found = document(
        context,
        f":x a schema:Event ; schema:location <{ID}place/y> ; skos:prefLabel 'X'@en, 'Y'@zh .",
        "<https://w3id.org/apecgraph/doc/x> foaf:primaryTopic :x ; dcterms:title 'X'@en .",
        ":attendance rdf:subject :x ; rdf:object :x ; rdf:predicate schema:attendee .",
        ":series schema:subEvent :x .",
    )
    assert list(found)[:2] == ["id", "type"]
    assert found == {
        "id": f"{ID}x",
        "type": ["Event"],
        "location": f"{ID}place/y",
        "prefLabel": {"en": "X", "zh": "Y"},
        "isPrimaryTopicOf": {
            "id": "https://w3id.org/apecgraph/doc/x",
            "title": {"en": "X"},
        },
        "@reverse": {
            "object": [{"id": f"{ID}attendance", "statementPredicate": "schema:attendee"}],
            "schema:subEvent": [{"id": f"{ID}series"}],
            "statementSubject": [f"{ID}attendance"],
        },
    }


def test_a_topic_may_link_to_itself(context: Context) -> None:
    assert document(context, ":x a schema:Event ; schema:about :x .")["about"] == [f"{ID}x"]


def test_a_list_is_written_as_an_array(context: Context) -> None:
    assert document(context, ":x sh:in ( :a :b ) .")["in"] == [f"{ID}a", f"{ID}b"]
    found = document(context, ":x sh:in ( 1 ( :a () ) 'b' ) .")
    items = [1, {"@list": [{"id": f"{ID}a"}, {"id": "rdf:nil"}]}, "b"]
    assert found["sh:in"] == [{"@list": items}]


@pytest.mark.parametrize(
    "lines",
    [
        ":x schema:about [ schema:about [ schema:name 'deep' ] ] .",
        ":x schema:about _:a . _:a schema:about _:b . _:b schema:about _:a .",
        ":x schema:about _:a, _:b . _:a schema:about _:c . _:b schema:about _:c . _:c a :C .",
        ":x sh:in _:a . _:a rdf:first 1 ; rdf:rest _:a .",
        ":x sh:in _:a . _:a rdf:first 1, 2 ; rdf:rest rdf:nil .",
        ":x sh:in _:a ; sh:or _:a . _:a rdf:first 1 ; rdf:rest rdf:nil .",
        ":x a :C . :y schema:name 'not connected' ; schema:about _:a . _:b schema:about _:a .",
        ":x rdf:rest rdf:nil ; rdf:first 'the topic is a list' .",
    ],
)
def test_unusual_graphs_survive_a_round_trip(context: Context, lines: str) -> None:
    document(context, lines)


def test_a_long_list_is_written(context: Context) -> None:
    numbers = " ".join(map(str, range(5000)))
    found = document(context, f":x sh:in ( {numbers} ) .")
    assert found["sh:in"] == [{"@list": list(range(5000))}]


def test_the_same_triples_make_the_same_bytes(context: Context) -> None:
    given = triples(*(f":{name} :p '{name}' ; :q :x ." for name in "xabc"))
    backwards = list(reversed(given))
    assert context.graph(given) == context.graph(backwards)
    assert context.document(given, f"{ID}x") == context.document(backwards, f"{ID}x")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_invalid_contexts_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "context.jsonld"
    path.write_text(text)
    with pytest.raises(ContentError, match=r"context\.jsonld.*is not a JSON-LD context"):
        Context(path)


def test_a_nested_context_redefines_terms(tmp_path: Path) -> None:
    path = tmp_path / "context.jsonld"
    within = {"T": "http://x/Other", "U": "http://x/T"}
    terms = {"T": "http://x/T", "b": {"@id": "http://x/b", "@context": within}}
    path.write_text(json.dumps({"@context": {"@version": 1.1, **terms}}))
    a, b, type_ = (ox.NamedNode(f"http://x/{each}") for each in "abT")
    nested = ox.BlankNode()
    given = [ox.Triple(a, TYPE, type_), ox.Triple(a, b, nested), ox.Triple(nested, TYPE, type_)]
    document = json.loads(Context(path).document(given, a.value))
    assert (document["@type"], document["b"]["@type"]) == ("T", "U")


def test_a_remote_context_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "context.jsonld"
    path.write_text('{"@context": ["http://127.0.0.1:9/", {"@version": 1.1}]}')
    with pytest.raises(ContentError, match="a remote context is not loaded"):
        Context(path).document([ox.Triple(TOPIC, TYPE, TYPE)], TOPIC.value)


def test_a_document_names_its_context_in_full(context: Context, release: Release) -> None:
    assert context.url == f"https://w3id.org/apecgraph{context.path}"
    served = Context(release.path / CONTEXT, "http://127.0.0.1:8000")
    document = json.loads(served.document(triples(":x a schema:Event ."), f"{ID}x"))
    assert document["@context"] == f"http://127.0.0.1:8000{context.path}"


def test_another_context_has_another_path(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "context.jsonld"
    path.write_bytes(context.data)
    assert Context(path).path == context.path
    path.write_bytes(context.data + b"\n")
    assert Context(path).path != context.path


def test_every_property_has_a_term_and_a_fixed_container(
    context: Context, quads: list[ox.Quad]
) -> None:
    """In JSON, a property is an array if and only if it may have several values."""
    terms = json.loads(context.data)["@context"]
    defined = {
        each["@id"]: each for each in terms.values() if isinstance(each, dict) and "@id" in each
    }
    several: dict[str, bool] = defaultdict(bool)
    values = Counter(
        (quad.subject, quad.predicate.value, getattr(quad.object, "language", None))
        for quad in quads
        if quad.predicate != TYPE
    )
    for (_, predicate, _), number in values.items():
        several[predicate] |= number > 1
    for predicate, many in several.items():
        prefix, namespace = next(
            (prefix, each) for prefix, each in PREFIXES.items() if predicate.startswith(each)
        )
        name = f"{prefix}:{predicate.removeprefix(namespace)}"
        assert name in defined, f"{name} has no term in ontology/context.jsonld"
        containers = defined[name].get("@container", [])
        assert "@set" in containers or not many, f"{name} has several values: @set"


@pytest.mark.parametrize(
    ("lexical", "datatype", "written"),
    [
        ("12", "integer", 12),
        ("-3", "integer", -3),
        ("2.5E0", "double", 2.5),
        ("1.0E0", "double", None),
        ("9.07E-300", "double", 9.07e-300),
        ("012", "integer", {"type": "xsd:integer", "@value": "012"}),
        ("12345678901234567890", "integer", None),
        ("true", "boolean", True),
        ("1", "boolean", None),
        ("26.290", "decimal", None),
    ],
)
def test_numbers_are_json_numbers_if_their_lexical_form_is_kept(
    context: Context, lexical: str, datatype: str, written: object
) -> None:
    found = document(context, f':x <http://example.org/p> "{lexical}"^^xsd:{datatype} .')
    assert found["http://example.org/p"] == [
        written or {"type": f"xsd:{datatype}", "@value": lexical}
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ":x schema:subEvent :a . :a schema:about :x .",
        ":x schema:subEvent :a, :b . :a schema:about :x . :b schema:about :x .",
    ],
)
def test_one_value_has_the_shape_of_several(context: Context, lines: str) -> None:
    found = document(context, lines)
    (reverse,) = (found[key] for key in found if key == "@reverse")
    assert isinstance(reverse, dict)
    assert all(isinstance(links, list) for links in (*reverse.values(), found["schema:subEvent"]))
    given = f"{lines} :c schema:name 'c' ."
    assert isinstance(document(context, given)["@included"], list)
