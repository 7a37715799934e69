"""The page of all sources, each with how much it states."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.formats import HTML
from apecgraph.graph import Graph
from apecgraph.namespaces import APEC
from apecgraph.sources import Source, read_sources
from apecgraph.web.edition import Edition
from apecgraph.web.html import Html


@dataclass(frozen=True, slots=True)
class Share:
    """A source with the number of claims that it makes."""

    source: Source
    claims: int


class SourcesPage:
    """Answers with the list of the sources of a release."""

    def __init__(self, store: ox.Store, edition: Edition, html: Html) -> None:
        self._graph = Graph(store)
        self._edition = edition
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Answer with the page."""

        def body() -> str:
            return self._html.page("sources.html", shares=read_shares(self._graph))

        return await self._edition.answer(request, HTML.content_type, body)


def read_shares(graph: Graph) -> list[Share]:
    """Read all sources, in the order of their identifiers."""
    stated = graph.store.quads_for_pattern(None, ox.NamedNode(f"{APEC}statedIn"), None)
    claims = Counter(str(quad.graph_name) for quad in stated)
    return [Share(each, claims[f"<{each.iri}>"]) for each in read_sources(graph)]
