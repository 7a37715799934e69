"""The one table of media types: what can be read, and what can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A representation: its media type, the extension of its files, and who writes it.

    iri: what W3C calls the format (Unique URIs for file formats), None where it has no name there.
    """

    name: str
    label: str
    media_type: str
    extension: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    charset: bool = False
    iri: str | None = None

    @property
    def content_type(self) -> str:
        """The value of a Content-Type header; text types say that they are UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


_FORMATS: Final = "http://www.w3.org/ns/formats/"

TURTLE: Final = Format(
    "turtle",
    "Turtle",
    "text/turtle",
    "ttl",
    rdf=RdfFormat.TURTLE,
    charset=True,
    iri=f"{_FORMATS}Turtle",
)
JSON_LD: Final = Format(
    "jsonld",
    "JSON-LD",
    "application/ld+json",
    "jsonld",
    rdf=RdfFormat.JSON_LD,
    iri=f"{_FORMATS}JSON-LD",
)
N_TRIPLES: Final = Format(
    "ntriples",
    "N-Triples",
    "application/n-triples",
    "nt",
    rdf=RdfFormat.N_TRIPLES,
    iri=f"{_FORMATS}N-Triples",
)
RDF_XML: Final = Format(
    "rdfxml",
    "RDF/XML",
    "application/rdf+xml",
    "rdf",
    rdf=RdfFormat.RDF_XML,
    iri=f"{_FORMATS}RDF_XML",
)
TRIG: Final = Format(
    "trig", "TriG", "application/trig", "trig", rdf=RdfFormat.TRIG, iri=f"{_FORMATS}TriG"
)
N_QUADS: Final = Format(
    "nquads",
    "N-Quads",
    "application/n-quads",
    "nq",
    rdf=RdfFormat.N_QUADS,
    iri=f"{_FORMATS}N-Quads",
)
HTML: Final = Format("html", "HTML", "text/html", "html", charset=True)

RESULTS_JSON: Final = Format(
    "json",
    "SPARQL results in JSON",
    "application/sparql-results+json",
    "srj",
    results=QueryResultsFormat.JSON,
    iri=f"{_FORMATS}SPARQL_Results_JSON",
)
RESULTS_XML: Final = Format(
    "xml",
    "SPARQL results in XML",
    "application/sparql-results+xml",
    "srx",
    results=QueryResultsFormat.XML,
    iri=f"{_FORMATS}SPARQL_Results_XML",
)
RESULTS_CSV: Final = Format(
    "csv",
    "CSV",
    "text/csv",
    "csv",
    results=QueryResultsFormat.CSV,
    charset=True,
    iri=f"{_FORMATS}SPARQL_Results_CSV",
)
RESULTS_TSV: Final = Format(
    "tsv",
    "TSV",
    "text/tab-separated-values",
    "tsv",
    results=QueryResultsFormat.TSV,
    charset=True,
    iri=f"{_FORMATS}SPARQL_Results_TSV",
)

CSV: Final = Format("csv", "CSV", "text/csv", "csv", charset=True)
CSVW: Final = Format("csvw", "CSVW metadata", "application/csvm+json", "json")
GZIP: Final = Format("gzip", "gzip", "application/gzip", "gz")
JSON: Final = Format("json", "JSON", "application/json", "json")
ATOM: Final = Format("atom", "Atom", "application/atom+xml", "atom", charset=True)
RDF_PATCH: Final = Format("rdfp", "RDF Patch", "application/rdf-patch", "rdfp", charset=True)
TEXT: Final = Format("text", "plain text", "text/plain", "txt", charset=True)

DATASET_FORMATS: Final = (TRIG, N_QUADS, JSON_LD)
"""Formats that hold named graphs."""

GRAPH_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
"""What CONSTRUCT and DESCRIBE answer in, and what a dump can be written in."""

DOCUMENT_FORMATS: Final = (*GRAPH_FORMATS, HTML)
"""What a document about one thing is served in; the first is sent to who does not say.

TriG and N-Quads hold who says what as well, in the graphs of the sources.
"""

RESULTS_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
"""What SELECT and ASK answer in (SPARQL 1.1 Protocol, section 2.1.6)."""

BY_NAME: Final = {each.name: each for each in (*DOCUMENT_FORMATS, *RESULTS_FORMATS)}


def of_file(name: str) -> Format | None:
    """Return the RDF format that a file's extension stands for; None for any other file."""
    extension = name.rpartition(".")[2].lower()
    aliases = {"xml": "rdf", "json": "jsonld", "owl": "rdf"}
    for format_ in GRAPH_FORMATS:
        if format_.extension == aliases.get(extension, extension):
            return format_
    return None
