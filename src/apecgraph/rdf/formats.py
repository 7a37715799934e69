"""The table of all formats that are read or written, with their names and media types.

Each format is one row. Its `aliases` are the other names that clients or files use for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A representation of a graph, of the results of a query, or of a page.

    A comparison of two formats ignores their media types, since a client may know one by an alias.

    Attributes:
        name: Its name for `format=` and the command line.
        label: Its name for people.
        media_type: Its registered media type, or an alias under which it is sent.
        extension: The extension of its files, without the dot.
        rdf: The parser and serializer of the engine for a graph or a dataset.
        results: The serializer of the engine for the results of SELECT and ASK.
        charset: Whether Content-Type states UTF-8; it always does for types of text.
        iri: Its name in W3C's Unique URIs for File Formats, if it has one.
        aliases: Other names, extensions and media types, in lower case.
    """

    name: str
    label: str
    media_type: str = field(compare=False)
    extension: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    charset: bool = False
    iri: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        if self.charset or self.media_type.startswith("text/"):
            return f"{self.media_type}; charset=utf-8"
        return self.media_type

    @property
    def other_media_types(self) -> list[str]:
        """The media types among its aliases."""
        return [alias for alias in self.aliases if "/" in alias]


def find_format(name: str, formats: Iterable[Format]) -> Format | None:
    """Look up a format by name.

    Args:
        name: A format's name, extension, media type or alias, in upper or lower case.
        formats: The formats to choose from. The first one with this name, extension or media type
            is chosen. If there is none, the first one with this alias is chosen.

    Returns:
        The format, or None if no format matches.
    """
    wanted = name.lower()
    offers = tuple(formats)
    for offer in offers:
        if wanted in (offer.name, offer.extension, offer.media_type):
            return offer
    for offer in offers:
        if wanted in offer.aliases:
            return offer
    return None


_FORMATS: Final = "http://www.w3.org/ns/formats/"

TURTLE: Final = Format(
    "turtle",
    "Turtle",
    "text/turtle",
    "ttl",
    rdf=RdfFormat.TURTLE,
    iri=f"{_FORMATS}Turtle",
    # every Turtle document is an N3 document (W3C Team Submission Notation3, section 1)
    aliases=("n3", "text/n3", "text/rdf+n3", "application/turtle", "application/x-turtle"),
)
JSON_LD: Final = Format(
    "jsonld",
    "JSON-LD",
    "application/ld+json",
    "jsonld",
    rdf=RdfFormat.JSON_LD,
    iri=f"{_FORMATS}JSON-LD",
    aliases=("json", "json-ld", "application/json"),
)
N_TRIPLES: Final = Format(
    "ntriples",
    "N-Triples",
    "application/n-triples",
    "nt",
    rdf=RdfFormat.N_TRIPLES,
    iri=f"{_FORMATS}N-Triples",
    # text/plain was used before N-Triples had its own media type (RDF 1.1 N-Triples, section 5)
    aliases=("text/plain", "text/ntriples", "application/ntriples"),
)
RDF_XML: Final = Format(
    "rdfxml",
    "RDF/XML",
    "application/rdf+xml",
    "rdf",
    rdf=RdfFormat.RDF_XML,
    iri=f"{_FORMATS}RDF_XML",
    aliases=("xml", "owl", "rdf/xml", "application/xml", "text/xml"),
)
TRIG: Final = Format(
    "trig",
    "TriG",
    "application/trig",
    "trig",
    rdf=RdfFormat.TRIG,
    iri=f"{_FORMATS}TriG",
    aliases=("application/x-trig",),
)
N_QUADS: Final = Format(
    "nquads",
    "N-Quads",
    "application/n-quads",
    "nq",
    rdf=RdfFormat.N_QUADS,
    iri=f"{_FORMATS}N-Quads",
    aliases=("text/x-nquads", "text/nquads"),
)

