"""Series: figures that measure the same at different times, as all sources print them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, BASE, DCAT, QB, RDF, SCHEMA
from apecgraph.readers.claims import Claim, read_claim
from apecgraph.readers.quantities import Quantities

DIMENSIONS: Final = ("measure", "flow", "reporter", "counterpart", "subject", "coverage", "unit")
"""The dimensions that are the same all along a series, by the local names of their properties.

The others are the period and the source.
"""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the cube.

    dimensions: names and values (IRIs) of those that apply, in the order of DIMENSIONS.
    claims: its figures in the order of their periods, whether they stand or not.
    slice_: the IRI under which the content names the series; None where it does not.
    """

    dimensions: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]
    slice_: str | None = None

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods for which there are figures, in order."""
        return tuple(dict.fromkeys(claim.period or "" for claim in self.claims))

    def of(self, claims: tuple[Claim, ...]) -> Series:
        """Return the part of the series that has these figures."""
        return replace(self, claims=claims)

    def name(self, labels: Labels, quantities: Quantities, *, without: str = "") -> str:
        """Say what is measured; without: the name of a dimension that is told already."""
        if self.slice_ is not None:
            return labels.title(self.slice_).value
        told = (without, "unit")
        parts = [labels.title(value).value for name, value in self.dimensions if name not in told]
        unit = quantities.unit(dict(self.dimensions).get("unit"))
        # A symbol, as of percent, is told by the measure and stands with each number.
        parts += [f"in {unit}"] if any(map(str.isalnum, unit)) else []
        return ", ".join(parts)


def read_series(graph: Graph) -> tuple[Series, ...]:
    """Read all series of a release: first what it is mainly about, then those that it names.

    Of each kind the longest come first.
    graph: the dataset of a release, so that figures are there which a decision rejects, too.
    """
    found: defaultdict[tuple[tuple[str, str], ...], list[Claim]] = defaultdict(list)
    for iri in graph.subjects(f"{RDF}type", f"{QB}Observation"):
        claim = read_claim(graph, iri)
        if claim is not None and claim.value is not None:
            found[_dimensions(graph.named_graph(claim.source), iri)].append(claim)
    slices = {_dimensions(graph, iri): iri for iri in graph.subjects(f"{RDF}type", f"{QB}Slice")}
    periods = {claim.period for claims in found.values() for claim in claims}
    order = {period: when(graph, period or "") for period in periods}
    series = [
        Series(
            dimensions,
            tuple(sorted(claims, key=lambda claim: (order[claim.period], claim.iri))),
            slices.get(dimensions),
        )
        for dimensions, claims in found.items()
    ]
    main = graph.values(BASE, f"{SCHEMA}mainEntity")
    return tuple(sorted(series, key=lambda each: (each.slice_ not in main, *_rank(each))))


def when(graph: Graph, period: str) -> tuple[str, str, str]:
    """Return the first and the last day of a period, and the period, to put periods in order."""
    if not period:
        return "", "", ""
    first, last = (graph.value(period, f"{DCAT}{end}Date") or "" for end in ("start", "end"))
    return first, last, period


def _dimensions(graph: Graph, iri: str) -> tuple[tuple[str, str], ...]:
    values = ((name, graph.value(iri, f"{APEC}{name}")) for name in DIMENSIONS)
    return tuple((name, value) for name, value in values if value is not None)


def _rank(series: Series) -> tuple[bool, int, tuple[tuple[str, str], ...]]:
    return series.slice_ is None, -len(series.claims), series.dimensions
