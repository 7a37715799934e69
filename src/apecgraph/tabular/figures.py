"""The figures of a release, and selections of them, as rows of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import pyoxigraph as ox

from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, QB, RDF
from apecgraph.rdf.terms import Term, term_text
from apecgraph.tabular.codes import Codes
from apecgraph.tabular.columns import COLUMNS, FIGURE, Column

Row = dict[str, str]
"""The cells of a row as text, keyed by the names of their columns."""


@dataclass(frozen=True)
class Figures:
    """The figures of a release.

    Attributes:
        graph: The dataset of the release, which includes rejected figures.
    """

    graph: Graph

    @cached_property
    def codes(self) -> Codes:
        """The codes of the things that figures are about."""
        return Codes(self.graph)

    def table(self) -> FigureTable:
        """Make the table of all figures, one row per figure, in the order of their IRIs."""
        figures = self.graph.subjects(f"{RDF}type", f"{QB}Observation")
        return FigureTable(self, list(self._rows(figures)))

    def selected(self, figures: Iterable[str]) -> FigureTable:
        """Make the table of some figures, given by their IRIs, for one writer.

        Its rows are read while they are written, because all rows together need much memory.
        """
        return FigureTable(self, self._rows(figures))

    def _rows(self, figures: Iterable[str]) -> Iterator[Row]:
        reader = _Reader(self.graph)
        return map(reader.row, sorted(figures))


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table of figures.

    Attributes:
        source: The figures of the release from which it is made.
        rows: Its rows.
    """

    source: Figures
    rows: Iterable[Row]


class _Reader:
    """Reads rows; what it reads about things that many figures share is kept."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._labels = Labels(graph)
        self._label = cache(self._read_label)
        self._shared = cache(self._read_shared)

    def row(self, iri: str) -> Row:
        row = {FIGURE: iri}
        own = self._properties(iri)
        for column in COLUMNS:
            subject = row[column.of]
            if column.is_label:
                row[column.name] = self._label(subject)
            elif column.property is not None:
                is_own = column.of == FIGURE
                row[column.name] = _value(own, column) if is_own else self._shared(subject, column)
        printed = own.get(f"{APEC}printed", ())
        row["language"] = next(
            (text.language or "" for text in printed if isinstance(text, ox.Literal)), ""
        )
        row["decision"] = " ".join(map(term_text, own.get(f"{APEC}decision", ())))
        return row

    def _read_label(self, thing: str) -> str:
        label = self._labels.label(thing) if thing else None
        return "" if label is None else label.value

    def _read_shared(self, thing: str, column: Column) -> str:
        return _value(self._properties(thing), column) if thing else ""

    def _properties(self, thing: str) -> Mapping[str, Sequence[Term]]:
        """Return the distinct values of each property of a thing, sorted."""
        found: defaultdict[str, set[Term]] = defaultdict(set)
        for quad in self._graph.quads(thing):  # one search, since a figure has many properties
            found[quad.predicate.value].add(quad.object)
        return {name: sorted(values, key=str) for name, values in found.items()}


def _value(properties: Mapping[str, Sequence[Term]], column: Column) -> str:
    """Return the value of a thing in a column (an IRI or text), or an empty string."""
    kind = ox.NamedNode if column.is_thing else ox.Literal
    terms = properties.get(column.property or "", ())
    return next((term.value for term in terms if isinstance(term, kind)), "")
