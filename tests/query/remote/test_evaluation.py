"""The answers of engines, which may be cut, late, or of another kind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from apecgraph.errors import (
    ApecgraphError,
    EngineFailed,
    EngineUnavailable,
    Forbidden,
    MalformedQuery,
    QueryTimedOut,
    QueryTooHeavy,
    StoreBusy,
)
from apecgraph.query.model import Query, RemoteEngine
from apecgraph.query.remote.evaluation import RemoteEvaluator
from apecgraph.rdf.formats import N_TRIPLES, RESULTS_CSV, RESULTS_JSON, TRIG, Format

JSON = "application/sparql-results+json"
GRAPHS = {"http://x/g": 2, "http://x/h": 1}
ROW = '{"s": {"type": "literal", "value": "1"}}'


def rows(*bindings: str, variable: str = "s") -> str:
    return (
        f'{{"head": {{"vars": ["{variable}"]}}, "results": {{"bindings": [{",".join(bindings)}]}}}}'
    )


class Stub(ThreadingHTTPServer):
    """An engine that gives prepared answers, and records the queries."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[_Handler], object] = lambda handler: handler.reply(rows(ROW))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.queries.append(parse_qs(body.decode())["query"][0])
        self.server.headers.append(dict(self.headers))
        self.server.answer(self)

    def reply(self, body: str, media_type: str = JSON, status: int = 200, **headers: Any) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(data))} | named).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def asking(
    stub: Stub, default_graph: str | None = None, credentials: str = ""
) -> Iterator[RemoteEvaluator]:
    evaluator = RemoteEvaluator(RemoteEngine(stub.url, credentials, 5, GRAPHS), default_graph)
    yield evaluator
    evaluator.close()


def ask(
    stub: Stub,
    text: str = "SELECT * { ?s ?p ?o }",
    format_: Format = RESULTS_CSV,
    *,
    default_graphs: tuple[str, ...] = (),
    named_graphs: tuple[str, ...] = (),
    default_graph: str | None = None,
    max_rows: int | None = 3,
    credentials: str = "",
    cites: bool = False,
) -> bytes:
    answer = bytearray()
    query = Query(text, format_, default_graphs, named_graphs, cites=cites)
    with asking(stub, default_graph, credentials) as evaluator:
        evaluator.evaluate(query, answer.extend, 2, max_rows)
    return bytes(answer)


def test_an_answer_is_written_in_the_format_of_the_client(stub: Stub) -> None:
    assert ask(stub) == b"s\r\n1\r\n"
    typed = '{"s": {"type": "typed-literal", "datatype": "http://x/t", "value": "1"}}'
    stub.answer = lambda handler: handler.reply(rows(typed))
    assert b'"datatype":"http://x/t"' in ask(stub, format_=RESULTS_JSON)


def test_an_answer_that_should_cite_says_why_it_does_not(stub: Stub) -> None:
    found = json.loads(ask(stub, format_=RESULTS_JSON, cites=True))
    assert len(found["results"]["bindings"]) == 1
    assert "another engine holds the release" in found["citations"]["because"]
    assert b"not traced, because another engine" in ask(stub, cites=True)
    stub.answer = lambda handler: handler.reply("<x:a> <x:b> <x:c> .", N_TRIPLES.media_type)
    graph = ask(stub, "DESCRIBE <http://x/s1>", TRIG, cites=True)
    assert b"Not traced, because another engine" in graph


