"""Writing the graph of a document in any of the RDF formats."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from apecgraph.rdf.formats import DATASET_FORMATS, JSON_LD, Format
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import PREFIXES, RDF


class Writer:
    """Writes graphs; JSON-LD with the publication's own context."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(
        self,
        triples: Iterable[ox.Triple],
        format_: Format,
        topic: str,
        evidence: Iterable[ox.Quad] = (),
    ) -> bytes:
        """Return a graph in an RDF format: the same graph makes the same bytes.

        topic: the IRI of what the graph is about; where a format has an order, it comes first, and
        of each subject its types. evidence: what is in named graphs, for a format that has them.
        Turtle, TriG and RDF/XML declare only the prefixes that the graph uses.
        """
        graph = ox.Dataset(
            ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples
        )
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        chosen = [quad.triple for quad in graph]
        chosen.sort(key=lambda triple: _rank(triple, topic))
        if format_ is JSON_LD:
            return self._context.document(chosen, topic)
        statements = [*chosen, *(evidence if format_ in DATASET_FORMATS else ())]
        text = "".join(map(str, statements))
        prefixes = {
            prefix: namespace for prefix, namespace in PREFIXES.items() if f"<{namespace}" in text
        }
        data = ox.serialize(statements, format=format_.rdf, prefixes=prefixes)
        assert data is not None  # noqa: S101 - without an output the bytes are returned
        return data


def _rank(triple: ox.Triple, topic: str) -> tuple[bool, str, bool, str]:
    subject, predicate = str(triple.subject), triple.predicate.value
    return subject != f"<{topic}>", subject, predicate != f"{RDF}type", str(triple)
