"""The web application of one publication."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from apecgraph.content.folder import CONTEXT, default_content
from apecgraph.errors import (
    ApecgraphError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    RequestError,
)
from apecgraph.query.model import QueryService
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import BASE
from apecgraph.search.entries import Naming
from apecgraph.settings import Settings
from apecgraph.text.catalogues import ENGLISH, read_catalogues
from apecgraph.web.api.description import Description
from apecgraph.web.api.router import router
from apecgraph.web.api.served import ServedRelease
from apecgraph.web.documents.crawlers import Robots
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.methods import ReadOnly, accept_header, preflight
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.representation import EntityTags, http_date
from apecgraph.web.http.responder import Responder
from apecgraph.web.http.router import PathRouter
from apecgraph.web.http.signposting import LinkHeaders
from apecgraph.web.language import Language
from apecgraph.web.localization import Localized, page_language, vary_by_language
from apecgraph.web.mcp.endpoint import PATH as MCP
from apecgraph.web.mcp.endpoint import McpEndpoint
from apecgraph.web.monitoring.health import HealthCheck, LastFailure, health
from apecgraph.web.pages.assets import Assets
from apecgraph.web.pages.files import FilesPage
from apecgraph.web.pages.html import Html, program_digest
from apecgraph.web.pages.site import Readings, ReleaseSite, Site
from apecgraph.web.publication import Publication
from apecgraph.web.routes import read_only, release_routes
from apecgraph.web.sparql.endpoint import ParsedRequests, SparqlEndpoint
from apecgraph.web.sparql.examples import examples
from apecgraph.web.sparql.page import QueryPage

_PATHS: Final = ("", "sparql", "health", "openapi.json")
"""Paths that a 404 error lists."""

_RELEASE_PATHS: Final = (
    "docs",
    "context.jsonld",
    "api/figures",
    "figures",
    "sources",
    "conflicts",
    "conflicts/blind-spots",
    "questions",
    "search",
    "dumps/",
    "catalog",
    ".well-known/void",
    "ontology",
    "reconcile",
)
"""Further paths that a 404 error lists if a release is served."""


_INDEXED_SECONDS: Final = 1.0
"""Seconds after which the index of the search is made, so that the first pages come before it."""


@dataclass(frozen=True)
class ServerResources:
    """What the server keeps when it switches to another publication.

    Attributes:
        settings: The settings of the process.
        rate_limit: Limits the requests of each client.
        last_failure: The last failure, if any.
        contents: Caches response contents.
        parsed: Caches parsed requests.
        link_headers: Caches the Link headers of documents.
    """

    settings: Settings
    rate_limit: RateLimit
    last_failure: LastFailure
    contents: ContentCache
    parsed: ParsedRequests
    link_headers: LinkHeaders


def create_app(
    publication: Publication,
    queries: QueryService,
    server: ServerResources,
    retired: threading.Event | None = None,
) -> ASGIApp:
    """Create the application that serves a publication.

    The handlers that FastAPI calls are module-level functions, which read their data from
    `app.state`. FastAPI caches these functions for the life of the process, so a closure would keep
    its release in memory.

    Args:
        publication: The publication.
        queries: Answers public queries on the publication.
        server: What the server keeps when it switches to another publication.
        retired: Set when the server has switched to another publication.

    Returns:
        The application.
    """
    sites = sites_of(publication, server)
    site = sites[ENGLISH.tag]
    by_language = {
        tag: QueryPage(each, queries, examples(each.release, each.language.catalogue))
        for tag, each in sites.items()
    }
    page = by_language[ENGLISH.tag]
    endpoint = SparqlEndpoint(
        queries,
        base=publication.base or page.endpoint,
        tags=site.responder.tags,
        cache=server.contents,
        parsed=server.parsed,
        parsing=FairExecutor(server.settings.query_seconds),
        rate_limit=server.rate_limit,
        page=ReadOnly(Localized({tag: each.answer for tag, each in by_language.items()})),
        refuse=partial(_refusal, sites),
    )
    app = FastAPI(
        openapi_url=None,  # web/api/description describes all paths
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.state.health = HealthCheck(
        publication, queries, server.last_failure, server.settings.workers
    )
    app.get("/health", tags=["Server"])(health)
    app.head("/health", include_in_schema=False)(health)
    description = Description(site, app.router.routes)
    app.router.routes += _routes(site, page, description)
    by_path = PathRouter({"/sparql": endpoint}, app)
    released = {tag: each for tag, each in sites.items() if isinstance(each, ReleaseSite)}
    if released:
        app.state.releases = {tag: ServedRelease(each) for tag, each in released.items()}
        app.include_router(router)
        app.router.routes += release_routes(released, description)
        app.router.routes.append(Route(MCP, McpEndpoint(by_path)))
        released[ENGLISH.tag].readings.search.begin(_INDEXED_SECONDS, retired or threading.Event())
    else:
        pages = {tag: FilesPage(each, queries).answer for tag, each in sites.items()}
        app.router.routes.append(read_only("/", Localized(pages)))
    _handle_errors(app, sites)
    return by_path


def sites_of(publication: Publication, server: ServerResources) -> Mapping[str, Site]:
    """Return how a publication is presented in each language.

    Args:
        publication: The publication.
        server: What the server keeps when it switches to another publication.

    Returns:
        The sites, keyed by the tags of the languages.
    """
    release, settings = publication.release, server.settings
    graph = Graph() if publication.graph is None else publication.graph
    catalogues, assets = read_catalogues(), Assets()
    code = program_digest(assets)
    executor = FairExecutor(settings.query_seconds)
    url = (settings.public_url or BASE).rstrip("/")
    if release is None:
        digest, program = publication.digest, f"{code} {url} {settings.contact}"
        folder, modified = default_content() / "ontology", None
    else:
        # The catalogue names the previous release, which the digest does not cover.
        digest, program = (
            release.digest,
            f"{release.fingerprint} {release.previous} {code} {url} {settings.contact}",
        )
        folder, modified = release.path, http_date(release.issued)
    context = Context(folder / CONTEXT, url)
    limit, tables = server.rate_limit, FairExecutor(settings.query_seconds)
    languages = {tag: Language(graph, catalogue) for tag, catalogue in catalogues.items()}
    namings = (
        Naming(each.labels, each.numerals) for tag, each in languages.items() if tag != ENGLISH.tag
    )
    readings = None if release is None else Readings(release, graph, tuple(namings))
    sites: dict[str, Site] = {}
    for tag, language in languages.items():
        html = Html(release, graph, assets, code, language, list(catalogues), settings.contact)
        # A page has another entity tag in each language.
        tags = EntityTags(digest, f"{program} {tag}")
        responder = Responder(tags, modified, server.contents, executor, limit)
        common = graph, language, html, context, responder, executor, limit, url
        if release is None or readings is None:
            sites[tag] = Site(None, *common)
        else:
            sites[tag] = ReleaseSite(release, *common, tables, server.link_headers, readings)
    return sites


def _routes(site: Site, page: QueryPage, description: Description) -> list[BaseRoute]:
    """Return the routes that every publication has."""

    async def icon(request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    async def touch_icon(request: Request) -> Response:
        return RedirectResponse("/static/apple-touch-icon.png", status_code=308)

    async def static(request: Request) -> Response:
        return await site.html.assets.answer(request, site.responder, site.html.version)

    return [
        read_only("/favicon.ico", icon),  # browsers ask for it with a dump or an answer
        read_only("/apple-touch-icon.png", touch_icon),  # where phones look for it
        read_only("/robots.txt", Robots(site).answer),
        read_only("/static/{path:path}", static),
        read_only("/sparql/vocabulary.json", page.vocabulary),
        read_only("/openapi.json", description.answer),
    ]


def _handle_errors(app: FastAPI, sites: Mapping[str, Site]) -> None:
    """Make the application answer errors with problem details, or with a page for browsers."""
    site = sites[ENGLISH.tag]
    root = f"{site.url}/" if site.release is None else BASE
    paths = _PATHS if site.release is None else (*_PATHS, *_RELEASE_PATHS)
    addresses = [f"{root}{path}" for path in paths]

    async def handle(request: Request, error: Exception) -> Response:
        if isinstance(error, RequestValidationError):
            error = _invalid(error)
        elif isinstance(error, HTTPException):
            if error.status_code == 405 and request.method == "OPTIONS":
                return preflight(("GET", "HEAD", "OPTIONS"))
            error = _as_ours(request, error, addresses)
        return _refusal(sites, request, error)

    for kind in (ApecgraphError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, handle)


def _invalid(error: RequestValidationError) -> MalformedRequest:
    """Convert what FastAPI says about the first invalid parameter to an error that names it."""
    first = error.errors()[0]
    name = str(first["loc"][-1])
    if first["type"] == "extra_forbidden":
        return MalformedRequest(f"{name}: there is no such parameter; /docs lists those there are.")
    reason = first["msg"].removeprefix("Value error, ").rstrip(".")
    told = f"{reason}." if name == "query" else f"{name}: {reason}."
    return MalformedRequest(told)


def _refusal(sites: Mapping[str, Site], request: Request, error: Exception) -> Response:
    """Return the response to a request that failed: a page is in the language of the reader."""
    site = sites[page_language(request, sites)]
    response = problem_response(
        error,
        accept_header(request.headers),
        render_html=site.html.problem,
        catalogue=site.language.catalogue,
    )
    return vary_by_language(response)


def _as_ours(request: Request, error: HTTPException, addresses: Collection[str]) -> RequestError:
    """Convert an error of the framework to a RequestError."""
    path = request.scope["path"]  # a URL would repeat the Host header
    if error.status_code == 404:
        return NotFound("There is nothing at %(path)s.", list(addresses), path=path)
    if error.status_code == 405:
        return MethodNotAllowed(
            "%(method)s is not allowed for %(path)s.",
            ("GET", "HEAD"),
            method=request.method,
            path=path,
        )
    return RequestError(error.detail)
