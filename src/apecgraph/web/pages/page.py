"""What every page of a release is: a class, a template of the same name, and a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import HTML
from apecgraph.web.pages.site import ReleaseSite


class Page:
    """A page of a release.

    To add a page, write a subclass in a module of this package, its template under the name of the
    module, and its route in `web/routes.py`. A page that depends on the request beyond its path
    overrides `answer`; any other overrides `values` at most.

    Args:
        site: What all pages share.

    Attributes:
        template: File name of the template.

    """

    template: ClassVar[str]

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page."""
        return await self.respond(request, self.values)

    def values(self) -> Mapping[str, object]:
        """Return the values that the template needs besides those that all templates have."""
        return {}

    async def respond(
        self,
        request: Request,
        values: Callable[[], Mapping[str, object]],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
    ) -> Response:
        """Answer a request with the template, filled in unless the result is cached.

        Args:
            request: The request.
            values: Returns the values for the template; runs beside the event loop.
            headers: Headers of the response besides those of every page.
            variant: Everything in the request, besides its path, that the page depends on.

        Returns:
            The page, or 304 (Not Modified).

        """
        return await self.site.responder.answer(
            request,
            HTML.content_type,
            lambda: self.site.html.page(self.template, **values()),
            headers,
            variant,
        )
