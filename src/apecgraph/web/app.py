"""The web application: which path is answered by what."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.metadata import version
from typing import Final

import pyoxigraph as ox
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from apecgraph.content import default_content
from apecgraph.entities import Entities
from apecgraph.entries import Entries
from apecgraph.errors import ApecgraphError, MethodNotAllowed, NotFound, RequestError
from apecgraph.formats import HTML
from apecgraph.graph import Graph
from apecgraph.jsonld import Context
from apecgraph.namespaces import BASE
from apecgraph.publication import Publication, Served
from apecgraph.release import CONTEXT, Release
from apecgraph.search import Search
from apecgraph.series import read_series
from apecgraph.settings import Settings
from apecgraph.web.assets import Assets
from apecgraph.web.budget import Budget
from apecgraph.web.contexts import Contexts
from apecgraph.web.discovery import Discovery
from apecgraph.web.downloads import Downloads
from apecgraph.web.edition import Edition
from apecgraph.web.endpoint import SparqlEndpoint
from apecgraph.web.errands import Errands
from apecgraph.web.examples import examples
from apecgraph.web.headers import HEADERS, Headers
from apecgraph.web.html import Html
from apecgraph.web.lookup import Lookup
from apecgraph.web.pages.about import AboutPages
from apecgraph.web.pages.blind_spots import BlindSpotsPage
from apecgraph.web.pages.conflicts import ConflictsPage
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.query import QueryPage
from apecgraph.web.pages.questions import QuestionPages
from apecgraph.web.pages.rules import RulesPage
from apecgraph.web.pages.search import SearchPage
from apecgraph.web.pages.sources import SourcesPage
from apecgraph.web.problems import problem_response
from apecgraph.web.reading import Reading, asking
from apecgraph.web.reconcile import Reconcile
from apecgraph.web.replies import Replies
from apecgraph.web.resources import Resources
from apecgraph.web.signposting import Signposts
from apecgraph.web.writer import Writer

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


class _Shortcut:
    """Answers one path before the framework does anything, which costs more than most queries."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = scope["type"] == "http" and scope["path"] == self._path
        await (self._endpoint if answers else self._app)(scope, receive, send)


class Health(BaseModel):
    """Whether the server works, and what it serves."""

    status: str
    release: str | None
    quads: int
    workers: int


