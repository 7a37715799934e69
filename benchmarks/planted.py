"""Plant slips in the real figures, one by one, and count how many the check catches.

`scripts/plant` writes the tables to docs/measurements/check.md; the tests run a sample of it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apecgraph.consistency.findings import Findings
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import Content
from apecgraph.rdf.namespaces import ID
from benchmarks.printed import printed_report
from benchmarks.reentered import reenter
from benchmarks.replacement import Outcome, Replacements
from benchmarks.slips import DIGITS, FACTORS, SLIPS, TRADE_VALUE
from tests.support.contents import press_content

_HELD: Final = Path(__file__).with_name("held.txt")
_FIGURE: Final = f"{ID}figure/"
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


def plant(evidence: Evidence, *, every: int = 1) -> Iterator[Planted]:
    """Plant each kind of slip in every n-th accepted figure."""
    content = Replacements(evidence)
    standing = [figure for figure in evidence.figures if figure.iri not in evidence.rejected]
    for number, figure in enumerate(standing[::every], 1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number} of {len(standing[::every])} figures")
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


def table(planted: Collection[Planted], held: Collection[str]) -> Iterator[str]:
    """Write how many slips of each kind were caught."""
    yield "| slip | misread, figures compared | misread, values of trade compared |"
    yield " misread, all figures | mistyped, all figures |\n|---|---|---|---|---|\n"
    rows: dict[str, tuple[str, ...]] = {kind: (kind,) for kind in SLIPS}
    rows |= {"**all factors together**": FACTORS, "**all digits together**": DIGITS}
    for name, kinds in rows.items():
        of_kind = [each for each in planted if each.kind in kinds]
        of_held = [each for each in of_kind if each.figure.iri in held]
        values = [each for each in of_held if each.figure.cell.measure == TRADE_VALUE]
        columns = [
            *(
                share([each.misread_is_caught for each in those])
                for those in (of_held, values, of_kind)
            ),
            share([each.mistyped_is_caught for each in of_kind]),
        ]
        yield f"| {name} | {' | '.join(columns)} |\n"


def misses(planted: Collection[Planted], held: Collection[str]) -> Iterator[str]:
    """Write why slips in the compared figures were missed, for factors and for digits."""
    counts = {
        kinds: Counter(
            each.miss for each in planted if each.kind in kinds and each.figure.iri in held
        )
        for kinds in (FACTORS, DIGITS)
    }
    yield "| why a slip in a compared figure is missed | factors | digits |\n|---|---|---|\n"
    for reason in _MISSES:
        yield f"| {reason} | {counts[FACTORS][reason]} | {counts[DIGITS][reason]} |\n"
    yield "\nThe figures with missed factors:\n\n"
    for reason in _MISSES:
        names = Counter(
            each.figure.iri.removeprefix(_FIGURE)
            for each in planted
            if each.kind in FACTORS and each.miss == reason and each.figure.iri in held
        )
        if names:
            listed = ", ".join(f"`{name}` ({count})" for name, count in sorted(names.items()))
            yield f"- {reason}: {listed}\n"


def false_alarms(evidence: Evidence) -> int:
    """Count the contradictions in the unchanged content that no decision settles."""
    return len(Findings(evidence).unsettled)


def main() -> None:
    """Plant every kind of slip in every figure of the press and print the tables as Markdown."""
    content = Content.read(press_content())
    evidence = Evidence.gather(content)
    alarms = false_alarms(evidence)
    rules = Findings(evidence).rules_by_figure
    standing = [each for each in evidence.figures if each.iri not in evidence.rejected]
    planted = list(plant(evidence))
    held = held_before()
    there = len([each for each in standing if each.iri in held])
    blind = [each.iri for each in standing if each.iri not in rules]
    print(_INTRODUCTION.format(held=there, standing=len(standing), alarms=alarms))
    print("".join(table(planted, held)))
    print("## Misses\n")
    print("".join(misses(planted, held)))
    print(_UNSEEN)
    again = reenter(content)
    print(_REENTERED.format(claims=again.claims, unaided=again.unaided, alarms=len(again.alarms)))
    print("".join(f"- {alarm}\n" for alarm in again.alarms))
    print("## Printed words\n")
    print("".join(printed_report(evidence)))
    print("## Blind spots\n")
    print(f"{len(blind)} figures that no edit rule compares with another figure:\n")
    for iri in sorted(blind):
        print(f"- `{iri.removeprefix(_FIGURE)}`")


_INTRODUCTION: Final = """# Planted errors

Written by `scripts/plant`: it plants each slip in each accepted figure of the press, in a copy
of the content without its tables, and records whether the check catches it. A slip in digits is
planted at each place of the number, if the number that results is wrong.

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
- An inequality sees one direction only. The total entered as exports is found only if exports are
  known; the world entered for APEC only if the trade with the world is known closely.
- A rate of growth of one source, for goods or a partner without values, is compared with nothing.
- A bound such as "more than" has no upper end: it contradicts smaller values only.
"""


if __name__ == "__main__":
    main()
