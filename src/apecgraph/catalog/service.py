"""The service description of the endpoint (SPARQL 1.1 and 1.2 Service Description)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.formats import ANSWER_FORMATS
from apecgraph.rdf.namespaces import ENDPOINT, ID, RDF, SD
from apecgraph.rdf.terms import triples_about, triples_about_new

DEFAULT_GRAPH: Final = f"{ID}service/default-graph"
_DATASET: Final = f"{ID}service/dataset"
_SPARQL: Final = "http://www.w3.org/ns/sparql#"
_VERSIONS: Final = ("1.1", "1.2")
"""The versions of the query language; 1.2 without suffix includes triple terms (RDF 1.2 Full)."""


def describe_service(
    graphs: Iterable[str],
    endpoint: str = ENDPOINT,
    title: str = "Dataset of the SPARQL endpoint",
) -> Iterator[ox.Triple]:
    """Describe an endpoint.

    Args:
        graphs: The IRIs of its named graphs.
        endpoint: Its IRI. If it is not that of this publication, it serves other data.
        title: The title of its dataset.

    Yields:
        The triples of the description.
    """
    dataset, default_graph = f"{endpoint}#dataset", f"{endpoint}#default-graph"
    label = "Default graph"
    if endpoint == ENDPOINT:
        dataset, default_graph = _DATASET, DEFAULT_GRAPH
        label = "Default graph: what the evidence supports"
    formats = [item.iri for item in ANSWER_FORMATS if item.iri is not None]
    yield from triples_about_new(
        endpoint,
        f"{SD}Service",
        "SPARQL endpoint",
        (f"{SD}endpoint", endpoint),
        (f"{SD}supportedLanguage", f"{SD}SPARQL11Query"),
        (f"{SD}supportedLanguage", f"{SD}SPARQLQuery"),
        *((f"{SD}supportedVersion", f"{_SPARQL}version-{version}") for version in _VERSIONS),
        *((f"{SD}resultFormat", iri) for iri in formats),
        (f"{SD}defaultDataset", dataset),
    )
    yield from triples_about_new(
        dataset,
        f"{SD}Dataset",
        title,
        (f"{SD}defaultGraph", default_graph),
    )
    yield from triples_about_new(default_graph, f"{SD}Graph", label)
    for graph in sorted(graphs):
        yield from triples_about(dataset, (f"{SD}namedGraph", graph))
        yield from triples_about(graph, (f"{RDF}type", f"{SD}NamedGraph"), (f"{SD}name", graph))
