"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.formats import ANSWER_FORMATS
from apecgraph.rdf.namespaces import ENDPOINT, ID, RDF, SD
from apecgraph.rdf.terms import triples_about, triples_about_new

DEFAULT_GRAPH: Final = f"{ID}service/default-graph"
_DATASET: Final = f"{ID}service/dataset"


def describe_service(graphs: Iterable[str]) -> Iterator[ox.Triple]:
    """Describe the endpoint, given the IRIs of its named graphs."""
    formats = [item.iri for item in ANSWER_FORMATS if item.iri is not None]
    yield from triples_about_new(
        ENDPOINT,
        f"{SD}Service",
        "SPARQL endpoint",
        (f"{SD}endpoint", ENDPOINT),
        (f"{SD}supportedLanguage", f"{SD}SPARQL11Query"),
        *((f"{SD}resultFormat", iri) for iri in formats),
        (f"{SD}defaultDataset", _DATASET),
    )
    yield from triples_about_new(
        _DATASET,
        f"{SD}Dataset",
        "Dataset of the SPARQL endpoint",
        (f"{SD}defaultGraph", DEFAULT_GRAPH),
    )
    yield from triples_about_new(
        DEFAULT_GRAPH, f"{SD}Graph", "Default graph: what the evidence supports"
    )
    for graph in sorted(graphs):
        yield from triples_about(_DATASET, (f"{SD}namedGraph", graph))
        yield from triples_about(graph, (f"{RDF}type", f"{SD}NamedGraph"), (f"{SD}name", graph))
