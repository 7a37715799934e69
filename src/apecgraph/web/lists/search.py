"""The search page, and suggestions while a user types."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlsplit

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import ContentTooLarge, MalformedRequest, NotFound
from apecgraph.rdf.formats import HTML, JSON
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.readers.claims import FigureClaim, StatementClaim, read_claim
from apecgraph.search.entries import QUESTIONS, STATEMENTS, Entry, Section
from apecgraph.search.full_text import LONGEST_SEARCH, PAGE, Hit, HitKind, Hits, Search
from apecgraph.search.snippets import Snippet
from apecgraph.web.http.addresses import encoded, local_link, public_root
from apecgraph.web.http.paging import Paging, read_page
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.question import question_address

_SUGGESTIONS: Final = 8
_PUBLISHERS: Final = 3
"""Number of publishers of a value that are named."""

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Value:
    """A value that sources print.

    Attributes:
        text: The value with its unit; empty for a statement.
        status: Name of the status of the claims, such as "stands" or "rejected".
        publishers: The names of some publishers.
        others: Number of publishers that are not named.
    """

    text: str
    status: str
    publishers: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class HitRow:
    """A hit as the page shows it.

    Attributes:
        hit: The hit.
        name: Its name in the language of the page if possible.
        matched: Another name of it that matches, or None.
        path: The path of the page about it.
        kind: The label of its kind.
        values: What sources print, if it stands for claims.
        snippet: The part of a text that matches, or None.
        description: The short description of an entry without both; empty if nothing is known.
    """

    hit: Hit
    name: ox.Literal
    matched: ox.Literal | None
    path: str
    kind: str
    values: tuple[Value, ...]
    snippet: Snippet | None
    description: str

    @property
    def rejected(self) -> bool:
        """Whether decisions reject all claims that it stands for."""
        return bool(self.values) and all(each.status == "rejected" for each in self.values)


class SearchPage(Page):
    """The hits of a search, or all kinds of things if the search is empty; and suggestions."""

    template: ClassVar[str] = "lists/search.html"

    @property
    def _index(self) -> Search:
        return self.site.readings.search.get()

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page, or redirect from an address to what it is about.

        Args:
            request: The request.

        Returns:
            The page, a redirect, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter cannot be read, or there is no such kind or page.
            ContentTooLarge: A parameter is too long.
            TooManyRequests: The client has reached its rate limit.
        """
        search = _read(request)
        if _ADDRESS.fullmatch(search.text):
            path = await self.site.admit(request).run(lambda: self._path_of(request, search.text))
            if path is not None:
                headers = {"Cache-Control": "no-cache"}
                return RedirectResponse(path, status_code=303, headers=headers)

        await self.site.readings.search.ready()

        def write() -> str:
            return self.site.html.page(self.template, **self._values(search))

        return await self.site.responder.answer_uncached(
            request, HTML.content_type, write, repr(search)
        )

    async def suggest(self, request: Request) -> Response:
        """Answer a request with the first hits in JSON: the name, the type and the path of each."""
        search = _read(request)
        root = public_root(request)
        await self.site.readings.search.ready()
        return await self.site.responder.answer_uncached(
            request,
            JSON.content_type,
            lambda: json.dumps(self._suggestions(request, search), ensure_ascii=False),
            f"{search!r} {root}",
        )

    def _path_of(self, request: Request, address: str) -> str | None:
        """Return the path of the page that an address leads to.

        Args:
            request: The request, whose Host header may name this site.
            address: The address of a page of this site, one of our IRIs or a foreign one.

        Returns:
            The path, or None if the address is neither ours nor the same as a thing here.
        """
        ours = urlsplit(BASE)
        for root in (BASE, f"http://{ours.netloc}{ours.path}", self.site.url, public_root(request)):
            rest = address.removeprefix(root.rstrip("/"))
            if rest != address and rest[:1] in ("", "/", "?"):
                # One slash: two would begin the name of another host.
                return "/" + encoded(rest.lstrip("/\\"))
        try:
            return local_link(self.site.identifiers.by_iri(address).iri)
        except NotFound:
            return None

    def _values(self, search: _Search) -> Mapping[str, object]:
        index, kind = self._index, self._kind(search)
        if not search.text and kind is None:
            lists = [item for item in index.kinds if item.iri.startswith(ID)]
            classes = [item for item in index.kinds if item not in lists]
            every = {"classes": classes, "lists": lists, "kind_name": self.site.kind_name}
            return {"search": search, "kind": None, **every}
        found = index.find(search.text, kind) if search.text else Hits(())
        said = [] if kind else [each for each in found.hits if _is_statement(each)]
        hits = [each for each in found.hits if each not in said]
        listed = kind is not None and not search.text
        count = kind.count if kind is not None and listed else len(hits)
        paging = Paging(search.page, count, PAGE)
        shown = (
            index.of_kind(kind, search.page) if kind is not None and listed else paging.part(hits)
        )
        return {
            "search": search,
            "searched": search.text,
            "kind": kind,
            "kind_name": self.site.kind_name,
            "kinds": () if kind else index.counted(found.hits),
            "count": count,
            "more": bool(found.more),
            "paging": paging,
            "corrected": found.corrected,
            "groups": self._groups(shown),
            "statements": [self._row(each) for each in said[:PAGE]] if search.page == 1 else [],
            "said": len(said),
            "all_statements": index.kind("rdf:Statement"),
        }

    def _groups(self, hits: Iterable[Hit]) -> Sequence[tuple[str, Sequence[HitRow]]]:
        """Return the rows of hits under their headings; those with the name have none."""
        groups: dict[str, list[HitRow]] = {}
        headings = self._headings()
        for hit in hits:
            heading = "" if hit.is_named or not hit.words else headings.get(hit.entry.section, "")
            groups.setdefault(heading, []).append(self._row(hit))
        return list(groups.items())

    def _headings(self) -> Mapping[Section, str]:
        """Return the headings of the sections of hits."""
        catalogue = self.site.language.catalogue
        return {
            Section.DECISION: catalogue.gettext("Decisions"),
            Section.SERIES: catalogue.gettext("Series of figures"),
            Section.QUESTION: catalogue.gettext("Questions"),
            Section.THING: catalogue.gettext("Things"),
            Section.SOURCE: catalogue.gettext("Sources"),
            Section.TERM: catalogue.gettext("Terms"),
            Section.CELL: catalogue.gettext("Figures"),
            Section.STATEMENT: catalogue.gettext("Statements"),
        }

    def _row(self, hit: Hit) -> HitRow:
        entry, name, snippet = hit.entry, self.site.entry_name(hit.entry), hit.snippet
        matched = hit.matched if hit.matched and hit.matched.value != name.value else None
        values = tuple(self._said(entry.claims))
        kind = self.site.kind_name(entry.kinds[0]) if entry.kinds else ""
        is_described = snippet is not None or values or entry.section is Section.SERIES
        description = "" if is_described else self.site.descriptions.of(entry.iri)
        return HitRow(hit, name, matched, _path(entry), kind, values, snippet, description)

    def _said(self, claims: Iterable[str]) -> Sequence[Value]:
        """Return the values of the claims of an entry, each with its publishers."""
        alike: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        quantities = self.site.language.quantities
        for iri in claims:
            claim = read_claim(self.site.graph, iri)
            if isinstance(claim, FigureClaim | StatementClaim):
                source = self.site.html.source(claim.source)
                publisher = self.site.labels.title(source.publisher or source.iri).value
                key = quantities.value(claim), quantities.short(claim), claim.status
                alike[key][publisher] = None
        return [
            Value(text, status, tuple(names)[:_PUBLISHERS], max(0, len(names) - _PUBLISHERS))
            for (_, text, status), names in sorted(
                alike.items(), key=lambda item: (item[0][2] == "rejected", -len(item[1]))
            )
        ]

    def _suggestions(self, request: Request, search: _Search) -> list[dict[str, object]]:
        if not search.text:
            return []
        if _ADDRESS.fullmatch(search.text):
            path = self._path_of(request, search.text)
            if path is not None:
                kind = self.site.language.catalogue.gettext("address")
                return [_suggestion(self._name_of(path), kind, path)]
        rows = map(self._row, self._index.find(search.text).hits[:_SUGGESTIONS])
        return [
            {
                **_suggestion(row.name.value, row.kind, row.path),
                "language": row.name.language,
                "matched": row.matched and row.matched.value,
                "matchedLanguage": row.matched and row.matched.language,
                "rejected": row.rejected,
            }
            for row in rows
        ]

    def _name_of(self, path: str) -> str:
        label = self.site.labels.label(BASE + path[1:])
        return path if label is None else label.value

    def _kind(self, search: _Search) -> HitKind | None:
        kind = self._index.kind(search.kind) if search.kind else None
        if search.kind and kind is None:
            raise MalformedRequest(
                "type: there is no type '%(kind)s' here; see /search.", kind=search.kind
            )
        return kind


def _suggestion(name: str, kind: str, path: str) -> dict[str, object]:
    return {"name": name, "type": kind, "path": path}


def _is_statement(hit: Hit) -> bool:
    return STATEMENTS in hit.entry.kinds and not hit.is_named


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
            raise ContentTooLarge(
                "%(name)s: this text is longer than %(number)s characters.",
                limit,
                name=name,
                number=LONGEST_SEARCH,
            )
    return _Search(text, kind, read_page(parameters))
