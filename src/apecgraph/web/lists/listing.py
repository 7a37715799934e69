"""The page that lists all things of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.namespaces import BASE, ID
from apecgraph.readers.lists.kinds import KINDS, ListingKind
from apecgraph.readers.lists.listing import Column, Row
from apecgraph.readers.queries import all_of_kind
from apecgraph.web.http.paging import PAGE, Paging, read_page
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.page import Page

_SORT: Final = "sort"

ROWS: Final = 200
"""Maximum number of things on a page."""

_OTHER_LISTS: Final = {
    "source": "/sources",
    "figure": "/figures",
    "cell": "/figures",
    "decision": "/conflicts",
    "question": "/questions",
    "release": "/releases",
    "shape": "/shapes",
    "statement": "/search?type=rdf%3AStatement",
}
"""The pages that list things, keyed by the first part of their IRIs."""


class ListPage(Page):
    """The list of all things of one kind."""

    template: ClassVar[str] = "lists/listing.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the list, sorted and chosen from as its parameters say.

        Args:
            request: The request.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            NotFound: There is no such kind.
            MalformedRequest: There is no such column, facet or value.
        """
        kind = KINDS.get(request.path_params["kind"])
        if kind is None:
            raise NotFound(
                "There is no list of '%(name)s'.",
                [f"{BASE}browse/{each}" for each in KINDS],
                name=request.path_params["kind"],
            )
        sent = read_parameters(request.scope["query_string"])
        number = read_page(sent)
        choices = {name: value for name, value in sent.items() if value and name != PAGE}
        sort = choices.pop(_SORT, "")
        return await self.respond(
            request,
            lambda: self._values(kind, choices, sort, number),
            variant=list_address("", choices, sort, number),
        )

    def _values(
        self, kind: ListingKind, choices: Mapping[str, str], sort: str, number: int
    ) -> Mapping[str, object]:
        listing, path = self.site.listings.of(kind), f"/browse/{kind.name}"
        listing.rows.check(choices)
        order = sort or listing.order
        columns = [each.name for each in listing.columns]
        if order not in columns:
            raise MalformedRequest(
                "%(name)s: this list can be sorted by %(listed)s.",
                name=_SORT,
                listed=", ".join(columns),
            )
        rows = listing.rows.chosen(choices)
        paging = Paging(number, len(rows), ROWS)
        page = partial(list_address, path, choices, sort)
        return {
            "canonical": BASE + page(number).removeprefix("/"),
            "things": kind,
            "listing": listing,
            "rows": paging.part(_sorted(rows, listing.columns, columns.index(order))),
            "paging": paging,
            "page": page,
            "choices": choices,
            "facets": listing.rows.offers(choices),
            "address": list_address,
            "path": path,
            "sort": order,
            "query": all_of_kind(kind.classes, kind.scheme),
        }


def list_of(path: str) -> str | None:
    """Return the path of the list of the things whose IRIs begin with a path, such as /id/economy.

    Args:
        path: The path, with or without a final slash.

    Returns:
        The path of the list, or None if there is no list of such things.
    """
    first = path.removeprefix("/id").strip("/")
    if not first:
        return "/browse"
    if "/" in first:
        return None
    kind = kind_of(ID + first)
    return _OTHER_LISTS.get(first) if kind is None else f"/browse/{kind.name}"


def kind_of(iri: str) -> ListingKind | None:
    """Return the kind of a thing that has a list, or None."""
    first = iri.removeprefix(ID).split("/")[0]
    return next((kind for kind in KINDS.values() if first in kind.paths), None)


def list_address(path: str, choices: Mapping[str, str], sort: str = "", number: int = 1) -> str:
    """Return the address of a page, counted from 1, of a list with some choices and an order."""
    sent = {**choices, **({_SORT: sort} if sort else {}), **({PAGE: number} if number > 1 else {})}
    return f"{path}?{urlencode(sent, safe='/')}" if sent else path


def _sorted(rows: Sequence[Row], columns: Sequence[Column], by: int) -> list[Row]:
    """Sort rows by a column, and rows with the same value by name; empty cells come last."""
    named = sorted(rows, key=lambda row: (row.keys[0] or (0, ""), row.iri))
    filled = [row for row in named if row.keys[by] is not None]
    filled.sort(key=lambda row: row.keys[by] or (0, ""), reverse=columns[by].numeric)
    return [*filled, *(row for row in named if row.keys[by] is None)]
