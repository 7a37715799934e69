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
from apecgraph.rdf.namespaces import BASE, DCAT, ID, QB, RDF, SCHEMA
from apecgraph.readers.claims import FigureClaim, read_claim
from apecgraph.text.catalogues import Catalogue, gettext_noop
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

_TOTAL: Final = f"{ID}flow/total"
_WORLD: Final = f"{ID}group/world"
_ALL_GOODS: Final = f"{ID}coverage/all-goods"
_UNREMARKABLE: Final = (_TOTAL, _ALL_GOODS)
"""The values that a name leaves out: the whole is meant if no part is named."""


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


def measured(values: Mapping[str, str], labels: Labels, catalogue: Catalogue) -> str:
    """Write what figures measure, without their unit and their time.

    Args:
        values: The value (an IRI) of each dimension that they share, by the names of
            `SERIES_DIMENSIONS`.
        labels: Names the values.
        catalogue: The language to write in.

    Returns:
        The words, such as "exports of China to Viet Nam"; a list of names if the language has no
        words for the measure.
    """
    names = {name: in_sentence(value, labels, catalogue) for name, value in values.items()}
    sentence = _sentence(values, names, catalogue)
    if sentence is None:
        order = ("subject", "measure", "flow", "reporter", "counterpart", "coverage")
        listed = [
            names[name] for name in order if name in names and values[name] not in _UNREMARKABLE
        ]
        return catalogue.gettext(", ").join(listed)
    if values.get("coverage", _ALL_GOODS) == _ALL_GOODS:
        return sentence
    return catalogue.gettext("%(trade)s: %(goods)s", trade=sentence, goods=names["coverage"])


def in_sentence(iri: str, labels: Labels, catalogue: Catalogue) -> str:
    """Name a thing as a sentence does: "the world", not "world"."""
    return catalogue.gettext("the world") if iri == _WORLD else labels.title(iri).value


def dimensions_of(cells: Iterable[Cell]) -> dict[str, str]:
    """Return the dimensions of series that some cells have in common, keyed by their names."""
    common = set.intersection(*(set(cell.values()) for cell in cells))
    return dict(_dimensions(dict(common).get))


_SENTENCES: Final = {
    ("trade-value", "total"): gettext_noop("trade of %(reporter)s with %(counterpart)s"),
    ("trade-value", "exports"): gettext_noop("exports of %(reporter)s to %(counterpart)s"),
    ("trade-value", "imports"): gettext_noop("imports of %(reporter)s from %(counterpart)s"),
    ("trade-value", "balance"): gettext_noop("trade balance of %(reporter)s with %(counterpart)s"),
    ("trade-growth", "total"): gettext_noop(
        "growth of the trade of %(reporter)s with %(counterpart)s"
    ),
    ("trade-growth", "exports"): gettext_noop(
        "growth of the exports of %(reporter)s to %(counterpart)s"
    ),
    ("trade-growth", "imports"): gettext_noop(
        "growth of the imports of %(reporter)s from %(counterpart)s"
    ),
    ("trade-growth", "balance"): gettext_noop(
        "growth of the trade balance of %(reporter)s with %(counterpart)s"
    ),
    ("trade-share", "total"): gettext_noop("share of %(counterpart)s in the trade of %(reporter)s"),
    ("trade-share", "exports"): gettext_noop(
        "share of %(counterpart)s in the exports of %(reporter)s"
    ),
    ("trade-share", "imports"): gettext_noop(
        "share of %(counterpart)s in the imports of %(reporter)s"
    ),
}
"""What a measure of trade says of an economy and its partner, by the flow."""


def _sentence(
    values: Mapping[str, str], names: Mapping[str, str], catalogue: Catalogue
) -> str | None:
    """Write who trades with whom; None if the language has no sentence for the measure."""
    if "subject" in names:
        return catalogue.gettext("%(subject)s: %(measure)s", **_chosen(names, "subject", "measure"))
    if not {"measure", "reporter", "counterpart"} <= names.keys():
        return None
    kind = local_name(values["measure"]), local_name(values.get("flow", _TOTAL))
    if kind not in _SENTENCES:
        return None
    return catalogue.gettext(_SENTENCES[kind], **_chosen(names, "reporter", "counterpart"))


def _chosen(names: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: names[key] for key in keys}


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
                and (values[name] != _ALL_GOODS or len(telling) == 1)
            },
            labels.title(EXPECTED).value if is_expected and len(set(expected)) > 1 else "",
            catalogue,
        )
        for values, key, is_expected in zip(each_values, without, expected, strict=True)
    ]


def _named(names: dict[str, str], status: str, catalogue: Catalogue) -> str:
    """Write the names of some dimensions as one name: "exports of China, FOB"."""
    if "flow" in names and "reporter" in names:
        trade = catalogue.gettext("%(flow)s of %(reporter)s", **_chosen(names, "flow", "reporter"))
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
