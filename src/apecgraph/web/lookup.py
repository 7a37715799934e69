"""Lookup: our IRI for the IRI of another, or for a code."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cached_property
from typing import Any, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import ContentTooLarge, MalformedRequest, NotFound, UnsupportedMediaType
from apecgraph.formats import DOCUMENT_FORMATS, Format
from apecgraph.identifiers import Identified, Identifiers
from apecgraph.namespaces import BASE
from apecgraph.protocol import decode_form
from apecgraph.web.addresses import encoded
from apecgraph.web.budget import Budget
from apecgraph.web.errands import Errands
from apecgraph.web.reading import choose

MOST: Final = 1000
"""What may be looked up at once."""

LONGEST: Final = 2000
"""Characters of an IRI or a code."""

_JSON: Final = Format("json", "JSON", "application/json", "json")
_FIELDS: Final = ({"iri"}, {"code", "scheme"})
_ASK: Final = "Ask for an iri, or for a code of a scheme"


class Lookup:
    """Answers which thing of ours an IRI or a code stands for; store: holds the release."""

    def __init__(self, store: ox.Store, budget: Budget, errands: Errands) -> None:
        self._store = store
        self._budget = budget
        self._errands = errands

    @cached_property
    def _identifiers(self) -> Identifiers:
        return Identifiers(self._store)

    async def answer(self, request: Request, body: bytes) -> Response:
        """Answer GET with 303 to the thing, or with JSON; answer POST with a list of results."""
        client = request.client.host if request.client else ""
        self._budget.spend(client)
        work = self._all if request.method == "POST" else self._one
        deadline = self._errands.deadline()
        return await self._errands.run(client, lambda: work(request, body), deadline)

    def _one(self, request: Request, _: bytes) -> Response:
        pairs = decode_form(request.scope["query_string"])
        asked = dict(pairs)
        if len(asked) < len(pairs) or asked.keys() not in _FIELDS:
            raise MalformedRequest(
                f"{_ASK}: ?iri=... or ?code=...&scheme=... {self._identifiers.about_schemes}"
            )
        format_ = choose(request, (*DOCUMENT_FORMATS, _JSON))
        found = self._find(asked)
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        if format_ is _JSON:
            return _json(asdict(found), headers)
        path = encoded(found.iri.removeprefix(BASE))
        return RedirectResponse(f"/{path}", status_code=303, headers=headers)

    def _all(self, request: Request, body: bytes) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _JSON.media_type:
            raise UnsupportedMediaType(f"What is looked up is sent as {_JSON.media_type}.")
        return _json([self._found(each, place) for place, each in enumerate(_list(body))], {})

    def _found(self, asked: object, place: int) -> dict[str, Any] | None:
        if not (
            isinstance(asked, dict)
            and asked.keys() in _FIELDS
            and all(isinstance(each, str) for each in asked.values())
        ):
            raise MalformedRequest(
                f"[{place}]: {_ASK}: an object with iri, or with code and scheme, all strings."
            )
        try:
            return asdict(self._find(asked))
        except NotFound:
            return None

    def _find(self, asked: dict[str, str]) -> Identified:
        if max(map(len, asked.values())) > LONGEST:
            raise ContentTooLarge("This is too long to look up.", f"{LONGEST} characters")
        if "iri" in asked:
            return self._identifiers.by_iri(asked["iri"])
        return self._identifiers.by_code(asked["code"], asked["scheme"])


def _list(body: bytes) -> list[object]:
    try:
        items = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not JSON in UTF-8.") from None
    if not isinstance(items, list):
        raise MalformedRequest("The body is a list of what to look up.")
    if len(items) > MOST:
        limit = f"{MOST} items"
        raise ContentTooLarge(f"A list has {limit} at most, and this has {len(items)}.", limit)
    return items


def _json(content: object, headers: dict[str, str]) -> Response:
    body = json.dumps(content, ensure_ascii=False)
    return Response(body, headers=headers, media_type=_JSON.media_type)
