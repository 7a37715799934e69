"""Writing the graph of a document in any of the RDF formats."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from apecgraph.formats import JSON_LD, Format
from apecgraph.jsonld import Context
from apecgraph.namespaces import PREFIXES


class Writer:
    """Writes graphs; JSON-LD with the publication's own context."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(self, triples: Iterable[ox.Triple], format_: Format, topic: str) -> bytes:
        """Return a graph in an RDF format: the same graph makes the same bytes.

        topic: the IRI of what the graph is about; where a format has an order, that comes first.
        Turtle and RDF/XML declare only the prefixes that the graph uses.
        """
        graph = ox.Dataset(
            ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples
        )
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        first = ox.NamedNode(topic)
        chosen = [quad.triple for quad in graph]
        chosen.sort(key=lambda triple: (triple.subject != first, str(triple)))
        if format_ is JSON_LD:
            return self._context.document(chosen)
        text = "".join(map(str, chosen))
        prefixes = {
            prefix: namespace for prefix, namespace in PREFIXES.items() if f"<{namespace}" in text
        }
        data = ox.serialize(chosen, format=format_.rdf, prefixes=prefixes)
        assert data is not None  # noqa: S101 - without an output the bytes are returned
        return data
