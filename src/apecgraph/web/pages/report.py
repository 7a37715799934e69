"""The page about the check of a release."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import HTML, JSON, TURTLE
from apecgraph.release.release import REPORT, REPORT_TURTLE, Release
from apecgraph.web.http.methods import choose_format
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.release import respond_with_file
from apecgraph.web.pages.releases import find_release


class ReportPage(Page):
    """The report of the check of a release: as a page, as Turtle or as JSON."""

    template: ClassVar[str] = "pages/report.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the report of the release that the path names."""
        name = request.path_params["name"]
        release = (await asyncio.to_thread(find_release, self.site, name)).release
        format_ = choose_format(request, (HTML, TURTLE, JSON))
        headers = {"Vary": "Accept"}
        if format_ is HTML:
            return await self.respond(request, lambda: _values(release), headers)
        file = REPORT if format_ is JSON else REPORT_TURTLE
        return await respond_with_file(self.site, request, release, file, headers)


def _values(release: Release) -> Mapping[str, object]:
    try:
        report = release.report
    except ReleaseError:
        raise NotFound(f"Release {release.name} has no intact report.", []) from None
    return {"release_of": release, "report": report}
