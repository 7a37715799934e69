"""The page about a release and its differences from the previous release; and its files."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import JSON, RDF_PATCH, TURTLE, Format
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.release import DIFFERENCES, PATCH, REPORT, REPORT_TURTLE, Release
from apecgraph.web.http.representation import FOREVER
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.releases import find_release
from apecgraph.web.pages.site import ReleaseSite

_SHOWN: Final = 200
"""Maximum number of changed things that the page shows; the files contain all of them."""

_FILES: Final[Mapping[str, Format]] = {
    REPORT: JSON,
    REPORT_TURTLE: TURTLE,
    DIFFERENCES: JSON,
    PATCH: RDF_PATCH,
}
"""The files of a release that are not dumps."""


class ReleasePage(Page):
    """A kept release."""

    template: ClassVar[str] = "pages/release.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page about the release that the path names."""
        name = request.path_params["name"]
        published = await asyncio.to_thread(find_release, self.site, name)
        return await self.respond(
            request,
            lambda: {"published": published, "shown": _SHOWN},
            variant=repr((published.time, published.taken_back)),
        )

    async def file(self, request: Request) -> Response:
        """Answer a request with a file of a release; raise NotFound if it does not exist."""
        published = await asyncio.to_thread(find_release, self.site, request.path_params["name"])
        return await respond_with_file(
            self.site, request, published.release, request.path_params["file"]
        )


async def respond_with_file(
    site: ReleaseSite,
    request: Request,
    release: Release,
    name: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Verify the checksum of a file of a release, and answer a request with the file.

    Args:
        site: How the current release is presented.
        request: The request.
        release: The release.
        name: File name.
        headers: Further headers of the response.

    Returns:
        The file, or 304 (Not Modified).

    Raises:
        NotFound: The release has no such file, or the file is damaged.

    """
    if name not in _FILES or name not in {file.name for file in release.files}:
        path = f"{BASE}releases/{release.name}"
        raise NotFound(
            "Release %(name)s has no file '%(file)s'.",
            [path, f"{path}/report"],
            name=release.name,
            file=name,
        )

    def body() -> bytes:
        try:
            return release.content(name)
        except ReleaseError:
            raise NotFound(
                "Release %(name)s has no intact file '%(file)s'.", [], name=release.name, file=name
            ) from None

    immutable = {"Cache-Control": FOREVER, **(headers or {})}
    return await site.responder.answer(request, _FILES[name].content_type, body, immutable)
