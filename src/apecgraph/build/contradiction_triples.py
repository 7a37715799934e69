"""The contradictions that justify the decisions, as triples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pyoxigraph as ox

from apecgraph.consistency.cells import Estimate
from apecgraph.consistency.contradictions import Contradiction, Discrepancy
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.cube import Cell
from apecgraph.content.figures import interval_values
from apecgraph.intervals import decimal_text
from apecgraph.rdf.namespaces import APEC, ID
from apecgraph.rdf.terms import Value, in_languages, triples_about, triples_about_new, typed
from apecgraph.text.catalogues import read_catalogues
from apecgraph.text.numbers import rounded

_DIGITS = 18
"""Significant digits of a computed number: an xsd:decimal can have 18 (XML Schema, part 2)."""


def contradiction_triples(findings: Findings) -> Iterator[ox.Triple]:
    """Yield the triples of the contradictions that justify each decision, in all languages.

    The IRI of a contradiction contains a hash of its decision, its edit rules, and its cell or its
    claims. The IRI of a cell's contradiction therefore stays the same if another source prints the
    same number.
    """
    graph = findings.evidence.graph
    wordings = {tag: Wording(graph, each) for tag, each in read_catalogues().items()}
    cells = _representatives(findings)
    for decision in findings.evidence.decisions:
        for contradiction, culprit in findings.justifying(decision):
            name = _name(decision.iri, contradiction)
            iri = f"{ID}contradiction/{name}"
            sentences = {
                tag: wording.contradiction(contradiction) for tag, wording in wordings.items()
            }
            yield from triples_about(
                decision.iri,
                *((f"{APEC}arithmetic", sentence) for sentence in in_languages(sentences)),
                (f"{APEC}contradiction", iri),
            )
            values: list[tuple[str, Value]] = [
                *((f"{APEC}violates", rule) for rule in sorted(contradiction.edit_rules)),
                *((f"{APEC}culprit", claim) for claim in sorted(culprit)),
            ]
            reason = contradiction.reason
            if not isinstance(reason, Discrepancy):
                labels = sentences
                values += ((f"{APEC}restsOn", claim) for claim in sorted(contradiction.claims))
            else:
                labels = {tag: wording.discrepancy(reason) for tag, wording in wordings.items()}
                if reason.ratio is not None:
                    values.append((f"{APEC}ratio", _decimal(reason.ratio)))
                if reason.cell in cells:
                    values.append((f"{APEC}sameCellAs", cells[reason.cell]))
                else:
                    values += reason.cell.values()
                for number, estimate in enumerate((reason.one, reason.other), 1):
                    node = f"{ID}estimate/{name}/{number}"
                    values.append((f"{APEC}estimate", node))
                    derivations = {
                        tag: wording.estimate(estimate, reason.cell)
                        for tag, wording in wordings.items()
                    }
                    yield from _estimate(node, estimate, derivations)
            yield from triples_about_new(iri, f"{APEC}Contradiction", labels, *values)


def _estimate(iri: str, estimate: Estimate, labels: Mapping[str, str]) -> Iterator[ox.Triple]:
    interval = estimate.interval
    if estimate.edit_rule is not None:
        interval = replace(interval, lower=_short(interval.lower), upper=_short(interval.upper))
    return triples_about_new(
        iri,
        f"{APEC}Estimate",
        labels,
        *interval_values(interval),
        *((f"{APEC}restsOn", figure) for figure in sorted(estimate.figures)),
    )


def _representatives(findings: Findings) -> dict[Cell, str]:
    """Return one figure for each cell: of those not rejected, the first in the order of IRIs."""
    evidence = findings.evidence
    standing = [figure for figure in evidence.outcomes if figure.iri not in evidence.unsupported]
    by_iri = sorted(standing, key=lambda figure: figure.iri, reverse=True)
    return {figure.cell: figure.iri for figure in by_iri}


def _name(decision: str, contradiction: Contradiction) -> str:
    reason = contradiction.reason
    about = (
        sorted(contradiction.claims)
        if not isinstance(reason, Discrepancy)
        else [part for pair in reason.cell.values() for part in pair]
    )
    key = "\n".join((decision, *sorted(contradiction.edit_rules), *about))
    return sha256(key.encode()).hexdigest()[:16]


def _short(end: Decimal | None) -> Decimal | None:
    return None if end is None else rounded(end, _DIGITS)


def _decimal(number: Decimal) -> ox.Literal:
    return typed(decimal_text(rounded(number, _DIGITS)), "decimal")
