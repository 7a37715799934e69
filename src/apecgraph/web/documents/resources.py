"""The things and terms of the publication: each IRI redirects to a document about the thing."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.rdf.formats import (
    DOCUMENT_FORMATS,
    HTML,
    LINKSET,
    PICTURE_FORMATS,
    SVG,
    Format,
    find_format,
)
from apecgraph.rdf.namespaces import APEC, BASE, OWL, QB, RDF, RDFS, SCHEMA
from apecgraph.readers.description import (
    Description,
    describe,
    member_triples,
    named_quads,
)
from apecgraph.readers.schema_org import SchemaOrg
from apecgraph.readers.withdrawals import refuse_withdrawn
from apecgraph.text.catalogues import ENGLISH
from apecgraph.text.nearest import nearest
from apecgraph.web.charts.shared import NARROW, WIDTH, SharedChart
from apecgraph.web.http.addresses import DOC, document_name, possible_paths, topic_of
from apecgraph.web.http.clients import client_of
from apecgraph.web.http.languages import look_up
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.http.signposting import document_path
from apecgraph.web.lists.listing import list_of
from apecgraph.web.localization import (
    PARAMETER,
    Localized,
    asked_language,
    language_ranges,
    page_language,
    refuse_repeated,
    vary_by_language,
)
from apecgraph.web.pages.home import HomePage
from apecgraph.web.pages.pictures import Pictures
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.things.cell import CellPage
from apecgraph.web.things.decision import DecisionPage
from apecgraph.web.things.economy import EconomyPage
from apecgraph.web.things.event import EventPage
from apecgraph.web.things.observation import ObservationPage
from apecgraph.web.things.ontology import OntologyPage
from apecgraph.web.things.source import SourcePage
from apecgraph.web.things.term import TermPage
from apecgraph.web.things.thing import ThingPage

_PAGES: Final[dict[str, type[ThingPage]]] = {
    f"{APEC}Cell": CellPage,
    f"{APEC}Decision": DecisionPage,
    f"{APEC}Economy": EconomyPage,
    f"{APEC}Source": SourcePage,
    f"{OWL}Ontology": OntologyPage,
    f"{RDF}Property": TermPage,
    f"{RDFS}Class": TermPage,
    f"{RDFS}Datatype": TermPage,
    f"{QB}Observation": ObservationPage,
    f"{SCHEMA}Event": EventPage,
    f"{SCHEMA}EventSeries": EventPage,
}
"""Classes with special pages; if a thing has several of these classes, the first counts."""

_NEAR: Final = 5
"""Number of similar names that a 404 error lists."""

_COMPARED: Final = 300
"""Maximum number of names to compare with an unknown name."""

_LONGEST: Final = 200
"""Maximum number of compared characters of an unknown name."""


class Resources:
    """Answers requests for IRIs under `id/` and `ontology/`, and for the documents about them.

    Args:
        sites: How the release is presented in each language, keyed by the tags of the languages.
    """

    def __init__(self, sites: Mapping[str, ReleaseSite]) -> None:
        self.sites = sites
        site = self.site = sites[ENGLISH.tag]
        self._graph = site.graph
        self._schema_org = SchemaOrg(site.graph, site.labels)
        self._homes = {tag: HomePage(each) for tag, each in sites.items()}
        self._pictures = {tag: Pictures(each) for tag, each in sites.items()}
        self._pages = {tag: _pages_in(site) for tag, site in sites.items()}

    @cached_property
    def _names(self) -> Sequence[str]:
        """The names of all documents, sorted."""
        return sorted(
            {
                name
                for quad in self._graph.quads(None, f"{RDF}type")
                if (name := _document_of(quad.subject)) is not None
            }
        )

    async def thing(self, request: Request) -> Response:
        """Redirect from a thing or a term to the document about it (303).

        A thing is not a document (W3C, Cool URIs for the Semantic Web, section 4.2). The first part
        of the IRIs of things, such as /id/economy, leads to the list of these things.
        """
        paths = possible_paths(request.scope)
        known = [iri for path in paths if self._graph.describes(iri := BASE + path[1:])]
        name = document_name(known[0]) if known else None
        if name is None:
            if (listed := list_of(paths[0])) is not None:
                return RedirectResponse(listed, 303, {"Cache-Control": "no-cache"})
            raise await self._missing(request)
        refuse_withdrawn(self._graph, known[0])
        path = document_path(name, choose_format(request, DOCUMENT_FORMATS))
        asked = asked_language(request)
        return RedirectResponse(
            f"{path}?{PARAMETER}={quote(asked)}" if asked else path,
            status_code=303,
            headers={"Vary": "Accept", "Cache-Control": "no-cache"},
        )

    async def document(self, request: Request) -> Response:
        """Answer with a document in the format that the path names, or in a negotiated one."""
        for path in possible_paths(request.scope):
            name = path.removeprefix(DOC)
            stem = name.removesuffix(f".{LINKSET.extension}")
            if stem != name and self._graph.describes(topic_of(stem)):
                return await self._respond(request, stem, LINKSET, {})
            stem, _, extension = name.rpartition(".")
            picture = find_format(extension, PICTURE_FORMATS)
            if picture is not None and self._graph.describes(topic_of(stem)):
                return await self._picture(request, stem, picture)
            named = None if "/" in extension else find_format(extension, DOCUMENT_FORMATS)
            if named is not None and self._graph.describes(topic_of(stem)):
                return await self._respond(request, stem, named, {})
            if self._graph.describes(topic_of(name)):
                format_ = choose_format(request, DOCUMENT_FORMATS)
                chosen = {"Vary": "Accept", "Content-Location": document_path(name, format_)}
                return await self._respond(request, name, format_, chosen)
        raise await self._missing(request)

    async def _respond(
        self, request: Request, name: str, format_: Format, headers: dict[str, str]
    ) -> Response:
        iri = topic_of(name)
        refuse_withdrawn(self._graph, iri)
        key = self.site.responder.tags, name, format_
        description = None
        link = self.site.link_headers.get(key)
        if link is None:
            work = self.site.executor.begin(client_of(request.scope))
            description = await work.run(partial(self._described, request, iri))
            link = self.site.signposts.header(name, description, format_)
            self.site.link_headers[key] = link
        headers = headers | {"Link": link}
        if format_ is not HTML:
            return await self.site.responder.answer(
                request,
                format_.content_type,
                lambda: self._body(name, description or self._described(request, iri), format_),
                headers,
            )
        tag, language = page_language(request, self.sites), self._language(request, iri)
        response = await self.sites[tag].responder.answer(
            request,
            format_.content_type,
            lambda: self._written(
                name, description or self._described(request, iri), tag, language
            ),
            headers,
            variant=language,
        )
        return vary_by_language(response)

    def charts(self, iri: str, tag: str = ENGLISH.tag) -> Sequence[SharedChart]:
        """Return all charts on the page about a thing in a language."""
        if iri == BASE:
            return self._homes[tag].charts()
        description = describe(self._graph, iri)
        if description is None:
            return ()
        return _page_of(description, self._pages[tag]).charts(iri)

    def chart(
        self, name: str, parameters: Mapping[str, str], tag: str = ENGLISH.tag
    ) -> SharedChart:
        """Return a chart on the page about a thing.

        Args:
            name: Name of the document about the thing.
            parameters: The parameters of the address of the chart: `chart` is its name; without
                it, the first chart of the page is meant.
            tag: The tag of the language.

        Returns:
            The chart.

        Raises:
            MalformedRequest: There is another parameter.
            NotFound: The page has no such chart.
        """
        if other := [each for each in parameters if each != "chart"]:
            raise MalformedRequest(
                "%(name)s: there is no such parameter; `chart` is one.", name=other[0]
            )
        iri = topic_of(name)
        charts = self.charts(iri, tag)
        wanted = parameters.get("chart", charts[0].chart.name if charts else "")
        for shared in charts:
            if shared.chart.name == wanted:
                return shared
        raise NotFound(
            "There is no such chart on the page about %(iri)s.",
            [self.site.url + shared.address.picture(SVG) for shared in charts] or [iri],
            iri=iri,
        )

    async def _picture(self, request: Request, name: str, format_: Format) -> Response:
        refuse_withdrawn(self._graph, topic_of(name))

        async def answer(tag: str, request: Request) -> Response:
            parameters = read_parameters(request.scope["query_string"])
            others = {each: text for each, text in parameters.items() if each != WIDTH}

            def find() -> SharedChart:
                shared = self.chart(name, others, tag)
                return shared if others == parameters else shared.for_phones

            if parameters.get(WIDTH, NARROW) != NARROW:
                raise MalformedRequest(
                    "%(name)s: there is no '%(value)s'; choose one of %(listed)s.",
                    name=WIDTH,
                    value=parameters[WIDTH],
                    listed=NARROW,
                )
            return await self._pictures[tag].answer(request, find, format_, repr(parameters))

        answers = {tag: partial(answer, tag) for tag in self.sites}
        return await Localized(answers, by_address=True)(request)

    def _described(self, request: Request, iri: str) -> Description:
        description = describe(self._graph, iri)
        if description is None:
            raise self._not_found(request)
        return description

    def _language(self, request: Request, iri: str) -> str:
        """Return the language of the names on a page, which may be one without a catalogue."""
        refuse_repeated(request)
        languages = dict.fromkeys((*self.sites, *self.site.labels.languages(iri)))
        found = look_up(language_ranges(request), list(languages))
        if found is None and asked_language(request):
            known = ", ".join(sorted(languages))
            raise MalformedRequest(
                "`lang` must be one of the languages of this page: %(known)s.", known=known
            )
        return found or ENGLISH.tag

    def _written(self, name: str, description: Description, tag: str, language: str) -> str:
        formats = [(item, document_path(name, item)) for item in DOCUMENT_FORMATS]
        page = _page_of(description, self._pages[tag])
        reviews = self._schema_org.reviews(description.iri)
        schema_org = reviews or self._schema_org.thing(description.iri)
        return page.write(description, formats, schema_org, language)

    def _body(self, name: str, description: Description, format_: Format) -> bytes | str:
        if format_ is LINKSET:
            return self.site.signposts.linkset(name, description)
        title = self.site.labels.title(description.iri)
        document = f"{BASE}doc/{name}"
        labels = (self.site.labels.triples(iri) for iri in description.linked)
        triples = {
            *description.triples(document, title, self.site.signposts.license),
            *chain.from_iterable(labels),
            *member_triples(self._graph, description.iri, document),
        }
        quads = {*description.evidence(), *named_quads(self._graph, triples)}
        return self.site.writer.document(triples, format_, description.iri, quads)

    async def _missing(self, request: Request) -> NotFound:
        """Return the error for an unknown path; comparing names takes milliseconds."""
        work = self.site.executor.begin(client_of(request.scope))
        return await work.run(partial(self._not_found, request))

    def _not_found(self, request: Request) -> NotFound:
        """Return the error for an unknown path, with the most similar names."""
        path = possible_paths(request.scope)[0]
        name = path.removeprefix("/id/").removeprefix(DOC).removeprefix("/")
        kind = f"{name.rpartition('/')[0]}/"
        related = [item for item in self._names if item.startswith(kind)] or self._names
        start = max(0, bisect(related, name) - _COMPARED // 2)
        around = related[start : start + _COMPARED]
        near = nearest(name[:_LONGEST], around, least=50, most=_NEAR)
        return NotFound(
            "There is nothing at %(path)s.",
            [*map(topic_of, near), BASE],
            path=f"{BASE}{path[1:]}",
        )


def _pages_in(site: ReleaseSite) -> dict[str, ThingPage]:
    """Return the page for each class with a special one, and for "" the page for all others."""
    return {"": ThingPage(site), **{class_: page(site) for class_, page in _PAGES.items()}}


def _page_of(description: Description, pages: Mapping[str, ThingPage]) -> ThingPage:
    return pages[next((class_ for class_ in _PAGES if class_ in description.types), "")]


def _document_of(node: object) -> str | None:
    return document_name(node.value) if isinstance(node, ox.NamedNode) else None
