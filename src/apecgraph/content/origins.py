"""Origins: the authors of sources' texts. Sources with the same origin count as one witness."""

from __future__ import annotations

from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import DCTERMS, PROV, SCHEMA

WITHDRAWN: Final = "withdrawn"
"""The status (schema:creativeWorkStatus) of a source that its publisher has taken back."""

_EARLIER: Final = (f"{PROV}wasQuotedFrom", f"{SCHEMA}translationOfWork")
"""The properties that lead from a text to the text that it copies or translates."""

_AUTHOR: Final = (f"{DCTERMS}creator", f"{DCTERMS}publisher")


def is_withdrawn(graph: Graph, source: str) -> bool:
    """Return whether a source is withdrawn.

    A withdrawn source does not count as a witness, and no edit rule compares its claims.
    """
    return WITHDRAWN in graph.values(source, f"{SCHEMA}creativeWorkStatus")


def is_copy(graph: Graph, source: str) -> bool:
    """Return whether a source copies or translates another text."""
    return _first(graph, source, _EARLIER) is not None


def origin(graph: Graph, source: str) -> str:
    """Find the origin of a source.

    The source may copy or translate another text, and so on. The origin is the creator of the
    first text; if its creator is not known, its publisher; if neither is known, the text itself.
    A copy therefore has the origin of the copied source.

    Args:
        graph: The dataset that describes the sources and the texts.
        source: IRI of the source.

    Returns:
        IRI of an agent, or of a text.
    """
    text = source
    passed = {text}
    while (earlier := _first(graph, text, _EARLIER)) is not None and earlier not in passed:
        passed.add(earlier)
        text = earlier
    return _first(graph, text, _AUTHOR) or text


def _first(graph: Graph, text: str, properties: tuple[str, ...]) -> str | None:
    values = (graph.iris(text, property_) for property_ in properties)
    return next((found[0] for found in values if found), None)
