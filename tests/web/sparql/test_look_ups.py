"""Look-ups over HTTP: they are answered without a worker, and later without the application."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from apecgraph.rdf.namespaces import ID
from apecgraph.web.publication import Publication
from tests.support.attacks import FOREVER
from tests.support.connections import connected, request
from tests.support.servers import served
from tests.support.waiting import soon

CHINA = f"SELECT ?p ?o {{ <{ID}economy/CHN> ?p ?o }}"
VARIED = {"Accept", "Prefer", "Accept-Encoding"}


@pytest.fixture(scope="module")
def looked_up(publication: Publication) -> Iterator[httpx.Client]:
    """A client of a server that keeps no replies, so that each look-up is evaluated."""
    with served(publication, cache_megabytes=0) as client:
        yield client


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv", "*/*"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_all_ways_to_answer_a_look_up_give_the_same_answer(
    looked_up: httpx.Client, accept: str, coding: str
) -> None:
    """A worker answers the query with FILTER, the application the first look-up."""
    headers = {"Accept": accept, "Accept-Encoding": coding}
    evaluated = ask(looked_up, CHINA.replace("}", "FILTER(true) }"), **headers)
    found = [ask(looked_up, CHINA, **headers) for _ in range(2)]
    found.append(ask(looked_up, f"{CHINA} # with another comment", **headers))
    assert sorted(evaluated.text.splitlines()) == sorted(found[0].text.splitlines())
    for each in found:
        assert each.status_code == 200
        assert each.content == found[0].content
        assert {*each.headers["vary"].split(", ")} == VARIED
        for name in ("content-type", "content-encoding", "content-security-policy"):
            assert each.headers.get(name) == evaluated.headers.get(name)
    assert found[0].headers["etag"] == found[1].headers["etag"] != found[2].headers["etag"]
    again = ask(looked_up, CHINA, **headers, **{"If-None-Match": found[1].headers["etag"]})
    assert again.status_code == 304


def test_a_look_up_says_whether_it_was_made_before(client: httpx.Client) -> None:
    """The application answers the first one; the server answers the others, which it keeps."""
    ask(client, f"{CHINA} # first")
    for number in range(2):
        replies = [ask(client, f"{CHINA} # kept {number}") for _ in range(3)]
        assert [reply.headers["Cache-Status"] for reply in replies] == [
            "apecgraph; fwd=miss",
            "apecgraph; hit",
            "apecgraph; hit",
        ]
        assert len({reply.content for reply in replies}) == 1


def test_what_a_look_up_has_besides_is_heeded(looked_up: httpx.Client) -> None:
    for _ in range(3):
        assert ask(looked_up, CHINA).headers["content-type"].startswith("application/sparql-res")
        for name, value, status, media_type in (
            ("format", "csv", 200, "text/csv"),
            ("default-graph-uri", "urn:x:none", 403, "application/problem+json"),
            ("cite", "1", 200, "application/sparql-results+json"),
            ("query", "ASK {}", 400, "application/problem+json"),
        ):
            url = f"/sparql?query={quote(CHINA)}&{name}={quote(value)}"
            reply = looked_up.get(url)
            assert reply.status_code == status
            assert reply.headers["content-type"].startswith(media_type)
    assert ask(looked_up, f"{CHINA} }}").status_code == 400
    ask(looked_up, f"ASK {{ <{ID}economy/CHN> ?p ?o }}", Prefer="cite", Accept="text/csv")
    for accept in ("*/*", "text/csv"):
        reply = ask(looked_up, CHINA, Prefer="cite", Accept=accept)
        assert reply.headers["Preference-Applied"] == "cite"
    page = ask(looked_up, CHINA, Accept="text/html")
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("target", "statuses"),
    [
        (b"/sparql?query=ASK%00", [400]),
        (b"/sparql?query=" + quote(CHINA).encode() + b"\r\nX:", [400]),
        (b"/sparql?query=" + quote(CHINA).encode() + b"\n", [400]),
        (b"/sparql?query=" + quote(CHINA).encode() + b"#a", [400]),
        (b"/sparql?query=" + quote(CHINA).encode() + b"\xe4", [400]),
        (b"/sparql?query=" + quote(CHINA).encode() + b"%", [400, 200]),
        (b"/sparql?query=" + quote(CHINA).encode(), [200, 200]),
    ],
)
def test_a_target_is_read_by_the_letter(
    looked_up: httpx.Client, target: bytes, statuses: list[int]
) -> None:
    """A server that has learned a request still refuses a malformed target."""
    host, port = looked_up.base_url.host, looked_up.base_url.port
    known = b"GET /sparql?query=%b HTTP/1.1\r\nHost: x\r\n\r\n" % quote(CHINA).encode()
    with socket.create_connection((host, port or 0), timeout=10) as connection:
        for _ in range(2):
            connection.sendall(known)
            read(connection, 1)
        before, after = known.split(b" ", 1)[0], known.split(b" ", 2)[2]
        connection.sendall(before + b" " + target + b" " + after)
        seen = read(connection, 1)
        if len(statuses) > 1:
            connection.sendall(known)
            seen += read(connection, 1)
    assert seen == statuses


def read(connection: socket.socket, count: int) -> list[int]:
    """Return the statuses of responses, which all have a length."""
    statuses = []
    file = connection.makefile("rb")
    for _ in range(count):
        statuses.append(int(file.readline().split()[1]))
        length = 0
        while (line := file.readline().strip()) != b"":
            name, _, value = line.partition(b": ")
            length = int(value) if name.lower() == b"content-length" else length
        file.read(length)
    return statuses


def test_look_ups_need_no_worker(publication: Publication) -> None:
    settings = {"long_queries": 0, "queue": 0, "query_seconds": 60}
    with (
        served(publication, **settings) as client,
        connected(client.base_url.port or 0) as busy,
    ):
        busy.sendall(request(FOREVER))
        assert soon(lambda: ask(client, "ASK {}").status_code == 503)
        for number in range(3):
            reply = ask(client, f"{CHINA} # {number}")
            assert reply.status_code == 200
            assert reply.json()["results"]["bindings"]


def test_look_ups_count_towards_the_limit_of_the_client(publication: Publication) -> None:
    with served(publication, queries_per_minute=5) as client:
        for client_address in ("192.0.2.1", "192.0.2.2"):
            statuses = [
                ask(
                    client,
                    f"{CHINA} # {client_address} {number}",
                    **{"X-Forwarded-For": client_address},
                ).status_code
                for number in range(7)
            ]
            assert statuses == [200] * 5 + [429] * 2
        assert ask(client, CHINA).status_code == 200
