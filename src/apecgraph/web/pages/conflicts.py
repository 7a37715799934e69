"""The page of all conflicts, and how each was decided."""

from __future__ import annotations

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.conflicts import read_conflicts
from apecgraph.formats import HTML
from apecgraph.graph import Graph
from apecgraph.web.edition import Edition
from apecgraph.web.html import Html


class ConflictsPage:
    """Answers with the conflicts of a release."""

    def __init__(self, store: ox.Store, edition: Edition, html: Html) -> None:
        self._graph = Graph(store)
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the page."""

        def body() -> str:
            return self._html.page("conflicts.html", conflicts=read_conflicts(self._graph))

        return await self._edition.answer(request, HTML.content_type, body)
