"""The rules on what sources may state: facts about things of the world, each once described.

A statement of a source becomes a triple of the dataset. Without these rules, a source could give a
figure another value, withdraw another source, or change what a term means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import DERIVED_PROPERTIES, Content
from apecgraph.content.statements import Statement
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    DCTERMS,
    ID,
    ORG,
    OWL,
    PROV,
    RDF,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SDMX_CODE,
    SKOS,
    compact,
)

_STRUCTURE: Final = frozenset(
    (
        f"{RDF}type",
        f"{OWL}deprecated",
        f"{DCTERMS}isReplacedBy",
        f"{SKOS}broader",
        f"{SKOS}inScheme",
        f"{APEC}withoutReporter",
        *(f"{DCAT}{name}" for name in ("startDate", "endDate")),
        *(f"{ORG}{name}" for name in ("memberDuring", "organization", "role")),
    )
)
"""Properties with which editors define things: what these are is nobody's claim."""

_DESCRIPTION: Final = frozenset(
    (
        *(f"{DCAT}{name}" for name in ("inSeries", "version")),
        *(f"{DCTERMS}{name}" for name in ("identifier", "issued", "language")),
        f"{PROV}wasQuotedFrom",
        *(
            f"{SCHEMA}{name}"
            for name in (
                "archivedAt",
                "correction",
                "creativeWorkStatus",
                "sdDatePublished",
                "translationOfWork",
                "url",
            )
        ),
        f"{SDMX_ATTRIBUTE}compilingOrg",
    )
)
"""Properties of a source that its description has, which shapes check."""

_ABOUT: Final = f"{ID}shape/stated"
_SAID: Final = f"{ID}shape/attributed"


def misstated(content: Content, evidence: Evidence) -> Iterator[Result]:
    """Find the statements that are about what no source may change, and words of no speaker.

    Args:
        content: The content.
        evidence: The evidence in it.

    Yields:
        The results, in the order of the statements.
    """
    described = content.entities
    currencies = set(evidence.graph.subjects(f"{RDF}type", f"{SDMX_CODE}Currency"))
    for statement in evidence.statements:
        message = _wrong_property(statement) or _wrong_subject(
            statement, described, currencies, evidence
        )
        if message is not None:
            yield Result.of(_ABOUT, statement.iri, message, f"{RDF}predicate")
    for claim in evidence.claims:
        for speaker in evidence.graph.iris(claim, f"{PROV}wasAttributedTo"):
            if speaker.startswith(f"{ID}economy/"):
                yield Result.of(
                    _SAID,
                    claim,
                    f"{compact(speaker)} cannot say anything: the value of prov:wasAttributedTo "
                    "is the person or the body that said it, or the publisher",
                    f"{PROV}wasAttributedTo",
                )


def _wrong_property(statement: Statement) -> str | None:
    """Return why no source may state a property, or None."""
    property_ = statement.triple.predicate.value
    if property_ in DERIVED_PROPERTIES:
        return f"{compact(property_)} is derived by the build: delete the statement"
    if property_ in _STRUCTURE:
        return (
            f"no source states {compact(property_)}: write it in data/entities, where the thing is "
            "described, or delete the statement"
        )
    return None


def _wrong_subject(
    statement: Statement,
    described: frozenset[ox.NamedNode | ox.BlankNode | ox.Triple],
    currencies: set[str],
    evidence: Evidence,
) -> str | None:
    """Return why a statement may not be about its subject, or None."""
    subject, predicate, _ = statement.triple
    if subject in described or not isinstance(subject, ox.NamedNode):
        return None
    name = compact(subject.value)
    if subject.value == statement.source:
        if predicate.value in _DESCRIPTION:
            return (
                f"{compact(predicate.value)} belongs to the description of the source: write it "
                f"at <{name}>, or delete the statement"
            )
        return None
    if subject.value in currencies and predicate.value == f"{DCTERMS}spatial":
        return None
    if subject.value.startswith(ID) and not evidence.graph.has(subject.value, f"{RDF}type"):
        return None  # a shape reports a thing without a description
    return (
        f"a source may state facts only about the things that data/entities/ describes, about "
        f"itself, and the economies of a currency, not about {name}: correct the rdf:subject"
    )
