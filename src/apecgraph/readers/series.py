"""Series: the figures of all sources whose cells differ only in their periods."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from apecgraph.content.cube import DIMENSIONS, Cell, dimensions, local_name
from apecgraph.content.decisions import EXPECTED
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import BASE, DCAT, QB, RDF, SCHEMA
from apecgraph.readers.claims import FigureClaim, read_claim
from apecgraph.text.catalogues import Catalogue
from apecgraph.text.measured import ALL_GOODS, in_sentence, measured
from apecgraph.text.numbers import Numerals

SERIES_DIMENSIONS: Final[Mapping[str, str]] = {
    local_name(DIMENSIONS[name]): DIMENSIONS[name]
    for name in dimensions("measure", "flow", without=("period", "base_period"))
}
"""The properties whose value is the same in a whole series, keyed by their local names."""


_VALUATION: Final = "valuation"
_TRADE: Final = ("flow", "reporter")
_TELLING: Final = (
    *("measure", *_TRADE, "counterpart", "subject", "coverage", "currency", _VALUATION),
)
"""The dimensions that tell series apart, those first that say most to a reader."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the cube.

    Attributes:
        dimensions: Name and value (an IRI) of each dimension that applies, in the order of
            `SERIES_DIMENSIONS`.
        claims: The figures, rejected or not, in the order of their periods.
        unit: IRI of the unit of the figures.
        slice_: IRI of the slice that names the series in the content, or None.
        has_twin: Whether another series differs from it only in its valuation.
    """

    dimensions: tuple[tuple[str, str], ...]
    claims: tuple[FigureClaim, ...]
    unit: str
    slice_: str | None = None
    has_twin: bool = False

    @property
    def periods(self) -> tuple[str, ...]:
        """IRIs of the periods that have figures, in order."""
        return tuple(dict.fromkeys(claim.figure.cell.period for claim in self.claims))

    def of(self, claims: tuple[FigureClaim, ...]) -> Series:
        """Return the part of the series that has some of its figures."""
        return replace(self, claims=claims)

    def name(self, labels: Labels, numerals: Numerals) -> str:
        """Name the series by what it measures: "exports of China to Viet Nam, in US dollars".

        Args:
            labels: Names the values of the dimensions.
            numerals: Writes the unit.

        Returns:
            The name; no other series of the release has it, except that of another measure with the
            same label.
        """
        if self.slice_ is not None:
            name = labels.title(self.slice_)
            if (name.language or "").startswith(labels.language):
                return name.value
        values, catalogue = dict(self.dimensions), numerals.catalogue
        parts = [
            measured(values, labels, catalogue),
            numerals.basis(self.unit, values["currency"]),
            labels.title(values[_VALUATION]).value if self.has_twin else "",
            labels.title(EXPECTED).value if self.claims[0].figure.is_expectation else "",
        ]
        return catalogue.gettext(", ").join(filter(None, parts))


def dimensions_of(cells: Iterable[Cell]) -> dict[str, str]:
    """Return the dimensions of series that some cells have in common, keyed by their names."""
    common = set.intersection(*(set(cell.values()) for cell in cells))
    return dict(_dimensions(dict(common).get))


def names_apart(series: Sequence[Series], labels: Labels, catalogue: Catalogue) -> list[str]:
    """Name series that are shown together, each by as little as tells it apart from the others.

    Args:
        series: The series.
        labels: Names the values of the dimensions.
        catalogue: The language of the names.

    Returns:
        The name of each series; an empty one if it is alone.
    """
    each_values = [dict(each.dimensions) for each in series]
    expected = [each.claims[0].figure.is_expectation for each in series]

    def keys(names: Iterable[str]) -> list[tuple[object, ...]]:
        named = tuple(names)
        return [
            (*map(values.get, named), is_expected)
            for values, is_expected in zip(each_values, expected, strict=True)
        ]

    telling = [name for name in _TELLING if len({values.get(name) for values in each_values}) > 1]
    for name in reversed(telling.copy()):
        less = [other for other in telling if other != name]
        if len(set(keys(less))) == len(set(keys(telling))):
            telling = less
    without = keys(name for name in telling if name != _VALUATION)
    return [
        _named(
            {
                name: in_sentence(values[name], labels, catalogue)
                for name in telling
                if name in values
                and (name != _VALUATION or without.count(key) > 1)
                and (values[name] != ALL_GOODS or len(telling) == 1)
            },
            labels.title(EXPECTED).value if is_expected and len(set(expected)) > 1 else "",
            catalogue,
        )
        for values, key, is_expected in zip(each_values, without, expected, strict=True)
    ]


def _named(names: dict[str, str], status: str, catalogue: Catalogue) -> str:
    """Write the names of some dimensions as one name: "exports of China, FOB"."""
    if "flow" in names and "reporter" in names:
        trade = catalogue.gettext(
            "%(flow)s of %(reporter)s", flow=names["flow"], reporter=names["reporter"]
        )
        names = {"flow": trade, **{n: text for n, text in names.items() if n not in _TRADE}}
    return catalogue.gettext(", ").join(filter(None, (*names.values(), status)))


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
    twins = Counter((_without_valuation(values), expected) for values, expected in alike)
    found = [
        Series(
            values,
            tuple(sorted(claims, key=lambda claim: (order[claim.figure.cell.period], claim.iri))),
            claims[0].figure.unit,
            None if is_expectation else slices.get(values),
            twins[_without_valuation(values), is_expectation] > 1,
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


def _without_valuation(values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in values if name != _VALUATION)


def _rank(series: Series) -> tuple[bool, int, tuple[tuple[str, str], ...]]:
    return series.slice_ is None, -len(series.claims), series.dimensions
