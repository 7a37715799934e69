"""The routes of a release: paths and their handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from apecgraph.web.charts.shared import EMBED, OEMBED
from apecgraph.web.documents.contexts import Contexts
from apecgraph.web.documents.crawlers import Sitemap
from apecgraph.web.documents.discovery import Discovery
from apecgraph.web.documents.downloads import Downloads
from apecgraph.web.documents.embeds import Embeds
from apecgraph.web.documents.resources import Resources
from apecgraph.web.http.methods import ReadOnly, read_or_post
from apecgraph.web.lists.browse import BrowsePage
from apecgraph.web.lists.listing import ListPage
from apecgraph.web.lists.search import SearchPage
from apecgraph.web.lists.sources import SourcesPage
from apecgraph.web.pages.about import AboutPage
from apecgraph.web.pages.blind_spots import BlindSpotsPage
from apecgraph.web.pages.conflicts import ConflictsPage
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.official import OfficialPage
from apecgraph.web.pages.question import QuestionPage
from apecgraph.web.pages.questions import QuestionsPage
from apecgraph.web.pages.release import ReleasePage
from apecgraph.web.pages.releases import ReleasesPage
from apecgraph.web.pages.report import ReportPage
from apecgraph.web.pages.shapes import ShapesPage
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.pages.use import UsePage
from apecgraph.web.reconcile.lookup import Lookup
from apecgraph.web.reconcile.service import Reconcile


def release_routes(site: ReleaseSite) -> list[BaseRoute]:
    """Return the routes to all resources of a release except its endpoint."""
    figures, resources = FiguresPage(site), Resources(site)
    return [
        *_pages(site, figures),
        *_documents(site, resources),
        *_embeds(Embeds(site, figures, resources)),
        *_downloads(site),
        *_services(site),
    ]


def read_only(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    """Return a route to a resource that clients read by GET and HEAD."""
    return Route(path, ReadOnly(answer))


def _pages(site: ReleaseSite, figures: FiguresPage) -> list[BaseRoute]:
    about = AboutPage(site)
    release, releases, search = ReleasePage(site), ReleasesPage(site), SearchPage(site)
    return [
        read_only("/", HomePage(site).answer),
        read_only("/about", about.answer),
        read_only("/about/citation.{extension}", about.citation),
        read_only("/browse", BrowsePage(site).answer),
        read_only("/browse/{kind}", ListPage(site).answer),
        read_only("/conflicts", ConflictsPage(site).answer),
        read_only("/conflicts/blind-spots", BlindSpotsPage(site).answer),
        read_only("/conflicts/official-statistics", OfficialPage(site).answer),
        read_only("/figures", figures.answer),
        read_only("/figures.{extension}", figures.file),
        read_only("/questions", QuestionsPage(site).answer),
        read_only("/questions/{name}", QuestionPage(site).answer),
        read_only("/releases", releases.answer),
        read_only("/releases.atom", releases.feed),
        read_only("/releases/{name}", release.answer),
        read_only("/releases/{name}/report", ReportPage(site).answer),
        read_only("/releases/{name}/{file}", release.file),
        read_only("/search", search.answer),
        read_only("/search.json", search.suggest),
        read_only("/shapes", ShapesPage(site).answer),
        read_only("/sources", SourcesPage(site).answer),
        read_only("/use", UsePage(site).answer),
    ]


def _documents(site: ReleaseSite, resources: Resources) -> list[BaseRoute]:
    discovery = Discovery(site)
    contexts = Contexts(site.context, site.release.path.parent)
    return [
        read_only("/context.jsonld", contexts.current),
        read_only("/context/{name}", contexts.version),
        read_only("/id", resources.thing),
        read_only("/id/{path:path}", resources.thing),
        read_only("/ontology", resources.thing),
        read_only("/ontology/{path:path}", resources.thing),
        read_only("/doc/{path:path}", resources.document),
        read_only("/catalog", discovery.catalog),
        read_only("/.well-known/void", discovery.void),
        read_only("/sitemap.xml", Sitemap(site).answer),
    ]


def _embeds(embeds: Embeds) -> list[BaseRoute]:
    return [
        read_only(f"{EMBED}/figures", embeds.answer),
        read_only(f"{EMBED}/doc/{{path:path}}", embeds.answer),
        read_only(OEMBED, embeds.describe),
    ]


def _downloads(site: ReleaseSite) -> list[BaseRoute]:
    downloads = Downloads(site)

    async def add_slash(request: Request) -> Response:
        return RedirectResponse("/dumps/", status_code=308)

    return [
        read_only("/dumps", add_slash),
        read_only("/dumps/", downloads.index),
        read_only("/dumps/latest/{name:path}", downloads.latest),
        read_only("/dumps/{name}", downloads.dump),
        read_only("/dumps/{release}/", downloads.index),
        read_only("/dumps/{release}/{name}", downloads.dump),
    ]


def _services(site: ReleaseSite) -> list[BaseRoute]:
    reconcile = Reconcile(site)
    return [
        Route("/lookup", read_or_post(Lookup(site).answer)),
        Route("/reconcile", read_or_post(reconcile.service)),
        read_only("/reconcile/suggest/{kind}", reconcile.suggest),
        read_only("/reconcile/flyout/{kind}", reconcile.flyout),
        read_only("/reconcile/properties", reconcile.properties),
        read_only("/reconcile/preview", reconcile.preview),
    ]
