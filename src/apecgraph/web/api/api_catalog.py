"""The catalogue of the programming interfaces: `/.well-known/api-catalog` (RFC 9727)."""

from __future__ import annotations

import json
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import HTML, JSON, LINKSET, TURTLE
from apecgraph.web.pages.documentation import FOLDER
from apecgraph.web.pages.site import ReleaseSite

PATH: Final = "/.well-known/api-catalog"

_PROFILE: Final = "https://www.rfc-editor.org/info/rfc9727"
_TYPE: Final = f'{LINKSET.media_type};profile="{_PROFILE}"'

_INTERFACES: Final = {
    "/api": ("http", "/openapi.json", JSON.media_type),
    "/sparql": ("sparql", "/sparql", TURTLE.media_type),
    "/reconcile": ("reconciliation", "/reconcile", JSON.media_type),
}
"""The interfaces: the page about each, and its description for programs with the media type."""


class ApiCatalog:
    """Answers with the catalogue, a linkset (RFC 9264) whose contexts are the interfaces.

    Args:
        site: How the release is presented.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the catalogue; a link names it, also to HEAD (section 2)."""
        headers = {"Link": f'<{PATH}>; rel="api-catalog"'}
        return await self._site.responder.answer(request, _TYPE, self._write, headers)

    def _write(self) -> str:
        url = self._site.url
        interfaces = [
            {
                "anchor": f"{url}{path}",
                "service-desc": [{"href": f"{url}{described}", "type": type_}],
                "service-doc": [{"href": f"{url}{FOLDER}/{page}", "type": HTML.media_type}],
                "status": [{"href": f"{url}/health", "type": JSON.media_type}],
            }
            for path, (page, described, type_) in _INTERFACES.items()
        ]
        return json.dumps({"linkset": interfaces}, indent=2) + "\n"
