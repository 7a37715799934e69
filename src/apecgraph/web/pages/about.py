"""The page about the publication: its sources, its method, its licence and how to cite it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound
from apecgraph.rdf.formats import JSON, TEXT
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.release.citation import ReleaseCitation
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite


class AboutPage(Page):
    """The page about a release, and the citation of the release as a file."""

    template: ClassVar[str] = "pages/about.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._citation = ReleaseCitation.of(site.release, site.graph, site.language.catalogue)

    def values(self) -> Mapping[str, object]:
        """Return the description, the licences and the publishers of the dataset."""
        graph = self.site.graph
        return {
            "about": self.site.labels.texts(BASE, f"{DCTERMS}description"),
            "licenses": graph.values(BASE, f"{DCTERMS}license"),
            "publishers": graph.values(BASE, f"{DCTERMS}publisher"),
            "rights": graph.values(BASE, f"{DCTERMS}rights"),
            "citation": self._citation,
        }

    async def citation(self, request: Request) -> Response:
        """Answer a request with the citation in BibTeX, in CSL-JSON or as text.

        Args:
            request: The request; the extension of its path names the format.

        Returns:
            The citation, or 304 (Not Modified).

        Raises:
            NotFound: The extension of the path names no such format.

        """
        writers = {
            "bib": (TEXT, self._citation.bibtex),
            "json": (JSON, self._citation.csl),
            "txt": (TEXT, self._citation.text),
        }
        extension = request.path_params["extension"]
        if extension not in writers:
            available = [f"{BASE}about/citation.{name}" for name in writers]
            raise NotFound(
                "There is no citation in the format %(extension)r.", available, extension=extension
            )
        format_, write = writers[extension]
        return await self.site.responder.answer(request, format_.content_type, write)
