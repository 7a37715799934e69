"""The web application of one publication."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pyoxigraph import Store
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from apecgraph.content.folder import CONTEXT, VOCABULARY_LABELS, default_content
from apecgraph.errors import (
    ApecgraphError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    RequestError,
)
from apecgraph.query.look_ups import LookUps
from apecgraph.query.model import QueryService
from apecgraph.query.permalinks import PERMALINKS
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.query.workers.on_demand import StoresOnDemand
from apecgraph.rdf.formats import TURTLE
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.labels import OTHER_LABEL_PROPERTIES, Labels
from apecgraph.rdf.namespaces import BASE, COMMON_PREFIXES
from apecgraph.rdf.terms import in_graph
from apecgraph.readers.dataset.introduction import Introduction
from apecgraph.search.entries import Naming
from apecgraph.settings import Settings
from apecgraph.text.catalogues import ENGLISH, read_catalogues
from apecgraph.web.api.description import Description
from apecgraph.web.api.router import router
from apecgraph.web.api.served import ServedRelease
from apecgraph.web.documents.crawlers import Robots
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.methods import ReadOnly, accept_header, preflight, read_or_post
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.representation import EntityTags, http_date
from apecgraph.web.http.responder import Responder
from apecgraph.web.http.router import PathRouter
from apecgraph.web.http.signposting import LinkHeaders, link_headers
from apecgraph.web.language import Language
from apecgraph.web.localization import Localized, page_language, vary_by_language
from apecgraph.web.mcp.endpoint import PATH as MCP
from apecgraph.web.mcp.endpoint import McpEndpoint
from apecgraph.web.monitoring.health import HealthCheck, LastFailure, health
from apecgraph.web.pages.assets import Assets
from apecgraph.web.pages.html import Html, program_digest
from apecgraph.web.pages.site import DatasetSite, Readings, ReleaseSite, Site
from apecgraph.web.publication import Publication
from apecgraph.web.routes import dataset_routes, read_only, release_routes
from apecgraph.web.sparql.endpoint import ParsedRequests, SparqlEndpoint, parsed_requests
from apecgraph.web.sparql.examples import examples
from apecgraph.web.sparql.page import QueryPage
from apecgraph.web.sparql.permalinks import Permalinks

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

_DATASET_PATHS: Final = ("browse", "search", ".well-known/void")
"""Further paths that a 404 error lists if data of others are served."""

_UNKNOWN: Final = Introduction()
"""The description of data that do not describe themselves."""

_PREPARED_SECONDS: Final = 1.0
"""Seconds after which what takes seconds is prepared, so that the first pages come before it."""


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
        earlier: The earlier releases that permalinks have asked for lately.
    """

    settings: Settings
    rate_limit: RateLimit
    last_failure: LastFailure
    contents: ContentCache
    parsed: ParsedRequests
    link_headers: LinkHeaders
    earlier: StoresOnDemand

    @classmethod
    def of(
        cls, settings: Settings, *, contents: int = 0, parsed: int = 0, links: int = 0
    ) -> ServerResources:
        """Return the resources of a process.

        Args:
            settings: The settings.
            contents: Maximum size of the cache of response contents in bytes.
            parsed: Maximum size of that of parsed requests.
            links: Maximum size of that of Link headers.

        Returns:
            The resources.
        """
        return cls(
            settings,
            RateLimit(settings.queries_per_minute),
            LastFailure(),
            ContentCache(contents),
            parsed_requests(parsed),
            link_headers(links),
            StoresOnDemand(pool_limits(settings), settings.earlier_megabytes),
        )


def pool_limits(settings: Settings) -> PoolLimits:
    """Return the limits of the processes that answer queries."""
    return PoolLimits(
        load_seconds=settings.load_seconds,
        load_megabytes=settings.load_megabytes,
        query_seconds=settings.query_seconds,
        query_megabytes=settings.query_megabytes,
        reply_megabytes=settings.reply_megabytes,
        reply_rows=settings.reply_rows,
        workers=settings.workers,
        long_queries=settings.long_queries,
        queue=settings.queue,
    )


