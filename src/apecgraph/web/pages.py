"""The pages about the publication as a whole: home, sources, conflicts, the query form."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.conflicts import read_conflicts
from apecgraph.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, RESULTS_FORMATS
from apecgraph.graph import Graph
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, BASE, DCTERMS, PREFIXES, RDF, SCHEMA
from apecgraph.negotiation import named
from apecgraph.publication import Served
from apecgraph.resource import describe
from apecgraph.schema_org import SchemaOrg
from apecgraph.service import describe_service
from apecgraph.sources import Source, read_sources
from apecgraph.vocabulary import read_vocabulary
from apecgraph.web.addresses import INDEX
from apecgraph.web.edition import Edition
from apecgraph.web.examples import Example
from apecgraph.web.html import Html
from apecgraph.web.reading import choose
from apecgraph.web.signposting import Signposts, address
from apecgraph.web.writer import Writer


@dataclass(frozen=True, slots=True)
class Share:
    """A source with the number of claims that it makes."""

    source: Source
    claims: int


class Pages:
    """Answers for the pages about a release."""

    def __init__(self, store: ox.Store, edition: Edition, html: Html, signposts: Signposts) -> None:
        self._store = store
        self._graph = Graph(store)
        self._signposts = signposts
        self._edition = edition
        self._html = html

    async def home(self, request: Request) -> Response:
        """Answer with the home page; who wants RDF is shown to that of the dataset."""
        format_ = choose(request, (HTML, *GRAPH_FORMATS))
        if format_ is not HTML:
            return RedirectResponse(
                address(INDEX, format_),
                status_code=303,
                headers={"Vary": "Accept", "Cache-Control": "no-cache"},
            )
        headers = {"Vary": "Accept"}
        if (dataset := describe(self._store, BASE)) is not None:
            headers["Link"] = self._signposts.header(INDEX, dataset, HTML)
        return await self._edition.answer(request, HTML.content_type, self._home, headers)

    async def sources(self, request: Request) -> Response:
        """Answer with all sources, each with how much it states."""
        return await self._edition.answer(
            request,
            HTML.content_type,
            lambda: self._html.page("sources.html", shares=self._shares()),
        )

    async def conflicts(self, request: Request) -> Response:
        """Answer with all conflicts, and how each was decided."""
        return await self._edition.answer(
            request,
            HTML.content_type,
            lambda: self._html.page("conflicts.html", conflicts=read_conflicts(self._graph)),
        )

    def _home(self) -> str:
        conflicts = read_conflicts(self._graph)
        figures = (each for each in conflicts if any(claim.value for claim in each.rejected))
        shares = sorted(self._shares(), key=lambda share: -share.claims)
        return self._html.page(
            "home.html",
            heading=self._graph.value(BASE, f"{DCTERMS}title"),
            about=self._graph.values(BASE, f"{DCTERMS}description"),
            example=next(figures, None),
            conflicts=conflicts,
            events=list(self._graph.subjects(f"{RDF}type", f"{SCHEMA}Event")),
            shares=[share for share in shares if share.claims],
            schema_org=SchemaOrg(self._store, Labels(self._store)).dataset(),
        )

    def _shares(self) -> list[Share]:
        stated = self._graph.store.quads_for_pattern(None, ox.NamedNode(f"{APEC}statedIn"), None)
        claims = Counter(str(quad.graph_name) for quad in stated)
        return [Share(each, claims[f"<{each.iri}>"]) for each in read_sources(self._graph)]


class QueryPage:
    """Answers for the endpoint where no query is asked: a form for people, RDF for programs.

    store: holds the release, whose words the editor knows; None where files are served.
    """

    def __init__(
        self,
        served: Served,
        store: ox.Store | None,
        examples: tuple[Example, ...],
        edition: Edition,
        html: Html,
        writer: Writer,
    ) -> None:
        self._served = served
        self._store = store
        self._examples = examples
        self._edition = edition
        self._html = html
        self._writer = writer

    async def answer(self, request: Request) -> Response:
        """Answer with the form, or with the description of the service.

        The description is what SPARQL 1.1 Service Description (section 2) asks for.
        """
        names = request.query_params.getlist("format")
        offers = DOCUMENT_FORMATS
        format_ = named(names, offers) if names else choose(request, offers)

        def body() -> bytes | str:
            if format_ is HTML:
                return self._html.page(
                    "sparql.html",
                    served=self._served,
                    examples=self._examples,
                    tables=RESULTS_FORMATS,
                    graphs=GRAPH_FORMATS,
                )
            triples = describe_service(self._served.graphs)
            return self._writer.write(triples, format_, f"{BASE}sparql")

        return await self._edition.answer(request, format_.content_type, body, {"Vary": "Accept"})

    async def vocabulary(self, request: Request) -> Response:
        """Answer with what the editor completes, as JSON: prefixes and the words of the release.

        pages: whether things of our own, whose IRIs begin with the base, have pages here.
        """

        def body() -> str:
            words = () if self._store is None else read_vocabulary(self._store)
            known = {
                "base": BASE,
                "pages": self._store is not None,
                "prefixes": PREFIXES,
                "terms": [asdict(word) for word in words],
            }
            return json.dumps(known, ensure_ascii=False, separators=(",", ":"))

        return await self._edition.answer(request, "application/json", body)
