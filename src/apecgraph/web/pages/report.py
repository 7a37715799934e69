"""The page about the check of a release."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.check.report import Report
from apecgraph.errors import NotFound, ReleaseError
from apecgraph.rdf.formats import GRAPH_FORMATS, HTML, JSON, TURTLE
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.release.release import REPORT, REPORT_TURTLE, Release
from apecgraph.web.http.methods import choose_format
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.release import respond_with_file
from apecgraph.web.pages.releases import find_release


class ReportPage(Page):
    """The report of the check of a release: as a page, as RDF or as JSON."""

    template: ClassVar[str] = "pages/report.html"

    async def answer(self, request: Request) -> Response:
        """Answer a request with the report of the release that the path names."""
        name = request.path_params["name"]
        release = (await asyncio.to_thread(find_release, self.site, name)).release
        format_ = choose_format(request, (HTML, *GRAPH_FORMATS, JSON))
        headers = {"Vary": "Accept"}
        if format_ is HTML:
            return await self.respond(request, lambda: _values(release), headers)
        if format_ in (TURTLE, JSON):
            file = REPORT if format_ is JSON else REPORT_TURTLE
            return await respond_with_file(self.site, request, release, file, headers)
        return await self.site.responder.answer(
            request,
            format_.content_type,
            lambda: rdf_bytes(_report(release).triples(), format_),
            headers,
        )


def _values(release: Release) -> Mapping[str, object]:
    return {"release_of": release, "report": _report(release)}


def _report(release: Release) -> Report:
    try:
        return release.report
    except ReleaseError:
        raise NotFound("Release %(name)s has no intact report.", [], name=release.name) from None
