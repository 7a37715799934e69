"""The entries of the search: decisions, series, entities, terms, cells and statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.cells import TOTAL
from apecgraph.content.cube import Cell
from apecgraph.content.folder import CELLS_GRAPH
from apecgraph.content.frequencies import ANNUAL, frequency
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import (
    APEC,
    BASE,
    DCTERMS,
    ID,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SD,
    SH,
    SKOS,
    compact,
)
from apecgraph.readers.claims import FigureClaim
from apecgraph.readers.selections import Selection
from apecgraph.readers.series import Series, when
from apecgraph.readers.sources import is_official
from apecgraph.search.entities import Entities, Entity
from apecgraph.text.folding import fold
from apecgraph.text.numbers import Numerals

QUESTIONS: Final = f"{SH}SPARQLExecutable"
"""The class of the competency questions."""

SERIES: Final = f"{QB}Slice"
"""The kind of series, whether the content names them or not."""

CELLS: Final = f"{APEC}Cell"
"""The kind of cells, each with all its figures."""

STATEMENTS: Final = f"{RDF}Statement"
"""The kind of statements."""

_FIGURES: Final = f"{QB}Observation"
_DECISION: Final = f"{APEC}Decision"
_SOURCE: Final = f"{APEC}Source"

_LEADING: Final = (
    _FIGURES,
    STATEMENTS,
    f"{RDF}Property",
    f"{RDFS}Class",
    f"{RDFS}Datatype",
    QUESTIONS,
)
"""Classes that make the other classes of a thing redundant."""

_DERIVED: Final = (f"{APEC}growthOf", f"{APEC}shareOf")
"""The properties of measures that compare values, which other measures measure."""

_PUBLISHER: Final = f"{DCTERMS}publisher"
_NAMED_PUBLISHER: Final = compact(_PUBLISHER)
_DESCRIPTIONS: Final = (f"{SKOS}definition", f"{SCHEMA}description", f"{RDFS}comment")


class Section(IntEnum):
    """The groups of entries, in the order in which a search lists them."""

    DECISION = 0
    SERIES = 1
    QUESTION = 2
    THING = 3
    SOURCE = 4
    TERM = 5
    CELL = 6
    STATEMENT = 7
    FIGURE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found.

    Attributes:
        iri: Its IRI; of a series without a name in the content, the address of its figures.
        name: Its label.
        section: The group that it belongs to.
        names: All its names, each as a pair of the folded and the written form.
        codes: Its identifiers, folded.
        kinds: The IRIs of its classes and code lists.
        texts: Its descriptions, and the words that sources print.
        words: All words with which a search finds the entry, folded.
        claims: The IRIs of the figures or of the statement that the entry stands for.
        rank: Sorts the entries of its section in the index, before their names.
    """

    iri: str
    name: ox.Literal
    section: Section
    names: tuple[tuple[str, ox.Literal], ...]
    codes: frozenset[str]
    kinds: tuple[str, ...]
    texts: tuple[ox.Literal, ...]
    words: str
    claims: tuple[str, ...] = ()
    rank: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """How figures and series are named in a language.

    Attributes:
        labels: Names the values of dimensions.
        numerals: Writes units.
    """

    labels: Labels
    numerals: Numerals

    def series(self, series: Series) -> ox.Literal:
        """Name a series."""
        return self._text(series.name(self.labels, self.numerals))

    def cell(self, series: ox.Literal, cell: Cell) -> ox.Literal:
        """Name a cell of a series."""
        period = self.labels.title(cell.period).value
        return self._text(self.numerals.catalogue.gettext(", ").join((series.value, period)))

    def _text(self, words: str) -> ox.Literal:
        return ox.Literal(words, language=self.labels.language)


