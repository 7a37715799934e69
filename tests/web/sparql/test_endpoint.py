"""The SPARQL endpoint over HTTP, with a real server, real workers and clients that misbehave."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.query.model import Answer, DataFile, Query, QueryService
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.namespaces import ENDPOINT
from apecgraph.web.http.body import LARGEST_BODY
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.memory import MemoryBudgets, counted
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.representation import EntityTags
from apecgraph.web.sparql.endpoint import SparqlEndpoint, parsed_requests
from tests.support.pages import BROWSER
from tests.support.servers import connections
from tests.support.stores import LIMITS

ROWS = 400
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SELECT = "SELECT ?o { <http://x/s1> <http://x/p> ?o }"
JSON = "application/sparql-results+json"
QUERY = "application/sparql-query"


async def description(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the description")(scope, receive, send)


def endpoint(service: QueryService) -> ASGIApp:
    return SparqlEndpoint(
        service,
        base=ENDPOINT,
        tags=EntityTags("", ""),
        cache=ContentCache(0),
        parsed=parsed_requests(1024 * 1024),
        parsing=FairExecutor(60),
        rate_limit=RateLimit(0),
        page=description,
        refuse=lambda request, error: problem_response(error, request.headers.get("accept")),
    )


@contextmanager
def serving(path: Path, **limits: Any) -> Iterator[httpx.Client]:
    """Serve an endpoint on a port of this machine; yield a client of it."""
    server_socket = socket.create_server(("127.0.0.1", 0))
    started = threading.Event()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        store = WorkerPool(
            [DataFile.of(path, N_QUADS)], replace(LIMITS, **{"reply_megabytes": 20, **limits})
        )
        await store.start()
        app = endpoint(store)
        config = uvicorn.Config(app, http=connections(), lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        servers.append(server)
        started.set()
        await server.serve([server_socket])
        await store.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert started.wait(10)
    port = server_socket.getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/sparql", timeout=20) as client:
            yield client
    finally:
        servers[0].should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("endpoint") / "a.nq"
    rows = [f'<http://x/s{i}> <http://x/p> "{i}" .\n' for i in range(ROWS)]
    path.write_text("".join(rows) + "<http://x/s> <http://x/q> <http://x/o> <http://x/g1> .\n")
    return path


@pytest.fixture(scope="module")
def client(path: Path) -> Iterator[httpx.Client]:
    with serving(path) as client:
        yield client


def post(client: httpx.Client, text: str, **headers: str) -> httpx.Response:
    return client.post("", content=text.encode(), headers={"Content-Type": QUERY, **headers})


def is_well(client: httpx.Client) -> bool:
    response = post(client, "ASK {}")
    return response.status_code == 200 and response.json()["boolean"] is True


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("", params={"query": SELECT}),
        lambda client: client.post("", data={"query": SELECT}),
        lambda client: post(client, SELECT),
        lambda client: client.request(
            "QUERY", "", content=SELECT.encode(), headers={"Content-Type": QUERY}
        ),
    ],
    ids=["GET", "POST form", "POST", "QUERY"],
)
def test_a_query_is_answered(
    client: httpx.Client, ask: Callable[[httpx.Client], httpx.Response]
) -> None:
    response = ask(client)
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON
    assert response.headers["vary"] == "Accept, Prefer, Accept-Encoding"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert response.headers["content-length"] == str(len(response.content))
    assert response.json()["results"]["bindings"] == [{"o": {"type": "literal", "value": "1"}}]


@pytest.mark.parametrize(
    ("text", "accept", "content_type"),
    [
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "*/*", "text/turtle; charset=utf-8"),
        ("DESCRIBE <http://x/s1>", "application/ld+json", "application/ld+json"),
    ],
)
def test_the_content_type_is_the_negotiated_one(
    client: httpx.Client, text: str, accept: str, content_type: str
) -> None:
    response = post(client, text, Accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert response.content


def test_several_accept_headers_count_as_one(client: httpx.Client) -> None:
    headers = [("Content-Type", QUERY), ("Accept", "image/png"), ("Accept", "text/csv")]
    response = client.post("", content=b"ASK {}", headers=headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    for parameters in ({"query": SELECT}, {"query": "SELEC"}):
        get, head = client.get("", params=parameters), client.head("", params=parameters)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers["content-type"] == get.headers["content-type"]
    long = client.head("", params={"query": LONG})
    assert (long.status_code, long.content) == (200, b"")
    assert is_well(client)


def test_an_answer_cites_if_a_parameter_demands_it_or_a_header_prefers_it(
    client: httpx.Client,
) -> None:
    text = "SELECT ?o { GRAPH <http://x/g1> { ?s <http://x/q> ?o } }"
    plain = client.get("", params={"query": text})
    cited = client.get("", params={"query": text, "cite": "1"})
    preferred = client.post("", data={"query": text}, headers={"Prefer": "wait=5, cite"})
    assert "citations" not in plain.json()
    assert cited.json()["citations"]["rows"][0]["graphs"] == ["http://x/g1"]
    assert preferred.json() == cited.json()
    assert preferred.headers["preference-applied"] == "cite"
    assert "preference-applied" not in cited.headers
    assert "Prefer" in preferred.headers["vary"]
    assert plain.headers["etag"] != cited.headers["etag"] == preferred.headers["etag"]
    in_xml = {"Prefer": "cite", "Accept": "application/sparql-results+xml"}
    ignored = client.get("", params={"query": text}, headers=in_xml)
    assert "preference-applied" not in ignored.headers
    refused = client.get("", params={"query": text, "cite": "1", "format": "xml"})
    assert refused.status_code == 406
    wrong = client.get("", params={"query": text, "cite": "yes"})
    assert (wrong.status_code, "cite must be 1" in wrong.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG} LIMIT 20000",
        "SELECT * { " + "{" * 120 + "?s ?p ?o" + "}" * 120 + " }",
        "SELECT * { ?s " + "(" * 120 + "<http://x/p>" + ")" * 120 + " ?o }",
        "SELECT * { ?s " + "^(" * 120 + "<http://x/p>/<http://x/p>" + ")" * 120 + " ?o }",
        "SELECT * { ?s <http://x/p> " + "[ <http://x/p> " * 120 + "1" + "]" * 120 + " }",
        "SELECT * { ?s " + "|".join(["<http://x/p>"] * 500) + " ?o } LIMIT 3",
        "SELECT * { ?s " + "/".join(["<http://x/p>"] * 500) + " ?o } LIMIT 3",
        "SELECT ?x { " + "{ SELECT ?x { " * 60 + "?x ?p ?o" + " } }" * 60 + " } LIMIT 3",
        "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o " * 100 + "}" * 101,
        "ASK { ?s ?p ?o FILTER(" + "EXISTS { ?s ?p ?o } && " * 60 + "true) }",
    ],
    ids=lambda text: text[:30],
)
def test_no_query_is_refused_only_because_it_is_to_be_cited(
    client: httpx.Client, text: str
) -> None:
    plain = post(client, text)
    cited = client.post("?cite=1", content=text, headers={"Content-Type": QUERY})
    assert cited.status_code == plain.status_code
    if plain.status_code == httpx.codes.OK:
        assert cited.json()["results" if "results" in plain.json() else "boolean"] is not None
        assert cited.json()["citations"]
    assert is_well(client)


def test_without_a_query_another_application_answers(client: httpx.Client) -> None:
    assert client.get("").text == "the description"
    assert client.get("", params={"format": "turtle"}).text == "the description"


def test_scripts_of_other_sites_may_query(client: httpx.Client) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = client.options("", headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in response.headers
    for name in ("accept-post", "accept-query"):
        assert "application/sparql-query" in response.headers[name]


def test_a_long_answer_is_streamed_completely(client: httpx.Client) -> None:
    response = post(client, LONG, Accept="text/csv")
    assert response.status_code == 200
    assert "content-length" not in response.headers
    assert response.text.count("\r\n") == ROWS * ROWS + 1


def test_a_request_can_set_the_dataset(client: httpx.Client) -> None:
    parameters = {"query": "ASK { ?s <http://x/q> ?o }", "default-graph-uri": "http://x/g1"}
    assert client.get("", params=parameters).json()["boolean"] is True
    del parameters["default-graph-uri"]
    assert client.get("", params=parameters).json()["boolean"] is False


# --- errors -------------------------------------------------------------------------------------


def sent(
    method: str, body: bytes = b"", **headers: str
) -> Callable[[httpx.Client], httpx.Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda client: client.request(method, "", content=body, headers=named)


def queried(text: str) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: post(client, text)


def chunked(client: httpx.Client) -> httpx.Response:
    parts = (b" " * 65536 for _ in range(LARGEST_BODY // 65536 + 1))
    return client.post("", content=parts, headers={"Content-Type": QUERY})


REFUSED: list[tuple[int, Callable[[httpx.Client], httpx.Response], dict[str, object]]] = [
    (400, queried("SELECT *\n{ ?s ?p }"), {"line": 2, "column": 9}),
    (400, queried(""), {"line": 1, "column": 1}),
    (400, lambda client: client.get("", params={"default-graph-uri": "http://x/g1"}), {}),
    (400, lambda client: client.get("?query=ASK{}&query=ASK{}"), {}),
    (400, lambda client: client.get("?query=%ff"), {}),
    (400, sent("POST", b"ASK { ?s ?p '\xff' }", Content_Type=QUERY), {}),
    (400, sent("GET", b"ASK {}", Content_Type=QUERY), {}),
    (403, queried("INSERT DATA { <a:s> <a:p> <a:o> }"), {}),
    (403, sent("POST", b"DROP ALL", Content_Type="application/sparql-update"), {}),
    (403, queried("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"), {}),
    (403, queried("SELECT * { S\\u0045RVICE SILENT <http://127.0.0.1:1/> {} }"), {}),
    (403, queried("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"), {}),
    (403, lambda client: client.get("?query=ASK{}&named-graph-uri=http://127.0.0.1:1/"), {}),
    (405, sent("PUT", b"ASK {}", Content_Type=QUERY), {}),
    (405, sent("DELETE"), {}),
    (406, sent("POST", b"ASK {}", Content_Type=QUERY, Accept="image/png"), {}),
    (406, sent("POST", b"ASK {}", Content_Type=QUERY, Accept="text/turtle"), {}),
    (413, queried(" " * (LARGEST_BODY + 1)), {"limit": f"{LARGEST_BODY} bytes"}),
    (413, chunked, {"limit": f"{LARGEST_BODY} bytes"}),
    (415, sent("POST", b"ASK {}"), {}),
    (415, sent("POST", b"ASK {}", Content_Type="text/plain"), {}),
    (415, sent("POST", b"x", Content_Type=QUERY, Content_Encoding="gzip"), {}),
    (422, queried("SELECT * " + "{" * 3000 + "}" * 3000), {"limit": "128 brackets"}),
    (422, queried("ASK { FILTER(" + "!" * 30000 + "true) }"), {}),
    (422, queried("ASK { FILTER(0 < " + "1+" * 50000 + "1) }"), {}),
    (422, queried(LONG.replace("}", ". ?g ?h ?i } ORDER BY ?c ?f")), {"limit": "100 MB"}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "ask", "members"), REFUSED)
def test_a_query_that_cannot_be_answered_is_a_problem_with_its_cause(
    client: httpx.Client,
    status: int,
    ask: Callable[[httpx.Client], httpx.Response],
    members: dict[str, object],
) -> None:
    response = ask(client)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "no-store"
    problem = response.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem.items() >= members.items()
    assert is_well(client)


def test_405_lists_the_methods(client: httpx.Client) -> None:
    assert client.put("").headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"


def test_a_browser_gets_problems_in_html(client: httpx.Client) -> None:
    parameters = {"query": "<b>", "format": "csv"}
    response = client.get("", params=parameters, headers={"Accept": BROWSER})
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;" in response.text
    assert "<b>" not in response.text


def test_a_query_over_its_time_is_answered_with_504_and_a_full_queue_with_503(path: Path) -> None:
    with serving(path, query_seconds=1, queue=0) as client:
        connection = raw(client, FOREVER)
        time.sleep(0.3)
        busy = post(client, "ASK {}")
        assert busy.status_code == 503
        assert int(busy.headers["retry-after"]) > 0
        assert connection.recv(100).startswith(b"HTTP/1.1 504 ")
        connection.close()
        assert soon(lambda: is_well(client))
        response = post(client, FOREVER)
        assert (response.status_code, response.json()["limit"]) == (504, "1 s")
        assert soon(lambda: is_well(client))


def test_an_answer_that_breaks_off_cannot_be_taken_for_complete(path: Path) -> None:
    with serving(path, reply_megabytes=3) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            post(client, LONG)
        assert is_well(client)


# --- clients who leave --------------------------------------------------------------------------


def raw(client: httpx.Client, text: str) -> socket.socket:
    """Send a query without waiting for the answer."""
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 0))
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: {len(text)}"
    connection.sendall(f"{head}\r\n\r\n{text}".encode())
    return connection


def test_the_query_of_a_client_that_disconnects_is_stopped(path: Path) -> None:
    with serving(path, query_seconds=60, queue=0) as client:
        connection = raw(client, FOREVER)
        time.sleep(0.3)
        assert post(client, "ASK {}").status_code == 503
        connection.close()
        assert soon(lambda: is_well(client))


def test_the_answer_to_a_client_that_disconnects_is_stopped(path: Path) -> None:
    with serving(path, query_seconds=60, queue=0) as client:
        connection = raw(client, LONG)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
        time.sleep(0.3)
        assert post(client, "ASK {}").status_code == 503
        connection.close()
        assert soon(lambda: is_well(client))


def test_a_client_that_disconnects_while_it_sends_is_forgotten(client: httpx.Client) -> None:
    connection = raw(client, "ASK {")
    connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nASK")
    connection.close()
    assert is_well(client)


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


# --- stores that fail ---------------------------------------------------------------------------


class BrokenStore:
    """A store that fails before or within its answer."""

    quads = 0
    graphs = ()
    failure = None
    notes = ()

    def __init__(self, *, late: bool) -> None:
        self.late = late

    async def query(self, query: Query, client: str = "") -> Answer:
        async def chunks() -> AsyncGenerator[bytes, None]:
            yield b"{"
            raise RuntimeError("secret")

        if self.late:
            return Answer(query.format, chunks())
        raise RuntimeError("secret")


def call(store: BrokenStore) -> list[Message]:
    """Send a query to an endpoint without a server; return the messages that it sends."""
    messages: list[Message] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "query_string": b"query=ASK{}",
        "headers": [],
        "client": ("192.0.2.1", 0),
    }

    async def run() -> None:
        received = iter([{"type": "http.request"}])

        async def receive() -> Message:
            for message in received:
                return message
            return await asyncio.Future()

        async def send(message: Message) -> None:
            messages.append(message)

        with counted(scope, MemoryBudgets()):
            await endpoint(store)(scope, receive, send)

    try:
        asyncio.run(run())
    except RuntimeError as error:
        messages.append({"raised": error})
    return messages


def test_an_unexpected_error_is_answered_with_500_without_details() -> None:
    start, body = call(BrokenStore(late=False))
    assert start["status"] == 500
    assert json.loads(body["body"]) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
    }


def test_a_failure_after_the_start_is_left_to_the_server() -> None:
    messages = call(BrokenStore(late=True))
    assert [message.get("more_body") for message in messages] == [None, True, None]
    assert "raised" in messages[-1]
