"""No query and no client takes the endpoint down: other clients are always answered.

Each test attacks one server, which all share, while a probe sends requests from another address.
Each client of the tests has its own address, so that the limits of one client do not apply to all.
"""

from __future__ import annotations

import functools
import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import httpx
import pytest

from tests.support import attacks
from tests.support.connections import (
    BROKEN_OFF,
    PATIENCE,
    QUERY,
    connected,
    listener,
    new_address,
    reply,
    request,
)
from tests.support.replies import fault
from tests.support.servers import QUERY_SECONDS, Server, server_process
from tests.support.waiting import soon

pytestmark = (
    pytest.mark.alone
)  # takes all of the machine, and measures how soon others are answered

FORM: Final = "application/x-www-form-urlencoded"
UPDATE: Final = "application/sparql-update"
ALWAYS: Final = "ASK {}"
AT_ONCE: Final = 6

_Item = TypeVar("_Item")


class Probe:
    """A client that sends light requests without end, each on a new connection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._rounds = 0
        self._may_be_busy = False
        self._failures: list[str] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    @contextmanager
    def beside(self, *, may_be_busy: bool = False) -> Iterator[None]:
        """Require that all probes are answered meanwhile, and one more afterwards.

        may_be_busy: whether a full queue (503 with Retry-After) counts as an answer.
        """
        self._may_be_busy = may_be_busy
        try:
            yield
        finally:
            self._may_be_busy = False
        rounds = self._rounds
        assert soon(lambda: self._rounds > rounds + 1, 3 * PATIENCE), self._failures
        failures, self._failures = self._failures, []
        assert failures == []

    def _run(self) -> None:
        with self._server.client("127.0.0.2") as client:
            client.headers["Connection"] = "close"
            while not self._stop.wait(0.02):
                self._look(lambda: client.get("/health"))
                self._look(lambda: client.get("/sparql", params={"query": ALWAYS}))
                self._rounds += 1

    def _look(self, ask: Callable[[], httpx.Response]) -> None:
        try:
            response = ask()
        except httpx.HTTPError as error:
            self._failures.append(repr(error))
            return
        busy = response.status_code == 503 and response.request.url.path == "/sparql"
        if busy and self._may_be_busy and "retry-after" in response.headers:
            return
        if response.status_code != 200:
            self._failures.append(f"{response.request.url}: {response.status_code}")


@dataclass(frozen=True)
class Attacked:
    """A server, its probe, and its processes and descriptors at the start."""

    server: Server
    probe: Probe
    processes: int
    descriptors: int


@contextmanager
def watched(folder: Path) -> Iterator[Attacked]:
    """Yield a server with a running probe."""
    data = folder / "data.nq"
    data.write_text("".join(attacks.quads()))
    limits = {
        "query_seconds": QUERY_SECONDS,
        "query_megabytes": 200,
        "reply_megabytes": 4,
        "workers": AT_ONCE + 1,
    }
    with server_process("--data", data, log=folder / "log.txt", **limits) as server:
        assert_it_answers(server)
        probe = Probe(server)
        before = len(server.tree()), server.descriptors()
        with probe.running():
            yield Attacked(server, probe, *before)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with watched(tmp_path_factory.mktemp("hostile")) as attacked:
        yield attacked


def assert_it_answers(server: Server) -> None:
    expected = {
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }": f"n\r\n{attacks.TRIPLES}\r\n",
        "SELECT ?o { <urn:x:n0> <urn:x:next>/<urn:x:next> ?o }": "o\r\nurn:x:n2\r\n",
        "SELECT ?l { <urn:x:n41> <urn:x:label> ?l }": "l\r\na 41\r\n",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }": "n\r\n1000\r\n",
    }
    with server.client() as client:
        for text, answer in expected.items():
            assert client.get("/sparql", params={"query": text, "format": "csv"}).text == answer


def outcome(ask: Callable[[], httpx.Response]) -> str:
    """Return the outcome of a request: a status, BROKEN_OFF, or the fault of the reply."""
    began = time.monotonic()
    try:
        response = ask()
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
        return BROKEN_OFF
    except httpx.HTTPError as error:
        return repr(error)
    seconds = time.monotonic() - began
    if seconds > PATIENCE:
        return f"{response.status_code} after {seconds:.0f} s"
    return fault(response) or str(response.status_code)


def posted(server: Server, text: str, accept: str = "*/*") -> str:
    """Send a query from a new address; return the outcome."""
    with server.client() as client:
        headers = {"Content-Type": QUERY, "Accept": accept}
        return outcome(lambda: client.post("/sparql", content=text.encode(), headers=headers))


def outcomes(ask: Callable[[_Item], str], items: Mapping[str, _Item]) -> dict[str, str]:
    """Send several requests at once; return the outcomes, keyed by name."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(items, pool.map(ask, items.values()), strict=True))


