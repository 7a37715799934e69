"""The self-description for programs: `/.well-known/void` and `/catalog`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.catalog.dcat import CATALOG
from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML, Format
from apecgraph.rdf.namespaces import BASE, DCAT, DCTERMS, FOAF, PROV, RDF, SPDX, VOID
from apecgraph.rdf.terms import triples_about
from apecgraph.web.http.addresses import DOC, document_name
from apecgraph.web.http.methods import choose_format
from apecgraph.web.pages.site import ReleaseSite


@dataclass(frozen=True, slots=True)
class _Description:
    """A document of the self-description.

    Attributes:
        path: Its path.
        topic: The IRI that the document is about.
        types: Classes of the document itself.
        followed: Properties whose values the document describes as well.
        passed_over: Namespaces of the properties that the document leaves to another document.
    """

    path: str
    topic: str
    types: tuple[str, ...]
    followed: frozenset[str]
    passed_over: tuple[str, ...]


_VOID: Final = _Description(
    ".well-known/void",
    BASE,
    (f"{VOID}DatasetDescription",),
    frozenset(
        f"{VOID}{name}"
        for name in ("classPartition", "propertyPartition", "subset", "objectsTarget")
    ),
    (DCAT,),
)
_CATALOG: Final = _Description(
    "catalog",
    CATALOG,
    (),
    frozenset(
        (
            *(
                f"{DCAT}{name}"
                for name in ("dataset", "distribution", "hasVersion", "inSeries", "prev", "service")
            ),
            *(
                f"{DCTERMS}{name}"
                for name in (
                    "accessRights",
                    "creator",
                    "language",
                    "publisher",
                    "spatial",
                    "temporal",
                )
            ),
            f"{PROV}wasGeneratedBy",
            f"{PROV}wasAssociatedWith",
            f"{SPDX}checksum",
        )
    ),
    (VOID,),
)


class Discovery:
    """Answers with the description of the dataset, and with the catalogue.

    A document contains the triples about its topic, and about things that the topic refers to.
    Browsers are redirected to the page about the topic.
    """

    def __init__(self, site: ReleaseSite) -> None:
        self.site = site

    async def void(self, request: Request) -> Response:
        """Answer with the VoID description (VoID, section 7.2)."""
        return await self._answer(request, _VOID)

    async def catalog(self, request: Request) -> Response:
        """Answer with the catalogue (DCAT 3)."""
        return await self._answer(request, _CATALOG)

    async def _answer(self, request: Request, description: _Description) -> Response:
        format_ = choose_format(request, DOCUMENT_FORMATS)
        if format_ is HTML:
            return RedirectResponse(
                f"{DOC}{document_name(description.topic)}.{format_.extension}",
                status_code=303,
                headers={"Vary": "Accept", "Cache-Control": "no-cache"},
            )
        return await self.site.responder.answer(
            request,
            format_.content_type,
            lambda: self._write(description, format_),
            {"Vary": "Accept"},
        )

    def _write(self, description: _Description, format_: Format) -> bytes:
        page = f"{BASE}{description.path}"
        title = self.site.labels.title(description.topic)
        licences = self.site.graph.values(BASE, f"{DCTERMS}license")
        triples = [
            *triples_about(
                page,
                *((f"{RDF}type", class_) for class_ in description.types),
                (f"{DCTERMS}title", title),
                (f"{FOAF}primaryTopic", description.topic),
                *((f"{DCTERMS}license", licence) for licence in licences),
            ),
            *self._described(description),
        ]
        return self.site.writer.document(triples, format_, description.topic)

    def _described(self, description: _Description) -> Iterator[ox.Triple]:
        """Yield the triples of the default graph about the topic and the followed things."""
        waiting, seen = [ox.NamedNode(description.topic)], set[ox.NamedNode]()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            for quad in self.site.graph.default_graph.quads(node):
                property_ = quad.predicate.value
                if property_.startswith(description.passed_over):
                    continue
                yield quad.triple
                if property_ in description.followed and isinstance(quad.object, ox.NamedNode):
                    waiting.append(quad.object)