def create_app(
    publication: Publication,
    queries: QueryService,
    server: ServerResources,
    retired: threading.Event | None = None,
    introduction: Introduction = _UNKNOWN,
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
        introduction: The description of data of others, in these data.

    Returns:
        The application.
    """
    sites = sites_of(publication, server, queries, introduction)
    site = sites[ENGLISH.tag]
    by_language = {
        tag: QueryPage(each, queries, examples(each.release, each.language.catalogue))
        for tag, each in sites.items()
    }
    page = by_language[ENGLISH.tag]
    endpoint_of = partial(
        SparqlEndpoint,
        base=publication.base or page.endpoint,
        cache=server.contents,
        parsed=server.parsed,
        parsing=FairExecutor(server.settings.query_seconds),
        rate_limit=server.rate_limit,
        page=ReadOnly(Localized({tag: each.answer for tag, each in by_language.items()})),
        refuse=partial(_refusal, sites),
    )
    endpoint = endpoint_of(
        queries, tags=site.responder.tags, look_ups=_look_ups(publication, server.settings)
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
    app.router.routes += _routes(site, by_language, description)
    by_path = PathRouter({"/sparql": endpoint}, app)
    released = {tag: each for tag, each in sites.items() if isinstance(each, ReleaseSite)}
    if released:
        app.state.releases = {tag: ServedRelease(each) for tag, each in released.items()}
        app.include_router(router)
        app.router.routes += release_routes(released, description)
        app.router.routes.append(Route(MCP, McpEndpoint(by_path, server.rate_limit)))
        permalinks = Permalinks(
            released,
            queries,
            endpoint,
            lambda earlier, tags: endpoint_of(earlier, tags=tags),
            server.earlier,
        )
        app.router.routes += [
            Route(PERMALINKS, read_or_post(permalinks.make)),
            Route(f"{PERMALINKS}/{{link}}", ReadOnly(permalinks.answer)),
        ]
        readings, given_up = released[ENGLISH.tag].readings, retired or threading.Event()
        readings.completions.begin(_PREPARED_SECONDS, given_up)
        readings.search.begin(_PREPARED_SECONDS, given_up)
    else:
        datasets = {tag: each for tag, each in sites.items() if isinstance(each, DatasetSite)}
        app.router.routes += dataset_routes(datasets)
    _handle_errors(app, sites)
    return by_path


def sites_of(
    publication: Publication,
    server: ServerResources,
    queries: QueryService | None = None,
    introduction: Introduction = _UNKNOWN,
) -> Mapping[str, Site]:
    """Return how a publication is presented in each language.

    Args:
        publication: The publication.
        server: What the server keeps when it switches to another publication.
        queries: Answers queries on data of others, from which their pages are made.
        introduction: The description of data of others, in these data.

    Returns:
        The sites, keyed by the tags of the languages.
    """
    release, settings = publication.release, server.settings
    graph = _common_labels() if publication.graph is None else publication.graph
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
        named = _name_of(publication, introduction, tag)
        html = Html(
            release, graph, assets, code, language, list(catalogues), settings.contact, named
        )
        # A page has another entity tag in each language.
        tags = EntityTags(digest, f"{program} {tag}")
        responder = Responder(tags, modified, server.contents, executor, limit)
        common = graph, language, html, context, responder, executor, limit, url
        if release is not None and readings is not None:
            sites[tag] = ReleaseSite(release, *common, tables, server.link_headers, readings)
        elif queries is not None:
            base = publication.base or f"{url}/"
            prefixes = {**COMMON_PREFIXES, **publication.prefixes}
            sites[tag] = DatasetSite(
                None, *common, queries, introduction, base, prefixes, tuple(catalogues)
            )
    return sites


def _look_ups(publication: Publication, settings: Settings) -> LookUps | None:
    """Evaluate look-ups in the dataset that the pages are made from, unless others answer them."""
    graph = None if publication.engines else publication.graph
    return None if graph is None else LookUps(graph.store, settings.reply_rows)


def _common_labels() -> Graph:
    """Return the labels of the terms of common vocabularies, in the languages of the pages."""
    store = Store()
    store.load(path=default_content() / VOCABULARY_LABELS, format=TURTLE.rdf)
    return Graph(store)


def _name_of(publication: Publication, introduction: Introduction, tag: str) -> str:
    """Return the name of data of others: their own one, if they have one."""
    graph = Graph(map(in_graph, introduction.triples))
    labels = Labels(graph, tag, OTHER_LABEL_PROPERTIES)
    label = None if introduction.iri is None else labels.label(introduction.iri)
    return publication.name if label is None else label.value


def _routes(
    site: Site, pages: Mapping[str, QueryPage], description: Description
) -> list[BaseRoute]:
    """Return the routes that every publication has."""

    async def icon(request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", status_code=308)

    async def touch_icon(request: Request) -> Response:
        return RedirectResponse("/static/apple-touch-icon.png", status_code=308)

    async def static(request: Request) -> Response:
        return await site.html.assets.answer(request, site.responder, site.html.version)

    def by_address(answer: Callable[[QueryPage, Request], Awaitable[Response]]) -> Localized:
        return Localized(
            {tag: partial(answer, page) for tag, page in pages.items()}, by_address=True
        )

    return [
        read_only("/favicon.ico", icon),  # browsers ask for it with a dump or an answer
        read_only("/apple-touch-icon.png", touch_icon),  # where phones look for it
        read_only("/robots.txt", Robots(site).answer),
        read_only("/static/{path:path}", static),
        read_only("/sparql/vocabulary.json", by_address(QueryPage.vocabulary)),
        read_only("/embed/sparql", by_address(QueryPage.embed)),
        read_only("/sparql/names.json", by_address(QueryPage.names)),
        read_only("/openapi.json", description.answer),
    ]


def _handle_errors(app: FastAPI, sites: Mapping[str, Site]) -> None:
    """Make the application answer errors with problem details, or with a page for browsers."""
    site = sites[ENGLISH.tag]
    root = f"{site.url}/" if site.release is None else BASE
    paths = (*_PATHS, *(_DATASET_PATHS if site.release is None else _RELEASE_PATHS))
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