def others(found: Mapping[str, str], expected: Iterable[str]) -> dict[str, str]:
    """Return the unexpected outcomes."""
    allowed = set(expected)
    return {name: each for name, each in found.items() if each not in allowed}


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", attacks.KINDS)
def test_no_query_takes_the_endpoint_down(attacked: Attacked, kind: str) -> None:
    chosen = attacks.KINDS[kind]
    with attacked.probe.beside():
        found = outcomes(functools.partial(posted, attacked.server), chosen.queries)
    assert others(found, chosen.outcomes) == {}


def test_no_text_that_the_front_parses_delays_other_clients(tmp_path: Path) -> None:
    """The test uses a separate server, because a delay would last long."""
    chosen = attacks.READ_BY_THE_FRONT
    with watched(tmp_path) as attacked:
        with attacked.probe.beside():
            found = outcomes(functools.partial(posted, attacked.server), chosen.queries)
        assert others(found, chosen.outcomes) == {}


@pytest.mark.parametrize("accept", ["application/sparql-results+json, text/turtle", "text/csv"])
def test_an_answer_that_cannot_be_completed_is_not_taken_for_complete(
    attacked: Attacked, accept: str
) -> None:
    streams = {
        name: text
        for name, text in attacks.STREAMS.items()
        if accept != "text/csv" or text.startswith("SELECT")
    }
    with attacked.probe.beside():
        found = outcomes(functools.partial(posted, attacked.server, accept=accept), streams)
    assert others(found, [BROKEN_OFF, "422", "504"]) == {}
    assert BROKEN_OFF in found.values()


def test_an_answer_that_ends_with_its_connection_is_not_taken_for_complete(
    attacked: Attacked,
) -> None:
    """HTTP/1.0 has no chunks: the end of the connection is the end of the answer."""
    text = attacks.STREAMS["SELECT"]
    with attacked.probe.beside(), connected(attacked.server.port) as connection:
        connection.sendall(request(text, version="1.0", Accept="text/csv"))
        assert reply(connection) in (BROKEN_OFF, "422", "504")


# --- calls and updates --------------------------------------------------------------------------


@contextmanager
def nobody_called() -> Iterator[str]:
    """Yield a URL that must not be called."""
    with listener() as (port, callers):
        yield f"http://127.0.0.1:{port}/"
        assert callers == []
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            assert soon(lambda: len(callers) == 1)  # the listener notices calls


def test_no_spelling_of_a_call_leaves_the_machine(attacked: Attacked) -> None:
    with attacked.probe.beside(), nobody_called() as url:
        for accept in ("*/*", "text/csv, text/turtle"):
            ask = functools.partial(posted, attacked.server, accept=accept)
            found = outcomes(ask, attacks.services(url))
            assert others(found, ["400", "403"]) == {}


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_no_spelling_of_a_dataset_is_fetched(attacked: Attacked, scheme: str) -> None:
    with attacked.probe.beside(), nobody_called() as url, attacked.server.client() as client:
        place = url if scheme == "http" else "file:///etc/passwd"
        found = outcomes(functools.partial(posted, attacked.server), attacks.datasets(place))
        assert others(found, ["400", "403"]) == {}
        for name in ("default-graph-uri", "named-graph-uri"):
            for dataset in ({name: place}, {name: [attacks.GRAPHS[0], place]}):
                parameters = {"query": ALWAYS, **dataset}
                assert client.get("/sparql", params=parameters).status_code == 403
                assert client.post("/sparql", data=parameters).status_code == 403
                post = client.build_request(
                    "POST",
                    "/sparql",
                    params=dataset,
                    content=ALWAYS,
                    headers={"Content-Type": QUERY},
                )
                assert client.send(post).status_code == 403


def test_no_spelling_of_an_update_is_accepted(attacked: Attacked) -> None:
    def ways(client: httpx.Client, text: str) -> Iterator[Callable[[], httpx.Response]]:
        sent = functools.partial(client.request, url="/sparql")
        for name in ("update", "query"):
            yield functools.partial(sent, "GET", params={name: text})
            yield functools.partial(sent, "POST", data={name: text})
            yield functools.partial(sent, "POST", data={"query": ALWAYS, name: text})
        for method in ("POST", "QUERY", "PUT", "PATCH", "DELETE"):
            for media_type in (UPDATE, f"{UPDATE.upper()}; charset=utf-8", QUERY, FORM, "x/y"):
                headers = {"Content-Type": media_type}
                yield functools.partial(sent, method, content=text.encode(), headers=headers)

    with attacked.probe.beside(), nobody_called() as url, attacked.server.client() as client:
        for name, text in attacks.updates(url).items():
            for way in ways(client, text):
                assert outcome(way) in ("400", "403", "405", "415"), (name, way)
    assert_it_answers(attacked.server)


