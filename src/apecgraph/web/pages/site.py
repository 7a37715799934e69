"""The site: the data and the services that all handlers of one publication share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import MalformedRequest, NotFound
from apecgraph.query.model import QueryService
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE
from apecgraph.rdf.writer import Writer
from apecgraph.readers.comparisons import Comparisons
from apecgraph.readers.completion import Completions
from apecgraph.readers.dataset.introduction import Introduction
from apecgraph.readers.dataset.reading import QUICK_SECONDS, Reading
from apecgraph.readers.lists.listings import Listings
from apecgraph.readers.populations import Populations, read_populations
from apecgraph.readers.series import Series, read_series
from apecgraph.readers.vocabulary import TermUses
from apecgraph.readers.withdrawals import refuse_withdrawn
from apecgraph.release.citation import ReleaseCitation
from apecgraph.release.dumps import CHECKSUMS, downloads
from apecgraph.release.earlier import EarlierReleases
from apecgraph.release.release import Release
from apecgraph.search.entities import Entities
from apecgraph.search.entries import (
    CELLS,
    SERIES,
    STATEMENTS,
    Entries,
    Entry,
    Naming,
    Section,
)
from apecgraph.search.full_text import Search
from apecgraph.search.identifiers import Identifiers
from apecgraph.web.charts.sharing import Sharing
from apecgraph.web.http.addresses import topic_of
from apecgraph.web.http.executor import FairExecutor, Prepared, RequestWork
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.responder import Responder
from apecgraph.web.http.signposting import LinkHeaders, Signposts
from apecgraph.web.language import Language
from apecgraph.web.pages.html import Html
from apecgraph.web.short_descriptions import ShortDescriptions

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Site:
    """How a publication is presented.

    Attributes:
        release: The release, or None if other data are served.
        graph: Contains the release; for other data, the labels of the terms of common vocabularies.
        language: The language of the pages.
        html: Fills in the templates.
        context: The JSON-LD context of the documents.
        responder: Answers with representations and caches them.
        executor: Runs the work of requests in threads.
        rate_limit: Limits the requests of each client.
        url: Public URL of the site, without the last slash.

    """

    release: Release | None
    graph: Graph
    language: Language
    html: Html
    context: Context
    responder: Responder
    executor: FairExecutor
    rate_limit: RateLimit
    url: str

    @cached_property
    def writer(self) -> Writer:
        """Writes RDF documents."""
        return Writer(self.context)

    def admit(self, request: Request) -> RequestWork:
        """Count a request against its client's limit and return an object that runs its jobs.

        Args:
            request: A request whose answer is not cached.

        Returns:
            An object that runs the jobs of the request.

        Raises:
            TooManyRequests: The client has reached its rate limit.
        """
        return self.executor.begin(self.rate_limit.charge(request.scope))


@dataclass(frozen=True)
class DatasetSite(Site):
    """How data of others are presented, which are read by queries.

    Attributes:
        queries: Answers the queries of the pages, too.
        introduction: The description of the whole dataset, in the data.
        base: The base of relative IRIs in the data, or the public URL with a slash.
        prefixes: The namespace of each prefix, of the data or common ones.
        languages: The languages of the pages.
    """

    queries: QueryService
    introduction: Introduction
    base: str
    prefixes: Mapping[str, str]
    languages: tuple[str, ...]

    @property
    def endpoint(self) -> str:
        """The IRI of the endpoint."""
        return f"{self.url}/sparql"

    @property
    def dataset(self) -> str:
        """The IRI of the dataset in our descriptions."""
        return f"{self.endpoint}#dataset"

    async def answer(
        self,
        request: Request,
        content_type: str,
        read: Callable[[Reading], Awaitable[_Read]],
        write: Callable[[_Read], bytes | str],
        headers: Mapping[str, str] | None = None,
        variant: str = "",
        seconds: float = QUICK_SECONDS,
    ) -> Response:
        """Answer a request with content made from answers to queries; see `Responder.answer_read`.

        Args:
            request: The request.
            content_type: Content-Type of the response.
            read: Asks the queries.
            write: Makes the content from what it has read.
            headers: Further headers of the response.
            variant: Everything in the request, besides its path, that the content depends on.
            seconds: Time of all queries whose answers are not needed; see `Reading`.

        Returns:
            The content, or 304 (Not Modified).
        """

        async def read_for(client: str) -> tuple[_Read, bool]:
            reading = Reading(self.queries, client, seconds)
            return await read(reading), not reading.is_partial

        return await self.responder.answer_read(
            request, content_type, read_for, write, headers, variant
        )


@dataclass(frozen=True)
class Readings:
    """The values that are read from a release once, when they are first needed.

    Attributes:
        release: The release.
        graph: Contains the release.
        namings: How figures are named in languages other than English.
    """

    release: Release
    graph: Graph
    namings: tuple[Naming, ...] = ()

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """All series of figures."""
        return tuple(read_series(self.graph))

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons of all figures."""
        claims = (claim for series in self.series for claim in series.claims)
        return Comparisons(self.graph, claims)

    @cached_property
    def populations(self) -> Populations:
        """The populations of economies."""
        return read_populations(self.series, self.comparisons.official)

    @cached_property
    def term_uses(self) -> TermUses:
        """How often the terms of the vocabulary are used."""
        return TermUses.of(self.graph)

    @cached_property
    def completions(self) -> Prepared[Completions]:
        """What the query editor completes, which takes seconds to read."""
        return Prepared(lambda: Completions.of(self.graph))

    @cached_property
    def entities(self) -> Entities:
        """The things that can be searched for and reconciled; reading them is slow."""
        return Entities(self.graph)

    @cached_property
    def identifiers(self) -> Identifiers:
        """The foreign identifiers of the things."""
        return Identifiers(self.graph)

    @cached_property
    def search(self) -> Prepared[Search]:
        """The index of everything that can be searched for, which takes seconds to make."""
        return Prepared(
            lambda: Search(Entries(self.graph, self.entities, self.series, self.namings))
        )

    @cached_property
    def earlier(self) -> EarlierReleases:
        """The kept releases that the release is compared with."""
        return EarlierReleases(self.release)

    @cached_property
    def signposts(self) -> Signposts:
        """The typed links of the documents."""
        files = downloads(self.release.files).items()
        dumps = [
            (f"/dumps/{name}", item.format)
            for name, item in files
            if not item.compressed and name != CHECKSUMS
        ]
        return Signposts(self.graph, dumps)


