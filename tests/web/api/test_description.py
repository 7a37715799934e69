"""The OpenAPI description names every path, and its examples answer as it says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator

from apecgraph.query.model import Answer, DataFile, Query
from apecgraph.rdf.formats import TRIG
from apecgraph.settings import Settings
from apecgraph.web.api.description import ELSEWHERE
from apecgraph.web.app import ServerResources, create_app
from apecgraph.web.http.router import PathRouter
from apecgraph.web.publication import Publication
from tests.support.servers import served


class NoQueries:
    """Answers no queries."""

    quads = 0
    graphs: Sequence[str] = ()
    notes: Sequence[str] = ()
    failure: str | None = None

    async def query(self, query: Query, client: str = "") -> Answer:
        raise NotImplementedError


class Example(NamedTuple):
    """A request that the description gives, and the operation that it is an example of."""

    method: str
    path: str
    query: Mapping[str, str]
    operation: Mapping[str, Any]


@pytest.fixture(scope="module")
def description(client: httpx.Client) -> Mapping[str, Any]:
    document: Mapping[str, Any] = client.get("/openapi.json").raise_for_status().json()
    return document


def examples(description: Mapping[str, Any]) -> Iterator[Example]:
    """Yield the example of each operation, once for each value of a path with a choice."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            parameters = operation.get("parameters", ())
            choices = [
                (each["name"], value)
                for each in parameters
                if each["in"] == "path" and "enum" in each["schema"]
                for value in each["schema"]["enum"]
            ]
            for chosen in choices or [("", "")]:
                filled, query = path, {}
                for each in parameters:
                    if each["in"] == "path":
                        value = chosen[1] if each["name"] == chosen[0] else each["example"]
                        filled = filled.replace(f"{{{each['name']}}}", quote(value))
                    elif "example" in each:
                        query[each["name"]] = str(each["example"])
                yield Example(method, filled, query, operation)


def test_every_path_is_described_and_every_description_has_a_path(
    description: Mapping[str, Any], publication: Publication
) -> None:
    app = create_app(publication, NoQueries(), ServerResources.of(Settings()))
    assert isinstance(app, PathRouter)
    assert isinstance(app.default, FastAPI)
    routes = iter_route_contexts(app.default.router.routes)
    assert set(description["paths"]) == {each.path_format for each in routes} | set(ELSEWHERE)


def test_nothing_is_written_about_what_there_is_not(description: Mapping[str, Any]) -> None:
    text = files("apecgraph.web.api").joinpath("paths.toml").read_text(encoding="utf-8")
    written = tomllib.loads(text)
    assert written["paths"].keys() | written["examples"].keys() <= description["paths"].keys()
    entries = [*written["paths"].values(), *written["data"].values()]
    entries += [entry["post"] for entry in entries if "post" in entry]
    used = {name for entry in entries for name in entry.get("query", ())} - {"selection"}
    used |= {name for entry in entries for name in entry.get("path", {}).values()}
    assert written["parameters"].keys() == used
    assert written["schemas"].keys() == {entry["json"] for entry in entries if "json" in entry}


def test_every_operation_has_a_name_a_tag_and_an_example(description: Mapping[str, Any]) -> None:
    tags = {each["name"] for each in description["tags"]}
    names = []
    for path, item in description["paths"].items():
        for operation in item.values():
            names.append(operation["operationId"])
            assert operation["summary"], path
            assert set(operation["tags"]) <= tags, path
            for each in operation.get("parameters", ()):
                assert each["description"], (path, each["name"])
                assert not each["required"] or "example" in each, (path, each["name"])
    assert len(names) == len(set(names))


def test_every_example_answers_as_described(
    description: Mapping[str, Any], client: httpx.Client
) -> None:
    faults = []
    for example in examples(description):
        responses = example.operation["responses"]
        types = list(responses.get("200", {}).get("content", {})) or ["*/*"]
        bodies = example.operation.get("requestBody", {}).get("content", {"": {}})
        for wanted in types:
            for body_type, body in bodies.items():
                headers = {"Accept": f"{wanted}, */*;q=0.1"}
                if body_type:
                    headers["Content-Type"] = body_type
                response = client.request(
                    example.method,
                    f"{example.path}?{urlencode(example.query)}",
                    headers=headers,
                    content=body.get("example"),
                )
                client.cookies.clear()
                fault = _fault(description, response, responses.get("200", {}).get("content", {}))
                if fault:
                    faults.append(f"{example.method} {response.url} as {wanted}: {fault}")
    assert not faults, "\n".join(faults)


def _fault(
    description: Mapping[str, Any], response: httpx.Response, content: Mapping[str, Any]
) -> str:
    """Return the fault of a response, or nothing."""
    if str(response.status_code) not in ("200", "302", "303", "308"):
        return f"{response.status_code} {response.text[:200]}"
    if response.status_code != 200:
        return "" if response.headers["location"] else "no location"
    sent = response.headers["content-type"].partition(";")[0]
    # The media types of SDMX have parameters.
    known = {each.partition(";")[0]: each for each in content}
    if sent not in known:
        return f"sent as {sent}"
    schema = content[known[sent]].get("schema")
    if schema is None or sent != "application/json":
        return ""
    errors = Draft202012Validator({**schema, "components": description["components"]})
    return "; ".join(error.message[:200] for error in errors.iter_errors(response.json()))


def test_an_error_is_as_described(description: Mapping[str, Any], client: httpx.Client) -> None:
    schema = {**description["components"]["schemas"]["Problem"], "additionalProperties": True}
    typed = [path for path in description["paths"] if path.startswith("/api/")]
    assert len(typed) > 12
    for example in examples(description):
        if not example.path.startswith("/api/"):
            continue
        for wrong in ({"nonsense": "1"}, {"lang": "xx"}):
            response = client.get(example.path, params={**example.query, **wrong})
            assert response.status_code == 400, response.url
            assert response.headers["content-type"] == "application/problem+json"
            assert next(iter(wrong)) in response.json()["detail"]
            Draft202012Validator(schema).validate(response.json())


def test_a_server_of_files_describes_only_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "data.trig"
    path.write_text("<a:a> <a:b> 1 .")
    with served(Publication.of_files([DataFile.of(path, TRIG)])) as client:
        paths = client.get("/openapi.json").raise_for_status().json()["paths"]
    assert {"/sparql", "/health", "/openapi.json", "/"} <= set(paths)
    assert "/figures" not in paths
    assert not [path for path in paths if path.startswith("/api")]
