"""Writing the documents and dumps of a publication, in any of the RDF formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import pyoxigraph as ox

from apecgraph.rdf.canonical import canonical_quads
from apecgraph.rdf.formats import DATASET_FORMATS, JSON_LD, TRIG, Format
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import DCAT, PREFIXES, RDF, XSD
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import in_graph

_INTEGERS: Final = {f"{DCAT}byteSize": ox.NamedNode(f"{XSD}nonNegativeInteger")}
"""The datatypes of properties with whole numbers that the store of the engine turns into
xsd:integer."""


class Writer:
    """Writes documents and dumps. JSON-LD gets the publication's own context.

    Args:
        context: The JSON-LD context.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def document(
        self,
        triples: Iterable[ox.Triple],
        format_: Format,
        topic: str,
        evidence: Iterable[ox.Quad] = (),
    ) -> bytes:
        """Return the document about one thing; the same graph always results in the same bytes.

        Turtle, TriG and RDF/XML declare only the prefixes that the document uses.

        Args:
            triples: The graph of the document.
            format_: One of GRAPH_FORMATS.
            topic: The IRI of the thing. In formats that keep the order, the triples about the thing
                come first, and the types of a subject come before its other properties.
            evidence: Quads of named graphs, written if the format holds named graphs.

        Returns:
            The document.

        Raises:
            NotAcceptable: The format cannot represent the graph.
        """
        named = evidence if format_ in DATASET_FORMATS else ()
        quads = canonical_quads(map(_restored, [*map(in_graph, triples), *named]))
        quads.sort(key=lambda quad: (str(quad.graph_name), _rank(quad.triple, topic)))
        graph = [quad.triple for quad in quads if quad.graph_name == ox.DefaultGraph()]
        if format_ == JSON_LD:
            return self._context.document(graph, topic)
        statements: list[ox.Triple | ox.Quad] = [
            *graph,
            *(quad for quad in quads if quad.graph_name != ox.DefaultGraph()),
        ]
        return rdf_bytes(statements, format_, used_prefixes(statements, PREFIXES))

    def dump(
        self, dataset: Iterable[ox.Quad], default_graph: Iterable[ox.Triple], format_: Format
    ) -> bytes:
        """Return a dump in the order of the input; TriG has each graph once.

        Args:
            dataset: All quads, written if the format has named graphs.
            default_graph: The triples of the default graph, written in all other formats.
            format_: One of GRAPH_FORMATS.

        Returns:
            The dump.

        Raises:
            NotAcceptable: The format cannot represent the graph.
        """
        if format_ == JSON_LD:
            return self._context.graph(default_graph)
        if format_ == TRIG:
            dataset = _by_graph(dataset)
        return rdf_bytes(dataset if format_ in DATASET_FORMATS else default_graph, format_)


def used_prefixes(
    statements: Iterable[ox.Triple | ox.Quad], prefixes: Mapping[str, str]
) -> dict[str, str]:
    """Return the prefixes whose namespaces some statements use."""
    text = "".join(map(str, statements))
    return {prefix: each for prefix, each in prefixes.items() if f"<{each}" in text}


def _by_graph(dataset: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield the quads graph by graph, the default graph first."""
    graphs: dict[object, list[ox.Quad]] = {ox.DefaultGraph(): []}
    for quad in dataset:
        graphs.setdefault(quad.graph_name, []).append(quad)
    return chain.from_iterable(graphs.values())


def _restored(quad: ox.Quad) -> ox.Quad:
    """Return a quad with the datatype that the store has changed."""
    datatype = _INTEGERS.get(quad.predicate.value)
    if datatype is None or not isinstance(quad.object, ox.Literal):
        return quad
    value = ox.Literal(quad.object.value, datatype=datatype)
    return ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)


def _rank(triple: ox.Triple, topic: str) -> tuple[bool, str, bool, str]:
    subject, predicate = str(triple.subject), triple.predicate.value
    return subject != f"<{topic}>", subject, predicate != f"{RDF}type", str(triple)
