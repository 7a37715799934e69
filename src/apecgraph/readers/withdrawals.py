"""Withdrawn things: their IRIs are gone, and other things may replace them."""

from __future__ import annotations

from apecgraph.errors import Gone
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import DCTERMS, ID, OWL
from apecgraph.rdf.terms import TRUE_FORMS


def withdrawn(graph: Graph, iri: str) -> list[str] | None:
    """Read the replacements of a thing if it is withdrawn.

    Args:
        graph: The dataset of a release.
        iri: IRI of the thing.

    Returns:
        The IRIs of its replacements, sorted; None if the thing is not withdrawn.
    """
    standing = graph.default_graph
    if not iri.startswith(ID) or standing.value(iri, f"{OWL}deprecated") not in TRUE_FORMS:
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
        name = Labels(graph).title(iri).value
        if not successors:
            raise Gone("%(iri)s (%(name)s) was withdrawn.", (), iri=iri, name=name)
        raise Gone(
            "%(iri)s (%(name)s) was withdrawn; its replacement is %(successors)s.",
            successors,
            iri=iri,
            name=name,
            successors=", ".join(successors),
        )
