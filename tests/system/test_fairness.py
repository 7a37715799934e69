"""Light clients get quick answers despite heavy ones; clients that dawdle are disconnected."""

from __future__ import annotations

import resource
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support import attacks
from tests.support.connections import BROKEN_OFF, PATIENCE, QUERY, connected, reply, request
from tests.support.servers import QUERY_SECONDS, Server, server_process
from tests.support.waiting import soon

pytestmark = (
    pytest.mark.alone
)  # takes all of the machine, and measures how soon others are answered

LIGHT: Final = "SELECT ?o { <urn:x:n1> <urn:x:next> ?o }"
HEAVY: Final = (attacks.FOREVER, *attacks.JOINS.queries.values(), *attacks.STREAMS.values())
TOGETHER: Final = 3.0
"""Seconds for which a light client sends queries while heavy clients do."""

DESCRIPTORS: Final = 128


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fairness") / "data.nq"
    path.write_text("".join(attacks.quads()))
    return path


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    limits = {"query_seconds": QUERY_SECONDS, "query_megabytes": 200}
    with server_process("--data", data, log=data.parent / "log.txt", **limits) as server:
        yield server


@pytest.fixture(scope="module")
def strict(data: Path) -> Iterator[Server]:
    """A server that gives a request one second to arrive."""
    with server_process(
        "--data", data, log=data.parent / "strict.txt", request_seconds=1
    ) as server:
        yield server


# --- heavy clients ------------------------------------------------------------------------------


def ask(client: httpx.Client, text: str) -> int:
    headers = {"Content-Type": QUERY, "Accept": "application/sparql-results+json, text/turtle"}
    return client.post("/sparql", content=text.encode(), headers=headers).status_code


def ask_lightly(server: Server, address: str) -> list[tuple[int, float]]:
    """Send light queries for a while, one after the other; return the status and time of each."""
    found = []
    end = time.monotonic() + TOGETHER
    with server.client(address) as client:
        while time.monotonic() < end:
            began = time.monotonic()
            status = ask(client, LIGHT)
            found.append((status, time.monotonic() - began))
            time.sleep(0.02)
    return found


def assert_well_served(found: list[tuple[int, float]]) -> None:
    statuses = [status for status, _ in found]
    assert statuses == [200] * len(statuses)
    assert statistics.median(seconds for _, seconds in found) < QUERY_SECONDS


@contextmanager
def heavy_clients(server: Server, texts: list[str]) -> Iterator[None]:
    """Run one client for each query, which sends it again and again."""
    stop = threading.Event()

    def run(text: str) -> None:
        with server.client() as client:
            while not stop.is_set():
                try:
                    ask(client, text)
                except httpx.HTTPError:  # the answer broke off
                    continue

    threads = [threading.Thread(target=run, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.2)
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    "texts",
    [[attacks.FOREVER] * 8, [text for text, _ in zip(cycle(HEAVY), range(8), strict=False)]],
    ids=["one query", "several"],
)
def test_eight_heavy_clients_do_not_starve_a_light_one(server: Server, texts: list[str]) -> None:
    with heavy_clients(server, texts):
        found = ask_lightly(server, "127.0.0.2")
    assert_well_served(found)


def test_a_client_that_floods_does_not_starve_another(server: Server) -> None:
    with ExitStack() as stack:
        flood = [
            stack.enter_context(connected(server.port, address="127.0.0.3")) for _ in range(200)
        ]
        for connection in flood:
            connection.sendall(request(attacks.FOREVER))
        found = ask_lightly(server, "127.0.0.2")
        replies = {reply(connection) for connection in flood}
    assert_well_served(found)
    assert replies <= {"422", "429", "503", "504"}


def reply_to(server: Server, text: str) -> str:
    with connected(server.port) as connection:
        connection.sendall(request(text))
        return reply(connection)


# --- clients that dawdle ------------------------------------------------------------------------


def trickled(server: Server, begin: bytes, rest: bytes) -> str:
    """Send a request, its rest byte by byte; return the reply that comes before its end."""
    with connected(server.port) as connection:
        connection.sendall(begin)
        connection.settimeout(0.1)
        for place in range(len(rest)):
            try:
                connection.sendall(rest[place : place + 1])
                if not connection.recv(1, socket.MSG_PEEK):
                    return BROKEN_OFF
            except TimeoutError:
                continue
            except ConnectionError:
                return BROKEN_OFF
            connection.settimeout(PATIENCE)
            return reply(connection)
    return "waits"


TRICKLES: Final = {
    # name: possible outcomes, the bytes sent at once, the bytes sent one by one
    "head": (("408", BROKEN_OFF), b"", b"GET /health HTTP/1.1\r\nX: " + b"x" * 40),
    "header": (("408", BROKEN_OFF), b"GET /health HTTP/1.1\r\nX: ", b"x" * 40),
    "body": (("408",), request("ASK {" + " " * 200)[:-200], b" " * 40),
    "chunks": (
        ("408",),
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/sparql-query\r\n\r\n",
        b"1\r\n \r\n" * 7,
    ),
    "empty lines": (("400", "408", BROKEN_OFF), b"", b"\r\n" * 50),
}


@pytest.mark.parametrize("name", TRICKLES)
def test_a_request_that_trickles_in_is_cut_off(strict: Server, name: str) -> None:
    expected, begin, rest = TRICKLES[name]
    assert trickled(strict, begin, rest) in expected
    assert reply_to(strict, LIGHT) == "200"


def test_a_silent_client_is_disconnected(strict: Server) -> None:
    with connected(strict.port) as connection:
        assert reply(connection) in ("408", BROKEN_OFF)


def is_shut(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"x")
    except ConnectionError:
        return True
    return False


def test_a_refused_client_that_keeps_sending_is_disconnected(strict: Server) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n"
    with connected(strict.port) as connection:
        connection.sendall(head)
        assert reply(connection) == "413"
        assert soon(lambda: is_shut(connection))


def test_more_idle_connections_than_descriptors_lock_no_client_out(
    data: Path, tmp_path: Path
) -> None:
    limits = {"request_seconds": 1, "connections": DESCRIPTORS // 2}
    log = tmp_path / "log.txt"
    with server_process("--data", data, log=log, **limits) as server, ExitStack() as stack:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        for _ in range(2 * DESCRIPTORS):
            stack.enter_context(connected(server.port))
        assert soon(lambda: reply_to(server, LIGHT) == "200")
        assert server.log.stat().st_size < 1_000_000
