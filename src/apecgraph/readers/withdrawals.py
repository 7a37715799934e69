"""Things that the content has withdrawn: their IRIs are gone, and others may replace them."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from apecgraph.errors import Gone
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS, ID, OWL, XSD

_BOOLEAN: Final = ox.NamedNode(f"{XSD}boolean")
_TRUE: Final = frozenset(ox.Literal(form, datatype=_BOOLEAN) for form in ("true", "1"))


def withdrawn(graph: Graph, iri: str) -> list[str] | None:
    """Return the IRIs that replace a withdrawn thing, sorted; None if the thing is not withdrawn.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.
    """
    standing = graph.default_graph
    deprecated = iri.startswith(ID) and standing.objects(iri, f"{OWL}deprecated")
    if not deprecated or _TRUE.isdisjoint(deprecated):
        return None
    return standing.iris(iri, f"{DCTERMS}isReplacedBy")


def refuse_withdrawn(graph: Graph, iri: str) -> None:
    """Raise an error if a thing is withdrawn.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.

    Raises:
        Gone: The thing is withdrawn; the error names its replacements.
    """
    successors = withdrawn(graph, iri)
    if successors is not None:
        instead = f"; instead there is {', '.join(successors)}" if successors else ""
        name = Labels(graph).title(iri).value
        raise Gone(f"{iri} ({name}) is withdrawn{instead}.", successors)
