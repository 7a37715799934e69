"""The home page of other files than a release."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.query.model import QueryService
from apecgraph.rdf.formats import HTML
from apecgraph.web.pages.site import Site


class FilesPage:
    """The home page if no release is served.

    Args:
        site: How the files are presented.
        served: Answers queries on the files.

    Attributes:
        template: Path of the template.
    """

    template: ClassVar[str] = "pages/files.html"

    def __init__(self, site: Site, served: QueryService) -> None:
        self.site = site
        self._served = served

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        return await self.site.responder.answer(
            request,
            HTML.content_type,
            lambda: self.site.html.page(self.template, served=self._served),
        )
