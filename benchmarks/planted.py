"""Plant errors in the real figures, one by one, and count how many the check catches.

`scripts/plant` writes the table to docs/measurements/check.md; the tests run a sample of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox

from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import Content, default_content
from apecgraph.rdf.namespaces import DCAT, ID

MEASURE = f"{ID}measure/"
UNIT = f"{ID}unit/"
FLOW = f"{ID}flow/"


def scaled(factor: str) -> Callable[[Figure, Evidence], Figure | None]:
    """Return an error that multiplies a figure by a factor."""

    def mutate(figure: Figure, evidence: Evidence) -> Figure | None:
        number = Decimal(factor)
        return replace(figure, value=figure.value * number, interval=figure.interval.scaled(number))

    return mutate


def moved(field: str, **swaps: str) -> Callable[[Figure, Evidence], Figure | None]:
    """Put a figure into another cell, by swapping the value of one dimension."""
    space = {"currency": UNIT, "flow": FLOW}[field]

    def mutate(figure: Figure, evidence: Evidence) -> Figure | None:
        name = (getattr(figure.cell, field) or "").removeprefix(space)
        other = swaps.get(name)
        if field == "currency" and figure.unit != figure.cell.currency:
            return None  # a rate of growth is not money
        cell = replace(figure.cell, **{field: f"{space}{other}"})
        return replace(figure, cell=cell) if other else None

    return mutate


def a_year_earlier(figure: Figure, evidence: Evidence) -> Figure | None:
    """Shift the period by a year; return None if that period is not described."""
    graph = evidence.graph
    ends = [graph.value(figure.cell.period, f"{DCAT}{end}Date") for end in ("start", "end")]
    if None in ends:
        return None
    wanted = [f"{int(end[:4]) - 1}{end[4:]}" for end in ends if end]
    start = ox.NamedNode(f"{DCAT}startDate")
    periods = {str(quad.subject) for quad in graph.store.quads_for_pattern(None, start, None)}
    for period in sorted(name.strip("<>") for name in periods):
        if [graph.value(period, f"{DCAT}{end}Date") for end in ("start", "end")] == wanted:
            return replace(figure, cell=replace(figure.cell, period=period))
    return None


def sign(figure: Figure, evidence: Evidence) -> Figure | None:
    """Return a growth figure with the opposite sign; None if the figure is no growth, or zero."""
    if "trade-growth" not in figure.cell.measure or figure.value == 0:
        return None
    return replace(figure, value=-figure.value, interval=-figure.interval)


KINDS: dict[str, Callable[[Figure, Evidence], Figure | None]] = {
    "ten times": scaled("10"),
    "a tenth": scaled("0.1"),
    "a thousand times (billion as trillion, million as billion)": scaled("1000"),
    "a thousandth (trillion as billion, billion as million)": scaled("0.001"),
    "a millionth (trillion as million)": scaled("0.000001"),
    "yuan as dollars, dollars as yuan": moved("currency", CNY="USD", USD="CNY"),
    "period a year earlier": a_year_earlier,
    "exports as imports, imports as exports": moved("flow", exports="imports", imports="exports"),
    "sign of growth": sign,
}
FACTORS = tuple(KINDS)[:5]


@dataclass(frozen=True)
class Planted:
    """An error of some kind in a figure; caught: whether the check notices it."""

    kind: str
    figure: Figure
    caught: bool


def plant(evidence: Evidence, *, every: int = 1) -> Iterator[Planted]:
    """Plant each kind of error in every n-th figure that stands."""
    standing = [figure for figure in evidence.figures if figure.iri not in evidence.rejected]
    for figure in standing[::every]:
        for kind, mutate in KINDS.items():
            applies = kind not in FACTORS or figure.value != 0
            mutated = mutate(figure, evidence) if applies else None
            if mutated is not None:
                yield Planted(kind, figure, noticed(evidence, figure, mutated))


def noticed(evidence: Evidence, figure: Figure, mutated: Figure) -> bool:
    """Return whether the check fails with one figure in the place of another."""
    others = [other for other in evidence.figures if other is not figure]
    if any((other.cell, other.source) == (mutated.cell, mutated.source) for other in others):
        return True  # a source states a cell once (shape/figure-unique-cell)
    edited = replace(evidence, figures=(*others, mutated))
    return any(mutated.iri in contradiction.claims for contradiction in Findings(edited).unsettled)


def share(planted: list[Planted]) -> str:
    """Write how many of the planted errors were caught."""
    caught = sum(error.caught for error in planted)
    return f"{caught} of {len(planted)} ({100 * caught / len(planted):.1f} %)" if planted else "-"


def main() -> None:
    """Plant every kind of error in every figure and print the table as Markdown."""
    evidence = Evidence.gather(Content.read(default_content()))
    held = Findings(evidence).rules_by_figure
    planted = []
    total = len(evidence.figures) - len(
        [figure for figure in evidence.figures if figure.iri in evidence.rejected]
    )
    seen: set[str] = set()
    for error in plant(evidence):
        planted.append(error)
        if error.figure.iri not in seen and sys.stderr.isatty():
            seen.add(error.figure.iri)
            sys.stderr.write(f"\r{len(seen)} of {total} figures")
    values = [error for error in planted if error.figure.cell.measure == f"{MEASURE}trade-value"]
    print("# Planted errors\n")
    print("Written by `scripts/plant`: it plants each error in each accepted figure in turn, in a")
    print("copy of the content, and records whether the check catches it.\n")
    print("| error | figures that an edit rule covers | values of trade | all figures |")
    print("|---|---|---|---|")
    for kind in KINDS:
        of_kind = [error for error in planted if error.kind == kind]
        columns = (
            [error for error in of_kind if error.figure.iri in held],
            [error for error in values if error.kind == kind],
            of_kind,
        )
        print(f"| {kind} | {' | '.join(map(share, columns))} |")
    factors = [error for error in planted if error.kind in FACTORS]
    print(
        f"| **all factors together** | "
        f"{share([error for error in factors if error.figure.iri in held])} | "
        f"{share([error for error in values if error.kind in FACTORS])} | {share(factors)} |"
    )
    blind = sorted(
        {
            error.figure.iri.removeprefix(f"{ID}figure/")
            for error in planted
            if error.figure.iri not in held
        }
    )
    print(f"\nFalse alarms on the unchanged content: {false_alarms(evidence)}.\n")
    print("## Blind spots\n")
    print(f"{len(blind)} figures that no edit rule compares with another figure:\n")
    for name in blind:
        print(f"- `{name}`")


def false_alarms(evidence: Evidence) -> int:
    """Count the contradictions in the unchanged content that no decision settles."""
    return len(Findings(evidence).unsettled)


if __name__ == "__main__":
    main()
