"""The memory of the front process under clients that make it keep as much as they can."""

from __future__ import annotations

import json
import re
import select
import socket
import threading
import zlib
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
import pytest

from apecgraph.errors import StoreBusy, TooManyRequests
from apecgraph.query.model import Query
from apecgraph.query.permalinks import Permalink
from apecgraph.rdf.formats import RESULTS_CSV
from apecgraph.release.release import Release
from apecgraph.web.http.memory import LARGEST_PART, PART, MemoryBudget, MemoryBudgets
from tests.support.connections import BROKEN_OFF, PATIENCE, connected, reply, request
from tests.support.processes import proportional_memory
from tests.support.servers import Server, server_process

ROOM: Final = 250
"""The memory in MB that the front may take above its size at rest."""

MEGABYTE: Final = 1024 * 1024
ASTRAL: Final = "\U0001f600"
ROWS: Final = 12_000
ROW_LENGTH: Final = 250
HEAVY: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CSV: Final = "Accept: text/csv\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("memory")
    data = folder / "data.nt"
    text = "v" * ROW_LENGTH
    data.write_text("".join(f'<urn:x:{row}> <urn:x:p> "{text}{row}" .\n' for row in range(ROWS)))
    with server_process("--data", data, log=folder / "log.txt", query_seconds=4) as server:
        yield server


@pytest.fixture(scope="module")
def at_rest(server: Server) -> float:
    """The memory of the front in MB after its first requests."""
    with server.client() as client:
        for path in ("/", "/sparql", "/sparql?query=ASK%7B%7D", "/metrics", "/nothing"):
            client.get(path)
    return memory(server)


def memory(server: Server) -> float:
    return proportional_memory(server.process.pid) / 1024


@contextmanager
def bounded(server: Server, at_rest: float) -> Iterator[None]:
    """Fail if the front takes too much memory during the block, or does not answer after it."""
    most = 0.0
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.05):
            most = max(most, memory(server))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert max(most, memory(server)) < at_rest + ROOM
    with server.client() as client:
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def everyone(attack: Callable[[int], object], times: int, at_once: int = 32) -> Counter[object]:
    """Run an attack with each number, many at once; count the outcomes."""
    with ThreadPoolExecutor(at_once) as threads:
        return Counter(threads.map(attack, range(times)))


def post(server: Server, text: str) -> str:
    """Send a query from a new address; return the outcome."""
    with connected(server.port) as connection, suppress(ConnectionError):
        connection.settimeout(3 * PATIENCE)
        connection.sendall(request(text))
        return reply(connection)
    return BROKEN_OFF  # the server refuses the body before its end


def proxy(server: Server) -> AbstractContextManager[socket.socket]:
    """Connect as a proxy whose X-Forwarded-For the server trusts."""
    return connected(server.port, address="127.0.0.1")


HALF: Final = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: {MEGABYTE}\r\n\r\n".encode()


def half_sent(server: Server, connections: ExitStack, head: bytes = HALF) -> socket.socket:
    """Send a body of a megabyte except its end, as far as the server reads it."""
    connection = connections.enter_context(proxy(server))
    connection.settimeout(0.2)
    with suppress(TimeoutError, ConnectionError):
        connection.sendall(head + (MEGABYTE - 100) * b"a")
    return connection


def get(path: str, more: str = "", version: str = "1.1") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: x\r\n{more}\r\n".encode()


def rows_of(rows: int, number: int = 0) -> str:
    return "/sparql?query=" + quote(f"SELECT * {{ ?s ?p ?o }} LIMIT {rows} #{number}")


def slow_readers(server: Server, requests: list[bytes]) -> None:
    """Send each request on a connection of its own and do not read the replies."""
    with ExitStack() as connections:
        readers = []
        for request_ in requests:
            readers.append(connections.enter_context(connected(server.port, receives=4096)))
            readers[-1].sendall(request_)
        for reader in readers:
            with suppress(ConnectionError):
                reader.recv(1)


def test_comments_of_a_megabyte_with_one_astral_character(server: Server, at_rest: float) -> None:
    rest = ASTRAL + "a" * (MEGABYTE - 100)
    with bounded(server, at_rest):
        found = everyone(lambda number: post(server, f"ASK{{}}#{number}{rest}"), 100)
    assert set(found) <= {"200", "503", BROKEN_OFF}


def test_small_queries_whose_texts_are_remembered(server: Server, at_rest: float) -> None:
    """A small query may have a large Accept header, and characters of four bytes."""
    media = ",".join(f"text/x{number}" for number in range(5000))
    with bounded(server, at_rest), server.client() as client:
        for number in range(1200):
            headers = {"Accept": f"text/csv, */*;q=0.5, {media}"}
            query = f"SELECT ('{number}' AS ?x) {{}} #{'a' * 3000}"
            client.get("/sparql", params={"query": query}, headers=headers)


def test_half_sent_bodies_on_many_connections(server: Server, at_rest: float) -> None:
    with bounded(server, at_rest), ExitStack() as connections:
        for _ in range(450):
            half_sent(server, connections)
        with server.client() as client:  # meanwhile, the server reads
            for number in range(30):
                assert client.get(rows_of(1, number)).status_code == 200


