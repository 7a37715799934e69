"""The web application: the endpoint before the framework, pages and data in it, and its errors."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.content.folder import CONTEXT, default_content
from apecgraph.errors import ApecgraphError, MethodNotAllowed, NotFound, RequestError
from apecgraph.query.model import QueryService
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import BASE
from apecgraph.rdf.writer import Writer
from apecgraph.settings import Settings
from apecgraph.web.documents.contexts import Contexts
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.headers import HEADERS, Headers
from apecgraph.web.http.methods import ReadOnly
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.reply_cache import ReplyCache
from apecgraph.web.http.responder import CachedResponder
from apecgraph.web.monitoring.health import LastFailure, health, health_of
from apecgraph.web.pages.assets import Assets
from apecgraph.web.pages.files import FilesPage
from apecgraph.web.pages.html import Html
from apecgraph.web.pages.site import ReleaseSite, Site
from apecgraph.web.publication import Publication
from apecgraph.web.routes import read_only, release_routes
from apecgraph.web.sparql.endpoint import SparqlEndpoint
from apecgraph.web.sparql.examples import examples
from apecgraph.web.sparql.page import QueryPage

_OF_ALL: Final = ("", "sparql", "context.jsonld", "health", "openapi.json")
_OF_RELEASES: Final = (
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


def create_app(
    settings: Settings,
    publication: Publication,
    served: QueryService,
    budget: RateLimit,
    condition: LastFailure,
) -> ASGIApp:
    """Make the application that serves a publication.

    served: answers the public's queries; it holds the same as the publication, and is started.
    budget: what one client may ask. condition: how the service is, beyond this application.
    """
    release = publication.release
    assets = Assets()
    context = Context(
        (default_content() / "ontology" if release is None else release.path) / CONTEXT
    )
    site = _site(publication, settings, assets, Writer(context), budget)
    contexts = Contexts(context, None if release is None else release.path.parent)
    query_page = QueryPage(site, served, examples(release))
    endpoint = SparqlEndpoint(
        served,
        replies=ReplyCache(site.responder.etag("sparql"), settings.cache_megabytes),
        budget=budget,
        without_query=Headers(ReadOnly(query_page.answer)),
        render_html=site.html.problem,
    )

    async def icon(request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    async def static(request: Request) -> Response:
        return await assets.answer(request, site.responder, site.html.edition[:8])

    routes: list[BaseRoute] = [
        read_only("/context.jsonld", contexts.current),
        read_only("/context/{name}", contexts.version),
        read_only("/favicon.ico", icon),  # browsers request it beside anything that is not a page
        read_only("/static/{path:path}", static),
        read_only("/sparql/vocabulary.json", query_page.vocabulary),
    ]
    if isinstance(site, ReleaseSite):
        routes += release_routes(site)
    else:
        routes.append(read_only("/", FilesPage(site, served).answer))

    app = FastAPI(
        title="apecgraph",
        version=version("apecgraph"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.add_middleware(Headers)
    app.state.health = health_of(publication, served, condition, settings.workers)
    _tell_errors(app, site.html, _OF_ALL if release is None else (*_OF_ALL, *_OF_RELEASES))

    app.get("/health")(health)
    app.head("/health", include_in_schema=False)(health)
    app.router.routes.extend(routes)
    return Shortcut(app, "/sparql", endpoint)


def _site(
    publication: Publication,
    settings: Settings,
    assets: Assets,
    writer: Writer,
    rate_limit: RateLimit,
) -> Site:
    release = publication.release
    graph = Graph() if publication.graph is None else publication.graph
    html = Html(release, graph, assets)
    executor = FairExecutor(settings.query_seconds)
    megabytes = settings.cache_megabytes
    if release is None:
        responder = CachedResponder(publication.digest, "", html.edition, megabytes, executor)
        return Site(None, graph, html, writer, responder, executor, rate_limit)
    # The catalogue names the release before this one, which is no part of the digest.
    program = f"{release.fingerprint} {release.previous} {html.edition}"
    responder = CachedResponder(release.digest, release.issued, program, megabytes, executor)
    url = (settings.public_url or BASE).rstrip("/")
    return ReleaseSite(release, graph, html, writer, responder, executor, rate_limit, url)


def _tell_errors(app: FastAPI, html: Html, paths: Collection[str]) -> None:
    """Answer errors with problem details, or with a page for browsers."""

    async def tell(request: Request, error: Exception) -> Response:
        accept = ", ".join(request.headers.getlist("accept")) or None
        if isinstance(error, HTTPException):
            error = _as_ours(request, error, paths)
        response = problem_response(error, accept, render_html=html.problem)
        # An unforeseen error is answered outside of the middleware.
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    for kind in (ApecgraphError, HTTPException, Exception):
        app.add_exception_handler(kind, tell)


def _as_ours(request: Request, error: HTTPException, paths: Collection[str]) -> RequestError:
    """Say in our words what the framework found wrong."""
    path = request.scope["path"]  # a URL would be made of the Host header too
    if error.status_code == 404:
        return NotFound(f"There is nothing at {path}.", [f"{BASE}{each}" for each in paths])
    if error.status_code == 405:
        return MethodNotAllowed(f"{request.method} is not for {path}.", ("GET", "HEAD"))
    return RequestError(error.detail)


class Shortcut:
    """Answers one path by itself: the framework costs more than most queries."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        answers = scope["type"] == "http" and scope["path"] == self._path
        await (self._endpoint if answers else self._app)(scope, receive, send)
