"""The check of content in which one figure is replaced, without computing the rest again.

An edit rule compares cells that agree in all dimensions but some. If a figure is replaced, only the
cells that agree with the old or the new one in the other dimensions have to be compared again.
The outcome is that of the full check; `tests/consistency/test_planted.py` compares the two. Only
what decisions saw (`apec:saw`) is left out: an editor enters a figure before a decision records it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import Final, TypeAlias

import pyoxigraph as ox

from apecgraph.consistency.cell_edit_rules import CELL_EDIT_RULES, SUMS
from apecgraph.consistency.cells import Cells, Estimate
from apecgraph.consistency.claim_edit_rules import CLAIM_EDIT_RULES
from apecgraph.consistency.contradictions import Contradiction, discrepancies
from apecgraph.consistency.estimates import implied_estimates
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.printed_edit_rule import entered, misread
from apecgraph.content.cube import DIMENSIONS, UNIT, Cell
from apecgraph.content.defaults import DEFAULTED, with_defaults
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure, read_figure
from apecgraph.content.folder import DERIVED_PROPERTIES
from apecgraph.rdf.graph import Graph, RememberingGraph
from apecgraph.rdf.namespaces import APEC, DCAT, DCTERMS, ID, PREFIXES, SH
from apecgraph.text.printed_words import PrintedWords
from benchmarks.slips import Entry

_RULE: Final = f"{ID}relation/"
_ACROSS: Final = {
    "sum-of-periods": ("period",),
    "sum-of-group": ("reporter", "counterpart", "subject"),
    "part-of-group": ("reporter", "counterpart", "subject"),
    "part-of-coverage": ("coverage",),
    "sum-of-parts": ("reporter", "counterpart", "subject"),
    "mirror": ("reporter", "counterpart", "flow", "valuation", "currency"),
    "share-of-whole": ("measure", "counterpart", "coverage", "subject", "currency"),
    "growth-of-value": ("measure", "period", "base_period"),
    "exports-and-imports": ("flow", "valuation"),
    "part-of-whole": ("counterpart", "coverage"),
    "part-of-flow": ("flow", "valuation"),
    "part-of-period": ("period",),
    "steady-pace": ("measure", "period", "base_period"),
    "steady-share": ("period",),
    "percentage": (),
    "not-negative": (),
    "greatest-fall": (),
    "near-bound": (),
    "currency-pair": tuple(name for name in DIMENSIONS if name != "period"),
    "share-of-world-trade": tuple(name for name in DIMENSIONS if name != "period"),
    "exchange-rate": tuple(name for name in DIMENSIONS if name != "period"),
}
"""The dimensions in which the cells differ that an edit rule compares: all, if it is not listed."""

_AS_PRINTED: Final = f"{_RULE}as-printed"
_SUM_OF_PERIODS: Final = f"{_RULE}sum-of-periods"
_UNIQUE_CELL: Final = f"{ID}shape/figure-unique-cell"
_STATED_IN: Final = f"{APEC}statedIn"
_OF_STATEMENTS: Final = frozenset(
    f"{_RULE}{name}" for name in ("one-code", "one-holder", "one-value", "same-list")
)
"""Edit rules that compare no figures."""

_Key: TypeAlias = tuple[str | None, ...]
_Group: TypeAlias = tuple[str, _Key]
"""An edit rule, and what the cells have in common that it compares."""


@dataclass(frozen=True)
class Outcome:
    """What the check finds about a figure that replaces another one.

    Attributes:
        figure: The figure; None if its entry cannot be read.
        refused: Whether a shape refuses the figure.
        compared: The estimates of the cells for which the figure implies an estimate, without those
            that rest on rejected figures.
        contradicts: Whether it contradicts other claims, and no decision settles that.
        differs: Whether it differs from its printed words.
    """

    figure: Figure | None
    refused: bool
    compared: dict[Cell, list[Estimate]]
    contradicts: bool
    differs: bool

    @property
    def misread_is_caught(self) -> bool:
        """Whether the check notices the entry if the printed words are changed along with it."""
        return self.refused or self.contradicts

    @property
    def mistyped_is_caught(self) -> bool:
        """Whether the check detects the entry by comparing it with the printed words."""
        return self.misread_is_caught or self.differs


class Replacements:
    """Checks the evidence with one figure replaced.

    Args:
        evidence: The evidence. It is changed while a replacement is checked, and put back.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.graph = RememberingGraph(evidence.graph.store)
        self._words = PrintedWords(evidence.graph)
        self._keys = {iri: _key_of(iri) for iri in (*SUMS, *CELL_EDIT_RULES)}
        self._constraints = [
            evidence.graph.required_value(each, f"{SH}select")
            for each in evidence.graph.iris(f"{ID}shape/figure", f"{SH}sparql")
            if each != _UNIQUE_CELL
        ]
        self._figures: defaultdict[Cell, list[Figure]] = defaultdict(list)
        self._outcomes: defaultdict[Cell, list[Figure]] = defaultdict(list)
        self._equal: defaultdict[Decimal, list[Figure]] = defaultdict(list)
        for figure in evidence.figures:
            self._figures[figure.cell].append(figure)
            self._equal[figure.value].append(figure)
        for figure in evidence.compared.outcomes:
            self._outcomes[figure.cell].append(figure)
        self._with_subject = [each for each in evidence.figures if each.cell.subject]
        cells = Cells(evidence.compared.outcomes, self.graph)
        self._order = {cell: (0, *_order(self._outcomes[cell])) for cell in cells.known}
        self._readings = {cell: tuple(known) for cell, known in cells.known.items()}
        self._bases = _bases(self._readings)
        self._sums: defaultdict[Cell, list[tuple[_Group, Estimate]]] = defaultdict(list)
        self._implied: defaultdict[Cell, list[tuple[_Group, Estimate]]] = defaultdict(list)
        self._members: defaultdict[_Group, list[Cell]] = defaultdict(list)
        self._targets: defaultdict[_Group, list[Cell]] = defaultdict(list)
        for iri in (*SUMS, *CELL_EDIT_RULES):
            grouped: defaultdict[_Key, list[Cell]] = defaultdict(list)
            for cell in cells.known:
                grouped[self._keys[iri](cell)].append(cell)
            for key, members in grouped.items():
                group = iri, key
                self._members[group] = members
                known = {each: cells.known[each] for each in members}
                for cell, estimate in self._apply(iri, known, self._bases):
                    (self._sums if iri in SUMS else self._implied)[cell].append((group, estimate))
                    self._targets[group].append(cell)
            if iri in SUMS:
                for cell, estimates in self._sums.items():
                    cells.known[cell] += [each for (rule, _), each in estimates if rule == iri]

    def entry(self, figure: Figure) -> Entry:
        """Return what the editor entered for a figure, without what the build derives."""
        derived = DERIVED_PROPERTIES | {
            name
            for name in DEFAULTED
            if _default(name, figure, self.graph) == dict(figure.cell.values()).get(name)
        }
        return {name: each for name, each in self._all(figure).items() if name not in derived}

    def _all(self, figure: Figure) -> Entry:
        quads = self.evidence.graph.named_graph(figure.source).quads(figure.iri)
        return {quad.predicate.value: quad.object for quad in quads}

    def replaced(self, original: Figure, entry: Entry) -> Outcome:
        """Check the evidence with another entry for a figure.

        Args:
            original: The figure.
            entry: The entry in its place.

        Returns:
            What the check finds.
        """
        graph, before = self.evidence.graph, self._all(original)
        entry = {**entry, _STATED_IN: before[_STATED_IN]}
        self._put(original, before, entry)
        try:
            changed = read_figure(graph, original.iri, original.source)
            if changed is None:
                return Outcome(None, True, {}, False, False)
            compared = {} if changed.is_expectation else self._compared(original, changed)
            claims = self._claim_contradictions(original, changed)
            involved = (
                each for each in (*discrepancies(compared), *claims) if changed.iri in each.claims
            )
            return Outcome(
                changed,
                self._is_refused(original, changed),
                compared,
                any(Findings.of(self.evidence, [each]).unsettled for each in involved),
                self._differs(changed),
            )
        finally:
            self._put(original, entry, before)

    def _put(self, figure: Figure, old: Entry, new: Entry) -> None:
        store, (node, name) = (
            self.evidence.graph.store,
            map(ox.NamedNode, (figure.iri, figure.source)),
        )
        for entry, change in ((old, store.remove), (new, store.add)):
            for property_, value in entry.items():
                if old.get(property_) != new.get(property_):
                    change(ox.Quad(node, ox.NamedNode(property_), value, name))

    def _is_refused(self, original: Figure, changed: Figure) -> bool:
        """Whether a constraint in SPARQL of <shape/figure> refuses a figure."""
        if any(
            each.source == changed.source and each is not original
            for each in self._figures.get(changed.cell, ())
        ):
            return True  # figure-unique-cell
        return any(self._violates(changed, constraint) for constraint in self._constraints)

    def _violates(self, figure: Figure, constraint: str) -> bool:
        found = self.evidence.graph.store.query(
            constraint,
            prefixes=PREFIXES,
            use_default_graph_as_union=True,
            substitutions={ox.Variable("this"): ox.NamedNode(figure.iri)},
        )
        assert isinstance(found, ox.QuerySolutions)  # the constraint has SELECT
        return next(found, None) is not None

    def _differs(self, changed: Figure) -> bool:
        if changed.printed is None:
            return False
        printed = self._words.read(changed.printed.value, changed.printed.language)
        return any(misread(printed, entered(self.evidence, changed)))

    def _claim_contradictions(self, original: Figure, changed: Figure) -> Iterator[Contradiction]:
        """Apply the edit rules between claims to those that may be compared with the figure."""
        near = {
            each.iri: each
            for each in (
                *self._equal.get(changed.value, ()),
                *(self._with_subject if changed.cell.subject else ()),
            )
        }
        near[original.iri] = changed
        evidence = replace(self.evidence, figures=tuple(near.values()))
        for iri, rule in CLAIM_EDIT_RULES.items():
            if iri != _AS_PRINTED and iri not in _OF_STATEMENTS:
                compares = self.graph.values(iri, f"{DCTERMS}subject")
                for claims, reason in rule(evidence.compared, compares):
                    readings = frozenset(frozenset([claim]) for claim in claims)
                    yield Contradiction(frozenset([iri]), readings, reason)

    def _compared(self, original: Figure, changed: Figure) -> dict[Cell, list[Estimate]]:
        """Return the estimates of the cells for which the changed figure implies an estimate.

        Those that rest on rejected figures are left out: a decision settles what they contradict.
        """
        readings, order = dict(self._readings), dict(self._order)
        for cell in (original.cell, changed.cell):
            figures = [each for each in self._outcomes.get(cell, ()) if each is not original]
            figures += [changed] if cell == changed.cell else []
            figures.sort(key=lambda each: (each.source, each.iri))
            readings[cell] = tuple(Cells(figures, self.graph).known[cell])
            order[cell] = (0, *_order(figures))
        moved = {original.cell, changed.cell}
        bases = _bases(readings) if any(cell.base_period for cell in moved) else self._bases
        sums: dict[Cell, list[tuple[_Group, Estimate]]] = {}
        implied: defaultdict[Cell, list[Estimate]] = defaultdict(list)
        again: set[_Group] = set()

        def known(cell: Cell, rules: Collection[str] = SUMS) -> list[Estimate]:
            added = sums.get(cell, self._sums.get(cell, ()))
            return [*readings.get(cell, ()), *(each for (rule, _), each in added if rule in rules)]

        for iri in (*SUMS, *CELL_EDIT_RULES):
            earlier = _earlier_sums(iri)
            groups = {(iri, self._keys[iri](cell)) for cell in moved}
            if iri == _SUM_OF_PERIODS:
                groups |= self._beginning_with(bases.keys() ^ self._bases.keys())
            for group in groups:
                again.add(group)
                members = {
                    *self._members.get(group, ()),
                    *(cell for cell in moved if self._keys[iri](cell) == group[1]),
                }
                inputs = {
                    cell: estimates
                    for cell in sorted(members, key=lambda each: order.get(each, (1,)))
                    if (estimates := known(cell, earlier))
                }
                outcome = self._apply(iri, inputs, bases)
                if iri in SUMS:
                    for cell in {*self._targets.get(group, ()), *(each for each, _ in outcome)}:
                        before = sums.get(cell, self._sums.get(cell, []))
                        after = [each for each in before if each[0] != group]
                        after += [(group, each) for target, each in outcome if target == cell]
                        if after != before:
                            sums[cell] = after
                            moved.add(cell)
                else:
                    for cell, estimate in outcome:
                        implied[cell].append(estimate)
        touched = {changed.cell} | {
            cell
            for cell, estimates in (*implied.items(), *((cell, known(cell)) for cell in moved))
            if any(
                changed.iri in reading.figures for each in estimates for reading in each.readings
            )
        }
        return {
            cell: [
                each
                for each in (
                    *known(cell),
                    *(each for group, each in self._implied.get(cell, ()) if group not in again),
                    *implied[cell],
                )
                if all(reading.figures - self.evidence.rejected for reading in each.readings)
            ]
            for cell in touched
        }

    def _beginning_with(self, wholes: Collection[str]) -> set[_Group]:
        """Return the groups of `sum_of_periods` that may have the first part of some periods."""
        return {
            group
            for whole in wholes
            for group, members in self._members.items()
            if group[0] == _SUM_OF_PERIODS
            and any(
                cell.period != whole and self._start(cell.period) == self._start(whole)
                for cell in members
            )
        }

    def _start(self, period: str) -> str | None:
        """Return the first day of a period."""
        return self.graph.value(period, f"{DCAT}startDate")

    def _apply(
        self, iri: str, known: dict[Cell, list[Estimate]], bases: Mapping[str, Cell]
    ) -> list[tuple[Cell, Estimate]]:
        """Apply an edit rule to some cells only."""
        cells = Cells((), self.graph)
        cells.known.update(known)
        if iri == _SUM_OF_PERIODS:  # it also adds up the values of these periods
            cells.known.update((cell, []) for cell in bases.values())
        rule = SUMS.get(iri) or CELL_EDIT_RULES[iri]
        return list(implied_estimates(rule(cells, iri), iri))


def _bases(readings: Mapping[Cell, Collection[Estimate]]) -> dict[str, Cell]:
    """Return the base periods of all rates of growth, each with the cell of one rate."""
    return {
        cell.base_period: cell for cell, known in readings.items() if known and cell.base_period
    }


def _default(name: str, figure: Figure, graph: Graph) -> str | None:
    """Return the default of a dimension for a figure."""
    stated = {each: value for each, value in figure.cell.values() if each != name}
    return with_defaults({**stated, UNIT: figure.unit}, graph).get(name)


def _key_of(iri: str) -> Callable[[Cell], _Key]:
    across = _ACROSS.get(iri.removeprefix(_RULE), tuple(DIMENSIONS))
    same = [name for name in DIMENSIONS if name not in across]
    return lambda cell: tuple(getattr(cell, name) for name in same)


def _earlier_sums(iri: str) -> list[str]:
    """Return the edit rules whose estimates an edit rule treats as readings."""
    return list(takewhile(lambda each: each != iri, SUMS))


def _order(figures: list[Figure]) -> tuple[str, ...]:
    return (figures[0].source, figures[0].iri) if figures else ()