def create_app(settings: Settings, publication: Publication, served: Served) -> ASGIApp:
    """Make the application that serves a publication.

    served: answers the public's queries; it holds the same as the publication, and is started.
    """
    release, store = publication.release, publication.store
    assets = Assets()
    html = Html(release, ox.Store() if store is None else store, assets)
    edition = _edition(publication, html, settings.cache_megabytes)
    context = Context(
        (default_content() / "ontology" if release is None else release.path) / CONTEXT
    )
    contexts = Contexts(context, None if release is None else release.path.parent)
    writer = Writer(context)
    query_page = QueryPage(served, store, examples(release), edition, html, writer)
    budget = Budget(settings.queries_per_minute)
    endpoint = SparqlEndpoint(
        served,
        served.graphs,
        replies=Replies(edition.etag("sparql"), settings.cache_megabytes),
        budget=budget,
        without_query=Headers(Reading(query_page.answer)),
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
        Route("/context.jsonld", Reading(contexts.current)),
        Route("/context/{name}", Reading(contexts.version)),
        Route("/favicon.ico", Reading(icon)),  # browsers ask for it beside what is no page
        Route("/static/{path:path}", Reading(static)),
        Route("/sparql/vocabulary.json", Reading(query_page.vocabulary)),
    ]
    if release is None or store is None:
        routes.append(Route("/", Reading(data_home)))
    else:
        downloads = Downloads(release, edition, html)
        signposts = Signposts(store, downloads.items)
        resources = Resources(store, edition, html, writer, signposts)
        discovery = Discovery(store, edition, writer)
        routes += _pages(store, edition, html, signposts)
        routes += _words(release, store, edition, html, settings.public_url or BASE)
        routes += _release_routes(resources, downloads, discovery)
        errands = Errands(settings.query_seconds)
        entities = cache(lambda: Entities(store))
        reconcile = Reconcile(store, entities, html, budget, errands)
        routes += _linking_routes(reconcile, Lookup(store, budget, errands))
        search = cache(lambda: Search(Entries(store, entities())))
        found = SearchPage(search, edition, html, budget, errands)
        routes.append(Route("/search", Reading(found.answer)))
        routes.append(Route("/search.json", Reading(found.suggest)))

    app = FastAPI(
        title="apecgraph",
        version=version("apecgraph"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.add_middleware(Headers)
    _tell_errors(app, html, _OF_ALL if release is None else (*_OF_ALL, *_OF_RELEASES))

    async def health() -> Health:
        digest = None if release is None else release.digest
        return Health(status="ok", release=digest, quads=served.quads, workers=settings.workers)

    app.get("/health")(health)
    app.head("/health", include_in_schema=False)(health)
    app.router.routes.extend(routes)
    return _Shortcut(app, "/sparql", endpoint)


def _edition(publication: Publication, html: Html, megabytes: int) -> Edition:
    release = publication.release
    if release is None:
        program = f"{version('apecgraph')} {html.edition}"
        return Edition(publication.digest, "", program, megabytes)
    # What comes before a release is told in its catalogue, and no part of its digest.
    program = f"{release.fingerprint} {release.previous} {html.edition}"
    return Edition(release.digest, release.issued, program, megabytes)


def _pages(store: ox.Store, edition: Edition, html: Html, signposts: Signposts) -> list[BaseRoute]:
    series = read_series(Graph(store))
    figures = FiguresPage(store, edition, html, series)
    return [
        Route("/", Reading(HomePage(store, edition, html, signposts, series).answer)),
        Route("/figures", Reading(figures.answer)),
        Route("/figures.csv", Reading(figures.table)),
        Route("/sources", Reading(SourcesPage(store, edition, html).answer)),
        Route("/conflicts", Reading(ConflictsPage(store, edition, html).answer)),
        Route("/conflicts/blind-spots", Reading(BlindSpotsPage(store, edition, html).answer)),
    ]


def _words(
    release: Release, store: ox.Store, edition: Edition, html: Html, url: str
) -> list[BaseRoute]:
    """Return the routes to what is told about the publication and its vocabulary."""
    about = AboutPages(release, store, edition, html, url.rstrip("/"))
    questions = QuestionPages(release, edition, html)
    return [
        Route("/about", Reading(about.about)),
        Route("/about/citation.{extension}", Reading(about.citation)),
        Route("/use", Reading(about.use)),
        Route("/shapes", Reading(RulesPage(store, edition, html).answer)),
        Route("/questions", Reading(questions.index)),
        Route("/questions/{name}", Reading(questions.question)),
    ]


def _release_routes(
    resources: Resources, downloads: Downloads, discovery: Discovery
) -> list[BaseRoute]:
    async def dumps(request: Request) -> Response:
        return RedirectResponse("/dumps/", status_code=308)

    thing, document = Reading(resources.thing), Reading(resources.document)
    return [
        Route("/id/{path:path}", thing),
        Route("/ontology", thing),
        Route("/ontology/{path:path}", thing),
        Route("/doc/{path:path}", document),
        Route("/dumps", Reading(dumps)),
        Route("/dumps/", Reading(downloads.index)),
        Route("/dumps/latest/{name:path}", Reading(downloads.latest)),
        Route("/dumps/{name}", Reading(downloads.dump)),
        Route("/dumps/{release}/", Reading(downloads.index)),
        Route("/dumps/{release}/{name}", Reading(downloads.dump)),
        Route("/catalog", Reading(discovery.catalog)),
        Route("/.well-known/void", Reading(discovery.void)),
    ]


def _linking_routes(reconcile: Reconcile, lookup: Lookup) -> list[BaseRoute]:
    return [
        Route("/lookup", asking(lookup.answer)),
        Route("/reconcile", asking(reconcile.service)),
        Route("/reconcile/suggest/{kind}", Reading(reconcile.suggest)),
        Route("/reconcile/flyout/{kind}", Reading(reconcile.flyout)),
        Route("/reconcile/properties", Reading(reconcile.properties)),
        Route("/reconcile/preview", Reading(reconcile.preview)),
    ]


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
