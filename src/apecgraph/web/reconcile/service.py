"""The reconciliation service: the Reconciliation Service API 0.2 over HTTP.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/

JSONP is not supported: it would run responses of this server as scripts in pages of other sites.
Such pages can read all responses through CORS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import (
    ContentTooLarge,
    MalformedRequest,
    NotFound,
    RequestError,
    UnsupportedMediaType,
)
from apecgraph.query.protocol import FORM, encoding_of
from apecgraph.rdf.formats import HTML, JSON
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.search.entities import Entity, EntityProperty, Type
from apecgraph.search.extension import extend
from apecgraph.search.reconciler import Candidate, Reconciler, ReconciliationQuery
from apecgraph.search.suggestions import suggest
from apecgraph.web.http.addresses import public_root
from apecgraph.web.http.executor import RequestWork
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.memory import request_memory
from apecgraph.web.http.methods import media_type
from apecgraph.web.http.parameters import read_number, read_parameters
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.reconcile.manifest import manifest, type_object
from apecgraph.web.reconcile.messages import LONGEST_QUERY, read_extension, read_queries

_PREVIEW_POLICY: Final = (
    HEADERS["Content-Security-Policy"]
    .replace("frame-ancestors 'none'", "frame-ancestors *")
    .replace("script-src 'self'; ", "")
    .replace("connect-src 'self'; ", "")
)
"""The Content-Security-Policy of a preview: other sites may frame it, and it has no scripts."""

_NUMBER_DIGITS: Final = 7


class Reconcile:
    """Answers reconciliation clients, such as OpenRefine.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    @cached_property
    def _reconciler(self) -> Reconciler:
        return Reconciler(self.site.entities, self.site.identifiers)

    async def service(self, request: Request, body: bytes) -> Response:
        """Answer a request with the manifest, with candidates (`queries`) or values (`extend`)."""
        parameters = _parameters(request, body)
        queries, extension = parameters.get("queries"), parameters.get("extend")
        if queries is not None and extension is not None:
            raise MalformedRequest(
                "Send either the parameter `queries` or the parameter `extend`, not both."
            )
        if queries is not None:
            return _json(request, await self._reconcile(self.site.admit(request), queries))
        if extension is not None:
            return await self._answer(request, lambda: self._extend(extension))
        if request.method == "POST":
            raise MalformedRequest(
                "Send the parameter `queries` to reconcile names, or `extend` to fetch values."
            )
        root, name = public_root(request), self.site.html.site
        return await self._answer(request, lambda: manifest(root, name, self.site.entities))

    async def suggest(self, request: Request) -> Response:
        """Answer a request with entities, types or properties whose names begin with a prefix."""
        parameters = _parameters(request)
        prefix = parameters.get("prefix", "")
        if len(prefix) > LONGEST_QUERY:
            limit = f"{LONGEST_QUERY} characters"
            raise ContentTooLarge(f"prefix: this text is longer than {limit}.", limit)
        skipped = _number(parameters, "cursor")

        def work() -> dict[str, Any]:
            items = suggest(self._kind(request), prefix, skipped or 0)
            return {"result": [self._suggestion(item) for item in items]}

        return await self._answer(request, work)

    async def flyout(self, request: Request) -> Response:
        """Answer a request with a fragment of HTML about an entity, a type or a property."""
        name = _parameters(request).get("id", "")

        def work() -> dict[str, Any]:
            item = self._find(request.path_params["kind"], name)
            description = f"<p>{escape(item.description)}</p>" if item.description else ""
            return {"id": name, "html": f"<p><b>{escape(item.name)}</b></p>{description}"}

        return await self._answer(request, work)

    async def properties(self, request: Request) -> Response:
        """Answer a request with the properties of a type's entities, the most frequent first."""
        parameters = _parameters(request)
        name = parameters.get("type", "")
        limit = _number(parameters, "limit")

        def work() -> dict[str, Any]:
            types = [self._find("type", name).id] if name else []
            properties = self.site.entities.properties_of(types)[:limit]
            proposal: dict[str, Any] = {"properties": [_named(item) for item in properties]}
            proposal |= {"type": name} if name else {}
            return proposal | ({} if limit is None else {"limit": limit})

        return await self._answer(request, work)

    async def preview(self, request: Request) -> Response:
        """Answer a request with a small page about an entity, for frames in other sites."""
        name = _parameters(request).get("id", "")

        def work() -> str:
            entity = self.site.entities.entity(name)
            if entity is None:
                raise _missing("entity", name)
            types = [self.site.entities.types[id_].name for id_ in entity.own_types]
            iri = ID + entity.id
            return self.site.html.page(
                "reconcile/preview.html",
                entity=entity,
                iri=iri,
                types=types,
                described=self.site.descriptions.of(iri),
            )

        page = await self.site.admit(request).run(work)
        headers = {"Content-Security-Policy": _PREVIEW_POLICY, "Cache-Control": "no-cache"}
        return Response(page, headers=headers, media_type=HTML.media_type)

    async def _reconcile(self, work: RequestWork, text: str) -> bytes:
        """Answer a batch; each query is a separate job, so other clients can take turns.

        A query that is malformed has no candidates, but its error. If all are, raise the first.
        """
        queries = await work.run(lambda: read_queries(text))
        results = {
            key: query
            if isinstance(query, RequestError)
            else await work.run(partial(self._result, key, query))
            for key, query in queries.items()
        }
        errors = [each for each in results.values() if isinstance(each, RequestError)]
        if errors and len(errors) == len(results):
            raise errors[0]
        return _serialized(
            {
                key: {"result": [], "error": str(each)} if isinstance(each, RequestError) else each
                for key, each in results.items()
            }
        )

    def _result(self, key: str, query: ReconciliationQuery) -> dict[str, Any] | RequestError:
        try:
            candidates = self._reconciler.candidates(query)
        except MalformedRequest as error:
            return MalformedRequest(f"queries.{key}: {error}")
        return {"result": [self._candidate(item) for item in candidates]}

    def _extend(self, text: str) -> dict[str, Any]:
        ids, columns = read_extension(text)
        try:
            return extend(self.site.entities, ids, columns)
        except MalformedRequest as error:
            raise MalformedRequest(f"extend.properties: {error}") from None

    def _candidate(self, candidate: Candidate) -> dict[str, Any]:
        entity = candidate.entity
        return {
            "id": entity.id,
            "name": entity.name,
            "description": entity.description,
            "type": self._types(entity),
            "score": candidate.score,
            "match": candidate.match,
            "features": [
                {"id": name, "value": value} for name, value in candidate.features.items()
            ],
        }

    def _types(self, entity: Entity) -> list[dict[str, str]]:
        types = self.site.entities.types
        return [{"id": id_, "name": types[id_].name} for id_ in entity.own_types]

    def _suggestion(self, item: Entity | Type | EntityProperty) -> dict[str, Any]:
        match item:
            case Entity():
                return {**_named(item), "notable": self._types(item)}
            case Type():
                return type_object(item, self.site.entities)
            case EntityProperty():
                return _named(item)

    def _kind(self, request: Request) -> Iterable[Any]:
        kind = request.path_params["kind"]
        items = {
            "entity": self.site.entities.entities,
            "type": self.site.entities.types,
            "property": self.site.entities.properties,
        }
        if kind not in items:
            raise NotFound(f"There is no suggest service for {kind!r}; use {', '.join(items)}.")
        return items[kind].values()

    def _find(self, kind: str, name: str) -> Entity | Type | EntityProperty:
        finders: dict[str, Callable[[str], Entity | Type | EntityProperty | None]] = {
            "entity": self.site.entities.entity,
            "type": self.site.entities.type,
            "property": self.site.entities.property,
        }
        item = finders[kind](name) if kind in finders else None
        if item is None:
            raise _missing(kind, name)
        return item

    async def _answer(self, request: Request, work: Callable[[], Any]) -> Response:
        return _json(request, await self.site.admit(request).run(lambda: _serialized(work())))


def _parameters(request: Request, body: bytes = b"") -> dict[str, str]:
    if body and media_type(request) != FORM:
        raise UnsupportedMediaType(f"Send the parameters as {FORM}.")
    encoding = encoding_of(request.headers.get("content-type"))
    parameters = read_parameters(request.scope["query_string"], body, encoding)
    if "callback" in parameters:
        raise MalformedRequest(
            "JSONP is not supported: omit the parameter `callback`. Pages on any site "
            "may send requests "
            "(CORS)."
        )
    return parameters


def _number(parameters: Mapping[str, str], name: str) -> int | None:
    return read_number(parameters, name, digits=_NUMBER_DIGITS)


def _serialized(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _json(request: Request, body: bytes) -> Response:
    request_memory(request.scope).count_reply(len(body))
    return Response(body, headers={"Cache-Control": "no-cache"}, media_type=JSON.media_type)


def _missing(kind: str, name: str) -> NotFound:
    return NotFound(f"There is no {kind} {name!r} here.", [f"{BASE}reconcile"])


def _named(item: Entity | EntityProperty) -> dict[str, Any]:
    written = {"id": item.id, "name": item.name}
    return written | ({"description": item.description} if item.description else {})
