"""The page of the rules: what the check holds everything to, in words."""

from __future__ import annotations

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.check.rule_text import RuleText
from apecgraph.rdf.formats import HTML
from apecgraph.web.http.responder import CachedResponder
from apecgraph.web.pages.html import Html


class ShapesPage:
    """Answers with the shapes of a release, and with the relations between its figures."""

    def __init__(self, store: ox.Store, edition: CachedResponder, html: Html) -> None:
        self._store = store
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the page."""

        def body() -> str:
            constraints = RuleText(self._store)
            return self._html.page(
                "shapes.html", shapes=constraints.read(), relations=constraints.relations()
            )

        return await self._edition.answer(request, HTML.content_type, body)
