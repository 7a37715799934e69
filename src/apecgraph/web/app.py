"""The web application: which path is answered by what."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from apecgraph.content import default_content
from apecgraph.errors import ApecgraphError, MethodNotAllowed, NotFound, RequestError
from apecgraph.formats import HTML
from apecgraph.jsonld import Context
from apecgraph.namespaces import BASE
from apecgraph.publication import Publication, Served
from apecgraph.release import CONTEXT
from apecgraph.settings import Settings
from apecgraph.web.budget import Budget
from apecgraph.web.condition import Condition
from apecgraph.web.contexts import Contexts
from apecgraph.web.discovery import Discovery
from apecgraph.web.downloads import Downloads
from apecgraph.web.edition import Edition
from apecgraph.web.endpoint import SparqlEndpoint
from apecgraph.web.errands import Errands
from apecgraph.web.examples import examples
from apecgraph.web.headers import HEADERS, Headers
from apecgraph.web.health import health_of
from apecgraph.web.html import Html
from apecgraph.web.lookup import Lookup
from apecgraph.web.pages.conflicts import ConflictsPage
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.query import QueryPage
from apecgraph.web.pages.releases import ReleasePages
from apecgraph.web.pages.sources import SourcesPage
from apecgraph.web.problems import problem_response
from apecgraph.web.reading import Reading, asking
from apecgraph.web.reconcile import Reconcile
from apecgraph.web.replies import Replies
from apecgraph.web.resources import Resources
from apecgraph.web.shortcut import Shortcut
from apecgraph.web.signposting import Signposts
from apecgraph.web.writer import Writer

_OF_ALL: Final = ("", "sparql", "context.jsonld", "health", "openapi.json")
_OF_RELEASES: Final = (
    "sources",
    "conflicts",
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
    budget: Budget,
    condition: Condition,
) -> ASGIApp:
    """Make the application that serves a publication.

    served: answers the public's queries; it holds the same as the publication, and is started.
    budget: what one client may ask. condition: how the service is, beyond this application.
    """
    release, store = publication.release, publication.store
    html = Html(release, ox.Store() if store is None else store)
    edition = _edition(publication, html, settings.cache_megabytes)
    context = Context(
        (default_content() / "ontology" if release is None else release.path) / CONTEXT
    )
    contexts = Contexts(context, None if release is None else release.path.parent)
    writer = Writer(context)
    query_page = QueryPage(served, examples(release), edition, html, writer)
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

    async def data_home(request: Request) -> Response:
        return await edition.answer(
            request, HTML.content_type, lambda: html.page("data.html", served=served)
        )

    routes: list[BaseRoute] = [
        Route("/context.jsonld", Reading(contexts.current)),
        Route("/context/{name}", Reading(contexts.version)),
        Route("/favicon.ico", Reading(icon)),  # browsers ask for it beside what is no page
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    if release is None or store is None:
        routes.append(Route("/", Reading(data_home)))
    else:
        downloads = Downloads(release, edition, html)
        signposts = Signposts(store, downloads.items)
        resources = Resources(store, edition, html, writer, signposts)
        discovery = Discovery(store, edition, writer)
        routes += _pages(store, edition, html, signposts)
        routes += _releases(ReleasePages(release, edition, html))
        routes += _release_routes(resources, downloads, discovery)
        errands = Errands(settings.query_seconds)
        reconcile = Reconcile(store, html, budget, errands)
        routes += _linking_routes(reconcile, Lookup(store, budget, errands))

    app = FastAPI(
        title="apecgraph",
        version=version("apecgraph"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat the Host header
    )
    app.add_middleware(Headers)
    health = health_of(publication, served, condition, settings.workers)
    _tell_errors(app, html, _OF_ALL if release is None else (*_OF_ALL, *_OF_RELEASES))

    app.get("/health")(health)
    app.head("/health", include_in_schema=False)(health)
    app.router.routes.extend(routes)
    return Shortcut(app, "/sparql", endpoint)


def _edition(publication: Publication, html: Html, megabytes: int) -> Edition:
    release = publication.release
    if release is None:
        program = f"{version('apecgraph')} {html.edition}"
        return Edition(publication.digest, "", program, megabytes)
    # What comes before a release is told in its catalogue, and no part of its digest.
    program = f"{release.fingerprint} {release.previous} {html.edition}"
    return Edition(release.digest, release.issued, program, megabytes)


def _pages(store: ox.Store, edition: Edition, html: Html, signposts: Signposts) -> list[BaseRoute]:
    return [
        Route("/", Reading(HomePage(store, edition, html, signposts).answer)),
        Route("/sources", Reading(SourcesPage(store, edition, html).answer)),
        Route("/conflicts", Reading(ConflictsPage(store, edition, html).answer)),
    ]


def _releases(pages: ReleasePages) -> list[BaseRoute]:
    return [
        Route("/releases", Reading(pages.index)),
        Route("/releases.atom", Reading(pages.feed)),
        Route("/releases/{name}", Reading(pages.release)),
        Route("/releases/{name}/report", Reading(pages.report)),
        Route("/releases/{name}/{file}", Reading(pages.file)),
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
