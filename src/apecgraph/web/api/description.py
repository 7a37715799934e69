"""The OpenAPI description of all paths (OpenAPI 3.1): those of FastAPI and of `paths.toml`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from apecgraph.rdf.formats import (
    CROISSANT,
    CSV,
    CSVW,
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    GZIP,
    JSON,
    PARQUET,
    PICTURE_FORMATS,
    PROBLEM,
    RESULTS_FORMATS,
    SDMX_STRUCTURE,
    TEXT,
    Format,
)
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.readers.selections import PARAMETERS
from apecgraph.release.release import DUMP_FORMATS
from apecgraph.tabular.writers import WRITERS
from apecgraph.web.api import models
from apecgraph.web.api.examples import example_values
from apecgraph.web.api.parameters import meaning
from apecgraph.web.pages.site import ReleaseSite, Site

ELSEWHERE: Final = ("/sparql", "/metrics")
"""The paths that do not go to FastAPI."""

_TABLES: Final = tuple(format_ for format_, _ in WRITERS.values())
_GROUPS: Final[Mapping[str, Sequence[Format]]] = {
    "documents": DOCUMENT_FORMATS,
    "graphs": GRAPH_FORMATS,
    "results": RESULTS_FORMATS,
    "pictures": PICTURE_FORMATS,
    "tables": _TABLES,
    "dumps": (*DUMP_FORMATS, CSV, CSVW, PARQUET, CROISSANT, SDMX_STRUCTURE, GZIP, TEXT, JSON),
}
"""Groups of formats that answers in `paths.toml` may have."""

_PROBLEM: Final = {
    "description": "The request has no answer",
    "content": {PROBLEM.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_STATUSES: Final = {
    302: "Leads to the present version",
    303: "Leads to the answer",
    308: "Leads to the canonical address",
}
_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")


class Description:
    """Describes all paths of an application.

    Args:
        site: How the publication is presented.
        routes: The routes of the application.
    """

    def __init__(self, site: Site, routes: Iterable[BaseRoute]) -> None:
        self._site = site
        self._routes = routes

    async def answer(self, request: Request) -> Response:
        """Answer a request with the description in JSON."""
        return await self._site.responder.answer(
            request,
            JSON.content_type,
            lambda: json.dumps(self.document, ensure_ascii=False, separators=(",", ":")),
        )

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        return example_values(self._site) if isinstance(self._site, ReleaseSite) else {}

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The description as an object of JSON."""
        text = files("apecgraph.web.api").joinpath("paths.toml").read_text(encoding="utf-8")
        written = tomllib.loads(text)
        routes = list(self._routes)
        typed = get_openapi(
            title=self._site.html.site,
            version=version("apecgraph"),
            description=" ".join(self._site.graph.values(BASE, f"{DCTERMS}description")),
            routes=routes,
            tags=[{"name": name, "description": what} for name, what in written["tags"].items()],
            servers=[{"url": self._site.url}],
        )
        for path, item in typed["paths"].items():
            for operation in item.values():
                self._complete(operation, written["examples"].get(path, {}))
        served = {each.path_format for each in iter_route_contexts(routes)} | set(ELSEWHERE)
        described = {
            path: dict(self._operations(path, entry, written["parameters"]))
            for path, entry in self._entries(written).items()
            if path in served
        }
        schemas = typed.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas |= {"Problem": models.Problem.model_json_schema(), **written["schemas"]}
        typed["paths"] = described | typed["paths"]
        return typed

    def _entries(self, written: Mapping[str, Any]) -> Mapping[str, Any]:
        entries: dict[str, Any] = written["paths"]
        return entries if self._site.release is not None else entries | written["data"]

    def _complete(self, operation: dict[str, Any], examples: Mapping[str, str]) -> None:
        """Add what FastAPI cannot know: examples, and what the answer to an error is."""
        operation["summary"] = operation.pop("description").rstrip(".")
        for parameter in operation.get("parameters", ()):
            text = self._filled(examples.get(parameter["name"]))
            if text is not None:
                parameter["example"] = text
        responses = operation["responses"]
        responses.pop("422", None)
        responses["default"] = _PROBLEM

    def _operations(
        self, path: str, entry: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        own = {"get": entry, "post": entry.get("post", {})}
        for method, about in own.items():
            if "summary" not in about:
                continue
            each = {**entry, **about}
            operation: dict[str, Any] = {
                "tags": [each["tag"]],
                "summary": each["summary"],
                "operationId": re.sub(r"\W+", "_", method + path),
                "parameters": list(self._parameters(path, each, parameters)),
                "responses": dict(_responses(each)),
            }
            if "about" in about:
                operation["description"] = about["about"]
            if method == "post":
                operation["requestBody"] = self._body(each["body"])
            yield method, operation

    def _parameters(
        self, path: str, entry: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        for name in _PLACEHOLDER.findall(path):
            yield self._parameter(name, "path", parameters[entry["path"][name]])
        for key in entry.get("query", ()):
            if key == "selection":
                for name in PARAMETERS:
                    example = {"example": "{measure}"} if name == "measure" else {}
                    yield self._parameter(name, "query", {"about": meaning(name), **example})
            else:
                yield self._parameter(parameters[key].get("name", key), "query", parameters[key])

    def _parameter(self, name: str, place: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        schema: dict[str, Any] = {"type": entry.get("type", "string")}
        if "values" in entry:
            schema["enum"] = [each.extension for each in (*_TABLES, *PICTURE_FORMATS)]
        elif "enum" in entry:
            schema["enum"] = entry["enum"]
        if entry.get("many"):
            schema = {"type": "array", "items": schema}
        parameter = {
            "name": name,
            "in": place,
            "required": place == "path" or entry.get("required", False),
            "description": entry["about"],
            "schema": schema,
        }
        text = self._filled(entry.get("example"))
        return parameter if text is None else {**parameter, "example": text}

    def _body(self, bodies: Mapping[str, str]) -> Mapping[str, Any]:
        content: dict[str, Any] = {}
        for media_type, example in bodies.items():
            text = self._filled(example)
            content[media_type] = {"schema": {}} | ({} if text is None else {"example": text})
        return {"required": True, "content": content}

    def _filled(self, example: str | None) -> str | None:
        """Fill in an example; return None if the release lacks a value that it names."""
        if example is None:
            return None
        names = _PLACEHOLDER.findall(example)
        if any(name not in self._examples for name in names):
            return None
        return _PLACEHOLDER.sub(lambda match: self._examples[match[1]], example)


def _responses(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    content: dict[str, Any] = {}
    for answer in entry.get("answers", ()):
        for media_type in [each.media_type for each in _GROUPS.get(answer, ())] or [answer]:
            content[media_type] = {}
    if "json" in entry:
        schema = {"$ref": f"#/components/schemas/{entry['json']}"}
        content[JSON.media_type] = {"schema": schema}
    if content:
        yield "200", {"description": "The answer", "content": content}
    for status in entry.get("redirects", ()):
        yield str(status), {"description": _STATUSES[status]}
    yield "default", _PROBLEM
