"""The page of the search, and its suggestions while somebody types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import ContentTooLarge, MalformedRequest
from apecgraph.query.protocol import decode_form
from apecgraph.rdf.formats import HTML, JSON, Format
from apecgraph.rdf.namespaces import ID
from apecgraph.search.entries import QUESTIONS, Entries, Entry
from apecgraph.search.full_text import LONGEST_SEARCH, HitKind, Search
from apecgraph.web.http.addresses import local_link
from apecgraph.web.http.encoding import accepts_gzip, gzipped
from apecgraph.web.http.responder import has_current
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.question import question_address

_PAGE: Final = 50
"""Hits on a page."""

_SUGGESTED: Final = 8
_MOST_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: the text without space around it, the id of a kind, the number of a page."""

    text: str
    kind: str
    page: int


class SearchPage(Page):
    """The results of a search, or the kinds of things if nothing is asked; and suggestions.

    Results are not cached, as strangers may ask for anything.
    """

    template: ClassVar[str] = "pages/search.html"

    @cached_property
    def _search(self) -> Search:
        return Search(Entries(self.site.graph, self.site.entities))

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        asked = _read(request)
        return await self._answer(
            request,
            HTML,
            asked,
            lambda: self.site.html.page(self.template, **self._values_of(asked)),
        )

    async def suggest(self, request: Request) -> Response:
        """Answer with the first hits: name, type and path of each, in JSON."""
        asked = _read(request)
        return await self._answer(request, JSON, asked, lambda: self._suggestions(asked))

    async def _answer(
        self, request: Request, format_: Format, asked: _Asked, work: Callable[[], str]
    ) -> Response:
        compresses = accepts_gzip(request.headers)
        coding = "gzip" if compresses else ""
        etag = self.site.responder.etag("search", format_.name, repr(asked), coding)
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if has_current(request.headers, etag):
            return Response(status_code=304, headers=headers)
        client = request.client.host if request.client else ""
        self.site.rate_limit.spend(client)

        def body() -> tuple[bytes, bytes | None]:
            written = work().encode()
            return written, gzipped(written) if compresses else None

        executor = self.site.executor
        plain, compressed = await executor.run(client, body, executor.deadline())
        if compressed is not None:
            headers["Content-Encoding"] = coding
        headers["Content-Type"] = format_.content_type
        return Response(plain if compressed is None else compressed, headers=headers)

    def _values_of(self, asked: _Asked) -> Mapping[str, object]:
        search, kind = self._search, self._kind(asked)
        if not asked.text and kind is None:
            lists = [each for each in search.kinds if each.iri.startswith(ID)]
            classes = [each for each in search.kinds if each not in lists]
            return {"asked": asked, "kind": None, "classes": classes, "lists": lists}
        hits = search.find(asked.text, kind)
        last = max(1, -(-len(hits) // _PAGE))
        if asked.page > last:
            raise MalformedRequest(f"page: there are {last} pages of what was found.")
        shown = hits[(asked.page - 1) * _PAGE : asked.page * _PAGE]
        return {
            "asked": asked,
            "searched": asked.text,
            "kind": kind,
            "kinds": () if kind else search.counted(hits),
            "count": len(hits),
            "last": last,
            "first": (asked.page - 1) * _PAGE + 1,
            "hits": [(hit, _path(hit.entry), search.named(hit.entry)) for hit in shown],
        }

    def _suggestions(self, asked: _Asked) -> str:
        search = self._search
        hits = search.find(asked.text)[:_SUGGESTED] if asked.text else []
        suggested = [
            {
                "name": hit.entry.name.value,
                "language": hit.entry.name.language,
                "matched": hit.matched and hit.matched.value,
                "matchedLanguage": hit.matched and hit.matched.language,
                "type": next(iter(search.named(hit.entry)), ""),
                "path": _path(hit.entry),
            }
            for hit in hits
        ]
        return json.dumps(suggested, ensure_ascii=False)

    def _kind(self, asked: _Asked) -> HitKind | None:
        found = self._search.kind(asked.kind) if asked.kind else None
        if asked.kind and found is None:
            raise MalformedRequest(f"type: there is no type {asked.kind!r} here; see /search.")
        return found


def _path(entry: Entry) -> str:
    """Return the path of the page about an entry."""
    return question_address(entry.iri) if QUESTIONS in entry.kinds else local_link(entry.iri) or ""


def _read(request: Request) -> _Asked:
    pairs = decode_form(request.scope["query_string"])
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise MalformedRequest("Each parameter is given once.")
    text = " ".join(parameters.get("q", "").split())
    if len(text) > LONGEST_SEARCH:
        raise ContentTooLarge("q: this text is too long.", f"{LONGEST_SEARCH} characters")
    kind = parameters.get("type", "")
    if len(kind) > LONGEST_SEARCH:
        raise ContentTooLarge("type: this is too long.", f"{LONGEST_SEARCH} characters")
    return _Asked(text, kind, _number(parameters))


def _number(parameters: Mapping[str, str]) -> int:
    text = parameters.get("page") or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        raise MalformedRequest("page: it is the number of a page, from 1.")
    return int(text)