def test_a_client_may_take_a_share_and_others_are_served(server: Server, at_rest: float) -> None:
    head = "X-Forwarded-For: 192.0.2.1\r\nContent-Type: application/sparql-query\r\n"
    start = f"POST /sparql HTTP/1.1\r\nHost: x\r\n{head}Content-Length: {MEGABYTE}\r\n\r\n"
    with bounded(server, at_rest), ExitStack() as connections:
        waiting = [half_sent(server, connections, start.encode()) for _ in range(12)]
        assert post(server, f"ASK {{}} #{'a' * 900_000}") == "200"
        refused, _, _ = select.select(waiting, [], [], 0)
        received = [connection.recv(PART) for connection in refused]
    assert len(received) >= 4
    assert all(b"HTTP/1.1 429 " in each and b"retry-after: 2" in each for each in received)


def test_a_queue_full_of_long_queries(server: Server, at_rest: float) -> None:
    rest = ASTRAL + "a" * (MEGABYTE - 200)
    with bounded(server, at_rest):
        found = everyone(lambda number: post(server, f"{HEAVY}#{number}{rest}"), 100, 100)
    assert set(found) <= {"503", "504", BROKEN_OFF}


def test_slow_readers_of_one_large_reply(server: Server, at_rest: float) -> None:
    path = rows_of(ROWS)
    assert httpx.get(f"{server.url}{path}", headers={"Accept": "text/csv"}).status_code == 200
    with bounded(server, at_rest):
        slow_readers(server, 450 * [get(path, CSV)])


def test_slow_readers_of_many_large_replies(server: Server, at_rest: float) -> None:
    """Each reply is asked for twice, so that it comes from the cache to a slow reader."""
    paths = [rows_of(ROWS - number) for number in range(60)]
    with bounded(server, at_rest), server.client() as client:
        for path in paths:
            client.get(path, headers={"Accept": "text/csv"})
            slow_readers(server, 3 * [get(path, CSV)])
        slow_readers(server, [get(path, CSV) for path in 3 * paths])


def test_large_replies_that_are_repeated_byte_for_byte(server: Server, at_rest: float) -> None:
    """The same reply is cached for many requests, which differ in a header."""
    path = rows_of(900)
    with bounded(server, at_rest):
        requests = [get(path, f"{CSV}X: {number}{'x' * 7000}\r\n") for number in range(500)]
        with connected(server.port) as connection:
            for request in requests:
                for _ in range(2):
                    connection.sendall(request)
                    assert reply(connection) == "200"
        slow_readers(server, requests[-400:])


def test_whole_answers_for_clients_of_http_1_0(server: Server, at_rest: float) -> None:
    query = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 90000"
    paths = [f"/sparql?query={quote(query)}%23{number}" for number in range(24)]
    with bounded(server, at_rest):
        slow_readers(server, [get(path, CSV, "1.0") for path in paths])
        with connected(server.port) as connection:
            connection.sendall(get(paths[0], CSV, "1.0"))
            assert reply(connection) in ("422", "503")


def test_answers_with_one_giant_value(server: Server, at_rest: float) -> None:
    ten = "CONCAT(" + ",".join(10 * ["?y"]) + ")"
    text = f'SELECT ({ten} AS ?x) {{ VALUES ?y {{ "{"a" * 900_000}" }} }} #'
    with bounded(server, at_rest):
        found = everyone(lambda number: post(server, f"{text}{number}"), 24)
    assert set(found) <= {"200", "422", "503", "504", BROKEN_OFF}


def test_heads_that_are_never_complete(server: Server, at_rest: float) -> None:
    with bounded(server, at_rest), ExitStack() as connections:
        for _ in range(450):
            connection = connections.enter_context(connected(server.port))
            connection.sendall(get("/", f"X: {'x' * 60_000}\r\n")[:-2])
        with server.client() as client:
            assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_requests_that_idle_connections_have_sent(server: Server, at_rest: float) -> None:
    """Each is followed by the beginning of another one, up to what the server reads ahead."""
    with bounded(server, at_rest), ExitStack() as connections:
        for _ in range(450):
            connection = connections.enter_context(connected(server.port))
            connection.sendall(get(f"/sparql?query=ASK%7B%7D&x={'x' * 60_000}") + b"GET /")
            assert reply(connection) == "200"


def test_requests_sent_at_once_on_many_connections(server: Server, at_rest: float) -> None:
    many = 9000 * get("/")
    with bounded(server, at_rest), ExitStack() as connections:
        for _ in range(200):
            connection = connections.enter_context(connected(server.port))
            connection.settimeout(0.05)
            with suppress(TimeoutError, ConnectionError):
                connection.sendall(many)


