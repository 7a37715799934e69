"""The gate: what of the last release a new one lacks, so that nothing is lost unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apecgraph.check.report import Report
from apecgraph.check.rules import Rule
from apecgraph.rdf.namespaces import compact
from apecgraph.release.release import Release


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of which there is much less than before, or nothing at all.

    what: in words. before: None where there was no release before.
    """

    what: str
    before: int | None
    now: int

    def __str__(self) -> str:
        before = "" if self.before is None else f"{self.before:,} -> "
        return f"{self.what}: {before}{self.now:,}"


def losses(last: Release | None, new: Release, report: Report) -> list[Loss]:
    """Compare a release with the one that it comes after; None where it is the first.

    A loss is: less than half of the quads, sources or figures; a rule or a constraint that is
    gone, or applies to less than half of what it applied to; no source at all; a rule that has
    never applied to anything. report: that of the new release.
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
        for gone in sorted(set(rule.constraints) - set(now[iri].constraints)):
            yield Loss(f"{compact(gone)} in {name}", 1, 0)
        if _much(rule.nodes or 0, now[iri].nodes or 0):
            yield Loss(f"things to which {name} applies", rule.nodes, now[iri].nodes or 0)
    for iri, rule in now.items():
        if iri not in before and rule.nodes == 0:
            yield Loss(f"things to which rule {compact(iri)} applies", None, 0)


def _much(before: int, now: int) -> bool:
    return now * 2 < before
