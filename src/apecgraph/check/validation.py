"""The check: shapes, edit rules and decisions, in one validation report (SHACL, section 3.6)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

from apecgraph.check.locations import Locator
from apecgraph.check.placement import misplaced
from apecgraph.check.report import Report, Result
from apecgraph.check.rules import read_rules
from apecgraph.check.shacl import validate_shapes
from apecgraph.check.vocabulary import misused_terms
from apecgraph.consistency.contradictions import Contradiction
from apecgraph.consistency.findings import Findings, by_culprit
from apecgraph.consistency.wording import Wording
from apecgraph.content.decisions import COMPATIBLE, OPEN, Decision
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import CONTEXT, Content
from apecgraph.content.questions import read_questions
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.errors import ContentError
from apecgraph.progress import StepObserver
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import DCTERMS, ID, QB, RDF, SDMX_MEASURE, SH, compact

_log = logging.getLogger(__name__)

_DECIDED = f"{ID}relation/decided"
_MOST_SHOWN = 3


def check_content(
    root: Path, observe: StepObserver = nullcontext
) -> tuple[Report, Findings | None]:
    """Check a content folder.

    Args:
        root: The content folder.
        observe: Observes the reading of each file and the application of each shape.

    Returns:
        The report, and the findings in the evidence if the content can be read.
    """
    try:
        content = Content.read(root, observe)
        # A release contains these files, too, so the check must detect errors in them.
        Context(root / "ontology" / CONTEXT)
        read_questions(root)
        return validate(content, Vocabularies.read(root), observe)
    except ExceptionGroup as group:
        return Report.unreadable(group.exceptions, root), None
    except ContentError as error:
        return Report.unreadable([error], root), None


def validate(
    content: Content, vocabularies: Vocabularies, observe: StepObserver = nullcontext
) -> tuple[Report, Findings]:
    """Check content that has been read.

    Args:
        content: The content.
        vocabularies: The published vocabularies that it may use.
        observe: Observes the application of each shape, and the parsing of files for their lines.

    Returns:
        The report, and the findings in the evidence.

    Raises:
        ContentError: If no shape applies to anything, or if a shape cannot be applied.
    """
    evidence = Evidence.gather(content)
    findings = Findings(evidence)
    validation = validate_shapes(content, evidence, observe)
    rules = read_rules(evidence.graph, validation.focus_nodes)
    if not any(rule.nodes for rule in rules):
        raise ContentError("no shape applies to anything: nothing would be checked", content.root)
    stated = evidence.graph.iris(f"{ID}shape/placement", f"{DCTERMS}subject")
    results = [
        *validation.results,
        *misplaced(content, stated),
        *_relations(findings),
    ]
    reported_values = {(result.nodes[0], result.path) for result in validation.results}
    results += [
        result
        for result in misused_terms(content, evidence, vocabularies)
        if (result.nodes[0], result.path) not in reported_values
    ]
    reported = {node for result in results for node in result.nodes}
    results += [result for result in _unread(evidence) if result.nodes[0] not in reported]
    locator = Locator(content, evidence.statements, observe)
    return Report(locator.located(dict.fromkeys(results)), len(content.quads), rules), findings


def _unread(evidence: Evidence) -> Iterator[Result]:
    """Report the figures that cannot be read and are therefore not compared."""
    read = {figure.iri for figure in evidence.figures}
    for iri in evidence.graph.subjects(f"{RDF}type", f"{QB}Observation"):
        if iri not in read:
            yield Result(
                nodes=(iri,),
                path=f"{SDMX_MEASURE}obsValue",
                shape=f"{ID}shape/figure-read",
                component=f"{SH}SPARQLConstraintComponent",
                message="its number cannot be read: write plain digits, at most 18 on either side "
                "of the point, and use a bound that is listed in ontology/concepts.ttl",
            )


def _relations(findings: Findings) -> Iterator[Result]:
    """Report contradictions without a decision, and decisions without a contradiction."""
    evidence = findings.evidence
    wording = Wording(evidence.graph)
    _log.info("comparing %d figures", len(evidence.figures))
    for culprit, conflict in by_culprit(findings.unsettled):
        shown = conflict[:_MOST_SHOWN]
        others = _claims(conflict) - culprit - evidence.rejected
        relations = sorted(frozenset().union(*(item.edit_rules for item in conflict)))
        shape = min(conflict[0].edit_rules)
        words = "; and ".join(map(wording.contradiction, shown))
        more = len(conflict) - len(shown)
        yield Result(
            # The claims that the message explains come first.
            nodes=tuple(
                dict.fromkeys((*sorted(culprit), *sorted(_claims(shown) & others), *sorted(others)))
            ),
            shape=shape,
            component=shape,
            message=f"{words}{f'; and {more} more like it' if more else ''}. "
            f"{_out_of_line(culprit, relations)}Correct the figure or statement that is wrong, or "
            "record in data/decisions.ttl which of them stand (apec:upholds) and which do not "
            "(apec:rejects)",
        )
    for decision in evidence.decisions:
        message = _stale(decision, evidence, findings.contradictions)
        if message is not None:
            yield Result(nodes=(decision.iri,), shape=_DECIDED, component=_DECIDED, message=message)


def _claims(contradictions: Iterable[Contradiction]) -> frozenset[str]:
    return frozenset().union(*(item.claims for item in contradictions))


def _out_of_line(culprit: frozenset[str], relations: list[str]) -> str:
    """Name the claims that are most likely wrong, if several edit rules show the contradiction."""
    if len(relations) < 2:
        return ""
    names = ", ".join(relation.removeprefix(f"{ID}relation/") for relation in relations)
    nodes = " and ".join(map(compact, sorted(culprit)))
    verb = "is" if len(culprit) == 1 else "are"
    return f"{nodes} {verb} out of line by {len(relations)} relations: {names}. "


def _stale(
    decision: Decision, evidence: Evidence, contradictions: list[Contradiction]
) -> str | None:
    """Explain why a decision does not fit the contradictions, or return None if it fits."""
    others = evidence.rejected - decision.rejects
    remaining = [readings for item in contradictions if (readings := item.without(others))]
    if decision.verdict == COMPATIBLE:
        for readings in remaining:
            if all(reading & decision.names for reading in readings):
                named = sorted(node for reading in readings for node in reading & decision.names)
                return (
                    "the decision says that these are compatible, but the check finds that they "
                    f"contradict: {', '.join(compact(node) for node in named)}"
                )
        return None
    if decision.verdict == OPEN and not any(map(decision.excuses, remaining)):
        return (
            "the conflict that this decision leaves open is gone: delete the decision, or make "
            "it <verdict/compatible>"
        )
    kept = [readings for readings in remaining if decision.excuses(readings)]
    for node in sorted(decision.alternatives):
        if not any(node in reading for readings in kept for reading in readings):
            return (
                f"{compact(node)} is no other wording of a statement that the decision upholds: "
                "uphold it as well, or leave it out"
            )
    for node in sorted(decision.rejects):
        if not any(node in reading for readings in remaining for reading in readings):
            return (
                f"{compact(node)} contradicts no accepted claim, so the conflict is gone: "
                "delete the decision, or do not reject it"
            )
    return None