@pytest.mark.parametrize("what", ["address", "network", "path", "coding"])
def test_keys_that_clients_choose(server: Server, at_rest: float, what: str) -> None:
    long = "x" * 60_000
    with bounded(server, at_rest), proxy(server) as connection:
        for number in range(2000):
            path, more = f"/sparql?query=ASK%7B%7D%23{number}", ""
            match what:
                case "address":
                    more = f"X-Forwarded-For: {number}{long}\r\n"
                case "network":
                    more = f"X-Forwarded-For: 2001:db8:{number:x}::1\r\n"
                case "path":
                    path = f"/{number}{long}"
                case "coding":
                    more = f"Accept-Encoding: {number}{long}\r\n"
            connection.sendall(get(path, more))
            assert reply(connection) in ("200", "404", "429")


@pytest.fixture(scope="module")
def released(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("released") / "log.txt"
    with server_process("--release", release.path, log=log) as server:
        yield server


@pytest.mark.parametrize("what", ["large message", "message", "answer"])
def test_calls_of_tools_for_language_models(released: Server, what: str) -> None:
    """A message is read as JSON, and its query quoted in an address; so is an answer."""
    fixed = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2025-11-25",
    }

    def call(number: int) -> str:
        rest = ASTRAL * (16_000 if what == "message" else 240_000)
        query = f"ASK {{}} #{number}{rest}"
        asked: dict[str, object] = {"name": "run_sparql", "arguments": {"query": query}}
        if what == "answer":
            asked = {"name": "find_figures", "arguments": {"limit": 40}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
        text = json.dumps(message, ensure_ascii=False)
        headers = {**fixed, "X-Forwarded-For": f"192.0.2.{number}"}
        with released.client() as client:
            return str(client.post("/mcp", content=text.encode(), headers=headers).status_code)

    call(0)
    with bounded(released, memory(released)):
        found = everyone(call, 200, 100)
    assert set(found) <= ({"413"} if what == "large message" else {"200", "503"})
    assert found["200"] > 10 or what == "large message"


@pytest.mark.parametrize("what", ["comparison", "bomb"])
def test_permalinks(released: Server, release: Release, what: str) -> None:
    """The front reads the rows of an answer for a page, and expands what an address contains."""

    def ask(number: int) -> str:
        rows = "SELECT * { ?s ?p ?o } LIMIT"
        path = Permalink(release.name, Query(f"{rows} {2500 + number}", RESULTS_CSV)).path
        if what == "bomb":
            bomb = zlib.compress(b"release=a&query=ASK {}#" + 3 * MEGABYTE * b"a" + b"%d" % number)
            path = f"/q/{urlsafe_b64encode(bomb).decode().rstrip('=')}"
        headers = {"Accept": "text/html", "X-Forwarded-For": f"192.0.2.{number}"}
        parameters = {"release": "latest"}
        with released.client() as client:
            return str(client.get(path, params=parameters, headers=headers).status_code)

    ask(0)
    with bounded(released, memory(released)):
        found = everyone(ask, 60, 60)
    assert set(found) <= ({"400"} if what == "bomb" else {"200", "503", "504"})
    assert found["200"] > 10 or what == "bomb"


def test_the_budgets_and_their_use_are_metrics(server: Server) -> None:
    httpx.get(f"{server.url}{rows_of(ROWS // 3)}")
    text = httpx.get(f"{server.url}/metrics").text
    used = _by_store(text, "apecgraph_memory_bytes")
    limits = _by_store(text, "apecgraph_memory_limit_bytes")
    assert sum(limits.values()) <= ROOM * MEGABYTE
    assert all(used[store] <= limit for store, limit in limits.items())
    assert used["replies, cached"] > MEGABYTE
    table = re.findall(r"^\| `([a-z, ]+)` \|.*?\| (\d+) \|", _operating(), re.MULTILINE)
    stated = {store: int(size) for store, size in table}
    assert {store: round(limit / MEGABYTE) for store, limit in limits.items()} == stated
    assert f"**{sum(stated.values())} MB**" in _operating()


def _by_store(text: str, name: str) -> dict[str, float]:
    found = re.findall(rf'^{name}{{store="([^"]+)"}} (\S+)$', text, re.MULTILINE)
    return {store: float(value) for store, value in found}


def _operating() -> str:
    return Path("docs/operating.md").read_text()


def test_a_budget_is_shared_among_clients() -> None:
    budget, one, other = MemoryBudget(100), "192.0.2.1", "192.0.2.2"
    budget.take(60, one)  # one thing may be larger than a share
    with pytest.raises(TooManyRequests):
        budget.take(1, one)
    with pytest.raises(StoreBusy):
        budget.take(41, other)
    budget.take(20, other)
    budget.give_back(60, one)
    budget.take(25, one)
    assert budget.used == 45


def test_a_client_on_this_machine_may_be_a_proxy_and_use_a_whole_budget() -> None:
    budget = MemoryBudget(100)
    for _ in range(10):
        budget.take(10, "127.0.0.1")
    with pytest.raises(StoreBusy):
        budget.take(10, "127.0.0.1")


def test_parts_are_smaller_if_many_clients_read_slowly() -> None:
    budgets = MemoryBudgets()
    assert budgets.part == LARGEST_PART
    budgets.slow = 100
    assert budgets.part == PART
