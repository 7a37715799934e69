"""The page of the endpoint: a form for people, and the service description for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.catalog.service import describe_service
from apecgraph.query.model import QueryService
from apecgraph.query.negotiation import find_named, named_formats
from apecgraph.rdf.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, JSON, RESULTS_FORMATS
from apecgraph.rdf.namespaces import APEC, BASE, ENDPOINT, PREFIXES, RDF
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.readers.completion import Completion, read_completions
from apecgraph.readers.dataset.completion import read_some_completions
from apecgraph.readers.dataset.reading import PATIENT_SECONDS
from apecgraph.web.http.methods import choose_format
from apecgraph.web.pages.site import DatasetSite, Site
from apecgraph.web.sparql.examples import Example, with_first


class QueryPage:
    """Answers requests to the endpoint without a query: a form for people, RDF for programs.

    Args:
        site: How the publication is presented.
        served: Answers the queries.
        examples: The example queries.
    """

    def __init__(self, site: Site, served: QueryService, examples: tuple[Example, ...]) -> None:
        self.site = site
        self._served = served
        self._examples = examples

    @property
    def endpoint(self) -> str:
        """The IRI of the endpoint."""
        return ENDPOINT if self.site.release is not None else f"{self.site.url}/sparql"

    @cached_property
    def _sources(self) -> Set[str]:
        """The sources, whose IRIs are those of their named graphs."""
        return frozenset(self.site.graph.subjects(f"{RDF}type", f"{APEC}Source"))

    async def answer(self, request: Request) -> Response:
        """Answer with the query form or, for RDF formats, with the service description.

        The form is prefilled with the request's query, if there is one. The description follows
        SPARQL 1.1 Service Description, section 2.
        """
        names = named_formats(request.query_params.multi_items())
        offers = DOCUMENT_FORMATS
        query = request.query_params.get("query")
        examples = (
            self._examples
            if query is None
            else with_first(query, self._examples, self.site.language.catalogue)
        )
        format_ = find_named(names, offers).sent if names else choose_format(request, offers)

        def body() -> bytes | str:
            if format_ is HTML:
                return self.site.html.page(
                    "sparql/page.html",
                    canonical=self.endpoint,
                    served=self._served,
                    sources=self._sources,
                    examples=examples,
                    asked=query is not None,
                    cites=request.query_params.get("cite") == "1",
                    tables=RESULTS_FORMATS,
                    graphs=GRAPH_FORMATS,
                )
            if isinstance(self.site, DatasetSite):
                title = self.site.html.site
                triples = describe_service(self._served.graphs, self.endpoint, title)
                return rdf_bytes(triples, format_, self.site.prefixes)
            triples = describe_service(self._served.graphs, self.endpoint)
            return self.site.writer.document(triples, format_, self.endpoint)

        return await self.site.responder.answer(
            request, format_.content_type, body, {"Vary": "Accept"}, variant=repr(query)
        )

    async def vocabulary(self, request: Request) -> Response:
        """Answer with the prefixes, terms and things that the editor completes, as JSON.

        The member `page` is the address of the page about a thing without the IRI of the thing; if
        it is "/", the IRI is written without the base, and only things under the base have pages.
        """
        site = self.site
        if not isinstance(site, DatasetSite):
            return await site.responder.answer(
                request,
                JSON.content_type,
                lambda: _vocabulary(BASE, "/", PREFIXES, read_completions(site.graph)),
            )

        return await site.answer(
            request,
            JSON.content_type,
            lambda reading: read_some_completions(reading, site.languages),
            lambda found: _vocabulary(site.base, "/doc?iri=", site.prefixes, found),
            seconds=PATIENT_SECONDS,
        )


def _vocabulary(
    base: str, page: str, prefixes: Mapping[str, str], terms: Iterable[Completion]
) -> str:
    vocabulary = {
        "base": base,
        "page": page,
        "prefixes": dict(prefixes),
        "terms": [asdict(term) for term in terms],
    }
    return json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
