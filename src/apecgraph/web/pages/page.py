"""The base class of the pages of a release; a page also has a template and a route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import HTML
from apecgraph.rdf.namespaces import BASE
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.pages.site import ReleaseSite


class Page:
    """A page of a release.

    To add a page, write a subclass in a module of this package, a template with the name of the
    module, and a route in `web/routes.py`. If the page depends on more of the request than the
    path, override `answer`; otherwise override `values` if the template needs values.

    Args:
        site: How the release is presented.

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
        """Return the values that only this template needs."""
        return {}

    async def respond(
        self,
        request: Request,
        values: Callable[[], Mapping[str, object]],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
        executor: FairExecutor | None = None,
    ) -> Response:
        """Answer a request with the filled-in template, from the cache if possible.

        Args:
            request: The request.
            values: Returns the values for the template; called in a thread.
            headers: Headers of the response in addition to the headers of every page.
            variant: Everything in the request, besides its path, that the page depends on.
            executor: Makes pages that take seconds, so that others need not wait for them.

        Returns:
            The page, or 304 (Not Modified).

        """
        return await self.site.responder.answer(
            request,
            HTML.content_type,
            lambda: self.site.html.page(
                self.template, **{"canonical": BASE + request.scope["path"][1:], **values()}
            ),
            headers,
            variant,
            executor,
        )
