"""Which path of a release is answered by what."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import BASE
from apecgraph.rdf.writer import Writer
from apecgraph.readers.series import read_series
from apecgraph.release.release import Release
from apecgraph.search.entities import Entities
from apecgraph.search.entries import Entries
from apecgraph.search.full_text import Search
from apecgraph.settings import Settings
from apecgraph.web.documents.discovery import Discovery
from apecgraph.web.documents.downloads import Downloads
from apecgraph.web.documents.resources import Resources
from apecgraph.web.http.executor import Errands
from apecgraph.web.http.methods import Reading, asking
from apecgraph.web.http.rate_limit import Budget
from apecgraph.web.http.responder import Edition
from apecgraph.web.http.signposting import Signposts
from apecgraph.web.pages.about import AboutPages
from apecgraph.web.pages.blind_spots import BlindSpotsPage
from apecgraph.web.pages.conflicts import ConflictsPage
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.html import Html
from apecgraph.web.pages.questions import QuestionPages
from apecgraph.web.pages.releases import ReleasePages
from apecgraph.web.pages.search import SearchPage
from apecgraph.web.pages.shapes import ShapesPage
from apecgraph.web.pages.sources import SourcesPage
from apecgraph.web.reconcile.lookup import Lookup
from apecgraph.web.reconcile.service import Reconcile


def release_routes(
    release: Release,
    store: ox.Store,
    settings: Settings,
    edition: Edition,
    html: Html,
    writer: Writer,
    budget: Budget,
    errands: Errands,
) -> list[BaseRoute]:
    """Make the routes to all that a release has beside the endpoint; store: holds it."""
    downloads = Downloads(release, edition, html)
    signposts = Signposts(store, downloads.items)
    resources = Resources(store, edition, html, writer, signposts)
    return [
        *_pages(store, edition, html, signposts),
        *_words(release, store, edition, html, settings.public_url or BASE),
        *_releases(ReleasePages(release, edition, html)),
        *_documents(resources),
        *_downloads(downloads),
        *_descriptions(Discovery(store, edition, writer)),
        *_searches(store, edition, html, budget, errands),
    ]


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
        Route("/shapes", Reading(ShapesPage(store, edition, html).answer)),
        Route("/questions", Reading(questions.index)),
        Route("/questions/{name}", Reading(questions.question)),
    ]


def _releases(pages: ReleasePages) -> list[BaseRoute]:
    return [
        Route("/releases", Reading(pages.index)),
        Route("/releases.atom", Reading(pages.feed)),
        Route("/releases/{name}", Reading(pages.release)),
        Route("/releases/{name}/report", Reading(pages.report)),
        Route("/releases/{name}/{file}", Reading(pages.file)),
    ]


def _documents(resources: Resources) -> list[BaseRoute]:
    thing, document = Reading(resources.thing), Reading(resources.document)
    return [
        Route("/id/{path:path}", thing),
        Route("/ontology", thing),
        Route("/ontology/{path:path}", thing),
        Route("/doc/{path:path}", document),
    ]


def _downloads(downloads: Downloads) -> list[BaseRoute]:
    async def dumps(request: Request) -> Response:
        return RedirectResponse("/dumps/", status_code=308)

    return [
        Route("/dumps", Reading(dumps)),
        Route("/dumps/", Reading(downloads.index)),
        Route("/dumps/latest/{name:path}", Reading(downloads.latest)),
        Route("/dumps/{name}", Reading(downloads.dump)),
        Route("/dumps/{release}/", Reading(downloads.index)),
        Route("/dumps/{release}/{name}", Reading(downloads.dump)),
    ]


def _descriptions(discovery: Discovery) -> list[BaseRoute]:
    return [
        Route("/catalog", Reading(discovery.catalog)),
        Route("/.well-known/void", Reading(discovery.void)),
    ]


def _searches(
    store: ox.Store, edition: Edition, html: Html, budget: Budget, errands: Errands
) -> list[BaseRoute]:
    """Return the routes to what finds things by their names; what it knows is read when asked."""
    entities = cache(lambda: Entities(store))
    search = SearchPage(
        cache(lambda: Search(Entries(store, entities()))), edition, html, budget, errands
    )
    reconcile = Reconcile(store, entities, html, budget, errands)
    return [
        Route("/search", Reading(search.answer)),
        Route("/search.json", Reading(search.suggest)),
        Route("/lookup", asking(Lookup(store, budget, errands).answer)),
        Route("/reconcile", asking(reconcile.service)),
        Route("/reconcile/suggest/{kind}", Reading(reconcile.suggest)),
        Route("/reconcile/flyout/{kind}", Reading(reconcile.flyout)),
        Route("/reconcile/properties", Reading(reconcile.properties)),
        Route("/reconcile/preview", Reading(reconcile.preview)),
    ]
