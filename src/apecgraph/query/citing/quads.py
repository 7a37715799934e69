"""The triples of an answer in the named graphs that have them, with descriptions of the sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from apecgraph.query.citing.sources import Origins, Statement
from apecgraph.rdf.namespaces import DCTERMS, ENDPOINT, RDFS, SCHEMA

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
    for source in origins.sources.values():
        for property_, value in (
            (f"{RDFS}label", source.title),
            (f"{DCTERMS}publisher", source.publisher),
            (f"{DCTERMS}issued", source.issued),
            (f"{SCHEMA}url", source.url),
        ):
            if value:
                yield Quad(NamedNode(source.iri), NamedNode(property_), Literal(value), CITATIONS)
    if made_new:
        yield note(NEW)


def note(text: str) -> Quad:
    """Return a remark on the citations."""
    return Quad(CITATIONS, NamedNode(f"{RDFS}comment"), Literal(text, language="en"), CITATIONS)
