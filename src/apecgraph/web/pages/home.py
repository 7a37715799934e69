"""The home page: the publication, its headline series, an error that was found, and links."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.content.decisions import COMPATIBLE, OPEN
from apecgraph.rdf.formats import GRAPH_FORMATS, HTML
from apecgraph.rdf.namespaces import BASE, DCTERMS, RDF, SCHEMA
from apecgraph.readers.claims import Claim
from apecgraph.readers.conflicts import read_conflicts, read_refutation
from apecgraph.readers.description import describe
from apecgraph.readers.schema_org import SchemaOrg
from apecgraph.readers.selections import Selection
from apecgraph.readers.sources import Source, read_source
from apecgraph.text.dates import spelled_days
from apecgraph.text.numbers import Numerals
from apecgraph.web.charts.charts import Charts
from apecgraph.web.http.addresses import INDEX
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.signposting import document_path
from apecgraph.web.pages.figures import selection_address
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite
from apecgraph.web.pages.sources import read_shares


@dataclass(frozen=True, slots=True)
class MainEvent:
    """An event that the publication is about.

    Attributes:
        iri: IRI of the event.
        days: Its days in words, or "" if they are not known.
        places: IRIs of its places.
    """

    iri: str
    days: str
    places: tuple[str, ...]


class HomePage(Page):
    """The page about the publication itself."""

    template: ClassVar[str] = "pages/home.html"

    def __init__(self, site: ReleaseSite) -> None:
        super().__init__(site)
        self._charts = Charts(site.graph)

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page, or redirect to the description of the dataset in RDF."""
        format_ = choose_format(request, (HTML, *GRAPH_FORMATS))
        if format_ is not HTML:
            return RedirectResponse(
                document_path(INDEX, format_),
                status_code=303,
                headers={"Vary": "Accept", "Cache-Control": "no-cache"},
            )
        headers = {"Vary": "Accept"}
        if (dataset := describe(self.site.graph, BASE)) is not None:
            headers["Link"] = self.site.signposts.header(INDEX, dataset, HTML)
        return await self.respond(request, self.values, headers)

    def values(self) -> Mapping[str, object]:
        """Return the headline series, the events, and a conflict that the check found."""
        conflicts = read_conflicts(self.site.graph)
        main = self.site.graph.values(BASE, f"{SCHEMA}mainEntity")
        headline = next((item for item in self.site.series if item.slice_ in main), None)
        selection = None if headline is None else Selection.of(dict(headline.dimensions))
        shares = read_shares(self.site.graph)
        return {
            "heading": self.site.graph.value(BASE, f"{DCTERMS}title"),
            "about": self.site.graph.values(BASE, f"{DCTERMS}description"),
            "headline": headline,
            "selection": selection,
            "charts": self._charts,
            "figures": selection_address,
            "called": headline and headline.name(self.site.labels, Numerals(self.site.graph)),
            "events": [self._event(iri) for iri in main if self._is_event(iri)],
            "refutation": read_refutation(conflicts),
            "witnesses": self._witnesses,
            "counts": {
                "sources": sum(share.claims > 0 for share in shares),
                "figures": sum(len(series.claims) for series in self.site.series),
                "official": sum(share.figures for share in shares if share.source.official),
                "open": sum(conflict.verdict == OPEN for conflict in conflicts),
                "decided": sum(
                    conflict.verdict not in (OPEN, COMPATIBLE) for conflict in conflicts
                ),
            },
            "schema_org": SchemaOrg(self.site.graph, self.site.labels).dataset(),
        }

    def _witnesses(self, claims: Iterable[Claim]) -> Collection[Source]:
        """Return the first source of each origin that makes one of some claims."""
        first: dict[str, Source] = {}
        for claim in claims:
            source = read_source(self.site.graph, claim.source)
            first.setdefault(source.origin or source.iri, source)
        return first.values()

    def _is_event(self, iri: str) -> bool:
        return f"{SCHEMA}Event" in self.site.graph.values(iri, f"{RDF}type")

    def _event(self, iri: str) -> MainEvent:
        standing = self.site.graph.default_graph
        # Rejected days are not in the default graph, but several days may be there if a decision is
        # open.
        first, last = (standing.values(iri, f"{SCHEMA}{end}Date") for end in ("start", "end"))
        days = spelled_days(first[0], last[-1] if last else first[0]) if first else ""
        return MainEvent(iri, days, tuple(standing.values(iri, f"{SCHEMA}location")))
