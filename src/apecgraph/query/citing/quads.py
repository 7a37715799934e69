"""The triples of an answer in the named graphs that have them, with descriptions of the sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from apecgraph.query.citing.sources import Origins, Statement
from apecgraph.rdf.formats import JSON_LD, Format
from apecgraph.rdf.namespaces import ENDPOINT, RDFS
from apecgraph.rdf.nodes import Node, node_objects
from apecgraph.rdf.serializer import Write, write_rdf

CITATIONS: Final = NamedNode(f"{ENDPOINT}#citations")
"""The graph that describes the sources."""

NEW: Final = (
    "The triples in the default graph are not traced, because no graph of the dataset has them: "
    "the template of the query makes them."
)


def cited_quads(triples: Iterable[Triple], origins: Origins) -> Iterator[Quad]:
    """Put each triple into the graphs that have it, or into the default graph if none has.

    Args:
        triples: The triples of the answer to a CONSTRUCT or a DESCRIBE.
        origins: Finds the graphs.

    Yields:
        The triples in their graphs, then the descriptions of the sources.
    """
    made_new = False
    for triple in triples:
        parts = triple.subject, triple.predicate, triple.object
        origin = origins.of(Statement(parts, None))
        made_new |= origin is None
        for graph in origin.graphs if origin else ():
            yield Quad(*parts, NamedNode(graph))
        if origin is None or not origin.graphs:
            yield Quad(*parts)
    for iri in list(origins.sources):
        for subject, property_, value in origins.described(iri):
            yield Quad(subject, property_, value, CITATIONS)
    if made_new:
        yield note(NEW)


def write_cited_graph(quads: Iterable[Quad], format_: Format, write: Write) -> None:
    """Write quads in a format with named graphs; in JSON-LD, as graph objects (1.1, section 9.4).

    Args:
        quads: The quads.
        format_: The format.
        write: Takes the chunks.

    Raises:
        NotAcceptable: The format cannot represent the quads.
    """
    if format_ != JSON_LD:
        write_rdf(quads, format_, write)
        return
    graphs: dict[NamedNode | BlankNode | DefaultGraph, list[Quad]] = {}
    for quad in quads:
        graphs.setdefault(quad.graph_name, []).append(quad)
    document: list[Node] = []
    for name, found in graphs.items():
        nodes = [*node_objects(found)]
        document += (
            nodes if isinstance(name, DefaultGraph) else [{"@id": name.value, "@graph": nodes}]
        )
    write(json.dumps(document, ensure_ascii=False).encode())


def note(text: str) -> Quad:
    """Return a remark on the citations."""
    return Quad(CITATIONS, NamedNode(f"{RDFS}comment"), Literal(text, language="en"), CITATIONS)
