"""Connections of clients that send malformed requests, or send very slowly."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from apecgraph.release.release import Release
from apecgraph.web.publication import Publication
from apecgraph.web.server.framing import LARGEST_HEAD, MOST_HEADERS
from tests.support.connections import PATIENCE
from tests.support.servers import server_thread

SECONDS = 1.0
CONNECTIONS = 8


@pytest.fixture(scope="module")
def hasty(publication: Publication, release: Release) -> Iterator[str]:
    """The URL of a server that waits one second for a request and allows few connections."""
    limits = {"request_seconds": SECONDS, "connections": CONNECTIONS}
    with server_thread(publication, **limits) as url:
        yield url


def connect(url: str) -> socket.socket:
    where = urlsplit(url)
    return socket.create_connection((where.hostname, where.port or 0), timeout=10)


def receive(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def answer(url: str, request: bytes) -> tuple[int, dict[str, object]]:
    """Send bytes; return the status and the problem. The server must close the connection."""
    with connect(url) as connection:
        connection.sendall(request)
        head, _, body = receive(connection).partition(b"\r\n\r\n")
    assert b"content-security-policy: " in head.lower()
    assert b"\r\nconnection: close" in head.lower()
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


GET = b"GET /health HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (b"GET /?" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "POST"),
        (b"GET /?" + b"x" * 2 * LARGEST_HEAD, 414, "POST"),
        (GET + b"Host: a\r\nX: " + b"x" * LARGEST_HEAD + b"\r\n\r\n", 431, "65536 bytes"),
        (GET + b"Host: a\r\nX: " + b"x" * 2 * LARGEST_HEAD, 431, "65536 bytes"),
        (GET + b"Host: a\r\n" + b"X: y\r\n" * MOST_HEADERS + b"\r\n", 431, "100 headers"),
        (GET + b"\r\n", 400, "Host"),
        (GET + b"Host: a\r\nHost: b\r\n\r\n", 400, "Host"),
        (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "HTTP/1.1",
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400, "HTTP/1.1"),
        (b"HELLO\r\n\r\n", 400, "HTTP/1.1"),
        (GET + b"Host a\r\n\r\n", 400, "HTTP/1.1"),
        (GET + b"Host: a\r\nX: \x00\r\n\r\n", 400, "HTTP/1.1"),
    ],
    ids=[
        *("long URL", "endless URL", "long header", "endless header", "many headers"),
        *("no Host", "two Hosts", "two lengths", "TLS", "no HTTP", "no colon", "NUL"),
    ],
)
def test_malformed_requests_are_refused(
    hasty: str, request_: bytes, status: int, detail: str
) -> None:
    found, problem = answer(hasty, request_)
    assert (found, problem["status"]) == (status, status)
    assert detail in str(problem["detail"])
    assert httpx.get(f"{hasty}/health", timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"GET /hea",
        GET,
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n"
        b"Content-Type: application/sparql-query\r\n\r\n",
    ],
    ids=["nothing", "line", "headers", "body"],
)
def test_a_request_that_trickles_in_is_answered_with_408(hasty: str, begin: bytes) -> None:
    with connect(hasty) as connection:
        connection.sendall(begin)
        began = time.monotonic()
        received = b""
        connection.settimeout(0.05)
        while time.monotonic() - began < 10 * SECONDS:
            try:
                connection.sendall(b"a" if begin else b"")
                part = connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            if not part:
                break
            received += part
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b'"limit": "1 s"' in received
    assert httpx.get(f"{hasty}/health", timeout=PATIENCE).status_code == 200


def test_a_body_that_trickles_in_after_the_answer_is_cut_off(hasty: str) -> None:
    with connect(hasty) as connection:
        connection.sendall(GET + b"Host: a\r\nContent-Length: 1000\r\n\r\na")
        received = receive(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b" 408 " not in received


def test_an_idle_connection_is_kept_for_its_next_request(hasty: str) -> None:
    with connect(hasty) as connection:
        for _ in range(2):
            connection.sendall(GET + b"Host: a\r\n\r\n")
            received = b""
            while not received.endswith(b"}"):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 ")
            time.sleep(1.5 * SECONDS)


def test_a_connection_over_the_limit_takes_the_place_of_one_that_waits(hasty: str) -> None:
    silent = [connect(hasty) for _ in range(CONNECTIONS)]
    try:
        assert httpx.get(f"{hasty}/health", timeout=PATIENCE).status_code == 200
        received = receive(silent[0])
        assert received.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: " in received.lower()
    finally:
        for each in silent:
            each.close()


def test_a_request_line_may_contain_the_full_url(hasty: str) -> None:
    with connect(hasty) as connection:
        connection.sendall(b"GET http://a/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert receive(connection).startswith(b"HTTP/1.1 200 ")


H2C = (
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
    b"upgrade : h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    b"Content-Type: application/sparql-query\r\n"
)
WITH_LENGTH = H2C.replace(b"upgrade :", b"Upgrade:") + b"Content-Length: 6\r\n\r\nASK {}"
CHUNKED = H2C.replace(b"upgrade :", b"UPGRADE:") + (
    b"Transfer-Encoding: chunked\r\n\r\n4\r\nASK \r\n2\r\n{}\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("request_", [WITH_LENGTH, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("sizes", [[], [40], [250], [-6], [-2], [40, 250, 260]], ids=str)
def test_the_body_of_a_request_that_offers_http_2_is_read(
    hasty: str, request_: bytes, sizes: list[int]
) -> None:
    """As Java's client does, which Jena uses."""
    with connect(hasty) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cuts = sorted(size % len(request_) for size in sizes)
        for start, end in zip([0, *cuts], [*cuts, len(request_)], strict=True):
            connection.sendall(request_[start:end])
            time.sleep(0.02)
        head, _, body = receive(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"true" in body


def test_a_connection_stays_open_after_an_offer_of_http_2(hasty: str) -> None:
    kept = WITH_LENGTH.replace(b", close", b"")
    with connect(hasty) as connection:
        for _ in range(3):
            connection.sendall(kept)
            received = b""
            while b"true" not in received:
                part = connection.recv(65536)
                assert part
                received += part
        connection.sendall(GET + b"Host: a\r\nConnection: close\r\n\r\n")
        assert receive(connection).startswith(b"HTTP/1.1 200 ")


def test_pipelined_requests_are_answered_in_order(hasty: str) -> None:
    with connect(hasty) as connection:
        connection.sendall(
            2 * (GET + b"Host: a\r\n\r\n") + GET + b"Host: a\r\nConnection: close\r\n\r\n"
        )
        assert receive(connection).count(b"HTTP/1.1 200 ") == 3
