"""A visitor of all IRIs of a publication: each leads to its document, in every format one graph."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from email.message import Message
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox
import rdflib
from pyld import jsonld

from apecgraph.rdf.canonical import canonical_quads
from apecgraph.rdf.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_QUADS, RDF_XML, TRIG, Format
from apecgraph.rdf.namespaces import BASE

# TriG and N-Quads are written from the same triples; a test reads what they add.
VISITED: Final = [each for each in DOCUMENT_FORMATS if each not in (TRIG, N_QUADS)]
LABELS: Final = [
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
]
RDF_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
TITLE: Final = ox.NamedNode("http://purl.org/dc/terms/title")
LARGEST: Final = 100_000
"""Maximum size of a page in bytes."""

HEADING: Final = re.compile(rb"<h1[^>]*>\s*(?:<bdi[^>]*>)?[^<\s]")

Reader = Callable[[bytes, Format], Iterable[ox.Quad]]


def read_by_engine(data: bytes, format_: Format) -> Iterable[ox.Quad]:
    """Read a document with the engine that wrote it."""
    return ox.parse(data, format_.rdf)


def read_by_others(data: bytes, format_: Format) -> Iterable[ox.Quad]:
    """Read a document with rdflib, or with pyld if it is JSON-LD."""
    if format_ == JSON_LD:
        text = jsonld.to_rdf(json.loads(data), {"format": "application/n-quads"})
    else:
        name = "xml" if format_ == RDF_XML else format_.extension
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
        try:
            text = rdflib.Graph().parse(data=data, format=name).serialize(format="nt")
        finally:
            rdflib.NORMALIZE_LITERALS = before
    return ox.parse(text, ox.RdfFormat.N_QUADS)


class Visitor:
    """A client that visits thousands of addresses on one connection, twice as fast as httpx."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._contexts: dict[str, object] = {}

    def get(self, path: str, **headers: str) -> tuple[int, Message, bytes]:
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()

    def graph(self, data: bytes, format_: Format, read: Reader) -> frozenset[str]:
        """Return the canonical default graph of a document; fetch its context as clients do."""
        if format_ is JSON_LD:
            document = json.loads(data)
            there = urlsplit(document["@context"]).path
            if there not in self._contexts:
                status, _, context = self.get(there)
                assert status == 200
                self._contexts[there] = json.loads(context)["@context"]
            data = json.dumps({**document, "@context": self._contexts[there]}).encode()
        found = canonical_quads(read(data, format_))
        return frozenset(str(each.triple) for each in found if each.graph_name == ox.DefaultGraph())

    def visit(self, iri: str, formats: Sequence[Format], read: Reader) -> list[str]:
        """Visit an IRI in some formats, and read the documents; return the faults."""
        path = "/" + iri.removeprefix(BASE)
        if path == "/sparql" or path.startswith("/dumps/"):
            status, _, _ = self.get(path)
            return [] if status == 200 else [f"{iri}: {status}"]
        graphs = {}
        for format_ in formats:
            status, headers, body = self.get(path, Accept=format_.media_type)
            if path == "/" and format_ is HTML:
                if b"<h1>" not in body:
                    return [f"{iri}: there is no home page"]
                continue
            location = headers.get("location", "")
            if status != 303 or not location.endswith(f".{format_.extension}"):
                return [f"{iri} as {format_.label}: {status} to {location!r}"]
            status, headers, body = self.get(location)
            if status != 200 or headers["content-type"] != format_.content_type:
                return [f"{location}: {status} {headers['content-type']}"]
            if format_ is HTML:
                if HEADING.search(body) is None:
                    return [f"{location}: there is no heading"]
                if len(body) > LARGEST:
                    return [f"{location}: the page has {len(body):,} bytes"]
            else:
                graphs[format_.name] = self.graph(body, format_, read)
        if not graphs:
            return []
        graph = next(iter(graphs.values()))
        wrong = [f"{iri}: {name} is another graph" for name in graphs if graphs[name] != graph]
        if not any(line.startswith(f"<{iri}> {RDF_TYPE} ") for line in graph):
            wrong.append(f"{iri}: has no type")
        if not any(line.startswith(f"<{iri}> <{name}> ") for line in graph for name in LABELS):
            wrong.append(f"{iri}: has no label")
        if not any(f" {TITLE} " in line for line in graph):
            wrong.append(f"{iri}: has no title")
        return wrong
