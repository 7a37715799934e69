"""Withhold figures and statements, enter them again with `apecgraph new`, and count false alarms.

A claim is entered as an editor would: with its cell and its printed words, and with number, unit
and bound only if the words do not have them. Each refusal and each error of the check is a false
alarm, because the claims passed the check before.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from apecgraph.check.validation import validate
from apecgraph.content.cube import local_name
from apecgraph.content.evidence import Evidence
from apecgraph.content.figures import Figure
from apecgraph.content.folder import Content
from apecgraph.content.statements import Statement
from apecgraph.content.vocabularies import Vocabularies
from apecgraph.entry.claims import Entries
from apecgraph.entry.draft import Row
from apecgraph.errors import EntryRefused
from apecgraph.intervals import decimal_text
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, SDMX_ATTRIBUTE, compact
from apecgraph.rdf.terms import term_text

_SEED: Final = 15
_NUMBER: Final = 60
_CONVERTED: Final = f"{ID}bound/converted"


@dataclass(frozen=True, slots=True)
class Reentered:
    """The outcome of entering claims again.

    Attributes:
        claims: The number of claims.
        unaided: The number of claims whose words had all that was needed.
        alarms: Each false alarm in words.
    """

    claims: int
    unaided: int
    alarms: tuple[str, ...]


def reenter(content: Content, *, number: int = _NUMBER, seed: int = _SEED) -> Reentered:
    """Withhold claims that are drawn by a seed, and enter them again.

    Args:
        content: The content.
        number: The number of claims to draw.
        seed: The seed.

    Returns:
        The outcome.
    """
    evidence = Evidence.gather(content)
    claims: list[Figure | Statement] = [*evidence.figures, *evidence.statements]
    standing = [claim for claim in claims if claim.iri not in evidence.rejected]
    drawn = random.Random(seed).sample(standing, number)
    left = _without(content, {claim.iri for claim in drawn})
    entries = Entries(left)
    unaided, alarms = 0, []
    for claim in drawn:
        try:
            unaided += _enter(entries, evidence, claim)
        except EntryRefused as error:
            alarms.append(f"{compact(claim.iri)}: {error}")
    report, _ = validate(entries.content(), Vocabularies.read(content.root))
    return Reentered(number, unaided, (*alarms, *map(str, report.results)))


def _enter(entries: Entries, evidence: Evidence, claim: Figure | Statement) -> bool:
    """Enter a claim; return whether its printed words had all that was needed."""
    rows = list(_rows(evidence, claim))
    kind = "figure" if isinstance(claim, Figure) else "statement"
    for row in rows[:-1]:
        try:
            entries.enter(kind, row)
        except EntryRefused:
            continue
        return row is rows[0]
    entries.enter(kind, rows[-1])
    return len(rows) == 1


def _rows(evidence: Evidence, claim: Figure | Statement) -> Iterator[Row]:
    """Yield the rows with which an editor enters a claim, the shortest first."""
    graph = evidence.graph.named_graph(claim.source)
    kind = "figure" if isinstance(claim, Figure) else "statement"
    common = {kind: claim.iri, "statedIn": claim.source}
    common["identifier"] = graph.value(claim.iri, f"{DCTERMS}identifier") or ""
    for printed in graph.objects(claim.iri, f"{APEC}printed"):
        if isinstance(printed, ox.Literal):
            common |= {"printed": printed.value, "language": printed.language or ""}
    if isinstance(claim, Statement):
        subject, predicate, value = claim.triple
        stated = value.value if isinstance(value, ox.NamedNode) else str(value)
        yield {
            **common,
            "subject": term_text(subject),
            "predicate": compact(predicate.value),
            "object": stated,
            "period": claim.period or "",
        }
        return
    cell = {local_name(name): value for name, value in claim.cell.values()}
    inferred = graph.value(claim.iri, f"{APEC}inferred") is not None
    knows_bound = inferred or claim.bound == _CONVERTED
    bound = {"bound": claim.bound, "inferred": "bound" if inferred else ""}
    row = common | cell | (bound if knows_bound else {})
    yield row
    multiplier = graph.value(claim.iri, f"{SDMX_ATTRIBUTE}unitMult") or ""
    row = row | {"unitMeasure": claim.unit}
    yield row
    yield row | {"unitMult": multiplier}
    yield row | bound
    yield {
        **row,
        **bound,
        "obsValue": decimal_text(claim.observed),
        "unitMult": multiplier,
        "decimals": graph.value(claim.iri, f"{SDMX_ATTRIBUTE}decimals") or "",
    }


def _without(content: Content, iris: Collection[str]) -> Content:
    """Return the content without the claims of some IRIs."""
    withheld = {ox.NamedNode(iri) for iri in iris}
    files = tuple(
        replace(file, triples=tuple(each for each in file.triples if each.subject not in withheld))
        for file in content.files
    )
    return replace(content, files=files)
