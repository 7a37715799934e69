"""The routes of a release: paths and their handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from apecgraph.query.permalinks import PERMALINKS
from apecgraph.text.catalogues import ENGLISH
from apecgraph.web.api.api_catalog import PATH as API_CATALOG
from apecgraph.web.api.api_catalog import ApiCatalog
from apecgraph.web.api.description import Description
from apecgraph.web.api.reference import ReferencePage
from apecgraph.web.charts.shared import EMBED, OEMBED
from apecgraph.web.dataset.classes import ClassPage
from apecgraph.web.dataset.documents import Documents
from apecgraph.web.dataset.home import DatasetPage
from apecgraph.web.dataset.search import NamePage
from apecgraph.web.dataset.void import VoidDescription
from apecgraph.web.documents.contexts import Contexts
from apecgraph.web.documents.crawlers import LanguageModels, SearchDescription, Sitemap
from apecgraph.web.documents.discovery import Discovery
from apecgraph.web.documents.downloads import Downloads
from apecgraph.web.documents.embeds import Embeds
from apecgraph.web.documents.resources import Resources
from apecgraph.web.http.methods import ReadOnly, read_or_post
from apecgraph.web.lists.browse import BrowsePage
from apecgraph.web.lists.changes import PATH as CHANGES
from apecgraph.web.lists.changes import FigureChangesPage
from apecgraph.web.lists.listing import ListPage
from apecgraph.web.lists.search import SearchPage
from apecgraph.web.lists.sources import SourcesPage
from apecgraph.web.localization import Answer, LanguageSwitch, Localized
from apecgraph.web.pages.about import AboutPage
from apecgraph.web.pages.blind_spots import BlindSpotsPage
from apecgraph.web.pages.conflicts import ConflictsPage
from apecgraph.web.pages.documentation import (
    FOLDER,
    Documentation,
    DocumentationPage,
    documentation_folder,
)
from apecgraph.web.pages.figures import FiguresPage
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.official import OfficialPage
from apecgraph.web.pages.question import QuestionPage
from apecgraph.web.pages.questions import QuestionsPage
from apecgraph.web.pages.release import ReleasePage
from apecgraph.web.pages.releases import ReleasesPage
from apecgraph.web.pages.report import ReportPage
from apecgraph.web.pages.shapes import ShapesPage
from apecgraph.web.pages.site import DatasetSite, ReleaseSite
from apecgraph.web.reconcile.lookup import Lookup
from apecgraph.web.reconcile.service import Reconcile
from apecgraph.web.sparql.permalinks import refuse_permalink
from apecgraph.web.things.card import Card
from apecgraph.web.things.error_report import ErrorReport


def release_routes(sites: Mapping[str, ReleaseSite], description: Description) -> list[BaseRoute]:
    """Return the routes to all resources of a release except its endpoint.

    Args:
        sites: The site in each language, keyed by the tags of the languages.
        description: The description of all paths.

    Returns:
        The routes.
    """
    site = sites[ENGLISH.tag]
    figures = {tag: FiguresPage(each) for tag, each in sites.items()}
    resources = Resources(sites)
    return [
        *_pages(sites, figures),
        *_documents(site, resources),
        *_embeds(Embeds(sites, figures, resources)),
        *_downloads(sites),
        *_services(site),
        *_documentation(sites, description),
    ]


def dataset_routes(sites: Mapping[str, DatasetSite]) -> list[BaseRoute]:
    """Return the routes to the pages and documents of data of others.

    Args:
        sites: The site in each language, keyed by the tags of the languages.

    Returns:
        The routes.
    """

    def page(path: str, answer: Callable[[DatasetSite], Answer]) -> Route:
        return read_only(path, Localized({tag: answer(site) for tag, site in sites.items()}))

    site = sites[ENGLISH.tag]
    documents = Documents(sites)
    switch = LanguageSwitch(sites, is_secure=site.url.startswith("https:"))
    return [
        page("/", lambda site: DatasetPage(site).answer),
        page("/browse", lambda site: ClassPage(site).answer),
        page("/search", lambda site: NamePage(site).answer),
        read_only("/language/{tag}", switch.answer),
        read_only("/doc", documents.document),
        read_only("/.well-known/void", VoidDescription(site).answer),
        read_only(PERMALINKS, refuse_permalink),
        read_only(f"{PERMALINKS}/{{link}}", refuse_permalink),
        read_only("/{path:path}", documents.thing),
    ]


def read_only(path: str, answer: Answer) -> Route:
    """Return a route to a resource that clients read by GET and HEAD."""
    return Route(path, ReadOnly(answer))


def _pages(sites: Mapping[str, ReleaseSite], figures: Mapping[str, FiguresPage]) -> list[BaseRoute]:
    def page(path: str, answer: Callable[[ReleaseSite], Answer]) -> Route:
        return read_only(path, Localized({tag: answer(site) for tag, site in sites.items()}))

    site = sites[ENGLISH.tag]
    switch = LanguageSwitch(sites, is_secure=site.url.startswith("https:"))
    release = ReleasePage(site)
    changes = {tag: FigureChangesPage(each) for tag, each in sites.items()}
    cards = {tag: Card(each).answer for tag, each in sites.items()}
    suggestions = {tag: SearchPage(each).suggest for tag, each in sites.items()}
    return [
        page("/", lambda site: HomePage(site).answer),
        page("/about", lambda site: AboutPage(site).answer),
        read_only("/about/citation.{extension}", AboutPage(site).citation),
        page("/report", lambda site: ErrorReport(site).answer),
        page("/browse", lambda site: BrowsePage(site).answer),
        page("/browse/{kind}", lambda site: ListPage(site).answer),
        page("/conflicts", lambda site: ConflictsPage(site).answer),
        page("/conflicts/blind-spots", lambda site: BlindSpotsPage(site).answer),
        page("/conflicts/official-statistics", lambda site: OfficialPage(site).answer),
        read_only("/figures", Localized({tag: each.answer for tag, each in figures.items()})),
        read_only(
            "/figures.{extension}",
            Localized({tag: each.file for tag, each in figures.items()}, by_address=True),
        ),
        read_only(CHANGES, Localized({tag: each.answer for tag, each in changes.items()})),
        read_only(
            f"{CHANGES}.csv",
            Localized({tag: each.file for tag, each in changes.items()}, by_address=True),
        ),
        read_only("/language/{tag}", switch.answer),
        page("/questions", lambda site: QuestionsPage(site).answer),
        page("/questions/{name}", lambda site: QuestionPage(site).answer),
        page("/releases", lambda site: ReleasesPage(site).answer),
        read_only("/releases.atom", ReleasesPage(site).feed),
        page("/releases/{name}", lambda site: ReleasePage(site).answer),
        page("/releases/{name}/report", lambda site: ReportPage(site).answer),
        read_only("/releases/{name}/{file}", release.file),
        page("/search", lambda site: SearchPage(site).answer),
        read_only("/card", Localized(cards, by_address=True)),
        read_only("/search.json", Localized(suggestions, by_address=True)),
        page("/shapes", lambda site: ShapesPage(site).answer),
        page("/sources", lambda site: SourcesPage(site).answer),
    ]


def _documents(site: ReleaseSite, resources: Resources) -> list[BaseRoute]:
    discovery = Discovery(site)
    sitemap = Sitemap(site)
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
        read_only("/sitemap.xml", sitemap.answer),
        read_only("/sitemap/{number:int}.xml", sitemap.part),
        read_only("/opensearch.xml", SearchDescription(site).answer),
        read_only("/llms.txt", LanguageModels(site).answer),
    ]


def _embeds(embeds: Embeds) -> list[BaseRoute]:
    return [
        read_only(f"{EMBED}/figures", embeds.answer),
        read_only(f"{EMBED}/doc/{{path:path}}", embeds.answer),
        read_only(OEMBED, embeds.describe),
    ]


def _downloads(sites: Mapping[str, ReleaseSite]) -> list[BaseRoute]:
    by_language = {tag: Downloads(site) for tag, site in sites.items()}
    downloads = by_language[ENGLISH.tag]
    index = Localized({tag: each.index for tag, each in by_language.items()})

    async def add_slash(request: Request) -> Response:
        return RedirectResponse("/dumps/", status_code=308)

    return [
        read_only("/dumps", add_slash),
        read_only("/dumps/", index),
        read_only("/dumps/latest/{name:path}", downloads.latest),
        read_only("/dumps/{name}", downloads.dump),
        read_only("/dumps/{release}/", index),
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


def _documentation(sites: Mapping[str, ReleaseSite], description: Description) -> list[BaseRoute]:
    documentation = Documentation(documentation_folder())
    references = {
        tag: ReferencePage(site, description, documentation).answer for tag, site in sites.items()
    }
    pages = {tag: DocumentationPage(site, documentation).answer for tag, site in sites.items()}

    def leads(path: str, to: str) -> Route:
        async def redirect(request: Request) -> Response:
            return RedirectResponse(to, status_code=308)

        return read_only(path, redirect)

    return [
        read_only(FOLDER, Localized(references)),
        read_only(f"{FOLDER}/{{path:path}}", Localized(pages)),
        leads("/api", FOLDER),
        leads("/help", f"{FOLDER}/index"),
        leads("/use", f"{FOLDER}/use"),  # its address until December 2026
        read_only(API_CATALOG, ApiCatalog(sites[ENGLISH.tag]).answer),
    ]
