"""The edit rule "decided": a decision fits the claims that it records, and their contradictions.

A decision records the claims as they were when the editor decided (`apec:saw`): those that it is
about, and those in the contradictions that it excuses. It excuses no other contradiction. A claim
that has changed since is reported, even if it contradicts no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from apecgraph.consistency.findings import Findings
from apecgraph.content.decisions import COMPATIBLE, OPEN, Decision
from apecgraph.content.figures import Figure
from apecgraph.content.statements import Statement
from apecgraph.rdf.namespaces import ID, compact

_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Misfit:
    """A decision that does not fit.

    Attributes:
        decision: IRI of the decision.
        claims: IRIs of the claims at fault.
        reason: The reason, and what to do.
    """

    decision: str
    claims: tuple[str, ...]
    reason: str


def seen(claim: Figure | Statement) -> str:
    """Write the record of a claim in a decision.

    It has the interval and the cell of a figure, or the triple and the period of a statement. Text
    can be compared and read; copies of the triples would look like further figures to queries.

    Args:
        claim: The claim.

    Returns:
        The parts of the claim, with short IRIs.
    """
    if isinstance(claim, Figure):
        cell = (compact(value) for _, value in claim.cell.values())
        return _SEPARATOR.join((str(claim.interval), *cell))
    terms = (claim.triple.subject, claim.triple.predicate, claim.triple.object)
    parts = [compact(term.value) if isinstance(term, ox.NamedNode) else str(term) for term in terms]
    return _SEPARATOR.join([*parts, *([compact(claim.period)] if claim.period else [])])


def to_record(decision: Decision, findings: Findings) -> dict[str, str]:
    """Return the record of a decision that is made now: the texts of claims, keyed by IRI.

    Args:
        decision: The decision.
        findings: What the check finds in the evidence, which includes the decision.

    Returns:
        The texts of the claims of the decision, and of all in the contradictions that it covers.
    """
    evidence = findings.evidence
    left = (each.without(evidence.rejected) for each in findings.contradictions)
    covered = [reading for readings in left if decision.covers(readings) for reading in readings]
    claims = decision.names.union(*covered)
    return {iri: seen(evidence.claims[iri]) for iri in sorted(claims & evidence.claims.keys())}


def misfits(findings: Findings) -> Iterator[Misfit]:
    """Find the decisions that do not fit the claims that they record, or the contradictions."""
    for decision in findings.evidence.decisions:
        changed = list(_changed(decision, findings))
        if changed:
            yield from changed
        else:
            reason = _stale(decision, findings)
            if reason is not None:
                yield Misfit(decision.iri, (), reason)


def _contradicted(claim: str, rejected: frozenset[str], findings: Findings) -> bool:
    """Return whether a claim contradicts others that are not rejected."""
    left = (each.without(rejected - {claim}) for each in findings.contradictions)
    return any(claim in reading for readings in left for reading in readings)


def _changed(decision: Decision, findings: Findings) -> Iterator[Misfit]:
    command = f"`apecgraph decide {decision.iri.removeprefix(f'{ID}decision/')}`"
    now = findings.evidence.claims
    unseen = sorted(decision.names - decision.saw.keys() & now.keys())
    if unseen:
        names = ", ".join(map(compact, unseen))
        yield Misfit(
            decision.iri,
            tuple(unseen),
            f"the decision does not record {names}: if the decision is still right, run {command}",
        )
    gone = sorted(decision.saw.keys() - now.keys())
    if gone:
        yield Misfit(
            decision.iri,
            (),
            f"the decision records {compact(gone[0])}, which no source states: correct the name, "
            f"or, if the decision is still right, run {command}",
        )
    changed = [
        claim
        for claim, saw in sorted(decision.saw.items())
        if claim in now and seen(now[claim]) != saw
    ]
    if changed:
        first = changed[0]
        before, after = _difference(decision.saw[first], seen(now[first]))
        more = len(changed) - 1
        others = f" ({more} more claim{'s have' if more > 1 else ' has'} changed)" if more else ""
        yield Misfit(
            decision.iri,
            tuple(changed),
            f"{compact(first)} has changed since the decision was recorded: it was "
            f"{before}, now it "
            f"is {after}{others}. Correct it, or, if the decision is still right, run {command}",
        )


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the parts in which two records differ."""
    old, new = before.split(_SEPARATOR), after.split(_SEPARATOR)
    return (
        _SEPARATOR.join(part for part in old if part not in new) or before,
        _SEPARATOR.join(part for part in new if part not in old) or after,
    )


def _stale(decision: Decision, findings: Findings) -> str | None:
    """Explain why a decision does not fit the contradictions, or return None if it fits."""
    rejected = findings.evidence.rejected
    others = rejected - decision.rejects
    remaining = [left for each in findings.contradictions if (left := each.without(others))]
    if decision.verdict == COMPATIBLE:
        for readings in remaining:
            if all(reading & decision.names for reading in readings):
                named = sorted(node for reading in readings for node in reading & decision.names)
                return (
                    "the decision says that these are compatible, but the check finds that they "
                    f"contradict each other: {', '.join(compact(node) for node in named)}"
                )
        return None
    covered = [readings for readings in remaining if decision.covers(readings)]
    if decision.verdict == OPEN and not covered:
        return (
            "the conflict that this decision leaves open is gone: delete the decision, or make "
            "it <verdict/compatible>"
        )
    for node in sorted(decision.alternatives):
        if not any(node in reading for readings in covered for reading in readings):
            return (
                f"{compact(node)} is not another wording of a statement that the decision upholds: "
                "uphold it as well, or remove it from the decision"
            )
    refuted = {node for node in decision.rejects if _contradicted(node, rejected, findings)}
    for node in sorted(decision.rejects - refuted):
        # It may also contradict another rejected claim: of three dates, one of each two is wrong.
        if not any(_contradicted(node, rejected - {other}, findings) for other in refuted):
            return (
                f"{compact(node)} contradicts no accepted claim, so the conflict is gone: "
                "delete the decision, or remove the claim from it"
            )
    return None
