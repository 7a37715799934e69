"""Where requests begin and end: as RFC 9112 says, or the connection is closed.

A proxy and a server that disagree about this let one client answer for another (request smuggling).
"""

from __future__ import annotations

import asyncio
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from apecgraph.web.publication import Publication
from tests.load import framing
from tests.support.raw_http import Reply, exchange, replies
from tests.support.servers import server_thread

SEED = 2026
FUZZING_SECONDS = 10
POST = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
GET = "GET /health HTTP/1.1\r\nHost: a\r\n"
QUERY = quote("SELECT ('canary' AS ?x) {}")
CANARY = f"GET /sparql?query={QUERY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
CASES = tomllib.loads(Path(__file__).with_name("framing.toml").read_text("utf-8"))["case"]


@pytest.fixture(scope="module")
def port(publication: Publication) -> Iterator[int]:
    with server_thread(publication, request_seconds=5) as url:
        yield urlsplit(url).port or 0


def unescaped(text: str) -> bytes:
    text = text.replace("{POST}", POST).replace("{GET}", GET)
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def assert_answered(found: list[Reply], statuses: list[int], *, closed: bool) -> None:
    assert [reply.status for reply in found] == statuses + [200] * (not closed)
    assert all(reply.complete for reply in found)
    assert [b"canary" in reply.body for reply in found] == [False] * len(statuses) + [True] * (
        not closed
    )


@pytest.mark.parametrize("size", [1 << 20, 7], ids=["at once", "in parts"])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_request_is_read_to_its_end_or_refused(
    port: int, case: dict[str, Any], size: int
) -> None:
    data = unescaped(case["request"]) + CANARY
    parts = (data[start : start + size] for start in range(0, len(data), size))
    found = replies(exchange(port, parts))
    assert_answered(found, case["statuses"], closed=case.get("closed", False))


@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
def test_a_head_whose_body_is_still_to_come_is_not_a_whole_request(port: int, expect: str) -> None:
    body = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
    head = f"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: a\r\n{expect}Content-Length: "
    for _ in range(3):  # a cache could answer the second and the third
        found = replies(exchange(port, [f"{head}{len(body)}\r\n\r\n".encode(), body, CANARY]))
        assert_answered([each for each in found if each.status != 100], [400], closed=False)
        found = replies(exchange(port, [f"{head}0\r\n\r\n".encode(), CANARY]))
        assert_answered([each for each in found if each.status != 100], [200], closed=False)


@pytest.mark.parametrize("field", ["Transfer-Encoding: chunked", "X: y\n", "Upgrade: h2c"])
def test_a_request_that_may_go_on_is_not_answered_like_one_that_may_not(
    port: int, field: str
) -> None:
    plain = b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: a\r\n"
    for _ in range(3):
        found = replies(exchange(port, [plain + b"\r\n", CANARY]))
        assert_answered(found, [200], closed=False)
        odd = plain + f"{field}\r\nConnection: upgrade\r\n\r\n".encode()
        found = replies(exchange(port, [odd, b"0\r\n\r\n" * ("T" in field), CANARY]))
        refused = "\n" in field
        assert_answered(found, [400 if refused else 200], closed=refused)


def test_a_connection_whose_request_ends_after_its_response_is_closed_when_idle(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall((GET + "Content-Length: 5\r\n\r\n").encode())
        received = connection.recv(65536)
        connection.sendall(b"hello")
        while part := connection.recv(65536):
            received += part
    assert [reply.status for reply in replies(received)] == [200]


def test_endless_trailers_and_chunk_extensions_are_refused(port: int) -> None:
    start = (POST + "Transfer-Encoding: chunked\r\n\r\n").encode()
    for more in (b"6;" + b"x" * 200_000, b"6\r\nASK {}\r\n0\r\nX: " + b"x" * 200_000):
        (reply,) = replies(exchange(port, [start, more]))
        assert reply.status == 431


def test_the_server_and_h11_find_the_same_requests(caplog: pytest.LogCaptureFixture) -> None:
    with framing.echo_server() as echo:
        numbers = framing.numbers_for(FUZZING_SECONDS)
        done, fault = asyncio.run(framing.first_fault(echo, SEED, numbers))
    assert fault is None, fault
    assert done > 500
    assert caplog.records == []


def test_generated_requests_are_of_both_kinds() -> None:
    """Otherwise the fuzzer would test nothing but refusals, or none."""
    read = [framing.read_by_h11(framing.make_case(SEED, number)) for number in range(300)]
    assert sum(requests[-1:] == [b"GET /canary "] for requests in read) > 50
    assert sum(requests[-1:] != [b"GET /canary "] for requests in read) > 100
