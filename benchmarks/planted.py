"""Plant slips in the real figures, one by one, and count how many the check catches.

`scripts/plant` writes the tables to docs/measurements/check.md; the tests run a sample of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import SOURCE_PREFIX, Content, default_content
from apecgraph.rdf.namespaces import ID
from benchmarks.printed import printed_report
from benchmarks.reentered import reenter
from benchmarks.replacement import Outcome, Replacements
from benchmarks.slips import DIGITS, FACTORS, SLIPS, TRADE_VALUE
from tests.support.contents import press_content

_HELD: Final = Path(__file__).with_name("held.txt")
_FIGURE: Final = f"{ID}figure/"
_PROCESSES: Final = 2
_INEQUALITIES: Final = frozenset(
    f"{ID}relation/{name}"
    for name in (
        "greatest-fall",
        "not-negative",
        "part-of-coverage",
        "part-of-flow",
        "part-of-group",
        "part-of-period",
        "part-of-whole",
        "percentage",
        "sum-of-parts",
    )
)
_WIDE: Final = _INEQUALITIES | {
    f"{ID}relation/{name}"
    for name in ("currency-pair", "mirror", "near-bound", "steady-pace", "steady-share")
}
_POINTS: Final = frozenset((f"{ID}bound/rounded", f"{ID}bound/exact"))
_MISSES: Final = (
    "no edit rule compares the figure with another one",
    "the figure is a bound, so its own interval is wide",
    "it is compared by inequalities only: a part is at most its whole",
    "it is compared by inequalities and wide bands only",
    "it is compared closely, but within the interval of the others",
)


_TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "factors": FACTORS,
    "digits": DIGITS,
    "year": ("period a year earlier", "period a year later"),
    "partner": ("APEC for another partner", "world for APEC", "APEC for the world"),
    "total as exports": ("total as exports",),
}
"""The kinds of slips whose misses are listed, by topic."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A slip of some kind in a figure.

    Attributes:
        kind: The kind of slip.
        figure: The figure as it is.
        misread_is_caught: Whether the check notices it if the printed words are changed along.
        mistyped_is_caught: Whether the check notices it if the printed words stay.
        miss: Why no edit rule notices it; None if one does.
    """

    kind: str
    figure: Figure
    misread_is_caught: bool
    mistyped_is_caught: bool
    miss: str | None


def standing(content: Content, evidence: Evidence) -> list[Figure]:
    """Return the accepted figures of the press: of all sources that are not tables."""
    tables = {f"{SOURCE_PREFIX}{table.source}" for table in content.tables}
    return [
        figure
        for figure in evidence.figures
        if figure.source not in tables and figure.iri not in evidence.unsupported
    ]


def plant(evidence: Evidence, figures: Iterable[Figure]) -> Iterator[Planted]:
    """Plant each kind of slip in some figures of the evidence."""
    content = Replacements(evidence)
    for figure in figures:
        entry = content.entry(figure)
        for kind, slip in SLIPS.items():
            for mistaken in slip(entry, content.graph):
                outcome = content.replaced(figure, mistaken)
                if is_error(kind, figure, outcome):
                    yield Planted(
                        kind,
                        figure,
                        outcome.misread_is_caught,
                        outcome.mistyped_is_caught,
                        None if outcome.misread_is_caught else miss(outcome),
                    )


def plant_part(root: Path, part: int) -> list[Planted]:
    """Plant slips in one of `_PROCESSES` parts of the figures of the press in a content folder."""
    content = Content.read(root)
    evidence = Evidence.gather(content)
    return list(plant(evidence, standing(content, evidence)[part::_PROCESSES]))


def plant_all(*roots: Path) -> Iterator[list[Planted]]:
    """Plant each kind of slip in each accepted figure of the press in some content folders."""
    with ProcessPoolExecutor(_PROCESSES) as processes:
        parts = [(root, part) for root in roots for part in range(_PROCESSES)]
        planted = list(processes.map(plant_part, *zip(*parts, strict=True)))
    for first in range(0, len(planted), _PROCESSES):
        yield [each for part in planted[first : first + _PROCESSES] for each in part]


def is_error(kind: str, figure: Figure, outcome: Outcome) -> bool:
    """Whether a slip makes a figure wrong: a number with fewer digits may still be right."""
    if kind not in DIGITS or outcome.figure is None:
        return True
    one, other = figure.interval, outcome.figure.interval
    return not (one.meets(other) and _within(one.lower, other.lower, other.upper))


def _within(number: object, low: object, high: object) -> bool:
    return None in (number, low, high) or low <= number <= high  # type: ignore[operator]


def miss(outcome: Outcome) -> str:
    """Return the reason why no edit rule detects a slip: one of `_MISSES`."""
    assert outcome.figure is not None  # the check reports one that cannot be read
    iri = outcome.figure.iri
    comparisons = [
        {one.edit_rule, other.edit_rule}
        for known in outcome.compared.values()
        for one in known
        for other in known
        if iri in one.figures and other.figures and iri not in other.figures
    ]
    if not comparisons:
        return _MISSES[0]
    if outcome.figure.bound not in _POINTS:
        return _MISSES[1]
    if all(rules & _INEQUALITIES for rules in comparisons):
        return _MISSES[2]
    return _MISSES[3] if all(rules & _WIDE for rules in comparisons) else _MISSES[4]


def held_before() -> frozenset[str]:
    """Return the IRIs of the figures that an edit rule compared on the commit in held.txt."""
    lines = _HELD.read_text(encoding="utf-8").splitlines()
    return frozenset(f"{_FIGURE}{line}" for line in lines if not line.startswith("#"))


def share(caught: Collection[bool]) -> str:
    """Write how many slips were caught."""
    return (
        f"{sum(caught)} of {len(caught)} ({100 * sum(caught) / len(caught):.1f} %)"
        if caught
        else "-"
    )


def table(
    planted: Collection[Planted], alone: Collection[Planted], held: Collection[str]
) -> Iterator[str]:
    """Write how many slips of each kind were caught, with the tables and in the press alone."""
    yield "| slip | misread, figures compared, press alone | misread, figures compared |"
    yield " misread, values of trade compared | misread, all figures | mistyped, all figures |\n"
    yield "|---|---|---|---|---|---|\n"
    rows: dict[str, tuple[str, ...]] = {kind: (kind,) for kind in SLIPS}
    rows |= {"**all factors together**": FACTORS, "**all digits together**": DIGITS}
    for name, kinds in rows.items():
        of_kind = [each for each in planted if each.kind in kinds]
        of_held = [each for each in of_kind if each.figure.iri in held]
        values = [each for each in of_held if each.figure.cell.measure == TRADE_VALUE]
        in_press = [each for each in alone if each.kind in kinds and each.figure.iri in held]
        columns = [
            *(
                share([each.misread_is_caught for each in those])
                for those in (in_press, of_held, values, of_kind)
            ),
            share([each.mistyped_is_caught for each in of_kind]),
        ]
        yield f"| {name} | {' | '.join(columns)} |\n"


def misses(planted: Collection[Planted], held: Collection[str]) -> Iterator[str]:
    """Write why slips in the compared figures were missed, and in which figures or sources."""
    missed = {
        topic: [
            each
            for each in planted
            if each.kind in kinds and each.miss is not None and each.figure.iri in held
        ]
        for topic, kinds in _TOPICS.items()
    }
    yield f"| why a slip in a compared figure is missed | {' | '.join(_TOPICS)} |\n"
    yield f"|---|{'---|' * len(_TOPICS)}\n"
    for reason in _MISSES:
        counts = (sum(each.miss == reason for each in those) for those in missed.values())
        yield f"| {reason} | {' | '.join(map(str, counts))} |\n"
    yield "\nThe figures with missed factors:\n\n"
    yield from _listed(missed["factors"], lambda figure: figure.iri.removeprefix(_FIGURE))
    for topic in ("year", "partner", "total as exports"):
        yield f"\nThe sources of the figures with a missed {topic}:\n\n"
        yield from _listed(missed[topic], lambda figure: figure.source.removeprefix(SOURCE_PREFIX))


def _listed(missed: Collection[Planted], name: Callable[[Figure], str]) -> Iterator[str]:
    """Write the names of the missed figures, or of their sources, and count the slips."""
    for reason in _MISSES:
        names = Counter(name(each.figure) for each in missed if each.miss == reason)
        if names:
            listed = ", ".join(f"`{each}` ({count})" for each, count in sorted(names.items()))
            yield f"- {reason}: {listed}\n"


def false_alarms(evidence: Evidence) -> int:
    """Count the contradictions in the unchanged content that no decision settles."""
    return len(Findings(evidence).unsettled)


def main() -> None:
    """Plant every kind of slip in every figure of the press and print the tables as Markdown."""
    root, press = default_content(), Content.read(press_content())
    alone, planted = plant_all(press.root, root)
    content = Content.read(root)
    evidence = Evidence.gather(content)
    alarms = false_alarms(evidence)
    figures = standing(content, evidence)
    held = held_before()
    compared = len([each for each in figures if each.iri in held])
    print(
        _INTRODUCTION.format(
            official=len(evidence.figures) - len(Evidence.gather(press).figures),
            held=compared,
            standing=len(figures),
            alarms=alarms,
        )
    )
    print("".join(table(planted, alone, held)))
    print("## Misses\n")
    print("".join(misses(planted, held)))
    print(_UNSEEN)
    again = reenter(press)
    print(_REENTERED.format(claims=again.claims, unaided=again.unaided, alarms=len(again.alarms)))
    print("".join(f"- {alarm}\n" for alarm in again.alarms))
    print("## Printed words\n")
    print("".join(printed_report(Evidence.gather(press))))
    print("## Blind spots\n")
    rules = Findings(evidence).rules_by_figure
    blind = [each.iri for each in figures if each.iri not in rules]
    print(f"{len(blind)} figures that no edit rule compares with another figure:\n")
    for iri in sorted(blind):
        print(f"- `{iri.removeprefix(_FIGURE)}`")


_INTRODUCTION: Final = """# Planted errors

