"""Charts in pages of other sites: a page for their frames, and its description (oEmbed 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import NotFound, NotOffered, RequestError
from apecgraph.rdf.formats import HTML, JSON, PICTURE_FORMATS, find_format
from apecgraph.rdf.namespaces import BASE
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.charts.charts import SIZES
from apecgraph.web.charts.shared import EMBED, SharedChart
from apecgraph.web.documents.resources import Resources
from apecgraph.web.http.addresses import DOC, INDEX, public_root
from apecgraph.web.http.languages import look_up
from apecgraph.web.http.parameters import read_number, read_parameters
from apecgraph.web.localization import PARAMETER, Localized
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.site import ReleaseSite

_FIGURES: Final = "/figures"
_THINGS: Final = "/id/"
_DIGITS: Final = 5

_WIDEST: Final = SIZES["wide"][0]
"""Width in pixels of a frame for which its site states no smaller maximum."""

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
"""The Content-Security-Policy of the page: any site may frame it, and it has no scripts."""


class Embeds:
    """Answers requests for charts by other sites.

    Args:
        sites: How the release is presented in each language, keyed by the tags of the languages.
        figures: Draws figures in each language.
        resources: Draws the charts on the pages about things.
    """

    def __init__(
        self,
        sites: Mapping[str, ReleaseSite],
        figures: Mapping[str, FiguresPage],
        resources: Resources,
    ) -> None:
        self._sites = sites
        self._site = sites[ENGLISH.tag]
        self._figures = figures
        self._resources = resources

    async def answer(self, request: Request) -> Response:
        """Answer a request with a page that shows only a chart, for frames in other sites."""
        answers = {tag: partial(self._page, tag) for tag in self._sites}
        return await Localized(answers, by_address=True)(request)

    async def _page(self, tag: str, request: Request) -> Response:
        stem = request.scope["path"].removeprefix(EMBED)
        parameters = read_parameters(request.scope["query_string"])
        site = self._sites[tag]
        return await site.responder.answer(
            request,
            HTML.content_type,
            lambda: site.html.page(
                "documents/embed.html", shared=self._find(stem, parameters, tag)
            ),
            {"Content-Security-Policy": _POLICY},
            repr(parameters),
        )

    async def describe(self, request: Request) -> Response:
        """Answer a request with what a site needs to embed the chart at an address (oEmbed).

        Args:
            request: The request; its parameter `url` is the address of a page with a chart, of the
                chart's picture, or of its page for frames.

        Returns:
            The description as JSON, or 304 (Not Modified).

        Raises:
            MalformedRequest: A parameter is repeated, or `maxwidth` or `maxheight` is malformed.
            NotFound: There is no chart at the address.
            NotOffered: The client asks for another format than JSON.
        """
        parameters = read_parameters(request.scope["query_string"])
        format_ = parameters.get("format", JSON.name)
        if format_ != JSON.name:
            raise NotOffered(
                "There is no description in the format '%(format)s', only in JSON.", format=format_
            )
        url = parameters.get("url", "")
        path = self._local(request, url)
        width, height = (
            read_number(parameters, name, digits=_DIGITS, least=1)
            for name in ("maxwidth", "maxheight")
        )
        return await self._site.responder.answer(
            request,
            JSON.content_type,
            lambda: self._description(self._at(url, path), width, height),
            None,
            f"{path} {width} {height}",
        )

    def _description(self, shared: SharedChart, width: int | None, height: int | None) -> str:
        most = min(width or _WIDEST, _WIDEST)
        thumbnail = shared.image_size
        described = {
            "version": "1.0",
            "type": "rich",
            "title": shared.title,
            "author_name": shared.citation.author,
            "provider_name": self._site.html.site,
            "provider_url": f"{self._site.url}/",
            "html": shared.frame(most, height),
            "width": most,
            "height": shared.frame_height(most, height),
            "thumbnail_url": shared.image,
            "thumbnail_width": thumbnail[0],
            "thumbnail_height": thumbnail[1],
        }
        return json.dumps(described, ensure_ascii=False, indent=2) + "\n"

    def _local(self, request: Request, url: str) -> str:
        """Return an address on this site as a path with a query; raise NotFound if it is not."""
        for root in (self._site.url, BASE.rstrip("/"), public_root(request)):
            rest = url.removeprefix(root)
            if rest != url and rest[:1] in ("", "/", "?"):
                return rest
        raise NotFound(
            "There is no chart at '%(url)s': it is not an address of %(site)s/.",
            url=url,
            site=self._site.url,
        )

    def _at(self, url: str, path: str) -> SharedChart:
        """Find the chart at a path with a query."""
        try:
            parts = urlsplit(path)
            parameters = read_parameters(parts.query.encode())
            tag = look_up([parameters.pop(PARAMETER, ENGLISH.tag)], list(self._sites))
            if tag is not None:
                return self._find(_stem(parts.path.removeprefix(EMBED)), parameters, tag)
        except (RequestError, ValueError):
            pass
        raise NotFound("There is no chart at '%(url)s'.", url=url)

    def _find(self, stem: str, parameters: Mapping[str, str], tag: str) -> SharedChart:
        if stem == _FIGURES:
            return self._figures[tag].chart_of(parameters)
        return self._resources.chart(stem.removeprefix(DOC), parameters, tag)


def _stem(path: str) -> str:
    """Return the path of a page or a picture as that of its chart."""
    if path in ("", "/"):
        return DOC + INDEX
    stem, _, extension = path.rpartition(".")
    if find_format(extension, (HTML, *PICTURE_FORMATS)) is not None:
        path = stem
    return DOC + path.removeprefix(_THINGS) if path.startswith(_THINGS) else path
