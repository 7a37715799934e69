"""The page of all sources, with the numbers of their claims and rejected claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.decisions import REJECTED
from apecgraph.errors import MalformedRequest
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ADMS, APEC, QB, RDF
from apecgraph.rdf.terms import term_text
from apecgraph.readers.sources import Source, count_origins, read_sources
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.page import Page


@dataclass(frozen=True, slots=True)
class Share:
    """A source with the numbers of its claims, of its figures, and of its rejected claims."""

    source: Source
    claims: int
    figures: int
    rejected: int


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

    template: ClassVar[str] = "pages/sources.html"

    async def answer(self, request: Request) -> Response:
        """Answer with the page, sorted as `sort` says; the default order is by publisher.

        Raise MalformedRequest if `sort` does not name an order.
        """
        parameters = read_parameters(request.scope["query_string"])
        sort = parameters.get("sort", next(iter(_ORDERS)))
        if sort not in _ORDERS:
            raise MalformedRequest(
                "The sources cannot be sorted like that: `sort` must be one of "
                f"{', '.join(_ORDERS)}."
            )
        return await self.respond(request, lambda: self._values_in(sort), variant=sort)

    def _values_in(self, sort: str) -> Mapping[str, object]:
        rows = self._rows(sort)
        groups = groupby(rows, key=lambda row: row.publisher if sort == "publisher" else row)
        return {
            "rows": rows,
            "groups": [list(group) for _, group in groups],
            "sort": sort,
            "orders": tuple(_ORDERS),
            "upwards": _UPWARDS,
            "rejected": sum(row.share.rejected for row in rows),
            "officials": sum(row.share.source.official for row in rows),
            "origins": count_origins(self.site.graph, (row.share.source.iri for row in rows)),
        }

    def _rows(self, sort: str) -> list[SourceRow]:
        """Return all sources in an order; equal sources are sorted by publisher, then by date."""
        rows = [
            SourceRow(
                share,
                self.site.labels.title(share.source.publisher or share.source.iri).value,
                self.site.labels.title(share.source.iri).value,
            )
            for share in read_shares(self.site.graph)
        ]
        for order in ("date", "publisher", sort):  # sorting is stable
            rows.sort(key=_ORDERS[order], reverse=order not in _UPWARDS)
        return rows


def read_shares(graph: Graph) -> list[Share]:
    """Read all sources, in the order of their identifiers."""
    claims = [
        quad
        for quad in graph.quads(None, f"{APEC}statedIn")
        if isinstance(quad.graph_name, ox.NamedNode)
    ]
    observed = list(graph.quads(None, f"{RDF}type", f"{QB}Observation"))
    rejected = {
        *graph.subjects(f"{ADMS}status", REJECTED),
        # Releases of older versions state no status.
        *(term_text(quad.object) for quad in graph.quads(None, f"{APEC}rejects")),
    }
    made = Counter(str(quad.graph_name) for quad in claims)
    figures = Counter(str(quad.graph_name) for quad in observed)
    rejections = Counter(
        str(quad.graph_name) for quad in claims if term_text(quad.subject) in rejected
    )
    return [
        Share(source, made[name], figures[name], rejections[name])
        for source in read_sources(graph)
        for name in (f"<{source.iri}>",)
    ]