@dataclass(frozen=True)
class ReleaseSite(Site):
    """How a release is presented; data that several pages need is read only once.

    Attributes:
        release: The release.
        tables: Makes files of figures, which takes seconds; pages do not wait for them.
        link_headers: Caches the Link headers of documents.
        readings: The values that are read from the release once, for the pages in all languages.

    """

    release: Release
    tables: FairExecutor
    link_headers: LinkHeaders
    readings: Readings

    @property
    def labels(self) -> Labels:
        """The labels of the release, in the language of the pages if possible."""
        return self.language.labels

    @property
    def series(self) -> tuple[Series, ...]:
        """All series of figures."""
        return self.readings.series

    @property
    def comparisons(self) -> Comparisons:
        """The comparisons of all figures."""
        return self.readings.comparisons

    @property
    def populations(self) -> Populations:
        """The populations of economies."""
        return self.readings.populations

    @property
    def term_uses(self) -> TermUses:
        """How often the terms of the vocabulary are used."""
        return self.readings.term_uses

    @property
    def entities(self) -> Entities:
        """The things that can be searched for and reconciled; reading them is slow."""
        return self.readings.entities

    @property
    def identifiers(self) -> Identifiers:
        """The foreign identifiers of the things."""
        return self.readings.identifiers

    @cached_property
    def sharing(self) -> Sharing:
        """Shares the charts of the pages."""
        return Sharing(self.release, self.graph, self.language, self.html.site, self.url)

    @cached_property
    def citation(self) -> ReleaseCitation:
        """How to cite the release."""
        return ReleaseCitation.of(self.release, self.graph, self.language.catalogue)

    def cite(self, iri: str) -> ReleaseCitation:
        """Return how to cite a thing as a part of the release."""
        return replace(self.citation, part=self.labels.title(iri).value, iri=iri)

    def required_topic(self, request: Request) -> str:
        """Read what a request is about, as `topic` does.

        Args:
            request: A request with no parameter but `of`.

        Returns:
            The IRI of the thing.

        Raises:
            MalformedRequest: The parameter is missing, or there is another one.
            NotFound: The release describes no such thing.
        """
        iri = self.topic(request)
        if iri is None:
            raise MalformedRequest("`of` must name a thing, such as economy/PER.")
        return iri

    def topic(self, request: Request) -> str | None:
        """Read what a request is about.

        Args:
            request: A request with no parameter but `of`, the name of a document, such as
                `economy/PER`.

        Returns:
            The IRI of the thing, or None if the request has no parameter.

        Raises:
            MalformedRequest: There is another parameter.
            NotFound: The release describes no such thing.
        """
        parameters = read_parameters(request.scope["query_string"])
        name = parameters.pop("of", None)
        if parameters:
            name = next(iter(parameters))
            raise MalformedRequest("%(name)s: `of` is the only parameter.", name=name)
        if name is None:
            return None
        iri = topic_of(name)
        if not self.graph.describes(iri):
            raise NotFound("of: there is nothing at %(iri)s.", [f"{BASE}browse"], iri=iri)
        refuse_withdrawn(self.graph, iri)
        return iri

    @cached_property
    def descriptions(self) -> ShortDescriptions:
        """The short descriptions of things."""
        return ShortDescriptions(self.graph, self.language)

    @cached_property
    def listings(self) -> Listings:
        """The lists of the things of each kind."""
        official = self.comparisons.official
        return Listings(self.graph, self.labels, self.series, official, self.language.catalogue)

    def entry_name(self, entry: Entry) -> ox.Literal:
        """Return the name of an entry in the language of the page, otherwise in English."""
        if entry.section not in (Section.SERIES, Section.CELL):
            return self.labels.label(entry.iri) or entry.name
        tag = self.language.tag
        return next((each for _, each in entry.names if each.language == tag), entry.name)

    def kind_name(self, iri: str) -> str:
        """Return the label of a class or a code list."""
        gettext = self.language.catalogue.gettext
        # What the search finds is more than these classes say.
        others = {
            SERIES: gettext("series"),
            CELLS: gettext("figures"),
            STATEMENTS: gettext("statements"),
        }
        label = self.labels.label(iri)
        return others.get(iri) or (self.entities.title(iri) if label is None else label.value)

    @property
    def signposts(self) -> Signposts:
        """The typed links of the documents."""
        return self.readings.signposts