class Entries:
    """Reads the entries of a release.

    Args:
        graph: The dataset of the release.
        entities: The entities of the same dataset.
        series: All its series of figures.
        others: How figures are named in further languages.
    """

    def __init__(
        self,
        graph: Graph,
        entities: Entities,
        series: Sequence[Series],
        others: Iterable[Naming] = (),
    ) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._namings = (Naming(self._labels, Numerals(graph)), *others)
        self._entities = entities
        self._series = series
        self._makers: dict[str, str] = {}
        self._official: dict[str, bool] = {}

    def read(self) -> Iterator[Entry]:
        """Read all entries, in no particular order."""
        for entity in self._entities.entities.values():
            yield self._entity(entity)
        yield from self._all_series()
        yield from self._cells()
        for iri in self._graph.subjects(f"{RDF}type", STATEMENTS):
            yield self._statement(iri)
        defined = self._graph.subjects(f"{RDFS}isDefinedBy")
        for iri in (*defined, *self._graph.subjects(f"{RDF}type", QUESTIONS)):
            name = self._labels.label(iri)
            if name is not None and iri.startswith(BASE):
                kinds = self._kinds(iri)
                section = Section.QUESTION if QUESTIONS in kinds else Section.TERM
                yield self._entry(
                    iri, name, section, [name], [compact(iri)], kinds, texts=self._described(iri)
                )

    def economies(self) -> list[Entity]:
        """Return the economies, whose everyday names stand for their names in searches."""
        return self._entities.of_types([compact(f"{APEC}Economy")])

    def _entity(self, entity: Entity) -> Entry:
        iri = ID + entity.id
        publishers = [
            self._labels.title(each.value).value
            for each in entity.facts.get(_NAMED_PUBLISHER, ())
            if isinstance(each, ox.NamedNode)
        ]
        name, kinds = self._labels.title(iri), self._kinds(iri)
        section = Section.SOURCE if _SOURCE in kinds else Section.THING
        texts = self._described(iri)
        if _DECISION in kinds:
            section = Section.DECISION
            texts += self._printed(
                each
                for property_ in ("upholds", "rejects", "alternative")
                for each in self._graph.iris(iri, f"{APEC}{property_}")
            )
        # Everyday names are among the spellings: they find an economy, but are not shown.
        return self._entry(
            iri,
            name,
            section,
            [name, *entity.names],
            entity.codes,
            kinds,
            texts=texts,
            more=[*publishers, *entity.spellings],
            spellings=entity.spellings,
        )

    def _all_series(self) -> Iterator[Entry]:
        alike: dict[str, list[Series]] = defaultdict(list)
        for series in self._series:
            address = f"{BASE}figures?{Selection.of(dict(series.dimensions)).parameters}"
            alike[address].append(series)
        for address, (first, *_) in alike.items():
            names = [each.series(first) for each in self._namings]
            # The slice of a named series has its name too, but the address shows the figures.
            codes = [] if first.slice_ is None else [first.slice_.removeprefix(ID)]
            rank = (*self._importance(first.claims), -len(first.claims))
            values = [
                naming.labels.title(value).value
                for naming in self._namings
                for _, value in first.dimensions
            ]
            yield self._entry(
                address, names[0], Section.SERIES, names, codes, (SERIES,), more=values, rank=rank
            )

    def _cells(self) -> Iterator[Entry]:
        cells = {
            figure: iri
            for iri in self._graph.subjects(f"{RDF}type", CELLS)
            for figure in self._graph.named_graph(CELLS_GRAPH).iris(iri, f"{QB}observation")
        }
        for series in self._series:
            names = [each.series(series) for each in self._namings]
            alike: dict[Cell, list[FigureClaim]] = defaultdict(list)
            for claim in series.claims:
                alike[claim.figure.cell].append(claim)
                yield self._figure(claim)
            for cell, claims in alike.items():
                yield self._cell(cell, claims, names, cells)

    def _cell(
        self,
        cell: Cell,
        claims: Sequence[FigureClaim],
        series: Sequence[ox.Literal],
        cells: dict[str, str],
    ) -> Entry:
        """Make the entry of a cell, which leads to its page, or to its only figure."""
        names = [
            naming.cell(name, cell) for naming, name in zip(self._namings, series, strict=True)
        ]
        first, last, _ = when(self._graph, cell.period)
        is_year = frequency(first, last) == ANNUAL
        latest = -int(first.replace("-", "") or 0)
        known = (cells[claim.iri] for claim in claims if claim.iri in cells)
        sources = dict.fromkeys(claim.source for claim in claims)
        texts = tuple(dict.fromkeys(claim.printed for claim in claims if claim.printed is not None))
        labels = (self._labels.title(claim.iri).value for claim in claims)  # they end in the values
        measures = (naming.labels.title(cell.measure).value for naming in self._namings)
        return self._entry(
            next(known, claims[0].iri),
            names[0],
            Section.CELL,
            names,
            (),
            (CELLS,),
            texts=texts,
            more=[*labels, *measures, *map(self._made_by, sources)],
            claims=[claim.iri for claim in claims],
            rank=(not is_year, *self._importance(claims), latest),
        )

    def _importance(self, claims: Sequence[FigureClaim]) -> tuple[int, ...]:
        """Return what sorts figures: values, totals and official statistics come first."""
        cell = claims[0].figure.cell
        return (
            any(self._graph.has(cell.measure, each) for each in _DERIVED),
            cell.flow not in (None, TOTAL),
            not any(self._is_official(claim.source) for claim in claims),
        )

    def _is_official(self, source: str) -> bool:
        if source not in self._official:
            self._official[source] = is_official(self._graph, source)
        return self._official[source]

    def _figure(self, claim: FigureClaim) -> Entry:
        """Make the entry of a figure, which only its identifiers find: words find its cell."""
        codes = (claim.identifier, compact(claim.iri), claim.iri.removeprefix(ID))
        folded = frozenset(filter(None, map(fold, codes)))
        name = self._labels.title(claim.iri)
        return Entry(claim.iri, name, Section.FIGURE, (), folded, (_FIGURES,), (), "", (claim.iri,))

    def _statement(self, iri: str) -> Entry:
        name = self._labels.title(iri)
        source = self._graph.required_value(iri, f"{APEC}statedIn")
        codes = [*self._graph.values(iri, f"{DCTERMS}identifier"), compact(iri)]
        return self._entry(
            iri,
            name,
            Section.STATEMENT,
            [name],
            codes,
            (STATEMENTS,),
            texts=self._printed([iri]),
            more=[self._made_by(source)],
            claims=[iri],
        )

    def _entry(
        self,
        iri: str,
        name: ox.Literal,
        section: Section,
        names: Iterable[ox.Literal],
        codes: Iterable[str],
        kinds: tuple[str, ...],
        *,
        texts: tuple[ox.Literal, ...] = (),
        more: Iterable[str] = (),
        spellings: Iterable[str] = (),
        claims: Iterable[str] = (),
        rank: tuple[int, ...] = (),
    ) -> Entry:
        written = tuple((fold(each.value), each) for each in dict.fromkeys(names))
        folded = frozenset(filter(None, (*map(fold, codes), *spellings)))
        words = dict.fromkeys(
            [
                *(each for each, _ in written),
                *sorted(folded),
                *map(fold, more),
                *(fold(each.value) for each in texts),
            ]
        )
        return Entry(
            iri, name, section, written, folded, kinds, texts, " ".join(words), tuple(claims), rank
        )

    def _described(self, iri: str) -> tuple[ox.Literal, ...]:
        """Return the descriptions of a thing that are not rejected."""
        standing = self._graph.default_graph
        values = (each for name in _DESCRIPTIONS for each in standing.objects(iri, name))
        return tuple(each for each in values if isinstance(each, ox.Literal))

    def _printed(self, claims: Iterable[str]) -> tuple[ox.Literal, ...]:
        """Return the words that sources print for some claims."""
        words = (each for iri in claims for each in self._graph.objects(iri, f"{APEC}printed"))
        return tuple(dict.fromkeys(each for each in words if isinstance(each, ox.Literal)))

    def _made_by(self, source: str) -> str:
        """Return the title of a source with the name of its publisher."""
        if source not in self._makers:
            publishers = self._graph.named_graph(source).iris(source, _PUBLISHER)
            self._makers[source] = " ".join(
                self._labels.title(each).value for each in (source, *publishers)
            )
        return self._makers[source]

    def _kinds(self, iri: str) -> tuple[str, ...]:
        """Return the informative classes of a thing, or the code lists of a concept."""
        classes = self._graph.iris(iri, f"{RDF}type")
        leading = [each for each in _LEADING if each in classes]
        if leading:
            return (leading[0],)
        lists = self._graph.iris(iri, f"{SKOS}inScheme")
        own = [each for each in classes if not each.startswith((SD, SKOS) if lists else SD)]
        return tuple(sorted({*lists, *own}, key=lambda each: (not each.startswith(BASE), each)))
