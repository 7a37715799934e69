"""The edit rules of the check, and the number of figures that each rule compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, ID, SKOS

_SCHEME: Final = f"{ID}scheme/relations"


@dataclass(frozen=True, slots=True)
class EditRule:
    """An edit rule of the check.

    Attributes:
        iri: IRI of the rule, a concept in `<scheme/relations>`.
        definition: The relation between the figures.
        figures: Number of figures that the rule compares with others.
    """

    iri: str
    definition: str
    figures: int


def read_edit_rules(
    graph: Graph, labels: Labels, figures: Iterable[str] | None = None
) -> list[EditRule]:
    """Read the edit rules that compare some figures with others.

    Args:
        graph: The dataset of a release.
        labels: Reads the definitions, in a language.
        figures: IRIs of the figures. If this is None, all figures are counted, and rules that
            do not compare any figures are included.

    Returns:
        The rules, sorted by the number of figures that they compare, the largest first.
    """
    count = Counter[str]()
    if figures is None:
        count.update(dict.fromkeys(graph.subjects(f"{SKOS}inScheme", _SCHEME), 0))
        figures = graph.subjects(f"{APEC}heldBy")
    for figure in figures:
        count.update(graph.values(figure, f"{APEC}heldBy"))
    rules = (EditRule(iri, labels.definition(iri), compared) for iri, compared in count.items())
    return sorted(rules, key=lambda rule: (-rule.figures, rule.iri))