RESULTS_JSON: Final = Format(
    "json",
    "SPARQL results in JSON",
    "application/sparql-results+json",
    "srj",
    results=QueryResultsFormat.JSON,
    iri=f"{_FORMATS}SPARQL_Results_JSON",
    aliases=("application/json",),
)
RESULTS_XML: Final = Format(
    "xml",
    "SPARQL results in XML",
    "application/sparql-results+xml",
    "srx",
    results=QueryResultsFormat.XML,
    iri=f"{_FORMATS}SPARQL_Results_XML",
    aliases=("sparql", "application/xml", "text/xml"),
)
RESULTS_CSV: Final = Format(
    "csv",
    "CSV",
    "text/csv",
    "csv",
    results=QueryResultsFormat.CSV,
    iri=f"{_FORMATS}SPARQL_Results_CSV",
    aliases=("text/plain", "text/comma-separated-values"),
)
RESULTS_TSV: Final = Format(
    "tsv",
    "TSV",
    "text/tab-separated-values",
    "tsv",
    results=QueryResultsFormat.TSV,
    iri=f"{_FORMATS}SPARQL_Results_TSV",
)

HTML: Final = Format("html", "HTML", "text/html", "html")
CSV: Final = Format("csv", "CSV", "text/csv", "csv")
CSVW: Final = Format("csvw", "CSVW metadata", "application/csvm+json", "json")
XLSX: Final = Format(
    "xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
)
PARQUET: Final = Format(
    "parquet",
    "Parquet",
    "application/vnd.apache.parquet",
    "parquet",
    # used before Parquet had a registered media type
    aliases=("application/x-parquet",),
)
SDMX_CSV: Final = Format(
    "sdmx-csv",
    "SDMX-CSV",
    "application/vnd.sdmx.data+csv;version=2.0.0",
    "sdmx.csv",
    charset=True,
)
SDMX_STRUCTURE: Final = Format(
    "sdmx-structure",
    "SDMX-ML",
    "application/vnd.sdmx.structure+xml;version=3.0.0",
    "sdmx.xml",
    charset=True,
)
CROISSANT: Final = Format("croissant", "Croissant", "application/ld+json", "croissant.json")
SVG: Final = Format("svg", "SVG", "image/svg+xml", "svg")
PNG: Final = Format("png", "PNG", "image/png", "png")
GZIP: Final = Format("gzip", "gzip", "application/gzip", "gz")
JSON: Final = Format("json", "JSON", "application/json", "json")
ATOM: Final = Format("atom", "Atom", "application/atom+xml", "atom", charset=True)
RDF_PATCH: Final = Format("rdfp", "RDF Patch", "application/rdf-patch", "rdfp", charset=True)
SITEMAP: Final = Format("sitemap", "Sitemap", "application/xml", "xml", charset=True)
TEXT: Final = Format("text", "plain text", "text/plain", "txt")
LINKSET: Final = Format("linkset", "Linkset", "application/linkset+json", "linkset.json")
PROBLEM: Final = Format(
    "problem",
    "problem details",
    "application/problem+json",
    "json",
    aliases=("application/json",),
)

DATASET_FORMATS: Final = (TRIG, N_QUADS)
"""Formats that are written with named graphs. JSON-LD is written with only the default graph."""

GRAPH_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, *DATASET_FORMATS)
"""The formats of answers to CONSTRUCT and DESCRIBE, and of dumps."""

DOCUMENT_FORMATS: Final = (*GRAPH_FORMATS, HTML)
"""The formats of a document about one thing; the first is the default."""

PICTURE_FORMATS: Final = (SVG, PNG)
"""The formats of a chart as a file."""

RESULTS_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
"""The formats of answers to SELECT and ASK (SPARQL 1.1 Protocol, section 2.1.6)."""

ANSWER_FORMATS: Final = (*RESULTS_FORMATS, *GRAPH_FORMATS)
"""The formats of answers to queries of any form."""
