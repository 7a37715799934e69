"""The dataset of a query: the graphs that the request or the query names.

Clients have names of their own for the default graph, and send them without being asked.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from apecgraph.errors import Forbidden

DEFAULT_GRAPH: Final = ""
"""Stands for the default graph among the graphs that are merged. No named graph has this name."""

DEFAULT_GRAPH_NAME: Final = "urn:x-arq:DefaultGraph"
"""Jena's name of the default graph (org.apache.jena.sparql.core.Quad)."""

_DEFAULT_GRAPH_NAMES: Final = frozenset(
    {
        DEFAULT_GRAPH_NAME,
        "urn:x-rdflib:default",  # rdflib.graph.DATASET_DEFAULT_GRAPH_ID
        "urn:x-arq:DefaultGraphNode",
        "http://rdf4j.org/schema/rdf4j#nil",  # org.eclipse.rdf4j.model.vocabulary
        "http://www.openrdf.org/schema/sesame#nil",
        # A client of any of these stores names all of them, as ResearchSpace does.
        "tag:stardog:api:context:default",
        "http://www.bigdata.com/rdf#nullGraph",
        "http://aws.amazon.com/neptune/vocab/v01/DefaultNamedGraph",
    }
)
"""The names of the default graph in other programs."""

_UNION_GRAPH: Final = "urn:x-arq:UnionGraph"
"""Jena's name of the union of all named graphs."""

_MAX_QUOTED: Final = 200
"""Characters of a request that an error message quotes."""


class GraphNames(NamedTuple):
    """The IRIs of the graphs that a request or a query names; both are empty if it names none.

    Attributes:
        default: The graphs whose merge is the default graph, among them DEFAULT_GRAPH.
        named: The named graphs.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


NO_GRAPHS: Final = GraphNames()
"""The names in a request or a query that names no graph."""


def choose_dataset(
    requested: GraphNames, in_query: GraphNames, graphs: Collection[str]
) -> GraphNames:
    """Choose the dataset of a query (SPARQL 1.1 Protocol, section 2.1.4).

    Forms send parameters that are empty: these name no graph. Many clients name the default graph
    if their users name no graph: alone, it leaves the dataset as it is.

    Args:
        requested: The names in the parameters of the request, which replace those in the query.
        in_query: The names in the query.
        graphs: The IRIs of the existing named graphs.

    Returns:
        The names to use.

    Raises:
        Forbidden: One of the graphs does not exist.
    """
    chosen = _known(requested)
    if not chosen.named and set(chosen.default) <= {DEFAULT_GRAPH}:
        chosen = _known(in_query)
    for graph in (*chosen.default, *chosen.named):
        if graph == _UNION_GRAPH:
            raise Forbidden(
                "The union of all named graphs is not a graph here: it would mix accepted claims "
                "with those that a decision rejects. GRAPH ?graph { } names the source of each."
            )
        if graph and graph not in graphs:
            raise Forbidden(
                "There is no graph <%(graph)s> here, and this endpoint fetches none. SELECT ?graph"
                " { GRAPH ?graph {} } lists the graphs that it has.",
                graph=graph[:_MAX_QUOTED],
            )
    return chosen


def _known(names: GraphNames) -> GraphNames:
    """Return the names that are not empty, with one name for the default graph."""
    default = (
        DEFAULT_GRAPH if name in _DEFAULT_GRAPH_NAMES else name for name in names.default if name
    )
    return GraphNames(tuple(default), tuple(filter(None, names.named)))
