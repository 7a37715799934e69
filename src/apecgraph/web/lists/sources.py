"""The page of all sources, with the numbers of their claims and rejected claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import MalformedRequest
from apecgraph.rdf.namespaces import BASE
from apecgraph.readers.lists.facets import Choice, Facets
from apecgraph.readers.sources import Share, count_origins, read_shares
from apecgraph.text.languages import autonym
from apecgraph.web.http.paging import PAGE, Paging, read_page
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.lists.listing import ROWS, list_address
from apecgraph.web.pages.page import Page


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as a row of the table, with the labels of its publisher and its title."""

    share: Share
    publisher: str
    title: str


_ORDERS: Final[dict[str, Callable[[SourceRow], Any]]] = {
    "publisher": lambda row: row.publisher.casefold(),
    "kind": lambda row: row.share.source.official,
    "date": lambda row: row.share.source.issued or "",
    "language": lambda row: row.share.source.language or "",
    "figures": lambda row: row.share.figures,
    "claims": lambda row: row.share.claims,
    "rejected": lambda row: row.share.rejected,
}
"""The orders of the table."""

_UPWARDS: Final = ("publisher", "language")
"""Ascending orders; the others begin with the latest date or the most claims."""


class SourcesPage(Page):
    """The table of the sources of a release."""

    template: ClassVar[str] = "lists/sources.html"

    @cached_property
    def _rows(self) -> Facets[SourceRow]:
        title, catalogue = self.site.labels.title, self.site.language.catalogue
        kinds = {
            True: Choice(catalogue.gettext("official statistics"), "official"),
            False: Choice(catalogue.gettext("others"), "other"),
        }
        facets = {
            "kind": catalogue.gettext("Kind"),
            "language": catalogue.gettext("Language"),
            "year": catalogue.gettext("Year"),
        }
        rows = []
        for share in read_shares(self.site.graph):
            of = share.source
            year = (of.issued or "")[:4]
            row = SourceRow(share, title(of.publisher or of.iri).value, title(of.iri).value)
            choices = {
                "kind": [kinds[of.official]],
                "language": [Choice(autonym(of.language), of.language)] if of.language else [],
                "year": [Choice(year, year)] if year else [],
            }
            rows.append((row, choices))
        return Facets(facets, rows)

    async def answer(self, request: Request) -> Response:
        """Answer with the page, sorted as `sort` says; the default order is by publisher.

        Args:
            request: The request, whose other parameters choose among the sources.

        Returns:
            The page, or 304 (Not Modified).

        Raises:
            MalformedRequest: `sort` does not name an order, or there is no such facet or value.
        """
        choices = read_parameters(request.scope["query_string"])
        number = read_page(choices)
        choices.pop(PAGE, None)
        sort = choices.pop("sort", next(iter(_ORDERS)))
        if sort not in _ORDERS:
            raise MalformedRequest(
                "The sources cannot be sorted like that: `sort` must be one of %(listed)s.",
                listed=", ".join(_ORDERS),
            )
        self._rows.check(choices)
        variant = list_address("/sources", choices, sort, number)
        return await self.respond(
            request, lambda: self._values_in(choices, sort, number), variant=variant
        )

    def _values_in(
        self, choices: Mapping[str, str], sort: str, number: int
    ) -> Mapping[str, object]:
        rows = self._rows.chosen(choices)
        for order in ("date", "publisher", sort):  # sorting is stable
            rows.sort(key=_ORDERS[order], reverse=order not in _UPWARDS)
        paging = Paging(number, len(rows), ROWS)
        shown = paging.part(rows)
        groups = groupby(shown, key=lambda row: row.publisher if sort == "publisher" else row)
        page = partial(
            list_address, "/sources", choices, "" if sort == next(iter(_ORDERS)) else sort
        )
        return {
            "canonical": BASE + page(number).removeprefix("/"),
            "rows": rows,
            "paging": paging,
            "page": page,
            "choices": choices,
            "facets": self._rows.offers(choices),
            "address": list_address,
            "groups": [list(group) for _, group in groups],
            "sort": sort,
            "order": self._order(sort),
            "orders": tuple(_ORDERS),
            "upwards": _UPWARDS,
            "rejected": sum(row.share.rejected for row in rows),
            "officials": sum(row.share.source.official for row in rows),
            "origins": count_origins(self.site.graph, (row.share.source.iri for row in rows)),
        }

    def _order(self, sort: str) -> str:
        """Return the word for an order of the table."""
        catalogue = self.site.language.catalogue
        return {
            "publisher": catalogue.gettext("publisher"),
            "kind": catalogue.gettext("kind"),
            "date": catalogue.gettext("date"),
            "language": catalogue.gettext("language"),
            "figures": catalogue.gettext("figures"),
            "claims": catalogue.gettext("claims"),
            "rejected": catalogue.gettext("rejected"),
        }[sort]
