"""The endpoint of the Model Context Protocol: limits, methods and hostile bodies."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from apecgraph.rdf.namespaces import ID
from apecgraph.web.publication import Publication
from tests.support.servers import served

HEADERS = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2025-11-25",
}


def message(method: str, **params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def send(client: httpx.Client, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/mcp", content=content, headers={**HEADERS, **headers})


def test_a_program_of_a_web_page_may_ask(client: httpx.Client) -> None:
    allowed = client.options("/mcp", headers={"Origin": "https://example.org"})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert allowed.headers["access-control-allow-origin"] == "*"
    answer = send(client, message("tools/list"), Origin="https://example.org")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    tools = answer.json()["result"]["tools"]
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    assert all(tool["inputSchema"]["type"] == "object" for tool in tools)


def test_the_ontology_and_the_shapes_can_be_read(client: httpx.Client) -> None:
    listed = send(client, message("resources/list")).json()["result"]["resources"]
    assert [each["uri"] for each in listed] == [f"{ID}graph/ontology", f"{ID}graph/shapes"]
    for each in listed:
        read = send(client, message("resources/read", uri=each["uri"])).json()["result"]
        (content,) = read["contents"]
        assert content["mimeType"] == "text/turtle"
        assert "@prefix" in content["text"]
    missing = send(client, message("resources/read", uri=f"{ID}graph/none")).json()
    assert "There is no such resource" in missing["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_there_are_no_sessions_and_no_streams(client: httpx.Client, method: str) -> None:
    refused = client.request(method, "/mcp", headers=HEADERS)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b"null",
        b'{"jsonrpc": "2.0"}',
        [message("tools/list")] * 500,
    ],
    ids=["nothing", "cut", "no UTF-8", "nested", "null", "no method", "batch"],
)
def test_bodies_that_are_no_message_are_refused(client: httpx.Client, body: object) -> None:
    response = send(client, body)
    assert response.status_code == 400, response.text
    assert len(response.content) < 10_000


def test_a_large_body_is_refused(client: httpx.Client) -> None:
    assert send(client, b" " * 70_000).status_code == 413


def test_a_tool_counts_against_the_limit_of_the_client_that_calls_it(
    publication: Publication,
) -> None:
    def is_refused(client: httpx.Client, number: int, address: str) -> bool:
        arguments = {"query": f"ASK {{}} # {number}"}
        asked = message("tools/call", name="run_sparql", arguments=arguments)
        result = send(client, asked, **{"X-Forwarded-For": address}).json()["result"]
        assert result["isError"] is ("3 queries a minute" in result["content"][0]["text"])
        return bool(result["isError"])

    with served(publication, queries_per_minute=3) as client:
        assert [is_refused(client, n, "192.0.2.1") for n in range(2)] == [False, True]
        third = send(client, message("tools/list"), **{"X-Forwarded-For": "192.0.2.1"})
        assert third.status_code == 429
        assert not is_refused(client, 5, "192.0.2.2")
