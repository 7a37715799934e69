"""The page of the endpoint: a form for people, and the service description for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict
from functools import cached_property
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.catalog.service import describe_service
from apecgraph.content.decisions import REJECTED
from apecgraph.errors import MalformedRequest
from apecgraph.query.model import QueryService
from apecgraph.query.negotiation import find_named, named_formats
from apecgraph.rdf.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, JSON, RESULTS_FORMATS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import ADMS, APEC, BASE, ENDPOINT, PREFIXES, RDF
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import in_graph
from apecgraph.readers.completion import Completion, PropertyUse
from apecgraph.readers.dataset.completion import read_some_completions
from apecgraph.readers.dataset.names import read_labels
from apecgraph.readers.dataset.reading import PATIENT_SECONDS
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.methods import choose_format
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.site import DatasetSite, ReleaseSite, Site
from apecgraph.web.sparql.examples import Example, with_first

_FRAMED: Final = HEADERS["Content-Security-Policy"].replace(
    "frame-ancestors 'none'", "frame-ancestors *"
)

MOST_NAMES: Final = 100
"""Number of things that one request asks the names of, at most."""


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

    async def embed(self, request: Request) -> Response:
        """Answer with a page that shows the answer to the query in the fragment of its address.

        Any site may frame it: it can only show what the endpoint tells everybody.
        """
        return await self.site.responder.answer(
            request,
            HTML.content_type,
            lambda: self.site.html.page("sparql/embed.html"),
            {"Content-Security-Policy": _FRAMED},
        )

    async def vocabulary(self, request: Request) -> Response:
        """Answer with the prefixes, terms and things that the editor completes, as JSON.

        The member `page` is the address of the page about a thing without the IRI of the thing; if
        it is "/", the IRI is written without the base, and only things under the base have pages.
        Each member of `uses` has a class, a property that things of this class have, the number of
        these things, and the classes of its values; classes and properties are indices in `terms`.
        The member `examples` has the queries of the examples that have a page, keyed by its path.
        """
        site = self.site
        if isinstance(site, ReleaseSite):
            known = await site.readings.completions.ready()
            return await site.responder.answer(
                request,
                JSON.content_type,
                lambda: _vocabulary(
                    BASE,
                    "/",
                    PREFIXES,
                    (each.labelled(site.language.labels) for each in known.terms),
                    known.uses,
                    {each.page: each.query for each in self._examples if each.page},
                ),
            )

        assert isinstance(site, DatasetSite)  # noqa: S101 - there are no other sites
        return await site.answer(
            request,
            JSON.content_type,
            lambda reading: read_some_completions(reading, site.languages),
            lambda found: _vocabulary(site.base, "/doc?iri=", site.prefixes, found),
            seconds=PATIENT_SECONDS,
        )

    async def names(self, request: Request) -> Response:
        """Answer with what the things of an answer are called in the language of the page, as JSON.

        Args:
            request: A request whose parameter `iris` names the things.

        Returns:
            The names by the IRIs of the things that have one, with the word for the status of a
            claim that does not stand, or 304 (Not Modified).

        Raises:
            MalformedRequest: The parameter is missing, too long or wrong, or there is another one.
        """
        iris, site = _read_iris(request), self.site
        variant = " ".join(iris)
        if isinstance(site, DatasetSite):
            return await site.answer(
                request,
                JSON.content_type,
                lambda reading: read_labels(reading, iris, (site.language.tag,)),
                lambda triples: _names(
                    Labels(Graph(map(in_graph, triples)), site.language.tag), iris
                ),
                variant=variant,
            )
        return await site.responder.answer(
            request,
            JSON.content_type,
            lambda: _names(site.language.labels, iris, site.graph),
            variant=variant,
        )


def _names(labels: Labels, iris: Iterable[str], graph: Graph | None = None) -> str:
    found = {}
    for iri in iris:
        label = labels.label(iri)
        rejected = graph is not None and graph.has(iri, f"{ADMS}status", REJECTED)
        if label is not None:
            found[iri] = {"name": label.value}
            if rejected and (status := labels.label(REJECTED)) is not None:
                found[iri]["status"] = status.value
    return json.dumps(found, ensure_ascii=False)


def _read_iris(request: Request) -> list[str]:
    """Read the parameter `iris`: IRIs separated by spaces."""
    parameters = read_parameters(request.scope["query_string"])
    iris = parameters.pop("iris", "").split()
    if parameters:
        raise MalformedRequest(
            "%(name)s: `iris` is the only parameter.", name=next(iter(parameters))
        )
    if not 0 < len(iris) <= MOST_NAMES:
        raise MalformedRequest(
            "`iris` must be one to %(most)s IRIs, separated by spaces.", most=MOST_NAMES
        )
    for iri in iris:
        try:
            ox.NamedNode(iri)
        except ValueError:
            raise MalformedRequest("`iris`: %(iri)s is not an IRI.", iri=iri) from None
    return iris


def _vocabulary(
    base: str,
    page: str,
    prefixes: Mapping[str, str],
    terms: Iterable[Completion],
    uses: Iterable[PropertyUse] = (),
    examples: Mapping[str, str] = MappingProxyType({}),
) -> str:
    listed = list(terms)
    indices = {term.iri: index for index, term in enumerate(listed) if term.kind != "thing"}
    vocabulary = {
        "base": base,
        "page": page,
        "prefixes": dict(prefixes),
        "terms": [asdict(term) for term in listed],
        "uses": [
            [
                indices[use.class_],
                indices[use.property_],
                use.count,
                [indices[each] for each in use.values],
            ]
            for use in uses
        ],
        "examples": dict(examples),
    }
    return json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
