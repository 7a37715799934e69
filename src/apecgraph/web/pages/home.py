"""The home page: the publication, its headline series, an error that was found, and links."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.content.decisions import COMPATIBLE, OPEN
from apecgraph.rdf.formats import GRAPH_FORMATS, HTML
from apecgraph.rdf.namespaces import BASE, DCTERMS, RDF, SCHEMA
from apecgraph.readers.claims import Claim, FigureClaim
from apecgraph.readers.conflicts import Refutation, read_conflicts, read_refutation
from apecgraph.readers.description import describe
from apecgraph.readers.schema_org import SchemaOrg
from apecgraph.readers.selections import Selection
from apecgraph.readers.sources import Source, read_shares, read_source
from apecgraph.text.catalogues import Catalogue
from apecgraph.text.dates import spelled_days
from apecgraph.text.numbers import rounded
from apecgraph.web.charts.charts import Chart, Charts
from apecgraph.web.charts.shared import SharedChart
from apecgraph.web.http.addresses import INDEX
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.signposting import document_path
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.selections import selection_address
from apecgraph.web.pages.site import ReleaseSite

_DIGITS: Final = 2  # of a ratio
_NAMED: Final = 2
"""Number of publishers that are named before the others are counted."""


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
        self._charts = Charts(site.graph, site.language)

    def charts(self) -> list[SharedChart]:
        """Return the charts of the page."""
        refutation = read_refutation(read_conflicts(self.site.graph, self.site.labels))
        return [] if refutation is None else self._shared(refutation)

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
        conflicts = read_conflicts(self.site.graph, self.site.labels)
        main = self.site.graph.values(BASE, f"{SCHEMA}mainEntity")
        headline = next((item for item in self.site.series if item.slice_ in main), None)
        selection = None if headline is None else Selection.of(dict(headline.dimensions))
        shares = read_shares(self.site.graph)
        refutation = read_refutation(conflicts)
        charts = self._shared(refutation) if refutation else []
        called = headline.name(self.site.labels, self.site.language.numerals) if headline else ""
        return {
            "heading": self.site.labels.text(BASE, f"{DCTERMS}title"),
            "about": self.site.labels.texts(BASE, f"{DCTERMS}description"),
            "headline": headline,
            "selection": selection,
            "figures": selection_address,
            "called": called,
            "pictured": charts[0] if charts else None,
            "events": [self._event(iri) for iri in main if self._is_event(iri)],
            "refutation": refutation,
            "finding": self._finding(refutation) if refutation else "",
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

    def _shared(self, refutation: Refutation) -> list[SharedChart]:
        proof = self._proof(refutation)
        if proof is None:
            return []
        (shared,) = self.site.sharing.of_thing(BASE, [proof])
        return [replace(shared, headline=self._finding(refutation))]

    def _finding(self, refutation: Refutation) -> str:
        """Write what the chart shows as a headline."""
        wrong = read_source(self.site.graph, refutation.rejected[0].source)
        publisher = self.site.labels.title(wrong.publisher or wrong.iri).value
        return finding(refutation, publisher, self.site.language.catalogue)

    def _proof(self, refutation: Refutation) -> Chart | None:
        """Draw the rejected number beside those that refute it: of the press, and official ones."""
        figure = refutation.upheld[0].figure
        of_cell = self.site.comparisons.in_cell(figure.cell)
        alike = [claim for claim in of_cell if claim.figure.interval == figure.interval]
        title = self.site.language.measured({figure.cell})
        rows = [
            (self._label(claims), claims)
            for claims in (
                alike,
                self.site.comparisons.official_part(figure.cell),
                refutation.rejected,
            )
            if claims
        ]
        return self._charts.rows("proof", title, rows)

    def _label(self, claims: Sequence[FigureClaim]) -> str:
        """Name the period and the publishers of some figures."""
        period = self.site.labels.title(claims[0].figure.cell.period).value
        publishers = [
            self.site.labels.title(of.publisher or of.iri).value for of in self._witnesses(claims)
        ]
        language, others = self.site.language, len(publishers) - _NAMED
        named = language.listed(publishers[:_NAMED])
        if others <= 0:
            return language.catalogue.gettext("%(period)s: %(names)s", period=period, names=named)
        return language.catalogue.ngettext(
            "%(period)s: %(names)s and %(num)s more",
            "%(period)s: %(names)s and %(num)s more",
            others,
            period=period,
            names=named,
        )

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
        ends = (first[0], last[-1] if last else first[0]) if first else ()
        days = spelled_days(*ends, self.site.language.catalogue) if ends else ""
        return MainEvent(iri, days, tuple(standing.values(iri, f"{SCHEMA}location")))


def finding(refutation: Refutation, publisher: str, catalogue: Catalogue) -> str:
    """Write a refutation as a headline.

    Args:
        refutation: The refutation.
        publisher: The name of the publisher of the wrong number.
        catalogue: The language of the headline.

    Returns:
        The headline, such as "SEETAO printed a tenth of the true figure".
    """
    gettext = catalogue.gettext
    wrong, right = refutation.rejected[0].figure.value, refutation.upheld[0].figure.value
    if wrong > right:
        return gettext("%(publisher)s printed more than the true figure", publisher=publisher)
    match refutation.ratio and rounded(refutation.ratio, _DIGITS):
        case 10:
            message = gettext("%(publisher)s printed a tenth of the true figure")
        case 100:
            message = gettext("%(publisher)s printed a hundredth of the true figure")
        case 1000:
            message = gettext("%(publisher)s printed a thousandth of the true figure")
        case 1_000_000:
            message = gettext("%(publisher)s printed a millionth of the true figure")
        case _:
            message = gettext("%(publisher)s printed less than the true figure")
    return message % {"publisher": publisher}
