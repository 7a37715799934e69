"""Wording: claims, cells, estimates and contradictions in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.cells import TOTAL, Estimate, Reading
from apecgraph.consistency.contradictions import Contradiction, Discrepancy
from apecgraph.content.cube import Cell, dimensions
from apecgraph.content.figures import Figure
from apecgraph.content.statements import Statement
from apecgraph.intervals import Interval
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.labels import Labels
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS
from apecgraph.rdf.terms import Term
from apecgraph.text.catalogues import ENGLISH, Catalogue
from apecgraph.text.dates import DATE_DATATYPES, spelled_day, spelled_period
from apecgraph.text.measured import TRADE, trade
from apecgraph.text.numbers import Numerals, rounded, spelled

_DIMENSIONS: Final = dimensions(
    "measure", "reporter", "flow", "subject", without=("base_period", "currency", "valuation")
)
"""The dimensions that name a cell, in the order in which they are written."""

_DIGITS: Final = 6  # significant digits of an end of an interval
_RATIO_DIGITS: Final = 2
_MULTIPLE: Final = 2  # the ratio from which "times" is clearer than "no number fits both"


class Wording:
    """Describes figures and estimates in words; the names of things come from the data.

    Args:
        graph: The dataset that has the names.
        catalogue: The language to write in.
        labels: Names things in this language; None to take their labels.
    """

    def __init__(
        self, graph: Graph, catalogue: Catalogue = ENGLISH, labels: Labels | None = None
    ) -> None:
        self._graph = graph
        self._catalogue = catalogue
        self._labels = labels or Labels(graph, catalogue.tag)
        self._numerals = Numerals(graph, catalogue)
        self.gettext = catalogue.gettext

    def listed(self, words: Iterable[str]) -> str:
        """Write words as a list without a conjunction: "China, Peru"."""
        return self.gettext(", ").join(words)

    def cell(self, cell: Cell) -> str:
        """Write what a cell measures: "trade of China with other APEC economies, 2025"."""
        return self.common([cell])

    def common(self, cells: Collection[Cell], without: Collection[str] = ()) -> str:
        """Write what some cells have in common; totals and wholes are left out.

        Args:
            cells: The cells.
            without: Fields to leave out because the context already names their values.

        Returns:
            Who trades with whom if all values that say so are common, and the other common values
            of the dimensions, separated by commas.
        """
        values = {
            field: shared
            for field in _DIMENSIONS
            if field not in without
            for shared in (_shared(cells, field),)
            if shared
        }
        sentence = trade(values, self._labels, self._catalogue)
        words = [
            self.name(iri)
            for field, iri in values.items()
            if not self._is_whole(iri) and not (sentence and field in TRADE)
        ]
        bases = {self._basis(cell) for cell in cells}
        basis = bases.pop() if len(bases) == 1 else ""
        return self.listed(filter(None, (sentence, *words, basis)))

    def apart(self, cell: Cell, cells: Collection[Cell]) -> str:
        """Write how a cell differs from some others: "exports", "2024"."""
        fields = (field for field in _DIMENSIONS if len(_values(cells, field)) > 1)
        values = (getattr(cell, field) for field in fields)
        return self.gettext(", ").join(self.name(value) for value in values if value)

    def claim(self, claim: Figure | Statement) -> str:
        """Write what a claim says, independently of the language of its source.

        For example, "trade of China with the world, 2025: 45.47 trillion yuan" or
        "Guangzhou – in – China".
        """
        if isinstance(claim, Figure):
            cell, value = self.cell(claim.cell), self._value(claim)
            return self.gettext("%(cell)s: %(value)s", cell=cell, value=value)
        return self.statement(claim.triple)

    def statement(self, triple: ox.Triple) -> str:
        """Write what a triple states: "Guangzhou – in – China"."""
        return " – ".join(map(self._term, (triple.subject, triple.predicate, triple.object)))

    def contradiction(self, contradiction: Contradiction) -> str:
        """Explain why claims contradict each other, in one sentence without a full stop."""
        reason = contradiction.reason
        if not isinstance(reason, Discrepancy):
            return reason(self)
        estimates = [
            (self.estimate(estimate, reason.cell), estimate.interval)
            for estimate in (reason.one, reason.other)
        ]
        meanings = self.meanings(reason.cell, estimates)
        return self.gettext(
            "%(meanings)s; they cannot both be true: %(gap)s",
            meanings=meanings,
            gap=self.gap(reason.ratio),
        )

    def meanings(self, cell: Cell, estimates: Iterable[tuple[str, Interval]]) -> str:
        """Write what estimates of a cell mean.

        Example: "economic output, Peru, 2025: nearly 60 (SEETAO) means 54 to under 60; ...".

        Args:
            cell: The cell.
            estimates: The derivation in words and the interval of each estimate.

        Returns:
            The text.
        """
        meanings = (
            self.gettext(
                "%(words)s means %(interval)s",
                words=words,
                interval=self.meaning(interval, cell.unit(self._graph)),
            )
            for words, interval in estimates
        )
        return self.gettext(
            "%(cell)s: %(value)s", cell=self.cell(cell), value=self.gettext("; ").join(meanings)
        )

    def discrepancy(self, discrepancy: Discrepancy) -> str:
        """Write of what two estimates differ, and how far: "exports, 2025: one is 10 times ..."."""
        return self.gettext(
            "%(cell)s: %(value)s",
            cell=self.cell(discrepancy.cell),
            value=self.gap(discrepancy.ratio),
        )

    def gap(self, ratio: Decimal | None) -> str:
        """Describe the distance between two estimates: "one is 10 times the other".

        Args:
            ratio: The higher estimate divided by the lower one, or None if it is unknown.

        Returns:
            The text.
        """
        if ratio is None or ratio < _MULTIPLE:
            return self.gettext("no number fits both")
        times = spelled(rounded(ratio, _RATIO_DIGITS), self._catalogue)
        return self.gettext("one is %(number)s times the other", number=times)

    def estimate(self, estimate: Estimate, cell: Cell) -> str:
        """Explain how an estimate of a cell was derived.

        Inputs from other cells are labelled with the dimensions in which they differ.
        """
        derivation = estimate.derivation
        if derivation is None:
            return self.listed([self._reading(reading, cell) for reading in estimate.readings])
        inputs = [self.estimate(each, cell) for each in estimate.inputs]
        factors = derivation.factors or Interval()
        return self.gettext(derivation.message).format(
            *inputs, all=self.listed(inputs), low=factors.lower, high=factors.upper
        )

    def meaning(self, interval: Interval, unit: str | None) -> str:
        """Write an interval, with its ends rounded to a few digits."""
        low, high = (
            None if end is None else rounded(end, _DIGITS)
            for end in (interval.lower, interval.upper)
        )
        return self._numerals.interval(replace(interval, lower=low, upper=high), unit)

    def figure(self, figure: Figure) -> str:
        """Write what one figure says, and who prints it."""
        return self.figures([figure])

    def figures(self, figures: Sequence[Figure]) -> str:
        """Write what figures with the same value say, and who prints them."""
        sources = [figure.source for figure in figures]
        return self.gettext(
            "%(value)s (%(sources)s)",
            value=self._value(figures[0]),
            sources=self.witnesses(sources),
        )

    def publisher(self, source: str) -> str:
        """Name the publisher of a source, or the source if its publisher is not known."""
        described = self._graph.named_graph(source)
        return self.name(described.value(source, f"{DCTERMS}publisher") or source)

    def witnesses(self, sources: Collection[str]) -> str:
        """Write the shortest name of the witnesses among some sources, and count the others.

        All sources of one origin are one witness. It is named by the publisher of these sources,
        or by its own name if they have several publishers.
        """
        publishers: defaultdict[str, set[str]] = defaultdict(set)
        for source in sources:
            first = self._graph.named_graph(source).value(source, f"{APEC}origin") or source
            publishers[first].add(self.publisher(source))
        names = [
            next(iter(names)) if len(names) == 1 else self.name(first)
            for first, names in publishers.items()
        ]
        name = min(names, key=lambda name: (len(name), name))
        others = len(names) - 1
        if others:
            return self._catalogue.ngettext(
                "%(name)s and %(num)s other", "%(name)s and %(num)s others", others, name=name
            )
        times = len(sources)
        match times:
            case 1:
                return name
            case 2:
                return self.gettext("%(name)s, twice", name=name)
            case _:
                return self.gettext("%(name)s, %(num)s times", name=name, num=times)

    def name(self, iri: str) -> str:
        """Name a thing; a period without a name in the language is named by its days."""
        label = self._labels.title(iri)
        if label.language in (None, self._catalogue.tag):
            return label.value
        return self.period(iri) or label.value

    def period(self, iri: str) -> str:
        """Name a period by its first and its last day; return "" for anything else."""
        first, last = (self._graph.value(iri, f"{DCAT}{end}Date") for end in ("start", "end"))
        return spelled_period(first, last, self._catalogue) if first and last else ""

    def _basis(self, cell: Cell) -> str:
        """Write the currency of a rate of growth, which its unit does not name: "in yuan"."""
        unit = cell.unit(self._graph)
        return "" if unit == cell.currency else self._numerals.basis(None, cell.currency)

    def _value(self, item: Figure | Reading) -> str:
        return self._numerals.figure(
            item.value, item.interval, item.cell.unit(self._graph), item.bound
        )

    def _term(self, term: Term) -> str:
        match term:
            case ox.NamedNode():
                return self.name(term.value)
            case ox.Literal():
                is_date = term.datatype.value in DATE_DATATYPES
                return spelled_day(term.value, self._catalogue) if is_date else term.value
            case _:
                return "?"

    def _reading(self, reading: Reading, cell: Cell) -> str:
        difference = self.apart(reading.cell, (reading.cell, cell))
        witnesses = self.witnesses(reading.sources)
        sources = self.gettext("; ").join(filter(None, (difference, witnesses)))
        return self.gettext("%(value)s (%(sources)s)", value=self._value(reading), sources=sources)

    def _is_whole(self, iri: str) -> bool:
        """Return whether an IRI names a total or a whole, such as all goods."""
        return iri == TOTAL or self._graph.has(None, f"{APEC}whole", iri)


def _values(cells: Collection[Cell], field: str) -> set[str | None]:
    return {getattr(cell, field) for cell in cells}


def _shared(cells: Collection[Cell], field: str) -> str | None:
    """Return the value that a field has in all cells, or None."""
    values = _values(cells, field)
    return values.pop() if len(values) == 1 else None
