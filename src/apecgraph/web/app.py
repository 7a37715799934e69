"""The web application of one publication."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from apecgraph.content.folder import CONTEXT, default_content
from apecgraph.errors import ApecgraphError, MethodNotAllowed, NotFound, RequestError
from apecgraph.query.model import QueryService
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import BASE
from apecgraph.settings import Settings
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
from apecgraph.web.monitoring.health import HealthCheck, LastFailure, health
from apecgraph.web.pages.assets import Assets
from apecgraph.web.pages.files import FilesPage
from apecgraph.web.pages.html import Html
from apecgraph.web.pages.site import ReleaseSite, Site
from apecgraph.web.publication import Publication
from apecgraph.web.routes import read_only, release_routes
from apecgraph.web.sparql.endpoint import ParsedRequests, SparqlEndpoint
from apecgraph.web.sparql.examples import examples
from apecgraph.web.sparql.page import QueryPage

_PATHS: Final = ("", "sparql", "health", "openapi.json")
"""Paths that a 404 error lists."""

_RELEASE_PATHS: Final = (
    "context.jsonld",
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


def create_app(publication: Publication, queries: QueryService, server: ServerResources) -> ASGIApp:
    """Create the application that serves a publication.

    The handlers that FastAPI calls are module-level functions, which read their data from
    `app.state`. FastAPI caches these functions for the life of the process, so a closure would keep
    its release in memory.

    Args:
        publication: The publication.
        queries: Answers public queries on the publication.
        server: What the server keeps when it switches to another publication.

    Returns:
        The application.
    """
    site = site_of(publication, server)
    page = QueryPage(site, queries, examples(site.release))
    endpoint = SparqlEndpoint(
        queries,
        base=publication.base or page.endpoint,
        tags=site.responder.tags,
        cache=server.contents,
        parsed=server.parsed,
        parsing=FairExecutor(server.settings.query_seconds),
        rate_limit=server.rate_limit,
        page=ReadOnly(page.answer),
        render_html=site.html.problem,
    )
    app = FastAPI(
        title="apecgraph",
        version=version("apecgraph"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.state.health = HealthCheck(
        publication, queries, server.last_failure, server.settings.workers
    )
    app.get("/health")(health)
    app.head("/health", include_in_schema=False)(health)
    app.router.routes += _routes(site, page)
    if isinstance(site, ReleaseSite):
        app.router.routes += release_routes(site)
    else:
        app.router.routes.append(read_only("/", FilesPage(site, queries).answer))
    _handle_errors(app, site)
    return PathRouter({"/sparql": endpoint}, app)


def site_of(publication: Publication, server: ServerResources) -> Site:
    """Return how a publication is presented.

    Args:
        publication: The publication.
        server: What the server keeps when it switches to another publication.

    Returns:
        The site.
    """
    release, settings = publication.release, server.settings
    graph = Graph() if publication.graph is None else publication.graph
    html = Html(release, graph, Assets())
    executor = FairExecutor(settings.query_seconds)
    url = (settings.public_url or BASE).rstrip("/")
    if release is None:
        tags = EntityTags(publication.digest, f"{html.digest} {url}")
        folder, modified = default_content() / "ontology", None
    else:
        # The catalogue names the previous release, which the digest does not cover.
        program = f"{release.fingerprint} {release.previous} {html.digest} {url}"
        tags = EntityTags(release.digest, program)
        folder, modified = release.path, http_date(release.issued)
    context = Context(folder / CONTEXT, url)
    limit = server.rate_limit
    responder = Responder(tags, modified, server.contents, executor, limit)
    if release is None:
        return Site(None, graph, html, context, responder, executor, limit, url)
    tables = FairExecutor(settings.query_seconds)
    return ReleaseSite(
        release,
        graph,
        html,
        context,
        responder,
        executor,
        limit,
        url,
        tables=tables,
        link_headers=server.link_headers,
    )


def _routes(site: Site, page: QueryPage) -> list[BaseRoute]:
    """Return the routes that every publication has."""

    async def icon(request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    async def static(request: Request) -> Response:
        return await site.html.assets.answer(request, site.responder, site.html.version)

    return [
        read_only("/favicon.ico", icon),  # browsers ask for it with a dump or an answer
        read_only("/robots.txt", Robots(site).answer),
        read_only("/static/{path:path}", static),
        read_only("/sparql/vocabulary.json", page.vocabulary),
    ]


def _handle_errors(app: FastAPI, site: Site) -> None:
    """Make the application answer errors with problem details, or with a page for browsers."""
    root = f"{site.url}/" if site.release is None else BASE
    paths = _PATHS if site.release is None else (*_PATHS, *_RELEASE_PATHS)
    addresses = [f"{root}{path}" for path in paths]

    async def handle(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            if error.status_code == 405 and request.method == "OPTIONS":
                return preflight(("GET", "HEAD", "OPTIONS"))
            error = _as_ours(request, error, addresses)
        accept = accept_header(request.headers)
        return problem_response(error, accept, render_html=site.html.problem)

    for kind in (ApecgraphError, HTTPException, Exception):
        app.add_exception_handler(kind, handle)


def _as_ours(request: Request, error: HTTPException, addresses: Collection[str]) -> RequestError:
    """Convert an error of the framework to a RequestError."""
    path = request.scope["path"]  # a URL would repeat the Host header
    if error.status_code == 404:
        return NotFound(f"There is nothing at {path}.", list(addresses))
    if error.status_code == 405:
        return MethodNotAllowed(f"{request.method} is not allowed for {path}.", ("GET", "HEAD"))
    return RequestError(error.detail)