Written by `scripts/plant`: it plants each slip in each accepted figure of the press, and records
whether the check catches it, by an edit rule or by the shape of figures. The check compares the
figure with all others, among them {official:,} official figures from tables; for the column *press
alone*, the tables are left out. A slip in digits is planted at each place of the number, if the
number that results is wrong.

A figure is *misread* if the printed words are changed along with the entry, so that only other
figures can show the error. It is *mistyped* if the printed words stay as the source prints them.
*Figures compared* are the {held} of {standing} accepted figures that an edit rule compared with
another one on the commit that `benchmarks/held.txt` names; the list stays as it is, so that the
rates can be compared over time.

False alarms on the unchanged content: {alarms}.
"""

_REENTERED: Final = """## New entries

{claims} figures and statements, drawn by a seed, were withheld and entered again with
`apecgraph new`. The printed words of {unaided} had all that the command needs besides the cell; for
the others, the unit, the scale or the bound was given. False alarms, either from the command or
from the check: {alarms}.
"""

_UNSEEN: Final = """## What no edit rule can see

- A slip that takes a figure to a cell of which no other figure is known, and of which no other cell
  implies anything, passes: another year, another partner or another flow without a second source.
- The official tables have China's trade with groups of partners for 2024, for parts of 2025 and
  for the first quarter of 2026, and none of the goods that the press names. Trade with all of APEC
  in other years, and in these goods, is compared by inequalities and wide bands, so another
  partner, the total as exports and the year before pass.
- The shares of APEC in output, trade and population follow from official tables until 2022 or 2023.
  They change so little, and most are printed as bounds, that another year fits as well.
- An inequality sees one direction only. The total entered as exports is found only if exports are
  known; the world entered for APEC only if the trade with the world is known closely.
- A rate of growth of one source, for goods or a partner without values, is compared with nothing.
- A bound such as "more than" has no upper end: it contradicts smaller values only.
"""


if __name__ == "__main__":
    main()
