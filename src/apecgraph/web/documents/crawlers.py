"""What crawlers read: `/robots.txt` (RFC 9309) and `/sitemap.xml` (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.content.folder import DECISIONS_GRAPH, ENTITIES_GRAPH, ONTOLOGY_GRAPH
from apecgraph.rdf.formats import HTML, SITEMAP, TEXT
from apecgraph.rdf.namespaces import APEC, RDF
from apecgraph.readers.listings import KINDS
from apecgraph.readers.withdrawals import withdrawn
from apecgraph.web.http.addresses import document_name
from apecgraph.web.http.signposting import document_path
from apecgraph.web.pages.site import ReleaseSite, Site

_NOT_CRAWLED: Final = ("/lookup", "/reconcile", "/search", "/sparql?query=")
"""The beginnings of addresses whose answers are computed for each request."""

_PAGES: Final = (
    "/",
    "/about",
    "/browse",
    *(f"/browse/{kind}" for kind in KINDS),
    "/conflicts",
    "/conflicts/blind-spots",
    "/conflicts/official-statistics",
    "/dumps/",
    "/figures",
    "/questions",
    "/releases",
    "/shapes",
    "/sources",
    "/sparql",
    "/use",
)

_LISTED: Final = (DECISIONS_GRAPH, ENTITIES_GRAPH, ONTOLOGY_GRAPH)
"""The graphs whose things have their pages in the sitemap."""


class Robots:
    """Answers with the addresses that crawlers should leave out.

    Args:
        site: How the publication is presented.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with robots.txt."""
        return await self._site.responder.answer(request, TEXT.content_type, self._write)

    def _write(self) -> str:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_CRAWLED)]
        if isinstance(self._site, ReleaseSite):
            lines += ["", f"Sitemap: {self._site.url}/sitemap.xml"]
        return "\n".join(lines) + "\n"


class Sitemap:
    """Answers with the addresses of the pages of a release.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the sitemap."""
        return await self._site.responder.answer(request, SITEMAP.content_type, self._write)

    def _write(self) -> str:
        issued = self._site.release.issued
        dated = f"<lastmod>{issued}</lastmod>" if issued else ""
        entries = (
            f"<url><loc>{escape(self._site.url + path)}</loc>{dated}</url>\n"
            for path in (*_PAGES, *self._documents())
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{''.join(entries)}</urlset>\n"
        )

    def _documents(self) -> Iterator[str]:
        """Yield the paths of the pages about the sources, and about what the graphs describe."""
        graph = self._site.graph
        things = set(graph.subjects(f"{RDF}type", f"{APEC}Source"))
        for listed in _LISTED:
            things.update(graph.named_graph(listed).subjects(f"{RDF}type"))
        for thing in sorted(things):
            name = document_name(thing)
            if name is not None and withdrawn(graph, thing) is None:
                yield document_path(name, HTML)
