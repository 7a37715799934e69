"""What is to know about the publication: how it is made and cited, and how it is used."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import pyoxigraph as ox
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound
from apecgraph.rdf.formats import HTML, JSON, TEXT
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.release import Release
from apecgraph.web.http.responder import CachedResponder
from apecgraph.web.pages.html import Html

_EXAMPLES: Final = "http://127.0.0.1:8000"
"""Where the programs of use.md look for a server: where `scripts/serve` starts one."""


class AboutPages:
    """Answers with what there is to know of a release, and with its citations.

    url: where people reach the server, without the last slash.
    """

    def __init__(
        self, release: Release, store: ox.Store, edition: CachedResponder, html: Html, url: str
    ) -> None:
        self._graph = Graph(store)
        self._citation = ReleaseCitation.of(release, self._graph)
        self._edition = edition
        self._html = html
        self._url = url

    async def about(self, request: Request) -> Response:
        """Answer with the page about sources, method, licence, citation and errors."""

        def body() -> str:
            return self._html.page(
                "about.html",
                about=self._graph.values(BASE, f"{DCTERMS}description"),
                licenses=self._graph.values(BASE, f"{DCTERMS}license"),
                publishers=self._graph.values(BASE, f"{DCTERMS}publisher"),
                citation=self._citation,
            )

        return await self._edition.answer(request, HTML.content_type, body)

    async def citation(self, request: Request) -> Response:
        """Answer with the citation of the release in BibTeX or in CSL-JSON."""
        writers = {
            "bib": (TEXT, self._citation.bibtex),
            "json": (JSON, self._citation.csl),
            "txt": (TEXT, self._citation.text),
        }
        extension = request.path_params["extension"]
        if extension not in writers:
            known = [f"{BASE}about/citation.{each}" for each in writers]
            raise NotFound(f"There is no citation in the format {extension!r}.", known)
        format_, write = writers[extension]
        return await self._edition.answer(request, format_.content_type, write)

    async def use(self, request: Request) -> Response:
        """Answer with the page of programs that use the server, at its own address."""

        def body() -> str:
            text = (files("apecgraph.web") / "templates" / "use.md").read_text(encoding="utf-8")
            rendered = MarkdownIt("commonmark", {"html": False}).render(
                text.replace(_EXAMPLES, self._url)
            )
            # What scrolls is reached by keyboard. The text is ours, and raw HTML in it is escaped.
            focused = Markup(rendered.replace("<pre>", '<pre tabindex="0">'))  # noqa: S704
            return self._html.page("use.html", text=focused)

        return await self._edition.answer(request, HTML.content_type, body, variant=self._url)
