"""The reconciliation service: the Reconciliation Service API 0.2 over HTTP.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/

JSONP is not supported: it would run responses of this server as scripts in pages of other sites.
CORS lets such pages read everything here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import ContentTooLarge, MalformedRequest, NotFound, UnsupportedMediaType
from apecgraph.query.protocol import FORM
from apecgraph.rdf.formats import HTML, JSON
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.search.entities import Entity, EntityProperty, Type
from apecgraph.search.extension import extend
from apecgraph.search.identifiers import Identifiers
from apecgraph.search.reconciler import Candidate, Reconciler, ReconciliationQuery
from apecgraph.search.suggestions import suggest
from apecgraph.web.http.addresses import public_root
from apecgraph.web.http.executor import RequestWork
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.methods import media_type
from apecgraph.web.http.parameters import read_number, read_parameters
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.reconcile.manifest import manifest, type_object
from apecgraph.web.reconcile.messages import LONGEST_QUERY, read_extension, read_queries

# Shown in a frame of another site, without scripts.
_POLICY: Final = (
    HEADERS["Content-Security-Policy"]
    .replace("frame-ancestors 'none'", "frame-ancestors *")
    .replace("script-src 'self'; ", "")
    .replace("connect-src 'self'; ", "")
)
_NUMBER_DIGITS: Final = 7


class Reconcile:
    """Answers reconciliation clients, such as OpenRefine."""

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    @cached_property
    def _reconciler(self) -> Reconciler:
        return Reconciler(self.site.entities, Identifiers(self.site.graph))

    async def service(self, request: Request, body: bytes) -> Response:
        """Answer with the manifest, with candidates (`queries`) or with values (`extend`)."""
        parameters = _parameters(request, body)
        asked = [name for name in ("queries", "extend") if name in parameters]
        if len(asked) > 1:
            raise MalformedRequest("Send either queries or extend.")
        if not asked and request.method == "POST":
            raise MalformedRequest("A batch of queries is sent as queries, for values as extend.")
        if not asked:
            address, name = public_root(request), self.site.html.site
            return await self._answer(request, lambda: manifest(address, name, self.site.entities))
        text = parameters[asked[0]]
        if asked == ["queries"]:
            return _json(await self._reconcile(self.site.admit(request), text))
        return await self._answer(request, lambda: self._extend(text))

    async def suggest(self, request: Request) -> Response:
        """Answer with entities, types or properties by the beginning of their names."""
        parameters = _parameters(request)
        prefix = parameters.get("prefix", "")
        if len(prefix) > LONGEST_QUERY:
            raise ContentTooLarge("prefix: this text is too long.", f"{LONGEST_QUERY} characters")
        skipped = _number(parameters, "cursor", "the number of suggestions to skip")

        def work() -> dict[str, Any]:
            found = suggest(self._kind(request), prefix, skipped or 0)
            return {"result": [self._suggestion(each) for each in found]}

        return await self._answer(request, work)

    async def flyout(self, request: Request) -> Response:
        """Answer with a line or two of HTML about an entity, a type or a property."""
        name = _parameters(request).get("id", "")

        def work() -> dict[str, Any]:
            found = self._find(request.path_params["kind"], name)
            described = f"<p>{escape(found.description)}</p>" if found.description else ""
            return {"id": name, "html": f"<p><b>{escape(found.name)}</b></p>{described}"}

        return await self._answer(request, work)

    async def properties(self, request: Request) -> Response:
        """Answer with the properties that entities of a type have, the most frequent first."""
        parameters = _parameters(request)
        name = parameters.get("type", "")
        limit = _number(parameters, "limit", "a number of properties")

        def work() -> dict[str, Any]:
            types = [self._find("type", name).id] if name else []
            found = self.site.entities.properties_of(types)[:limit]
            proposal: dict[str, Any] = {"properties": [_named(each) for each in found]}
            proposal |= {"type": name} if name else {}
            return proposal | ({} if limit is None else {"limit": limit})

        return await self._answer(request, work)

    async def preview(self, request: Request) -> Response:
        """Answer with a small page about an entity, which other sites may show in a frame."""
        name = _parameters(request).get("id", "")

        def work() -> str:
            entity = self.site.entities.entity(name)
            if entity is None:
                raise _missing("entity", name)
            types = [self.site.entities.types[each].name for each in entity.own_types]
            return self.site.html.page(
                "reconcile/preview.html", entity=entity, iri=ID + entity.id, types=types
            )

        page = await self.site.admit(request).run(work)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return Response(page, headers=headers, media_type=HTML.media_type)

    async def _reconcile(self, work: RequestWork, text: str) -> bytes:
        """Answer a batch; each query is a job of its own, so that other clients come between."""
        queries = await work.run(lambda: read_queries(text))
        results = [
            await work.run(partial(self._result, key, query)) for key, query in queries.items()
        ]
        return b"{" + b",".join(results) + b"}"

    def _result(self, key: str, query: ReconciliationQuery) -> bytes:
        try:
            found = self._reconciler.candidates(query)
        except MalformedRequest as error:
            raise MalformedRequest(f"queries.{key}: {error}") from None
        result = {"result": [self._candidate(each) for each in found]}
        return _written(key) + b":" + _written(result)

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
            "type": [
                {"id": each, "name": self.site.entities.types[each].name}
                for each in entity.own_types
            ],
            "score": candidate.score,
            "match": candidate.match,
            "features": [
                {"id": name, "value": value} for name, value in candidate.features.items()
            ],
        }

    def _suggestion(self, item: Entity | Type | EntityProperty) -> dict[str, Any]:
        match item:
            case Entity():
                types = [
                    {"id": each, "name": self.site.entities.types[each].name}
                    for each in item.own_types
                ]
                return {**_named(item), "notable": types}
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
            raise NotFound(f"Nothing suggests {kind}; there are {', '.join(items)}.")
        return items[kind].values()

    def _find(self, kind: str, name: str) -> Entity | Type | EntityProperty:
        finders: dict[str, Callable[[str], Entity | Type | EntityProperty | None]] = {
            "entity": self.site.entities.entity,
            "type": self.site.entities.type,
            "property": self.site.entities.property,
        }
        found = finders[kind](name) if kind in finders else None
        if found is None:
            raise _missing(kind, name)
        return found

    async def _answer(self, request: Request, work: Callable[[], Any]) -> Response:
        return _json(await self.site.admit(request).run(lambda: _written(work())))


def _parameters(request: Request, body: bytes = b"") -> dict[str, str]:
    if request.method == "POST" and media_type(request) != FORM:
        raise UnsupportedMediaType(f"Send the parameters as {FORM}.")
    parameters = read_parameters(request.scope["query_string"], body)
    if "callback" in parameters:
        raise MalformedRequest(
            "JSONP is not supported: omit callback. CORS allows requests from any page."
        )
    return parameters


def _number(parameters: Mapping[str, str], name: str, meaning: str) -> int | None:
    return read_number(parameters, name, meaning, digits=_NUMBER_DIGITS)


def _written(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _json(body: bytes) -> Response:
    return Response(body, headers={"Cache-Control": "no-cache"}, media_type=JSON.media_type)


def _missing(kind: str, name: str) -> NotFound:
    return NotFound(f"There is no {kind} {name!r} here.", [f"{BASE}reconcile"])


def _named(item: Entity | EntityProperty) -> dict[str, Any]:
    written = {"id": item.id, "name": item.name}
    return written | ({"description": item.description} if item.description else {})