def test_ask_may_be_answered_as_virtuoso_does(stub: Stub) -> None:
    one = '{"__ASK_RETVAL": {"type": "literal", "value": "1"}}'
    for bindings, expected in ((one,), b"true"), ((), b"false"):
        body = rows(*bindings, variable="__ASK_RETVAL")
        stub.answer = lambda handler, body=body: handler.reply(body)  # type: ignore[misc]
        assert ask(stub, "ASK { ?s ?p ?o }") == expected


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda handler: handler.reply(rows(ROW), X_SPARQL_MaxRows="1"), EngineFailed),
        (lambda handler: handler.reply(rows(ROW), X_SQL_State="S1TAT"), EngineFailed),
        (lambda handler: handler.reply(rows(ROW), status=206), EngineUnavailable),
        (lambda handler: handler.reply(rows(ROW)[:-5]), EngineFailed),
        (lambda handler: handler.reply(rows(ROW) + "!! An error has occurred"), EngineFailed),
        (lambda handler: handler.reply("<html>", "text/html"), EngineFailed),
        (lambda handler: handler.reply('{"head": {}, "boolean": true}'), EngineFailed),
        (lambda handler: handler.reply("", status=302, Location="http://x/"), EngineUnavailable),
        (lambda handler: handler.reply("", status=401), EngineUnavailable),
        (lambda handler: handler.reply("", status=404), EngineUnavailable),
        (lambda handler: handler.reply("", status=400), EngineFailed),
        (lambda handler: handler.reply("", status=500), EngineFailed),
        (lambda handler: handler.reply("", status=503), StoreBusy),
        (lambda handler: handler.reply("", status=504), QueryTimedOut),
        (lambda handler: handler.reply("Virtuoso S1T00 Error", status=500), QueryTimedOut),
        (
            lambda handler: handler.reply("the estimated execution time 9 (sec)", status=500),
            QueryTooHeavy,
        ),
        (lambda handler: handler.connection.close(), EngineUnavailable),
        (lambda handler: handler.reply(rows(ROW), Content_Length="999"), EngineUnavailable),
        (lambda handler: handler.reply(rows(*[ROW] * 4)), QueryTooHeavy),
    ],
)
def test_what_is_no_complete_answer_is_an_error(
    stub: Stub, answer: Callable[[_Handler], object], error: type[ApecgraphError]
) -> None:
    def once(handler: _Handler) -> None:
        handler.close_connection = True
        answer(handler)

    stub.answer = once
    with pytest.raises(error):
        ask(stub)


@pytest.mark.parametrize("headers", [{"Content_Length": "999"}, {"Content_Length": "50"}])
def test_a_graph_that_ends_too_soon_is_an_error(stub: Stub, headers: dict[str, Any]) -> None:
    def broken_off(handler: _Handler) -> None:
        handler.close_connection = True
        handler.reply("<http://x/s> <http://x/p> <http://x/o> .\n", N_TRIPLES.media_type, **headers)

    stub.answer = broken_off
    with pytest.raises(EngineUnavailable, match="broke off"):
        ask(stub, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", N_TRIPLES)


def test_graphs_of_unknown_length_may_be_cut(stub: Stub) -> None:
    triple = "<http://x/s> <http://x/p> <http://x/o> .\n"

    def without_length(handler: _Handler) -> None:
        handler.close_connection = True
        handler.reply(triple, N_TRIPLES.media_type, Content_Length="", Connection="close")

    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    stub.answer = lambda handler: handler.reply(triple, N_TRIPLES.media_type)
    assert ask(stub, text, N_TRIPLES) == triple.encode()
    stub.answer = without_length
    with pytest.raises(EngineFailed, match="may be cut"):
        ask(stub, text, N_TRIPLES)


def test_an_engine_that_keeps_silent_is_given_up(stub: Stub) -> None:
    silent = threading.Event()
    stub.answer = lambda handler: silent.wait(10)
    with asking(stub) as evaluator, pytest.raises(QueryTimedOut):
        evaluator.evaluate(Query("ASK {}", RESULTS_CSV), bytearray().extend, 0.2)
    silent.set()


def test_solutions_are_counted_if_an_engine_cuts_graphs_silently(stub: Stub) -> None:
    def as_virtuoso(handler: _Handler) -> None:
        handler.server_version = "Virtuoso/07.20"
        if "COUNT" in handler.server.queries[-1]:
            handler.reply(rows('{"s": {"type": "literal", "value": "4"}}'))
        else:
            handler.reply(rows(ROW))

    stub.answer = as_virtuoso
    with asking(stub) as evaluator:
        evaluator.evaluate(Query("SELECT * {}", RESULTS_CSV), bytearray().extend, 2, 3)
        construct = Query("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 9", N_TRIPLES)
        with pytest.raises(QueryTooHeavy, match="more rows than the limit of 3"):
            evaluator.evaluate(construct, bytearray().extend, 2, 3)
    assert stub.queries[-1] == (
        "SELECT ( COUNT( * ) AS ?n )  WHERE { { SELECT * WHERE { ?s a ?o } LIMIT 9 } }"
    )


@pytest.mark.parametrize(
    ("text", "default_graphs", "named_graphs", "expected"),
    [
        ("ASK {}", (), (), "ASK FROM <http://x/d> { }"),
        (
            "ASK { GRAPH ?g {} }",
            (),
            (),
            "ASK FROM <http://x/d> FROM NAMED <http://x/g> FROM NAMED <http://x/h> "
            "{ GRAPH ?g { } }",
        ),
        ("ASK {}", ("", "http://x/g"), (), "ASK FROM <http://x/d> FROM <http://x/g> { }"),
        ("ASK FROM <http://x/h> {}", ("http://x/h",), (), "ASK FROM <http://x/h> { }"),
        ("ASK {}", (), ("http://x/g",), "ASK FROM NAMED <http://x/g> { }"),
    ],
)
def test_the_dataset_of_a_query_is_written_out(
    stub: Stub,
    text: str,
    default_graphs: tuple[str, ...],
    named_graphs: tuple[str, ...],
    expected: str,
) -> None:
    stub.answer = lambda handler: handler.reply('{"head": {}, "boolean": true}')
    ask(
        stub,
        text,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        default_graph="http://x/d",
    )
    assert stub.queries == [expected]


def test_a_default_graph_without_a_name_cannot_be_merged(stub: Stub) -> None:
    with pytest.raises(EngineFailed, match="cannot merge"):
        ask(stub, "ASK {}", default_graphs=("", "http://x/g"))
    assert stub.queries == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ASK { SERVICE <http://127.0.0.1/> {} }", MalformedQuery),
        ("ASK { ?s ?p }", MalformedQuery),
        ("ASK { BIND (<bif:f>(1) AS ?x) }", Forbidden),
    ],
)
def test_a_query_that_is_refused_is_not_sent(
    stub: Stub, text: str, error: type[ApecgraphError]
) -> None:
    with pytest.raises(error):
        ask(stub, text)
    assert stub.queries == []


