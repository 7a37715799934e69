"""Conditional requests, content codings and cached replies, as clients see them."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.datastructures import Headers

from apecgraph.release.release import Release
from apecgraph.web.http.representation import EntityTags, ReplyContent, Representation
from apecgraph.web.publication import Publication
from tests.support.servers import served

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 300"
ALL_STREAMED = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
SELECT = {"query": ALL}


def ask(
    client: httpx.Client, query: str, coding: str = "identity", **headers: str
) -> httpx.Response:
    return client.get(
        "/sparql", params={"query": query}, headers={"Accept-Encoding": coding, **headers}
    )


@pytest.fixture(scope="module")
def keeping(publication: Publication, release: Release) -> Iterator[httpx.Client]:
    """A client of a server whose cache has room for any reply."""
    with served(publication, cache_megabytes=512) as client:
        yield client


@pytest.mark.parametrize("query", [ALL, ALL_STREAMED], ids=["whole", "streamed"])
def test_a_cached_reply_equals_the_first(keeping: httpx.Client, query: str) -> None:
    replies = [ask(keeping, query) for _ in range(3)]
    assert [each.status_code for each in replies] == [200] * 3
    assert {each.content for each in replies} == {replies[0].content}
    tags = {each.headers["etag"] for each in replies}
    assert len(tags) == 1
    kept = replies[-1].headers
    assert int(kept["content-length"]) == len(replies[0].content)
    assert kept["vary"] == "Accept, Prefer, Accept-Encoding"
    assert kept["content-security-policy"]


def test_a_repeated_request_gets_the_same_answer_with_a_new_date(keeping: httpx.Client) -> None:
    """The first request is evaluated; later ones get the cached reply, then cached bytes."""
    replies = [ask(keeping, f"{ALL} # again", coding) for coding in 4 * ["identity", "gzip"]]
    for found in (replies[::2], replies[1::2]):
        assert len({each.content for each in found}) == 1
        for each in found:
            assert each.headers.pop("date")
            assert each.headers.pop("x-request-id")
        statuses = [each.headers.pop("cache-status") for each in found]
        assert statuses[1:] == 3 * ["apecgraph; hit"]
        assert len({str(sorted(each.headers.items())) for each in found}) == 1
        assert found[0].headers["content-security-policy"]


def test_repeated_requests_on_a_connection_are_answered_in_order(keeping: httpx.Client) -> None:
    host, port = keeping.base_url.host, keeping.base_url.port
    known = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n"
    other = known.replace(b"ASK%7B%7D", b"ASK%7B?s%20?p%201.25%7D")
    with socket.create_connection((host, port or 0), timeout=10) as connection:
        for _ in range(4):
            connection.sendall(known)
            assert until(connection, b"true").count(b"HTTP/1.1 200 OK") == 1
        # All at once, in pieces, and while another request is being answered.
        connection.sendall(other + known + known)
        received = until(connection, b"true", 2)
        assert received.index(b"false") < received.index(b"true")
        connection.sendall(known[:30])
        time.sleep(0.1)
        connection.sendall(known[30:])
        assert until(connection, b"true").count(b"HTTP/1.1 200 OK") == 1
        connection.sendall(other)
        connection.sendall(known)
        received = until(connection, b"true")
        assert received.index(b"false") < received.index(b"true")
        connection.sendall(known.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert until(connection, b"true").lower().count(b"connection: close") == 1
        assert connection.recv(1) == b""


def until(connection: socket.socket, end: bytes, times: int = 1) -> bytes:
    received = b""
    while received.count(end) < times:
        part = connection.recv(65536)
        assert part, received
        received += part
    return received


def test_replies_are_cached_by_format_and_dataset(client: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    seen = set()
    for accept in ("application/sparql-results+json", "text/csv", "text/tab-separated-values"):
        for dataset in ("", "https://w3id.org/apecgraph/id/graph/entities"):
            parameters = {"query": query} | ({"default-graph-uri": dataset} if dataset else {})
            for _ in range(2):
                reply = client.get("/sparql", params=parameters, headers={"Accept": accept})
                assert reply.headers["content-type"].startswith(accept)
            seen.add((reply.content, reply.headers["etag"]))
    assert len({content for content, _ in seen}) == 6
    assert len({tag for _, tag in seen}) == 6


def test_all_request_methods_share_a_cached_reply(client: httpx.Client) -> None:
    replies = (
        client.get("/sparql", params=SELECT),
        client.post("/sparql", data=SELECT),
        client.post("/sparql", content=ALL, headers={"Content-Type": "application/sparql-query"}),
    )
    assert len({reply.headers["etag"] for reply in replies}) == 1
    assert len({reply.content for reply in replies}) == 1


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_client_with_a_fresh_copy_is_answered_with_304(client: httpx.Client, coding: str) -> None:
    tag = ask(client, ALL, coding).headers["etag"]
    assert tag.startswith('W/"')  # another evaluation may order rows in another way
    strong = tag.removeprefix("W/")
    assert ask(client, ALL, coding, **{"If-None-Match": strong}).status_code == 304
    again = ask(client, ALL, coding, **{"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(client, ALL, coding, **{"If-None-Match": '"x"'}).status_code == 200


def test_a_fresh_copy_needs_no_evaluation(client: httpx.Client, release: Release) -> None:
    """The entity tag depends only on release and request."""
    query = f"ASK {{ <http://x/never> ?p '{release.digest}' }}"
    tag = ask(client, query).headers["etag"]
    assert ask(client, f"{query} ", **{"If-None-Match": tag}).status_code == 200
    assert ask(client, query, **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("coding", "compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("GZIP", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_reply_is_compressed_for_clients_that_accept_gzip(
    client: httpx.Client, coding: str, compressed: bool
) -> None:
    plain = ask(client, ALL, "identity")
    with client.stream(
        "GET", "/sparql", params=SELECT, headers={"Accept-Encoding": coding}
    ) as reply:
        raw = b"".join(reply.iter_raw())
        assert (reply.headers.get("content-encoding") == "gzip") is compressed
        assert int(reply.headers["content-length"]) == len(raw)
    assert (gzip.decompress(raw) if compressed else raw) == plain.content
    assert (reply.headers["etag"] != plain.headers["etag"]) is compressed


def test_short_replies_are_not_compressed(client: httpx.Client) -> None:
    assert "content-encoding" not in ask(client, "ASK {}", "gzip").headers


@pytest.mark.parametrize(
    "call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "now ( )", "Rand #\n()"]
)
def test_changing_answers_are_not_cached(client: httpx.Client, call: str) -> None:
    query = f"SELECT ({call} AS ?x) {{}}"
    replies = [ask(client, query, **{"If-None-Match": "*"}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].content != replies[1].content
    for reply in replies:
        assert "etag" not in reply.headers
        assert reply.headers["cache-control"] == "no-store"


def test_errors_are_not_cached(client: httpx.Client) -> None:
    for _ in range(2):
        reply = ask(client, "SELECT nonsense")
        assert reply.status_code == 400
        assert reply.headers["cache-control"] == "no-store"
        assert "etag" not in reply.headers


def test_entity_tags_differ_by_content_by_program_and_by_resource() -> None:
    assert EntityTags("a", "b").tag("/", "x") == EntityTags("a", "b").tag("/", "x")
    others = (EntityTags("c", "b"), EntityTags("a", "c"))
    tags = {EntityTags("a", "b").tag("/", "x"), *(other.tag("/", "x") for other in others)}
    assert len(tags | {EntityTags("a", "b").tag("/", "y")}) == 4


@pytest.mark.parametrize(
    ("vary", "compressible", "expected"),
    [
        (None, True, "Accept-Encoding"),
        ("Accept", True, "Accept, Accept-Encoding"),
        ("Accept", False, "Accept"),
        (None, False, None),
    ],
)
def test_vary_names_what_selects_a_representation(
    vary: str | None, compressible: bool, expected: str | None
) -> None:
    request = Headers({"accept-encoding": "gzip"})
    headers = {} if vary is None else {"Vary": vary}
    representation = Representation(
        request, "text/plain", '"a"', headers, compressible=compressible
    )
    response = representation.response(ReplyContent(b"x" * 2000))
    assert response.headers.get("vary") == expected
    assert response.headers.get("content-encoding") == ("gzip" if compressible else None)
    assert response.headers["etag"] == ('"a-gzip"' if compressible else '"a"')
    assert representation.not_modified().headers.get("vary") == expected


def test_a_context_is_compressed_under_a_tag_of_its_own(client: httpx.Client) -> None:
    path = client.get("/context.jsonld").headers["location"]
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    compressed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.content == plain.content
    assert compressed.headers["etag"] != plain.headers["etag"]
    assert plain.headers["vary"] == "Accept-Encoding"
