"""The page about the publication: its sources, its method, its licence and how to cite it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound
from apecgraph.rdf.formats import JSON, TEXT
from apecgraph.rdf.namespaces import BASE, DCTERMS
from apecgraph.web.pages.page import Page


class AboutPage(Page):
    """The page about a release, and the citation of the release as a file."""

    template: ClassVar[str] = "pages/about.html"

    def values(self) -> Mapping[str, object]:
        """Return the description, the licences and the publishers of the dataset."""
        graph = self.site.graph
        return {
            "about": self.site.labels.texts(BASE, f"{DCTERMS}description"),
            "licenses": graph.values(BASE, f"{DCTERMS}license"),
            "publishers": graph.values(BASE, f"{DCTERMS}publisher"),
            "rights": graph.values(BASE, f"{DCTERMS}rights"),
            "citation": self.site.citation,
        }

    async def citation(self, request: Request) -> Response:
        """Answer a request with a citation in BibTeX, in RIS, in CSL-JSON or as text.

        Args:
            request: The request; the extension of its path names the format, and its parameter
                `of` the cited thing; without it, the release is cited.

        Returns:
            The citation, or 304 (Not Modified).

        Raises:
            NotFound: The extension of the path names no such format, or there is no such thing.
            MalformedRequest: There is another parameter.

        """
        iri = self.site.topic(request)
        cited = self.site.citation if iri is None else self.site.cite(iri)
        writers = {
            "bib": (TEXT, cited.bibtex),
            "json": (JSON, cited.csl),
            "ris": (TEXT, cited.ris),
            "txt": (TEXT, cited.text),
        }
        extension = request.path_params["extension"]
        if extension not in writers:
            available = [f"{BASE}about/citation.{name}" for name in writers]
            raise NotFound(
                "There is no citation in the format '%(extension)s'.",
                available,
                extension=extension,
            )
        format_, write = writers[extension]
        return await self.site.responder.answer(
            request, format_.content_type, write, variant=iri or ""
        )