def test_credentials_are_sent_and_not_shown(stub: Stub) -> None:
    ask(stub, credentials="user:secret")
    assert stub.headers[0]["Authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert "secret" not in repr(RemoteEngine(stub.url, "user:secret", 0, {}))


def test_a_kept_connection_that_was_closed_is_opened_again(stub: Stub) -> None:
    def closing(handler: _Handler) -> None:
        handler.close_connection = True  # without saying so
        handler.reply(rows(ROW))

    stub.answer = closing
    with asking(stub) as evaluator:
        for _ in range(3):
            answer = bytearray()
            evaluator.evaluate(Query("SELECT * {}", RESULTS_CSV), answer.extend, 2)
            assert answer == b"s\r\n1\r\n"


def counting(**counts: int) -> Callable[[_Handler], None]:
    def answer(handler: _Handler) -> None:
        text = handler.server.queries[-1]
        kind = "named" if "GRAPH" in text else "default" if "FROM <" in text else "union"
        value = f'{{"s": {{"type": "literal", "value": "{counts[kind]}"}}}}'
        handler.reply(rows(value))

    return answer


def test_an_engine_must_hold_the_dataset(stub: Stub) -> None:
    with asking(stub) as evaluator:
        stub.answer = counting(union=5, named=3)
        evaluator.find_dataset(2, 10)
        stub.answer = counting(union=8, default=5, named=3)
        evaluator.find_dataset(2, 10)
        evaluator.evaluate(Query("SELECT * {}", RESULTS_CSV), bytearray().extend, 2)
        assert stub.queries[-1].startswith("SELECT * FROM <https://w3id.org/apecgraph/")
        stub.answer = counting(union=8, default=0, named=3)
        with pytest.raises(EngineUnavailable, match="the default graph has 5 triples"):
            evaluator.find_dataset(2, 10)
        stub.answer = counting(union=5, named=2)
        with pytest.raises(EngineUnavailable, match="the named graphs have 3 triples"):
            evaluator.find_dataset(2, 10)


def test_an_engine_that_cuts_answers_is_refused(stub: Stub) -> None:
    def as_virtuoso(handler: _Handler) -> None:
        handler.server_version = "Virtuoso/07.20"
        if "LIMIT" in handler.server.queries[-1]:
            handler.reply("n\n1\n", "text/csv", X_SPARQL_MaxRows="10000")
        else:
            counting(union=5, named=3)(handler)

    stub.answer = as_virtuoso
    with asking(stub) as evaluator, pytest.raises(EngineUnavailable, match="ResultSetMaxRows"):
        evaluator.find_dataset(2, 10)
