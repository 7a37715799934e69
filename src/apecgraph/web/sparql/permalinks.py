"""Permalinks: addresses at which the answer to a query stays the same while its release is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NoReturn

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.errors import Gone, MalformedRequest, NotOffered, ReleaseError
from apecgraph.query.model import QueryService
from apecgraph.query.negotiation import find_named, named_formats, negotiate, prefers
from apecgraph.query.permalinks import LARGEST_REQUEST, Permalink, too_long
from apecgraph.query.protocol import ProtocolRequest, read_request
from apecgraph.query.workers.on_demand import StoreOnDemand, StoresOnDemand
from apecgraph.rdf.formats import (
    ANSWER_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON,
    RESULTS_FORMATS,
    Format,
)
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.archive import Archive
from apecgraph.release.release import NAME, Release
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.http.methods import accept_header
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.http.repeat_cache import LEARN
from apecgraph.web.http.representation import EntityTags
from apecgraph.web.localization import Localized, without_language
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.sparql.permalink_page import Asked, PermalinkPage

_LATEST: Final = "latest"
"""The value of the parameter `release` that asks whether the answer has changed."""

_PARAMETERS: Final = ("release", "format", "output")

_MOST_NAMED: Final = 20
"""Maximum number of kept releases that an error names."""


class Permalinks:
    """Makes permalinks, and answers requests for them.

    Args:
        sites: How the served release is presented in each language.
        served: Answers queries on the served release.
        endpoint: The SPARQL endpoint of the served release.
        endpoint_of: Makes the SPARQL endpoint of another release, given the service that answers
            its queries and the maker of its entity tags.
        stores: The earlier releases in memory.
    """

    def __init__(
        self,
        sites: Mapping[str, ReleaseSite],
        served: QueryService,
        endpoint: ASGIApp,
        endpoint_of: Callable[[QueryService, EntityTags], ASGIApp],
        stores: StoresOnDemand,
    ) -> None:
        self._site = sites[ENGLISH.tag]
        self._served = served
        self._endpoint = endpoint
        self._endpoint_of = endpoint_of
        self._stores = stores
        self._pages = {tag: PermalinkPage(site) for tag, site in sites.items()}
        self._archive = Archive(self._site.release.path.parent)

    async def make(self, request: Request, body: bytes) -> Response:
        """Redirect a request that sends a query, as to the endpoint, to the permalink of the query.

        Args:
            request: The request.
            body: Its body.

        Returns:
            The redirect, to the permalink for the served release.

        Raises:
            MalformedRequest: It sends no query, or violates the protocol.
            RequestError: See `Permalink.path` and `read_request`.
            QueryTooHeavy: The query nests too deeply, or declares too much.
        """
        accept = accept_header(request.headers)
        scope = without_language(request.scope)
        if len(scope["query_string"]) + len(body) > LARGEST_REQUEST:
            raise too_long()  # before all of it is parsed
        query = read_request(
            ProtocolRequest(
                request.method,
                scope["query_string"],
                request.headers.get("content-type"),
                body,
                None if prefers(accept, HTML, ANSWER_FORMATS) else accept,
            ),
            self._served.graphs,
        )
        if query is None:
            raise MalformedRequest("There is no query: /q?query= makes a permalink of one.")
        path = Permalink(self._site.release.name, query).path
        return RedirectResponse(path, 303, {"Cache-Control": "no-store"})

    async def answer(self, request: Request) -> ASGIApp:
        """Answer a request for a permalink.

        Programs get the answer to the query, in the format of the link unless they ask for another;
        people get a page. With `release=latest`, both get how the answer has changed since.

        Args:
            request: The request.

        Returns:
            The response, or the application that responds.

        Raises:
            MalformedRequest: The permalink cannot be read, or there are other parameters.
            Gone: The release is not kept.
            RequestError: See `Permalink.read`.
            NotAcceptable: The answer has no format that the client accepts.
        """
        link = Permalink.read(request.path_params["link"])
        if not NAME.fullmatch(link.release):
            raise MalformedRequest("This permalink names no release: send its query to /q?query=.")
        given = read_parameters(without_language(request.scope)["query_string"])
        if unknown := [name for name in given if name not in _PARAMETERS]:
            raise MalformedRequest(
                "%(name)s: a permalink has only the parameters %(known)s.",
                name=unknown[0],
                known="`release`, `format`, `lang`",
            )
        wanted = given.get("release", "")
        if wanted not in ("", _LATEST):
            raise MalformedRequest(
                "`release` must be `latest`, which asks whether the answer has changed since."
            )
        asks_latest = wanted == _LATEST
        release = await asyncio.to_thread(self._find, link.release)
        if release is None and not asks_latest:
            raise await asyncio.to_thread(self._gone, request, link)
        format_ = _choose_format(request, given, link, (JSON,) if asks_latest else ())
        if format_ is HTML or format_ == JSON:
            asked = Asked(
                link,
                request.path_params["link"],
                release,
                None if release is None else self._service(release),
                self._served if asks_latest else None,
            )
            if format_ == JSON:
                return await self._pages[ENGLISH.tag].changes(request, asked)
            answers = {tag: partial(page.answer, asked=asked) for tag, page in self._pages.items()}
            return await Localized(answers)(request)
        if release is None or asks_latest:
            latest = Permalink(self._site.release.name, link.query).path
            return RedirectResponse(f"{latest}?format={format_.name}", 303)
        return partial(self._replay, release, link.request(format_.media_type))

    def _find(self, name: str) -> Release | None:
        """Return the kept release with a name; the served one counts even if its files are gone."""
        if name == self._site.release.name:
            return self._site.release
        try:
            return self._archive.read(name)
        except ReleaseError:
            return None

    def _gone(self, request: Request, link: Permalink) -> Gone:
        names = [*reversed(self._archive.names())] or [self._site.release.name]
        return Gone(
            "Release %(name)s, which answered the query, is not kept here. These are: %(kept)s. "
            "With `?release=latest`, the link asks the release that is served.",
            [f"{BASE}{request.scope['path'][1:]}?release={_LATEST}"],
            name=link.release,
            kept=", ".join(names[:_MOST_NAMED]),
        )

    def _service(self, release: Release) -> QueryService:
        if release is self._site.release:
            return self._served
        return StoreOnDemand(release.name, release.dataset, release.quads, self._stores)

    async def _replay(
        self, release: Release, query: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a request as the endpoint of a release would answer the request in the link."""
        scope["query_string"] = query.encode()
        endpoint = self._endpoint
        if release is not self._site.release:
            # A repeated request must find out again whether the release is kept.
            scope.get("extensions", {}).pop(LEARN, None)
            tags = EntityTags(release.name, self._site.html.digest)
            endpoint = self._endpoint_of(self._service(release), tags)
        await endpoint(scope, receive, send)


def _choose_format(
    request: Request, given: Mapping[str, str], link: Permalink, first: tuple[Format, ...]
) -> Format:
    """Choose the format of an answer: by name, from Accept, or that of the link."""
    kind = GRAPH_FORMATS if link.query.format in GRAPH_FORMATS else RESULTS_FORMATS
    own = (each for each in kind if each != link.query.format)
    offers = (*first, link.query.format, *own)
    if names := named_formats(given.items()):
        return find_named(names, (*offers, HTML)).sent
    accept = accept_header(request.headers)
    return HTML if prefers(accept, HTML, offers) else negotiate(accept, offers).sent


async def refuse_permalink(request: Request) -> NoReturn:
    """Answer a request for a permalink to data of others.

    Args:
        request: The request.

    Raises:
        NotOffered: In any case, with the reason.
    """
    raise NotOffered(
        "There are no permalinks here: they lead to releases, which are kept, while this server "
        "shows other data as they are now. `apecgraph build` makes a release."
    )