# --- requests -----------------------------------------------------------------------------------


def sent(server: Server, data: bytes) -> str:
    """Send any bytes; return the outcome."""
    with connected(server.port) as connection:
        with suppress(ConnectionError):  # the answer may come before all bytes are sent
            connection.sendall(data)
        return reply(connection)


def _get(target: str, *headers: str, version: str = "1.1") -> bytes:
    lines = [f"GET {target} HTTP/{version}", "Host: x", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _post(body: bytes, *headers: str, media_type: str = QUERY) -> bytes:
    lines = ["POST /sparql HTTP/1.1", "Host: x", "Connection: close", f"Content-Type: {media_type}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


def _sized(body: bytes, *headers: str, media_type: str = QUERY) -> bytes:
    return _post(body, f"Content-Length: {len(body)}", *headers, media_type=media_type)


BOMB: Final = gzip.compress(b"ASK {}" + b" " * 50_000_000, 1)
REQUESTS: Final[Mapping[str, tuple[str, bytes]]] = {
    # name: possible outcomes, and the request
    "2 MB": ("413", _sized(b"ASK {}" + b" " * 2_000_000)),
    "2 MB of a form": ("413", _sized(b"query=" + b"+" * 2_000_000, media_type=FORM)),
    "2 MB in chunks": (
        "413",
        _post(
            b"100000\r\n"
            + b" " * 0x100000
            + b"\r\n"
            + b"100000\r\n"
            + b" " * 0x100000
            + b"\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked",
        ),
    ),
    "200,000 chunks": (
        "400",
        _post(b"1\r\n \r\n" * 200_000 + b"0\r\n\r\n", "Transfer-Encoding: chunked"),
    ),
    "a length without end": ("413", _post(b"", f"Content-Length: {'9' * 19}")),
    "a length beyond words": ("400 413", _post(b"", f"Content-Length: {'9' * 5000}")),
    "a negative length": ("400", _post(b"", "Content-Length: -1")),
    "two lengths": ("400", _post(ALWAYS.encode(), "Content-Length: 6", "Content-Length: 7")),
    "a chunk of no size": ("400", _post(b"x\r\n", "Transfer-Encoding: chunked")),
    "a chunk with a long extension": (
        "200 400 431",
        _post(b"6;" + b"x" * 100_000 + b"\r\nASK {}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    ),
    "trailers without end": (
        "200 400 431",
        _post(b"6\r\nASK {}\r\n0\r\n" + b"x: y\r\n" * 100_000, "Transfer-Encoding: chunked"),
    ),
    "another coding": ("400 501", _post(b"", "Transfer-Encoding: gzip, chunked")),
    "100 kB URL": ("400 414 431", _get("/sparql?query=" + "x" * 100_000)),
    "100 kB path": ("400 404 414 431", _get("/" + "x/" * 50_000)),
    "60 kB of escapes": ("400 422", _get("/sparql?query=" + "%7B" * 20_000)),
    "10,000 parameters": ("400", _get("/sparql?" + "&".join(["a="] * 10_000))),
    "1,000 headers": (
        "200 431",
        _get("/sparql?query=ASK%7B%7D", *(f"X-{i}: {i}" for i in range(1000))),
    ),
    "100 kB header": ("200 400 431", _get("/health", "X: " + "x" * 100_000)),
    "60 kB of Accept": (
        "200 406 431",
        _get("/sparql?query=ASK%7B%7D", "Accept: " + "a/b," * 15_000),
    ),
    "Accept of quotes": ("200 406", _get("/sparql?query=ASK%7B%7D", 'Accept: "' + '\\"' * 20_000)),
    "Accept of parameters": (
        "200 406",
        _get("/sparql?query=ASK%7B%7D", "Accept: text/csv" + ";a=b" * 12_000),
    ),
    "Accept of no text": ("200 400 406", _get("/sparql?query=ASK%7B%7D", "Accept: \xff\xfe;q=,;;")),
    "gzip": ("415", _sized(gzip.compress(ALWAYS.encode()), "Content-Encoding: gzip")),
    "deflate": ("415", _sized(zlib.compress(ALWAYS.encode()), "Content-Encoding: deflate")),
    "a bomb": ("415", _sized(BOMB, "Content-Encoding: gzip")),
    "a bomb that says nothing": ("400", _sized(BOMB)),
    "an encoding of no name": ("415", _sized(ALWAYS.encode(), "Content-Encoding: \xff")),
    "two queries": ("400", _get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D")),
    "two queries in a form": ("400", _sized(b"query=ASK+{}&query=ASK+{}", media_type=FORM)),
    "a query in addition to a body": (
        "400",
        _sized(b"query=ASK+{}", media_type=FORM).replace(b"/sparql", b"/sparql?query=ASK%7B%7D", 1),
    ),
    "no query": ("400", _sized(b"", media_type=FORM)),
    "bad UTF-8": ("400", _sized(b"ASK { ?s ?p '\xff' }")),
    "UTF-16": ("400", _sized(ALWAYS.encode("utf-16"))),
    "UTF-16 that says so": (
        "415",
        _sized(ALWAYS.encode("utf-16"), media_type=f"{QUERY}; charset=utf-16"),
    ),
    "half a surrogate": ("400", _sized(b"ASK { ?s ?p '\xed\xa0\x80' }")),
    "bad UTF-8 in a parameter": ("400", _get("/sparql?query=%ff%fe")),
    "a sign alone": ("400", _get("/sparql?query=%")),
    "NUL": ("400", _sized(b"ASK {}\0")),
    "NUL in a string": ("200 400", _sized(b"ASK { ?s ?p '\0' }")),
    "NUL in a parameter": ("400", _get("/sparql?query=ASK%7B%7D%00")),
    "NUL in a graph": ("403", _get("/sparql?query=ASK%7B%7D&default-graph-uri=%00")),
    "NUL in a path": ("404", _get("/%00%ff/../../etc/passwd")),
    "NUL in a header": ("400", _get("/health", "X: a\0b")),
    "a line feed in a header": ("200 400", _get("/health", "X: a\n b")),
    "a type of no text": ("415", _sized(ALWAYS.encode(), media_type="\xff")),
    "a type of 60 kB": (
        "200 415",
        _sized(ALWAYS.encode(), media_type=QUERY + ";charset" + " " * 60_000),
    ),
    "another protocol": ("400 404", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "TLS": ("400", bytes.fromhex("16030100c8010000c40303") + bytes(200)),
    "a WebSocket": (
        "200 400 404",
        _get(
            "/sparql?query=ASK%7B%7D",
            "Upgrade: websocket",
            "Connection: upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ),
    ),
    "no host": ("400", b"GET /health HTTP/1.1\r\n\r\n"),
    "another method": ("405", _get("/sparql").replace(b"GET", b"BREW", 1)),
    "TRACE": ("405", _get("/sparql").replace(b"GET", b"TRACE", 1)),
    "a method of no letters": ("400", _get("/sparql").replace(b"GET", b"\x01\x02", 1)),
    "CONNECT": (
        "400 404 405",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ),
    "another host": ("200", _get("http://127.0.0.1:1/health")),
    "a Host of no name": (
        "200 400",
        b'GET /health HTTP/1.1\r\nHost: "<>\r\nConnection: close\r\n\r\n',
    ),
    "a client who says who it is": (
        "200",
        _get(
            "/sparql?query=ASK%7B%7D",
            "X-Forwarded-For: " + "1.2.3.4," * 5000,
            "Forwarded: for=\xff",
        ),
    ),
    "ranges": ("200 206 416", _get("/sparql?query=ASK%7B%7D", "Range: bytes=" + "0-0," * 10_000)),
    "a request within the body": (
        "400 413 415",
        _post(
            b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
            "Content-Length: 60",
            "Transfer-Encoding: chunked",
            media_type="x/y",
        ),
    ),
}


def test_no_request_takes_the_endpoint_down(attacked: Attacked) -> None:
    with attacked.probe.beside():
        found = outcomes(
            functools.partial(sent, attacked.server),
            {name: data for name, (_, data) in REQUESTS.items()},
        )
    # A client that keeps sending after the reply may lose it: the connection is reset.
    expected = {name: {*statuses.split(), BROKEN_OFF} for name, (statuses, _) in REQUESTS.items()}
    assert {name: each for name, each in found.items() if each not in expected[name]} == {}
    assert list(found.values()).count(BROKEN_OFF) < len(found) // 4


def test_many_requests_on_one_connection_are_answered_in_their_order(attacked: Attacked) -> None:
    each = _get("/sparql?query=ASK%7B%7D").replace(b"Connection: close\r\n", b"")
    with attacked.probe.beside(), connected(attacked.server.port) as connection:
        connection.sendall(each * 200 + _get("/health"))
        received = b"".join(iter(functools.partial(connection.recv, 65536), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 201
    assert received.count(b'"boolean":true') == 200


# --- clients ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [attacks.FOREVER, attacks.STREAMS["SELECT"], "ASK {"])
@pytest.mark.parametrize("how", ["closed", "reset"])
def test_clients_that_disconnect_at_once_leave_the_server_intact(
    attacked: Attacked, text: str, how: str
) -> None:
    with attacked.probe.beside(may_be_busy=True):
        for _ in range(50):
            with connected(attacked.server.port) as connection:
                if how == "reset":
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                connection.sendall(request(text))
    assert soon(lambda: posted(attacked.server, ALWAYS) == "200")


def test_clients_that_disconnect_in_mid_stream_leave_the_server_intact(attacked: Attacked) -> None:
    def leave(_: int) -> str:
        with connected(attacked.server.port) as connection:
            connection.sendall(request(attacks.STREAMS["SELECT"]))
            return connection.recv(12).decode()

    with attacked.probe.beside():
        found = outcomes(leave, {str(number): number for number in range(20)})
    assert others(found, ["HTTP/1.1 200", "HTTP/1.1 504"]) == {}


def test_slow_readers_delay_nobody_and_get_all_or_an_error(attacked: Attacked) -> None:
    rows = 40_000
    text = f"SELECT ?a ?b ?c {{ {attacks.CROSS} }} LIMIT {rows}"
    complete: list[int] = []

    def read(connection: socket.socket) -> str:
        time.sleep(1.5 * QUERY_SECONDS)
        return reply(connection, then=lambda body: complete.append(body.count(b"\r\n") - 1))

    with attacked.probe.beside(), ExitStack() as stack:
        connections = [
            stack.enter_context(connected(attacked.server.port, receives=4096))
            for _ in range(AT_ONCE)
        ]
        for connection in connections:
            connection.sendall(request(text, Accept="text/csv"))
        found = outcomes(read, {str(number): each for number, each in enumerate(connections)})
    assert others(found, ["200", BROKEN_OFF, "503", "504"]) == {}
    assert set(complete) <= {rows}


def test_slow_senders_delay_nobody(attacked: Attacked) -> None:
    with attacked.probe.beside(), ExitStack() as stack:
        halves = [
            (stack.enter_context(connected(attacked.server.port)), piece)
            for piece in (request(ALWAYS), request(ALWAYS * 100), _get("/health"))
            for _ in range(10)
        ]
        for place in range(0, 150, 10):
            for connection, piece in halves:
                connection.sendall(piece[place : place + 10] if place < len(piece) - 10 else b"")
            time.sleep(0.05)


def test_a_hundred_silent_clients_delay_nobody(attacked: Attacked) -> None:
    with attacked.probe.beside(), ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connected(attacked.server.port))
        assert posted(attacked.server, ALWAYS) == "200"


@pytest.mark.parametrize("clients", [1, 200])
def test_a_flood_of_heavy_queries_is_told_to_retry_later(attacked: Attacked, clients: int) -> None:
    """The flood comes from one client, then from one client per query."""
    addresses = [new_address() for _ in range(clients)]
    with attacked.probe.beside(may_be_busy=True), ExitStack() as stack:
        flood = []
        for number in range(200):
            connection = stack.enter_context(
                connected(attacked.server.port, address=addresses[number % clients])
            )
            connection.sendall(request(attacks.FOREVER))
            flood.append(connection)
        found = {str(number): reply(connection) for number, connection in enumerate(flood)}
    assert others(found, ["422", "429", "503", "504"]) == {}
    assert_it_answers(attacked.server)


def test_a_flood_of_long_texts_delays_nobody(attacked: Attacked) -> None:
    texts = {str(number): "ASK {" + "<a" * 400_000 + "}" for number in range(AT_ONCE)}
    with attacked.probe.beside():
        found = outcomes(functools.partial(posted, attacked.server), texts)
    assert others(found, ["400", "413", "422", "429", "504"]) == {}


# --- afterwards ---------------------------------------------------------------------------------


def test_afterwards_the_server_uses_no_more_resources_than_before(attacked: Attacked) -> None:
    server = attacked.server
    assert server.process.poll() is None
    with attacked.probe.beside():
        assert_it_answers(server)
    # The probe holds at most one connection, on both sides of which a descriptor may linger.
    assert soon(lambda: len(server.tree()) == attacked.processes), server.tree()
    assert soon(lambda: server.descriptors() <= attacked.descriptors + 1), server.descriptors()
    assert "MemoryError" not in server.log.read_text()
