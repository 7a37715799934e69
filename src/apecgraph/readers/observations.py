"""Observations: what a figure measures, in a sentence, and who else prints one of its cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, QB, RDF
from apecgraph.readers.claims import Claim, read_claim

_STATED_IN: Final = f"{APEC}statedIn"
_MEASURE: Final = f"{APEC}measure"
_PERIOD: Final = f"{APEC}period"
_UNIT: Final = f"{APEC}unit"
_ORDER: Final = tuple(
    f"{APEC}{name}" for name in ("reporter", "subject", "counterpart", "flow", "coverage")
)
_JOINED: Final = {f"{APEC}reporter": " of ", f"{APEC}subject": ", ", f"{APEC}counterpart": " with "}


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure with its dimensions: IRIs of properties, in an order to say them in, and values.

    alike: the other figures of the cell, in the order of their sources.
    """

    claim: Claim
    dimensions: tuple[tuple[str, str], ...]
    alike: tuple[Claim, ...]

    def sentence(self, labels: Labels) -> str:
        """Say what is measured: "Value of trade of China with other APEC economies, in 2025"."""
        values = dict(self.dimensions)
        said = [labels.title(values[_MEASURE]).value] if _MEASURE in values else []
        for name, value in self.dimensions:
            if name not in (_MEASURE, _PERIOD, _UNIT):
                said.append(_JOINED.get(name, ", ") + labels.title(value).value)
        if _PERIOD in values:
            said.append(f", {labels.title(values[_PERIOD]).value}")
        words = "".join(said)
        return f"{words[:1].upper()}{words[1:]}."


def read_observation(graph: Graph, claim: Claim) -> Observation:
    """Read a figure of a release.

    Its cell is what all dimensions but the source say (RDF Data Cube, section 5.1).
    """
    dimensions = set(graph.subjects(f"{RDF}type", f"{QB}DimensionProperty")) - {_STATED_IN}
    values = _cell(graph, dimensions, claim)
    order = {name: index for index, name in enumerate((_MEASURE, *_ORDER, _PERIOD, _UNIT))}
    # No dimension tells more cells apart than the period does in all but the longest series.
    near = graph.subjects(_PERIOD, values[_PERIOD]) if _PERIOD in values else []
    others = (read_claim(graph, iri) for iri in near if iri != claim.iri)
    alike = [
        each
        for each in others
        if each is not None and each.value is not None and _cell(graph, dimensions, each) == values
    ]
    return Observation(
        claim,
        tuple(sorted(values.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))),
        tuple(sorted(alike, key=lambda each: (each.rejected, each.source, each.iri))),
    )


def _cell(graph: Graph, dimensions: set[str], claim: Claim) -> dict[str, str]:
    stated = graph.named_graph(claim.source)
    values = {name: stated.value(claim.iri, name) for name in dimensions}
    return {name: value for name, value in values.items() if value is not None}
