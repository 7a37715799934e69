"""The one table of media types: what can be read, and what can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """A representation: its media type, the extension of its files, and who writes it."""

    name: str
    label: str
    media_type: str
    extension: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of a Content-Type header; text types say that they are UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


TURTLE: Final = Format("turtle", "Turtle", "text/turtle", "ttl", rdf=RdfFormat.TURTLE, charset=True)
JSON_LD: Final = Format("jsonld", "JSON-LD", "application/ld+json", "jsonld", rdf=RdfFormat.JSON_LD)
N_TRIPLES: Final = Format(
    "ntriples", "N-Triples", "application/n-triples", "nt", rdf=RdfFormat.N_TRIPLES
)
RDF_XML: Final = Format("rdfxml", "RDF/XML", "application/rdf+xml", "rdf", rdf=RdfFormat.RDF_XML)
TRIG: Final = Format("trig", "TriG", "application/trig", "trig", rdf=RdfFormat.TRIG)
N_QUADS: Final = Format("nquads", "N-Quads", "application/n-quads", "nq", rdf=RdfFormat.N_QUADS)
HTML: Final = Format("html", "HTML", "text/html", "html", charset=True)

RESULTS_JSON: Final = Format(
    "json",
    "SPARQL results in JSON",
    "application/sparql-results+json",
    "srj",
    results=QueryResultsFormat.JSON,
)
RESULTS_XML: Final = Format(
    "xml",
    "SPARQL results in XML",
    "application/sparql-results+xml",
    "srx",
    results=QueryResultsFormat.XML,
)
RESULTS_CSV: Final = Format(
    "csv", "CSV", "text/csv", "csv", results=QueryResultsFormat.CSV, charset=True
)
RESULTS_TSV: Final = Format(
    "tsv", "TSV", "text/tab-separated-values", "tsv", results=QueryResultsFormat.TSV, charset=True
)

DOCUMENT_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, HTML)
"""What a document about one thing is served in; the first is sent to who does not say.

TriG alone holds who says what, in the graphs of the sources.
"""

DATASET_FORMATS: Final = (TRIG, N_QUADS, JSON_LD)
"""Formats that hold named graphs."""

GRAPH_FORMATS: Final = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
"""What CONSTRUCT and DESCRIBE answer in, and what a dump can be written in."""

RESULTS_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
"""What SELECT and ASK answer in (SPARQL 1.1 Protocol, section 2.1.6)."""

BY_NAME: Final = {
    each.name: each for each in (*DOCUMENT_FORMATS, *DATASET_FORMATS, *RESULTS_FORMATS)
}


def of_file(name: str) -> Format | None:
    """Return the RDF format that a file's extension stands for; None for any other file."""
    extension = name.rpartition(".")[2].lower()
    aliases = {"xml": "rdf", "json": "jsonld", "owl": "rdf"}
    for format_ in (*DOCUMENT_FORMATS, *DATASET_FORMATS):
        if format_.rdf is not None and format_.extension == aliases.get(extension, extension):
            return format_
    return None
