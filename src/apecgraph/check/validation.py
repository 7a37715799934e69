"""The check: shapes, edit rules and decisions, in one validation report (SHACL, section 3.6)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from apecgraph.check.causes import by_cause
from apecgraph.check.entities import misdescribed
from apecgraph.check.locations import Locator
from apecgraph.check.placement import misplaced
from apecgraph.check.records import misrecorded
from apecgraph.check.report import Report, Result
from apecgraph.check.rules import read_rules
from apecgraph.check.samples import unsampled, without
from apecgraph.check.shacl import validate_shapes
from apecgraph.check.stated import misstated
from apecgraph.check.vocabulary import misused_terms
from apecgraph.consistency.contradictions import Contradiction
from apecgraph.consistency.decided_edit_rule import misfits
from apecgraph.consistency.findings import Findings, by_culprit
from apecgraph.consistency.printed_edit_rule import EXACT_BOUND, ROUNDED_BOUND
from apecgraph.consistency.wording import Wording
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import CONTEXT, Content
from apecgraph.content.questions import read_questions
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.errors import ContentError
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import DCTERMS, ID, QB, RDF, SDMX_MEASURE, compact

_log = logging.getLogger(__name__)

_EXPLAINED = 50
"""Number of contradictions of one culprit that a result explains; it counts them all."""

_DECIDED = f"{ID}relation/decided"
_AS_PRINTED = f"{ID}relation/as-printed"


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
        context = root / "ontology" / CONTEXT
        with observe(Step("file", str(context))):
            Context(context)
        read_questions(root, observe)
        return validate(content, Vocabularies.read(root, observe), observe)
    except ExceptionGroup as group:
        return Report.unreadable(group.exceptions, root), None
    except ContentError as error:
        return Report.unreadable([error], root), None


def validate(
    content: Content, vocabularies: Vocabularies, observe: StepObserver = nullcontext
) -> tuple[Report, Findings]:
    """Check content that has been read, and locate the results in its files.

    Args:
        content: The content.
        vocabularies: The published vocabularies that it may use.
        observe: Observes the application of each shape, and the parsing of files for their lines.

    Returns:
        The report, and the findings in the evidence.

    Raises:
        ContentError: If no shape applies to anything, or if a shape cannot be applied.
    """
    report, findings = judge(content, vocabularies, observe)
    report = report.limited()
    locator = Locator(content, findings.evidence.statements, observe)
    return replace(report, results=locator.located(report.results)).cut(), findings


def judge(
    content: Content, vocabularies: Vocabularies, observe: StepObserver = nullcontext
) -> tuple[Report, Findings]:
    """Check content whose files need not be written yet.

    Args:
        content: The content.
        vocabularies: The published vocabularies that it may use.
        observe: Observes the application of each shape.

    Returns:
        The report, whose results have no places, and the findings in the evidence.

    Raises:
        ContentError: If no shape applies to anything, or if a shape cannot be applied.
    """
    evidence = Evidence.gather(content)
    findings = Findings(evidence)
    spared = unsampled(content, evidence)
    sample = without(content, spared)
    validation = validate_shapes(sample, evidence, observe, without=spared)
    rules = read_rules(evidence.graph, validation.focus_nodes)
    if not any(rule.nodes for rule in rules):
        raise ContentError("no shape applies to anything: nothing would be checked", content.root)
    stated = evidence.graph.iris(f"{ID}shape/placement", f"{DCTERMS}subject")
    placed = list(misplaced(sample, stated))
    explained = {(each.nodes[0], each.path, each.value) for each in placed}
    results = [
        *(
            each
            for each in validation.results
            if (each.nodes[0], each.path, each.value) not in explained
        ),
        *placed,
        *misstated(content, evidence),
        *contradicted(findings),
        *_misfitting(findings, {each.nodes[0] for each in validation.results}),
    ]
    reported_values = {(result.nodes[0], result.path) for result in validation.results}
    results += [
        result
        for result in (
            *misused_terms(sample, evidence, vocabularies),
            *misdescribed(evidence),
            *misrecorded(sample, evidence),
        )
        if (result.nodes[0], result.path) not in reported_values
    ]
    reported = {node for result in results for node in result.nodes}
    results += [result for result in _unread(evidence) if result.nodes[0] not in reported]
    causes = tuple(dict.fromkeys(by_cause(results, sample, evidence.graph)))
    return Report(causes, len(content.quads), rules), findings


def _unread(evidence: Evidence) -> Iterator[Result]:
    """Report the figures that cannot be read and are therefore not compared."""
    read = {figure.iri for figure in evidence.figures}
    for iri in evidence.graph.subjects(f"{RDF}type", f"{QB}Observation"):
        if iri not in read:
            yield Result.of(
                f"{ID}shape/figure-read",
                iri,
                "its number cannot be read: write plain digits, at most 18 on either side "
                "of the point, and use a bound that is listed in ontology/concepts.ttl",
                f"{SDMX_MEASURE}obsValue",
            )


def contradicted(findings: Findings) -> Iterator[Result]:
    """Report the contradictions that no decision settles.

    Args:
        findings: The findings of the check.

    Yields:
        A result for each claim that is most likely wrong.
    """
    evidence = findings.evidence
    wording = Wording(evidence.graph)
    _log.info("comparing %d figures", len(evidence.figures))
    for culprit, conflict in by_culprit(_first_causes(findings.unsettled)):
        others = _claims(conflict) - culprit - evidence.rejected
        relations = sorted(frozenset().union(*(item.edit_rules for item in conflict)))
        shape = min(conflict[0].edit_rules)
        words, *details = map(wording.contradiction, conflict[:_EXPLAINED])
        yield Result(
            # The claims that the message explains come first.
            nodes=tuple(
                dict.fromkeys(
                    (*sorted(culprit), *sorted(conflict[0].claims & others), *sorted(others))
                )
            ),
            shape=shape,
            component=shape,
            details=(*details, *_out_of_line(culprit, relations)),
            message=f"{words}. {_more(len(conflict) - 1)}{_converted(culprit, evidence, wording)}"
            f"Correct the figure or statement that is wrong, or {_settling(conflict, evidence)}",
        )


def _misfitting(findings: Findings, reported: Collection[str]) -> Iterator[Result]:
    """Report the decisions that do not fit the claims, or the contradictions.

    A decision or a claim with another error has to be corrected first.
    """
    misread = _misread(findings.unsettled)
    for misfit in misfits(findings):
        nodes = (misfit.decision, *misfit.claims)
        if misfit.decision not in reported and misread.isdisjoint(misfit.claims):
            yield Result(nodes=nodes, shape=_DECIDED, component=_DECIDED, message=misfit.reason)


def _settling(conflict: Iterable[Contradiction], evidence: Evidence) -> str:
    """Return the advice on a conflict, which a decision may cover without recording its claims."""
    left = [item.without(evidence.rejected) for item in conflict]
    covering = [each.iri for each in evidence.decisions if any(map(each.covers, left))]
    if not covering:
        return (
            "record a decision: `apecgraph decide` takes the right ones (--upholds) and the wrong "
            "ones (--rejects)"
        )
    name = covering[0].removeprefix(f"{ID}decision/")
    return f"if decision/{name} also settles this, run `apecgraph decide {name}`"


def _claims(contradictions: Iterable[Contradiction]) -> frozenset[str]:
    return frozenset().union(*(item.claims for item in contradictions))


def _first_causes(unsettled: Iterable[Contradiction]) -> list[Contradiction]:
    """Leave out contradictions with figures that differ from their printed words."""
    contradictions = list(unsettled)
    misread = _misread(contradictions)
    return [
        item
        for item in contradictions
        if _AS_PRINTED in item.edit_rules or misread.isdisjoint(item.claims)
    ]


def _misread(contradictions: Iterable[Contradiction]) -> frozenset[str]:
    """Return the IRIs of the figures that differ from their printed words."""
    return _claims(item for item in contradictions if _AS_PRINTED in item.edit_rules)


def _more(number: int) -> str:
    """Count the contradictions that the message leaves out."""
    if not number:
        return ""
    return f"{number} more comparison{'s fail' if number > 1 else ' fails'} (--verbose). "


def _converted(culprit: frozenset[str], evidence: Evidence, wording: Wording) -> str:
    """Suggest a bound for a value that its source prints in another currency as well."""
    for figure in evidence.figures:
        if figure.iri in culprit and figure.bound in (ROUNDED_BOUND, EXACT_BOUND):
            for other in evidence.figures:
                alike = other.cell._replace(currency=figure.cell.currency) == figure.cell
                if other.source == figure.source and other.cell != figure.cell and alike:
                    return (
                        f"If {wording.publisher(figure.source)} converted it from "
                        f"{wording.figure(other)}, for example as a value in brackets, write "
                        "<bound/converted> as its bound. "
                    )
    return ""


def _out_of_line(culprit: frozenset[str], relations: list[str]) -> Iterator[str]:
    """Name the claims that are most likely wrong, if several edit rules show the contradiction."""
    if len(relations) < 2:
        return
    names = ", ".join(relation.removeprefix(f"{ID}relation/") for relation in relations)
    nodes = " and ".join(map(compact, sorted(culprit)))
    verb = "is" if len(culprit) == 1 else "are"
    yield f"{len(relations)} edit rules indicate that {nodes} {verb} wrong: {names}"
