"""The home page: what this is, and ways in."""

from __future__ import annotations

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.conflicts import read_conflicts
from apecgraph.formats import GRAPH_FORMATS, HTML
from apecgraph.graph import Graph
from apecgraph.labels import Labels
from apecgraph.namespaces import BASE, DCTERMS, RDF, SCHEMA
from apecgraph.resource import describe
from apecgraph.schema_org import SchemaOrg
from apecgraph.web.addresses import INDEX
from apecgraph.web.edition import Edition
from apecgraph.web.html import Html
from apecgraph.web.pages.sources import read_shares
from apecgraph.web.reading import choose
from apecgraph.web.signposting import Signposts, address


class HomePage:
    """Answers for the publication itself."""

    def __init__(self, store: ox.Store, edition: Edition, html: Html, signposts: Signposts) -> None:
        self._store = store
        self._graph = Graph(store)
        self._signposts = signposts
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the home page; who wants RDF is shown to that of the dataset."""
        format_ = choose(request, (HTML, *GRAPH_FORMATS))
        if format_ is not HTML:
            return RedirectResponse(
                address(INDEX, format_),
                status_code=303,
                headers={"Vary": "Accept", "Cache-Control": "no-cache"},
            )
        headers = {"Vary": "Accept"}
        if (dataset := describe(self._store, BASE)) is not None:
            headers["Link"] = self._signposts.header(INDEX, dataset, HTML)
        return await self._edition.answer(request, HTML.content_type, self._page, headers)

    def _page(self) -> str:
        conflicts = read_conflicts(self._graph)
        figures = (each for each in conflicts if any(claim.value for claim in each.rejected))
        shares = sorted(read_shares(self._graph), key=lambda share: -share.claims)
        return self._html.page(
            "home.html",
            heading=self._graph.value(BASE, f"{DCTERMS}title"),
            about=self._graph.values(BASE, f"{DCTERMS}description"),
            example=next(figures, None),
            conflicts=conflicts,
            events=list(self._graph.subjects(f"{RDF}type", f"{SCHEMA}Event")),
            shares=[share for share in shares if share.claims],
            schema_org=SchemaOrg(self._store, Labels(self._store)).dataset(),
        )
