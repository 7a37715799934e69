"""Losses: parts of the last release that are missing from a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apecgraph.check.report import Report
from apecgraph.check.rules import Rule
from apecgraph.rdf.namespaces import compact
from apecgraph.release.release import Release


@dataclass(frozen=True, slots=True)
class Loss:
    """A kind of thing that is missing from a new release, or of which much is missing.

    Attributes:
        what: Its name, in words.
        before: Its number in the last release, or None if there is no last release.
        now: Its number in the new release.
    """

    what: str
    before: int | None
    now: int

    def __str__(self) -> str:
        before = "" if self.before is None else f"{self.before:,} -> "
        return f"{self.what}: {before}{self.now:,}"


def losses(last: Release | None, new: Release, report: Report) -> list[Loss]:
    """Compare a new release with the last one.

    These are losses: fewer than half as many quads, sources or figures as before; a missing rule,
    or a missing constraint of a rule; a rule that applies to fewer than half as many nodes as
    before; no sources; a new rule that applies to nothing.

    Args:
        last: The last release, or None if the new one is the first.
        new: The new release.
        report: The report of the new release.

    Returns:
        The losses.
    """
    before = {} if last is None else last.rules
    return [*_counts(last, new), *_rules(before, {rule.iri: rule for rule in report.rules})]


def _counts(last: Release | None, new: Release) -> Iterator[Loss]:
    if last is None:
        if not new.sources:
            yield Loss("sources", None, 0)
        return
    for what in ("quads", "sources", "figures"):
        before, now = getattr(last, what), getattr(new, what)
        if _much(before, now):
            yield Loss(what, before, now)


def _rules(before: dict[str, Rule], now: dict[str, Rule]) -> Iterator[Loss]:
    for iri, rule in before.items():
        name = f"rule {compact(iri)}"
        if iri not in now:
            yield Loss(name, 1, 0)
            continue
        for missing in sorted(set(rule.constraints) - set(now[iri].constraints)):
            yield Loss(f"{compact(missing)} in {name}", 1, 0)
        if _much(rule.nodes or 0, now[iri].nodes or 0):
            yield Loss(f"things to which {name} applies", rule.nodes, now[iri].nodes or 0)
    for iri, rule in now.items():
        if iri not in before and rule.nodes == 0:
            yield Loss(f"things to which rule {compact(iri)} applies", None, 0)


def _much(before: int, now: int) -> bool:
    return now * 2 < before
