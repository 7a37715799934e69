"""The search page, and suggestions while a user types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import ContentTooLarge, MalformedRequest
from apecgraph.rdf.formats import HTML, JSON
from apecgraph.rdf.namespaces import ID
from apecgraph.search.entries import QUESTIONS, Entries, Entry
from apecgraph.search.full_text import LONGEST_SEARCH, HitKind, Search
from apecgraph.web.http.addresses import local_link
from apecgraph.web.http.parameters import read_number, read_parameters
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.question import question_address

_PAGE: Final = 50
"""Number of hits on a page."""

_SUGGESTIONS: Final = 8
_PAGE_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class _Search:
    """A search.

    Attributes:
        text: The text, without space around its words.
        kind: The id of the kind of things to find, or "" for any.
        page: The number of the page, from 1.
    """

    text: str
    kind: str
    page: int


class SearchPage(Page):
    """The hits of a search, or all kinds of things if the search is empty; and suggestions."""

    template: ClassVar[str] = "pages/search.html"

    @cached_property
    def _index(self) -> Search:
        return Search(Entries(self.site.graph, self.site.entities))

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page.

        Args:
            request: The request.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter cannot be read, or there is no such kind or page.
            ContentTooLarge: A parameter is too long.
        """
        search = _read(request)

        def write() -> str:
            return self.site.html.page(self.template, **self._values(search))

        return await self.site.responder.answer_uncached(
            request, HTML.content_type, write, repr(search)
        )

    async def suggest(self, request: Request) -> Response:
        """Answer a request with the first hits in JSON: the name, the type and the path of each."""
        search = _read(request)
        return await self.site.responder.answer_uncached(
            request, JSON.content_type, lambda: self._suggestions(search), repr(search)
        )

    def _values(self, search: _Search) -> Mapping[str, object]:
        index, kind = self._index, self._kind(search)
        if not search.text and kind is None:
            lists = [item for item in index.kinds if item.iri.startswith(ID)]
            classes = [item for item in index.kinds if item not in lists]
            return {"search": search, "kind": None, "classes": classes, "lists": lists}
        hits = index.find(search.text, kind)
        last = max(1, -(-len(hits) // _PAGE))
        if search.page > last:
            raise MalformedRequest(f"page: there are only {last} pages of hits.")
        start = (search.page - 1) * _PAGE
        return {
            "search": search,
            "searched": search.text,
            "kind": kind,
            "kinds": () if kind else index.counted(hits),
            "count": len(hits),
            "last": last,
            "first": start + 1,
            "hits": [
                (hit, _path(hit.entry), index.named(hit.entry))
                for hit in hits[start : start + _PAGE]
            ],
        }

    def _suggestions(self, search: _Search) -> str:
        hits = self._index.find(search.text)[:_SUGGESTIONS] if search.text else []
        suggestions = [
            {
                "name": hit.entry.name.value,
                "language": hit.entry.name.language,
                "matched": hit.matched and hit.matched.value,
                "matchedLanguage": hit.matched and hit.matched.language,
                "type": next(iter(self._index.named(hit.entry)), ""),
                "path": _path(hit.entry),
            }
            for hit in hits
        ]
        return json.dumps(suggestions, ensure_ascii=False)

    def _kind(self, search: _Search) -> HitKind | None:
        kind = self._index.kind(search.kind) if search.kind else None
        if search.kind and kind is None:
            raise MalformedRequest(f"type: there is no type {search.kind!r} here; see /search.")
        return kind


def _path(entry: Entry) -> str:
    """Return the path of the page about an entry."""
    return question_address(entry.iri) if QUESTIONS in entry.kinds else local_link(entry.iri) or ""


def _read(request: Request) -> _Search:
    parameters = read_parameters(request.scope["query_string"])
    text = " ".join(parameters.get("q", "").split())
    kind = parameters.get("type", "")
    for name, value in (("q", text), ("type", kind)):
        if len(value) > LONGEST_SEARCH:
            limit = f"{LONGEST_SEARCH} characters"
            raise ContentTooLarge(f"{name}: this text is longer than {limit}.", limit)
    page = read_number(parameters, "page", "the number of a page", digits=_PAGE_DIGITS, least=1)
    return _Search(text, kind, page or 1)
