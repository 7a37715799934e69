"""The page of all sources, each with how much it states and how much of that stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import MalformedRequest
from apecgraph.rdf.formats import HTML
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, QB, RDF
from apecgraph.readers.sources import Source, read_sources
from apecgraph.web.http.responder import CachedResponder
from apecgraph.web.pages.html import Html


@dataclass(frozen=True, slots=True)
class Share:
    """A source, with how many claims it makes, how many of them are figures, how many rejected."""

    source: Source
    claims: int
    figures: int
    rejected: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as a row of the table; publisher, title: what they are called."""

    share: Share
    publisher: str
    title: str


_ORDERS: Final[dict[str, Callable[[SourceRow], Any]]] = {
    "publisher": lambda row: row.publisher.casefold(),
    "date": lambda row: row.share.source.issued or "",
    "language": lambda row: row.share.source.language or "",
    "figures": lambda row: row.share.figures,
    "claims": lambda row: row.share.claims,
    "rejected": lambda row: row.share.rejected,
}
"""What the table can be in the order of."""

_UPWARDS: Final = ("publisher", "language")
"""Orders that begin with the least; the others begin with the last date, or the most claims."""


class SourcesPage:
    """Answers with the table of the sources of a release."""

    def __init__(self, store: ox.Store, edition: CachedResponder, html: Html) -> None:
        self._graph = Graph(store)
        self._labels = Labels(store)
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the page, in the order that `sort` names; by publisher without it.

        Raises MalformedRequest where it names none.
        """
        sort = request.query_params.get("sort", next(iter(_ORDERS)))
        if sort not in _ORDERS:
            raise MalformedRequest(
                f"There is no such order of the sources: sort is one of {', '.join(_ORDERS)}."
            )

        def body() -> str:
            rows = self._rows(sort)
            groups = groupby(rows, key=lambda row: row.publisher if sort == "publisher" else row)
            return self._html.page(
                "sources.html",
                rows=rows,
                groups=[list(group) for _, group in groups],
                sort=sort,
                orders=tuple(_ORDERS),
                upwards=_UPWARDS,
                rejected=sum(row.share.rejected for row in rows),
            )

        return await self._edition.answer(request, HTML.content_type, body, variant=sort)

    def _rows(self, sort: str) -> list[SourceRow]:
        """Read all sources in an order; those that are alike in it by publisher, and by date."""
        rows = [
            SourceRow(
                share,
                self._labels.title(share.source.publisher or share.source.iri).value,
                self._labels.title(share.source.iri).value,
            )
            for share in read_shares(self._graph)
        ]
        for order in ("date", "publisher", sort):  # what is alike in one stays in the one before
            rows.sort(key=_ORDERS[order], reverse=order not in _UPWARDS)
        return rows


def read_shares(graph: Graph) -> list[Share]:
    """Read all sources, in the order of their identifiers."""
    store = graph.store
    stated = store.quads_for_pattern(None, ox.NamedNode(f"{APEC}statedIn"), None)
    claims = [quad for quad in stated if isinstance(quad.graph_name, ox.NamedNode)]
    kind, observation = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{QB}Observation")
    observed = store.quads_for_pattern(None, kind, observation)
    rulings = store.quads_for_pattern(None, ox.NamedNode(f"{APEC}rejects"), None, ox.DefaultGraph())
    rejected = {quad.object for quad in rulings}
    made = Counter(str(quad.graph_name) for quad in claims)
    figures = Counter(str(quad.graph_name) for quad in observed)
    fallen = Counter(str(quad.graph_name) for quad in claims if quad.subject in rejected)
    return [
        Share(each, made[name], figures[name], fallen[name])
        for each in read_sources(graph)
        for name in (f"<{each.iri}>",)
    ]
