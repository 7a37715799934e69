"""The web application: the endpoint before the framework, pages and data in it, and its errors."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from typing import Final

import pyoxigraph as ox
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.content.folder import CONTEXT, default_content
from apecgraph.errors import ApecgraphError, MethodNotAllowed, NotFound, RequestError
from apecgraph.rdf.formats import HTML
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
from apecgraph.web.pages.html import Html
from apecgraph.web.publication import Publication, Served
from apecgraph.web.routes import release_routes
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
    served: Served,
    budget: RateLimit,
    condition: LastFailure,
) -> ASGIApp:
    """Make the application that serves a publication.

    served: answers the public's queries; it holds the same as the publication, and is started.
    budget: what one client may ask. condition: how the service is, beyond this application.
    """
    release, store = publication.release, publication.store
    assets = Assets()
    html = Html(release, ox.Store() if store is None else store, assets)
    errands = FairExecutor(settings.query_seconds)
    edition = _edition(publication, html, settings.cache_megabytes, errands)
    context = Context(
        (default_content() / "ontology" if release is None else release.path) / CONTEXT
    )
    contexts = Contexts(context, None if release is None else release.path.parent)
    writer = Writer(context)
    query_page = QueryPage(served, store, examples(release), edition, html, writer)
    endpoint = SparqlEndpoint(
        served,
        served.graphs,
        replies=ReplyCache(edition.etag("sparql"), settings.cache_megabytes),
        budget=budget,
        without_query=Headers(ReadOnly(query_page.answer)),
        render_html=html.problem,
    )

    async def icon(request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    async def static(request: Request) -> Response:
        return await assets.answer(request, edition, html.edition[:8])

    async def data_home(request: Request) -> Response:
        return await edition.answer(
            request, HTML.content_type, lambda: html.page("data.html", served=served)
        )

    routes: list[BaseRoute] = [
        Route("/context.jsonld", ReadOnly(contexts.current)),
        Route("/context/{name}", ReadOnly(contexts.version)),
        Route("/favicon.ico", ReadOnly(icon)),  # browsers ask for it beside what is no page
        Route("/static/{path:path}", ReadOnly(static)),
        Route("/sparql/vocabulary.json", ReadOnly(query_page.vocabulary)),
    ]
    if release is None or store is None:
        routes.append(Route("/", ReadOnly(data_home)))
    else:
        routes += release_routes(release, store, settings, edition, html, writer, budget, errands)

    app = FastAPI(
        title="apecgraph",
        version=version("apecgraph"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.add_middleware(Headers)
    app.state.health = health_of(publication, served, condition, settings.workers)
    _tell_errors(app, html, _OF_ALL if release is None else (*_OF_ALL, *_OF_RELEASES))

    app.get("/health")(health)
    app.head("/health", include_in_schema=False)(health)
    app.router.routes.extend(routes)
    return Shortcut(app, "/sparql", endpoint)


def _edition(
    publication: Publication, html: Html, megabytes: int, errands: FairExecutor
) -> CachedResponder:
    release = publication.release
    if release is None:
        program = f"{version('apecgraph')} {html.edition}"
        return CachedResponder(publication.digest, "", program, megabytes, errands)
    # What comes before a release is told in its catalogue, and no part of its digest.
    program = f"{release.fingerprint} {release.previous} {html.edition}"
    return CachedResponder(release.digest, release.issued, program, megabytes, errands)


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
