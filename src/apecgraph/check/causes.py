"""Causes: each error is reported once, with the code that may be meant.

If a thing is used but not described, every shape that looks at it fails too. The editor needs only
one result, which names the thing, the nearest code and the place for a new one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.codes import Codes
from apecgraph.content.cube import DIMENSIONS
from apecgraph.content.folder import SOURCE_PREFIX, Content
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, ID, RDF, SDMX_ATTRIBUTE, SDMX_MEASURE, SH

_DESCRIBED: Final = f"{ID}shape/hygiene-described"
_TYPE: Final = ox.NamedNode(f"{RDF}type")
_PLACEMENT: Final = f"{ID}shape/placement"
_RELATION: Final = f"{ID}relation/"
_CHOICE: Final = f"{SH}XoneConstraintComponent"
_NUMBER: Final = frozenset(
    {
        f"{SDMX_MEASURE}obsValue",
        f"{APEC}bound",
        f"{APEC}rangeEnd",
        *(f"{SDMX_ATTRIBUTE}{name}" for name in ("unitMult", "decimals", "unitMeasure")),
    }
)
"""The properties without which a figure cannot be read, so the build adds no dimensions to it."""


def by_cause(results: Iterable[Result], content: Content, graph: Graph) -> Iterator[Result]:
    """Leave out the results that follow from another one.

    Args:
        results: The results of all rules.
        content: The content.
        graph: The dataset of the content.

    Yields:
        The results; those about an unknown thing name the nearest known ones.
    """
    every = list(results)
    unknown = {result.nodes[0] for result in every if result.rule == _DESCRIBED}
    users = {str(quad.subject.value) for iri in unknown for quad in graph.quads(None, None, iri)}  # type: ignore[union-attr]
    causes = _NUMBER.union(DIMENSIONS.values())
    misplaced = {result.nodes[0] for result in every if result.path in causes}
    for result in every:
        if result.rule == _DESCRIBED:
            yield replace(result, message=_undescribed(result.nodes[0], content, graph))
        elif not _follows(result, unknown, users, misplaced):
            yield result


def _follows(result: Result, unknown: set[str], users: set[str], misplaced: set[str]) -> bool:
    """Whether a result only repeats that a thing is unknown, or has another error of its own."""
    node = result.nodes[0]
    if node in unknown or result.value in unknown:
        return result.shape != _PLACEMENT  # which says where a thing has to be described
    if result.component == _CHOICE:
        return node in users or node in misplaced
    return result.shape.startswith(_RELATION) and node in users


def _undescribed(iri: str, content: Content, graph: Graph) -> str:
    """Name the codes that may be meant, and the file that describes things of this kind."""
    kind = iri.removeprefix(ID).partition("/")[0]
    files = Counter(
        content.relative(file.path)
        for file in content.files
        if not file.graph.value.startswith(SOURCE_PREFIX)
        for triple in file.triples
        if triple.predicate == _TYPE and str(triple.subject).startswith(f"<{ID}{kind}/")
    )
    place = f" Or describe it in {files.most_common(1)[0][0]}" if files else ""
    advice = Codes(graph).advice(iri.removeprefix(ID), kind)
    return f"used but not described{advice or ': correct it.'}{place}"
