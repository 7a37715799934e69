"""Series: the figures of all sources whose cells differ only in their periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from apecgraph.content.cube import DIMENSIONS, dimensions, local_name
from apecgraph.content.decisions import EXPECTED
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCAT, QB, RDF, SCHEMA
from apecgraph.readers.claims import FigureClaim, read_claim
from apecgraph.text.catalogues import Catalogue
from apecgraph.text.numbers import Numerals

SERIES_DIMENSIONS: Final[Mapping[str, str]] = {
    local_name(DIMENSIONS[name]): DIMENSIONS[name]
    for name in dimensions("measure", "flow", without=("period", "base_period"))
}
"""The properties whose value is the same in a whole series, keyed by their local names."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the cube.

    Attributes:
        dimensions: Name and value (an IRI) of each dimension that applies, in the order of
            `SERIES_DIMENSIONS`.
        claims: The figures, rejected or not, in the order of their periods.
        unit: IRI of the unit of the figures.
        slice_: IRI of the slice that names the series in the content, or None.
    """

    dimensions: tuple[tuple[str, str], ...]
    claims: tuple[FigureClaim, ...]
    unit: str
    slice_: str | None = None

    @property
    def periods(self) -> tuple[str, ...]:
        """IRIs of the periods that have figures, in order."""
        return tuple(dict.fromkeys(claim.figure.cell.period for claim in self.claims))

    def of(self, claims: tuple[FigureClaim, ...]) -> Series:
        """Return the part of the series that has some of its figures."""
        return replace(self, claims=claims)

    def name(self, labels: Labels, numerals: Numerals, *, without: Collection[str] = ()) -> str:
        """Name the series by what it measures.

        Args:
            labels: Names the values of the dimensions.
            numerals: Writes the unit.
            without: Names of dimensions to leave out because the context already names them.

        Returns:
            The name.
        """
        if self.slice_ is not None:
            name = labels.title(self.slice_)
            if (name.language or "").startswith(labels.language):
                return name.value
        parts = [
            labels.title(value).value
            for name, value in self.dimensions
            if name not in (*without, "currency", "valuation")
        ]
        basis = numerals.basis(self.unit, dict(self.dimensions)["currency"])
        status = labels.title(EXPECTED).value if self.claims[0].figure.is_expectation else ""
        comma = numerals.catalogue.gettext(", ")
        return comma.join(filter(None, (*parts, basis, status)))


def name_apart(
    series: Series, others: Iterable[Series], labels: Labels, catalogue: Catalogue
) -> str:
    """Name a series by the dimensions that tell it apart from others.

    Args:
        series: The series, one of the others.
        others: The series that are shown together.
        labels: Names the values of the dimensions.
        catalogue: The language of the name.

    Returns:
        The name; empty if the series is alone.
    """
    common = set.intersection(*(set(each.dimensions) for each in others))
    parts = [
        labels.title(value).value
        for name, value in series.dimensions
        if (name, value) not in common
    ]
    expected = [labels.title(EXPECTED).value] if series.claims[0].figure.is_expectation else []
    return catalogue.gettext(", ").join([*parts, *expected])


def read_series(graph: Graph) -> tuple[Series, ...]:
    """Read all series from the dataset of a release.

    Args:
        graph: The dataset.

    Returns:
        The main series of the release, then the other named series, then the unnamed series. In
        each group, the longest series comes first.
    """
    alike: defaultdict[tuple[tuple[tuple[str, str], ...], bool], list[FigureClaim]]
    alike = defaultdict(list)
    for iri in graph.subjects(f"{RDF}type", f"{QB}Observation"):
        claim = read_claim(graph, iri)
        if isinstance(claim, FigureClaim):
            values = _dimensions(dict(claim.figure.cell.values()).get)
            alike[values, claim.figure.is_expectation].append(claim)
    of_best_values = graph.named_graph(CELLS_GRAPH).subjects(f"{RDF}type", f"{QB}Slice")
    slices = {
        _dimensions(partial(graph.value, iri)): iri
        for iri in graph.subjects(f"{RDF}type", f"{QB}Slice")
        if iri not in of_best_values
    }
    periods = {claim.figure.cell.period for claims in alike.values() for claim in claims}
    order = {period: when(graph, period) for period in periods}
    found = [
        Series(
            values,
            tuple(sorted(claims, key=lambda claim: (order[claim.figure.cell.period], claim.iri))),
            claims[0].figure.unit,
            None if is_expectation else slices.get(values),
        )
        for (values, is_expectation), claims in alike.items()
    ]
    main = graph.values(BASE, f"{SCHEMA}mainEntity")
    return tuple(sorted(found, key=lambda series: (series.slice_ not in main, *_rank(series))))


def when(graph: Graph, period: str) -> tuple[str, str, str]:
    """Return a key that sorts periods: the first day, the last day, and the IRI of a period.

    The days are ISO 8601 dates, or empty strings if they are not known.
    """
    first, last = (graph.value(period, f"{DCAT}{end}Date") or "" for end in ("start", "end"))
    return first, last, period


def _dimensions(read_value: Callable[[str], str | None]) -> tuple[tuple[str, str], ...]:
    values = ((name, read_value(property_)) for name, property_ in SERIES_DIMENSIONS.items())
    return tuple((name, value) for name, value in values if value is not None)


def _rank(series: Series) -> tuple[bool, int, tuple[tuple[str, str], ...]]:
    return series.slice_ is None, -len(series.claims), series.dimensions
