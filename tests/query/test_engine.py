"""Answers of the engine, in this process and in workers alike."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from xml.etree import ElementTree

import pyoxigraph
import pytest

from apecgraph.errors import (
    ApecgraphError,
    Forbidden,
    MalformedQuery,
    NotAcceptable,
    QueryError,
    StoreError,
)
from apecgraph.query.dataset import DEFAULT_GRAPH
from apecgraph.query.engine import evaluate
from apecgraph.query.loading import load
from apecgraph.query.model import Answer, DataFile, Query, QueryService
from apecgraph.rdf.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_FORMATS,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TURTLE,
)
from apecgraph.rdf.namespaces import BASE
from tests.support.processes import workers
from tests.support.stores import G1, G2, QUADS, EmbeddedStore, ask, isolated, write_dataset


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[DataFile]:
    return write_dataset(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module", params=["embedded", "isolated"])
async def store(
    request: pytest.FixtureRequest, files: list[DataFile]
) -> AsyncIterator[QueryService]:
    if request.param == "embedded":
        yield EmbeddedStore(load(files))
    else:
        async with isolated(files) as pool:
            yield pool


async def test_answers_come_in_the_requested_format(store: QueryService) -> None:
    text = "SELECT ?o { <http://x/s1> <http://x/p> ?o }"
    answer = await store.query(Query(text, RESULTS_CSV))
    assert answer == Answer(RESULTS_CSV, b"o\r\n1\r\n")
    assert await ask(store, text, RESULTS_TSV) == b'?o\n"1"\n'
    assert json.loads(await ask(store, text, RESULTS_JSON)) == {
        "head": {"vars": ["o"]},
        "results": {"bindings": [{"o": {"type": "literal", "value": "1"}}]},
    }
    assert b"<literal>1</literal>" in await ask(store, text, RESULTS_XML)
    for target in RESULTS_FORMATS:
        assert b"true" in await ask(store, "ASK {}", target)
    text = "CONSTRUCT WHERE { <http://x/t> ?p ?o }"
    triples = set(load([]))
    for target in GRAPH_FORMATS:
        data = await ask(store, text, target)
        parsed = {quad.triple for quad in pyoxigraph.parse(data, target.rdf)}
        assert len(parsed) == 1
        triples |= parsed
    assert len(triples) == 1


async def test_graphs_are_written_with_the_prefixes_of_the_project(store: QueryService) -> None:
    text = "CONSTRUCT WHERE { <http://x/t> ?p ?o }"
    turtle = await ask(store, text, TURTLE)
    assert b"@prefix dcterms: <http://purl.org/dc/terms/> ." in turtle
    assert b"<http://x/t> dcterms:title 1 ." in turtle
    assert b"<dcterms:title " in await ask(store, text, RDF_XML)


async def test_the_dataset_of_a_request_replaces_those_of_the_store_and_of_the_query(
    store: QueryService,
) -> None:
    union = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    default = f"SELECT (COUNT(*) AS ?n) FROM <{G2}> {{ ?s ?p ?o }}"
    for text, dataset, count in (
        (union, {}, QUADS),
        (union, {"default_graphs": (G1,)}, 2),
        (union, {"named_graphs": (G1,)}, 2),
        (union, {"default_graphs": (G1,), "named_graphs": (G2,)}, 4),
        (union, {"default_graphs": (G1, G2)}, 3),
        (default, {}, 2),
        (default, {"named_graphs": (G2,)}, 0),
    ):
        assert await ask(store, text, **dataset) == f"n\r\n{count}\r\n".encode(), dataset


async def test_several_default_graphs_are_merged(store: QueryService) -> None:
    text = (
        "SELECT ?g ?s { { ?s <http://x/q> ?o } UNION { GRAPH ?g { ?s <http://x/q> ?o } } }"
        " ORDER BY ?g ?s"
    )
    merged = await ask(store, text, default_graphs=(G1, G2, G1), named_graphs=(G2, G2))
    rows = [f",http://x/s{i}" for i in (1, 2, 3)] + [f"{G2},http://x/s{i}" for i in (2, 3)]
    assert merged.decode().splitlines() == ["g,s", *rows]


async def test_the_default_graph_of_the_store_may_be_part_of_a_dataset(
    store: QueryService,
) -> None:
    union = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    named = "SELECT (COUNT(*) AS ?n) FROM <urn:x-arq:DefaultGraph> { ?s ?p ?o }"
    default = int((await ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")).split()[1])
    for text, dataset, count in (
        (union, {"default_graphs": (DEFAULT_GRAPH,)}, default),
        (union, {"default_graphs": (DEFAULT_GRAPH,), "named_graphs": (G1,)}, default + 2),
        (union, {"default_graphs": (DEFAULT_GRAPH, G1)}, default + 2),
        (named, {"default_graphs": (DEFAULT_GRAPH,)}, default),
    ):
        assert await ask(store, text, **dataset) == f"n\r\n{count}\r\n".encode(), dataset


async def test_a_relative_iri_is_resolved_against_the_endpoint(store: QueryService) -> None:
    iris = await ask(store, "SELECT (<id/x> AS ?a) (<#x> AS ?b) {}")
    assert iris.decode() == f"a,b\r\n{BASE}id/x,{BASE}sparql#x\r\n"


async def test_booleans_are_read_in_any_case(store: QueryService) -> None:
    assert await ask(store, "SELECT (TRUE AS ?a) (False AS ?b) {}") == b"a,b\r\ntrue,false\r\n"
    with pytest.raises(MalformedQuery, match="Line 1, column 17: `2`"):
        await ask(store, "SELECT (TRUE AS 2) {}")


async def test_an_unknown_function_is_an_error_only_in_its_expression(store: QueryService) -> None:
    bind = "SELECT ?x ?y { BIND(<http://x/f>(1) AS ?x) BIND(<http://x/g>(2) AS ?y) }"
    assert await ask(store, bind) == b"x,y\r\n,\r\n"
    assert await ask(store, "SELECT * { ?s ?p ?o FILTER(<http://x/f>(?o)) }") == b"o,p,s\r\n"
    coalesce = "SELECT (COALESCE(<http://x/f>(1), 2) AS ?x) {}"
    assert await ask(store, coalesce) == b"x\r\n2\r\n"
    many = " ".join(f"(<http://x/f{i}>(1) AS ?x{i})" for i in range(100))
    with pytest.raises(MalformedQuery, match="custom function"):
        await ask(store, f"SELECT {many} {{}}")


async def test_an_answer_that_the_format_cannot_represent_is_not_acceptable(
    store: QueryService,
) -> None:
    with pytest.raises(NotAcceptable) as caught:
        await ask(store, "SELECT * {}", TURTLE)
    assert caught.value.available == tuple(format_.media_type for format_ in RESULTS_FORMATS)
    with pytest.raises(NotAcceptable):
        await ask(store, "CONSTRUCT WHERE {}", RESULTS_CSV)
    triple_term = "CONSTRUCT { <a:s> <a:p> <<( <a:s> <a:p> 1 )>> } {}"
    with pytest.raises(NotAcceptable) as caught:
        await ask(store, triple_term, JSON_LD)
    assert "text/turtle" in caught.value.available
    assert "application/ld+json" not in caught.value.available
    assert b"<<(" in await ask(store, triple_term, N_TRIPLES)


@pytest.mark.parametrize("character", ["\\u0001", "\\u000B", "\\u001F", "\\uFFFE", "\\uFFFF"])
async def test_a_character_that_xml_does_not_allow_is_not_sent_in_xml(
    store: QueryService, character: str
) -> None:
    select = f"SELECT ('{character}' AS ?x) {{}}"
    construct = f"CONSTRUCT {{ <a:s> <a:p> '{character}' }} {{}}"
    for text, target, other in [
        (select, RESULTS_XML, RESULTS_JSON),
        (construct, RDF_XML, TURTLE),
    ]:
        with pytest.raises(NotAcceptable, match="cannot represent") as caught:
            await ask(store, text, target)
        assert other.media_type in caught.value.available
        assert target.media_type not in caught.value.available
        assert await ask(store, text, other)


@pytest.mark.parametrize("property_", ["http://x/", "http://x/1", "urn:x:", "http://schema.org/"])
async def test_a_property_whose_name_is_invalid_in_xml_is_not_sent_in_xml(
    store: QueryService, property_: str
) -> None:
    text = f"CONSTRUCT {{ ?s <{property_}> 'x' }} {{ ?s ?p ?o }}"
    with pytest.raises(NotAcceptable, match="RDF/XML cannot represent"):
        await ask(store, text, RDF_XML)
    assert await ask(store, text, JSON_LD)


async def test_xml_keeps_all_other_characters(store: QueryService) -> None:
    value = "\t\n\r <a: ><&>]]> \x7f\x85\ufffd\U0001f600"
    literal = pyoxigraph.Literal(value)
    answer = await ask(store, f"SELECT ({literal} AS ?x) {{}}", RESULTS_XML)
    assert ElementTree.fromstring(answer)[1][0][0][0].text == value
    answer = await ask(store, f"CONSTRUCT {{ <a:s> <a:p> {literal} }} {{}}", RDF_XML)
    assert ElementTree.fromstring(answer)[0][0].text == value


MALFORMED = [
    ("", 1, 1, "the text contains no query"),
    ("SELECT", 1, 7, "ends too early, after `SELECT`"),
    (
        "SELEC * {}",
        1,
        1,
        "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, not with `SELEC`",
    ),
    ("SELECT * WHERE {\n ?s ?p }", 2, 8, "`}` cannot follow `?p`. A value is missing before it."),
    ("SELECT *\n{ ?s ?p '兆' x }", 2, 13, "`x` cannot follow `'兆'`"),
    ("SELECT *\r\n{ ?s ?p 1 2 }", 2, 11, "`2` cannot follow `1`. `,` is missing before it."),
    (
        "SELECT * { ?s a ?c\n?s ?p ?o }",
        2,
        1,
        "`?s` cannot follow `?c`. `.` is missing before it.",
    ),
    ("ASK { FILTER(1 < 2 }", 1, 20, "`}` cannot follow `2`. `)` is missing before it."),
    ("SELECT * { OPTIONAL ?s ?p ?o }", 1, 21, "`?s` cannot follow `OPTIONAL`"),
    ("SELECT * { ?s ?p ?o FILTER(?o < 2)) }", 1, 35, "`)` cannot follow `)`. Leave it out."),
    ("SELECT * {\n  { ?s ?p ?o .", 2, 15, "before the `{` of line 2, column 3 is closed"),
    ("SELECT * {\n ?s ?p 'x }\n}", 2, 8, "string that begins here does not end"),
    ("SELECT * { ?s foo:bar ?o }", 1, 15, "prefix `foo:` is not declared."),
    (
        "SELECT *\n{ ?s a skos:Concept }",
        2,
        8,
        "`skos:` is not declared. Add the line: "
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
    ),
    ("ASK { FILTER(foo:f(1)) }", 1, 14, "prefix `foo:` is not declared."),
    ("PREFIX a: http://x/ ASK {}", 1, 11, "in angle brackets"),
    ("ASK { ?s ?p ?o } LIMIT x", 1, 24, "`x` cannot follow `LIMIT`"),
    ("ASK { VALUES (?x ?y) { (1) } }", 1, 28, "same number of values"),
    ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", None, None, "neither grouped by nor"),
    ("SELECT ?x ?x {}", None, None, "Duplicated variable"),
    ("SELECT * { ?s ?p 1 } " + "# " * 40000 + "\n}", 2, 1, "`}` cannot follow `}`"),
    ("ASK { " + "?s ?p 1 . " * 5000 + " x }", 1, None, "near line 1"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), MALFORMED)
async def test_a_syntax_error_names_its_cause_and_place(
    text: str, line: int | None, column: int | None, message: str
) -> None:
    with pytest.raises(MalformedQuery) as caught:
        await ask(EmbeddedStore(load([])), text)
    assert message in str(caught.value)
    assert caught.value.line == line
    if "near" not in message:
        assert caught.value.column == column
    assert len(str(caught.value)) < 200


async def test_a_worker_keeps_running_after_a_syntax_error(files: list[DataFile]) -> None:
    async with isolated(files) as store:
        worker = workers()
        for text, line, column, message in MALFORMED[:-1]:
            with pytest.raises(MalformedQuery) as caught:
                await ask(store, text)
            assert message in str(caught.value)
            assert (caught.value.line, caught.value.column) == (line, column)
        assert workers() == worker


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
        "ASK { SERVICE ?endpoint { ?s ?p ?o } }",
        "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    ],
)
def test_a_failed_call_of_another_endpoint_is_refused(query: str) -> None:
    """Such queries are refused earlier; this is the second line of defence."""
    with pytest.raises(Forbidden, match="SERVICE is not available"):
        evaluate(pyoxigraph.Store(), Query(query, RESULTS_JSON), lambda _: None)


def test_too_many_unknown_functions_are_named() -> None:
    calls = " ".join(f"(<http://x/f{number}>(1) AS ?x{number})" for number in range(40))
    with pytest.raises(MalformedQuery, match="http://x/f32> is not supported, nor are 32 others"):
        evaluate(pyoxigraph.Store(), Query(f"SELECT {calls} {{}}", RESULTS_JSON), lambda _: None)


class FailingStore:
    """Replaces a store on which every query fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def query(self, *_: object, **__: object) -> object:
        raise self._error


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError("Corruption: block checksum mismatch"), StoreError),
        (RuntimeError("IO error: No such file"), StoreError),
        (OSError("invalid format"), QueryError),
        (ConnectionRefusedError("Connection refused (os error 111)"), QueryError),
        (OSError("Only quads in the default graph can be serialized"), QueryError),
        (RuntimeError("the plan has no root"), QueryError),
    ],
)
def test_an_error_of_the_engine_is_known_by_its_words_or_called_unknown(
    raised: Exception, expected: type[ApecgraphError]
) -> None:
    with pytest.raises(ApecgraphError) as caught:
        evaluate(FailingStore(raised), Query("ASK {}", RESULTS_JSON), lambda _: None)  # type: ignore[arg-type]
    assert type(caught.value) is expected
    if expected is QueryError:
        assert str(raised) in str(caught.value)
        assert "SERVICE" not in str(caught.value)


@pytest.mark.parametrize("gone", [BrokenPipeError, ConnectionResetError])
def test_an_error_of_the_client_is_passed_on(gone: type[Exception]) -> None:
    def write(_: bytes) -> None:
        raise gone

    with pytest.raises(gone):
        evaluate(pyoxigraph.Store(), Query("ASK {}", RESULTS_JSON), write)
