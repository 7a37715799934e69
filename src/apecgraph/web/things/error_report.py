"""The address at which a reader reports an error: it leads to the contact of the publisher."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.readers.claims import read_claim
from apecgraph.web.pages.html import report_address
from apecgraph.web.pages.site import ReleaseSite


class ErrorReport:
    """Leads to the contact, with a claim filled in, so that pages need no long addresses.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    async def answer(self, request: Request) -> Response:
        """Redirect to the contact, with the thing of the parameter `of` filled in (303).

        Args:
            request: The request.

        Returns:
            The redirect; without a contact, it leads to the page about reports of errors.

        Raises:
            MalformedRequest: The parameter is missing, or there is another one.
            NotFound: There is no such thing.
        """
        iri = self.site.required_topic(request)
        claim = read_claim(self.site.graph, iri)
        said = claim.printed.value if claim is not None and claim.printed is not None else ""
        title = self.site.labels.title(iri).value
        catalogue = self.site.language.catalogue
        address = report_address(self.site.html.contact, title, iri, said, catalogue)
        return RedirectResponse(address or "/about#report", 303, {"Cache-Control": "no-cache"})
