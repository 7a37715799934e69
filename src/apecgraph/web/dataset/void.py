"""The description of data of others (VoID), with the numbers that are cheap to count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from apecgraph.rdf.formats import GRAPH_FORMATS, Format
from apecgraph.rdf.namespaces import DCTERMS, FOAF, RDF, RDFS, VOID
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import triples_about
from apecgraph.rdf.writer import used_prefixes
from apecgraph.readers.dataset.introduction import (
    CLASSES,
    ClassCount,
    read_classes,
    read_properties,
    read_size,
)
from apecgraph.readers.dataset.reading import PATIENT_SECONDS, Reading
from apecgraph.web.http.methods import choose_format
from apecgraph.web.pages.site import DatasetSite

_PROPERTIES: Final = 200


@dataclass(frozen=True, slots=True)
class _Counts:
    size: int | None
    classes: Sequence[ClassCount]
    properties: Sequence[tuple[str, int | None]]


class VoidDescription:
    """Answers with the description of the dataset.

    Args:
        site: How the data are presented.
    """

    def __init__(self, site: DatasetSite) -> None:
        self._site = site

    async def answer(self, request: Request) -> Response:
        """Answer a request with the description, in a format that the client accepts."""
        format_ = choose_format(request, GRAPH_FORMATS)

        async def read(reading: Reading) -> _Counts:
            return _Counts(
                await read_size(reading),
                await read_classes(reading),
                await read_properties(reading, _PROPERTIES + 1),
            )

        return await self._site.answer(
            request,
            format_.content_type,
            read,
            lambda counts: self._written(counts, format_),
            {"Vary": "Accept"},
            seconds=PATIENT_SECONDS,
        )

    def _written(self, counts: _Counts, format_: Format) -> bytes:
        triples = list(self._triples(counts))
        return rdf_bytes(triples, format_, used_prefixes(triples, self._site.prefixes))

    def _triples(self, counts: _Counts) -> Iterator[ox.Triple]:
        """Write the description (VoID, sections 2 to 4).

        A partition is written only if its number is known, and the numbers of classes and
        properties only if all of them were read.
        """
        site, void = self._site, f"{self._site.url}/.well-known/void"
        yield from triples_about(
            void,
            (f"{RDF}type", f"{VOID}DatasetDescription"),
            (f"{FOAF}primaryTopic", site.dataset),
        )
        yield from triples_about(
            site.dataset,
            (f"{RDF}type", f"{VOID}Dataset"),
            (f"{DCTERMS}title", ox.Literal(site.html.site)),
            (f"{FOAF}homepage", f"{site.url}/"),
            (f"{VOID}sparqlEndpoint", site.endpoint),
        )
        if site.introduction.iri:
            yield from triples_about(site.dataset, (f"{RDFS}seeAlso", site.introduction.iri))
        if site.introduction.license:
            yield from triples_about(site.dataset, (f"{DCTERMS}license", site.introduction.license))
        if counts.size is not None:
            yield from triples_about(site.dataset, (f"{VOID}triples", counts.size))
        if 0 < len(counts.classes) <= CLASSES:
            yield from triples_about(site.dataset, (f"{VOID}classes", len(counts.classes)))
        if 0 < len(counts.properties) <= _PROPERTIES:
            yield from triples_about(site.dataset, (f"{VOID}properties", len(counts.properties)))
        for namespace in sorted({_namespace(iri) for iri, _ in counts.properties}):
            yield from triples_about(site.dataset, (f"{VOID}vocabulary", namespace))
        for number, each in enumerate(counts.classes[:CLASSES], 1):
            if each.count is not None:
                part = f"{void}#class-{number}"
                yield from triples_about(site.dataset, (f"{VOID}classPartition", part))
                yield from triples_about(
                    part, (f"{VOID}class", each.iri), (f"{VOID}entities", each.count)
                )
        for number, (iri, count) in enumerate(counts.properties[:_PROPERTIES], 1):
            if count is not None:
                part = f"{void}#property-{number}"
                yield from triples_about(site.dataset, (f"{VOID}propertyPartition", part))
                yield from triples_about(part, (f"{VOID}property", iri), (f"{VOID}triples", count))


def _namespace(iri: str) -> str:
    """Return the part of the IRI of a term before its name."""
    end = max(iri.rfind("#"), iri.rfind("/"), iri.find(":"))
    return iri[: end + 1]
