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
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.methods import ReadOnly, read_or_post
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.responder import CachedResponder
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
    edition: CachedResponder,
    html: Html,
    writer: Writer,
    budget: RateLimit,
    errands: FairExecutor,
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


def _pages(
    store: ox.Store, edition: CachedResponder, html: Html, signposts: Signposts
) -> list[BaseRoute]:
    series = read_series(Graph(store))
    figures = FiguresPage(store, edition, html, series)
    return [
        Route("/", ReadOnly(HomePage(store, edition, html, signposts, series).answer)),
        Route("/figures", ReadOnly(figures.answer)),
        Route("/figures.csv", ReadOnly(figures.table)),
        Route("/sources", ReadOnly(SourcesPage(store, edition, html).answer)),
        Route("/conflicts", ReadOnly(ConflictsPage(store, edition, html).answer)),
        Route("/conflicts/blind-spots", ReadOnly(BlindSpotsPage(store, edition, html).answer)),
    ]


def _words(
    release: Release, store: ox.Store, edition: CachedResponder, html: Html, url: str
) -> list[BaseRoute]:
    """Return the routes to what is told about the publication and its vocabulary."""
    about = AboutPages(release, store, edition, html, url.rstrip("/"))
    questions = QuestionPages(release, edition, html)
    return [
        Route("/about", ReadOnly(about.about)),
        Route("/about/citation.{extension}", ReadOnly(about.citation)),
        Route("/use", ReadOnly(about.use)),
        Route("/shapes", ReadOnly(ShapesPage(store, edition, html).answer)),
        Route("/questions", ReadOnly(questions.index)),
        Route("/questions/{name}", ReadOnly(questions.question)),
    ]


def _releases(pages: ReleasePages) -> list[BaseRoute]:
    return [
        Route("/releases", ReadOnly(pages.index)),
        Route("/releases.atom", ReadOnly(pages.feed)),
        Route("/releases/{name}", ReadOnly(pages.release)),
        Route("/releases/{name}/report", ReadOnly(pages.report)),
        Route("/releases/{name}/{file}", ReadOnly(pages.file)),
    ]


def _documents(resources: Resources) -> list[BaseRoute]:
    thing, document = ReadOnly(resources.thing), ReadOnly(resources.document)
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
        Route("/dumps", ReadOnly(dumps)),
        Route("/dumps/", ReadOnly(downloads.index)),
        Route("/dumps/latest/{name:path}", ReadOnly(downloads.latest)),
        Route("/dumps/{name}", ReadOnly(downloads.dump)),
        Route("/dumps/{release}/", ReadOnly(downloads.index)),
        Route("/dumps/{release}/{name}", ReadOnly(downloads.dump)),
    ]


def _descriptions(discovery: Discovery) -> list[BaseRoute]:
    return [
        Route("/catalog", ReadOnly(discovery.catalog)),
        Route("/.well-known/void", ReadOnly(discovery.void)),
    ]


def _searches(
    store: ox.Store, edition: CachedResponder, html: Html, budget: RateLimit, errands: FairExecutor
) -> list[BaseRoute]:
    """Return the routes to what finds things by their names; what it knows is read when asked."""
    entities = cache(lambda: Entities(store))
    search = SearchPage(
        cache(lambda: Search(Entries(store, entities()))), edition, html, budget, errands
    )
    reconcile = Reconcile(store, entities, html, budget, errands)
    return [
        Route("/search", ReadOnly(search.answer)),
        Route("/search.json", ReadOnly(search.suggest)),
        Route("/lookup", read_or_post(Lookup(store, budget, errands).answer)),
        Route("/reconcile", read_or_post(reconcile.service)),
        Route("/reconcile/suggest/{kind}", ReadOnly(reconcile.suggest)),
        Route("/reconcile/flyout/{kind}", ReadOnly(reconcile.flyout)),
        Route("/reconcile/properties", ReadOnly(reconcile.properties)),
        Route("/reconcile/preview", ReadOnly(reconcile.preview)),
    ]
