"""Relations of the check, and how many figures each of them holds against others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import APEC, SKOS


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation, with what it says and the number of figures that it holds."""

    iri: str
    definition: str
    figures: int


def read_relations(graph: Graph, figures: Iterable[str]) -> list[Relation]:
    """Read the relations that hold some figures, given by their IRIs: that of most comes first."""
    count = Counter(each for figure in figures for each in graph.values(figure, f"{APEC}heldBy"))
    return [
        Relation(iri, graph.value(iri, f"{SKOS}definition") or "", held)
        for iri, held in sorted(count.items(), key=lambda each: (-each[1], each[0]))
    ]
