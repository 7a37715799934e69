"""Decisions as editors enter them, with the claims as they are at that time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.consistency.decided_edit_rule import to_record
from apecgraph.consistency.findings import Findings
from apecgraph.consistency.wording import Wording
from apecgraph.content.decisions import Decision
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import DECISIONS_GRAPH, Content
from apecgraph.errors import ContentError
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, RDF, RDFS, compact
from apecgraph.rdf.terms import Value, english, triples_about, typed
from apecgraph.rdf.turtle import parse_to_rewrite, write_turtle
from apecgraph.text.nearest import nearest

_SAW: Final = f"{APEC}saw"
_ROLES: Final = tuple(f"{APEC}{name}" for name in ("upholds", "rejects", "alternative"))
_MOST_SHOWN: Final = 2
_NEAR: Final = 3
"""Number of similar names that an error lists."""


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """Values that an editor gives for a decision, in addition to the recorded ones.

    Attributes:
        verdict: Name of the verdict, such as "open"; None keeps the recorded one.
        label: The title, in English, or None.
        comment: The reason, in English, or None.
        identifier: The short name for citing the decision, or None.
        upholds: IRIs of further claims that the decision upholds.
        rejects: IRIs of further claims that it rejects.
        alternatives: IRIs of further statements that it keeps as other wordings.
    """

    verdict: str | None = None
    label: str | None = None
    comment: str | None = None
    identifier: str | None = None
    upholds: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()

    def values(self) -> Iterator[tuple[str, Value]]:
        """Yield the values other than claims, as pairs of the IRI of a property and a value."""
        if self.verdict is not None:
            yield f"{APEC}verdict", f"{ID}verdict/{self.verdict}"
        if self.label is not None:
            yield f"{RDFS}label", english(self.label)
        if self.comment is not None:
            yield f"{RDFS}comment", english(self.comment)
        if self.identifier is not None:
            yield f"{DCTERMS}identifier", ox.Literal(self.identifier)

    def claims(self) -> Iterator[tuple[str, str]]:
        """Yield the claims, each after the IRI of the property that leads to it."""
        yield from ((f"{APEC}upholds", claim) for claim in self.upholds)
        yield from ((f"{APEC}rejects", claim) for claim in self.rejects)
        yield from ((f"{APEC}alternative", claim) for claim in self.alternatives)


@dataclass(frozen=True, slots=True)
class EnteredDecisions:
    """The result of entering decisions.

    Attributes:
        name: Path of the file of all decisions, relative to the content folder.
        text: The canonical text of the file.
        notes: For the editor: the claims that have changed, and the contradictions.
    """

    name: str
    text: str
    notes: tuple[str, ...]


def enter_decisions(
    content: Content, names: Sequence[str], entry: DecisionEntry, today: str
) -> tuple[EnteredDecisions, Content]:
    """Enter decisions, and record the claims as they are now.

    Args:
        content: The content.
        names: Names of the decisions, such as "trade-2025": one that is new, or some that are
            recorded.
        entry: The values that the editor gives.
        today: The day of a new decision (ISO 8601).

    Returns:
        The file with the decisions, and the content with them.

    Raises:
        ContentError: A part of a new decision is missing, or a claim is unknown.
    """
    (file,) = (each for each in content.files if each.graph == DECISIONS_GRAPH)
    triples, prefixes = parse_to_rewrite(file.path)
    iris = [f"{ID}decision/{name}" for name in names]
    for iri in iris:
        triples = _entered(triples, iri, entry, today, file.path)
    evidence = Evidence.gather(_with(content, triples))
    findings = Findings(evidence)
    notes: list[str] = []
    for decision in evidence.decisions:
        if decision.iri in iris:
            missing = sorted(decision.names - evidence.claims.keys())
            if missing:
                raise ContentError(_unknown(missing[0], evidence.claims), file.path)
            record = to_record(decision, findings)
            notes += _notes(decision, record, findings)
            triples = [each for each in triples if not _says(each, decision.iri, {_SAW})]
            texts = (f"{compact(claim)}: {text}" for claim, text in record.items())
            triples += triples_about(decision.iri, *((_SAW, ox.Literal(text)) for text in texts))
    text = write_turtle(triples, prefixes, file.path)
    entered = EnteredDecisions(content.relative(file.path), text, tuple(notes))
    return entered, _with(content, triples)


def _with(content: Content, decisions: Iterable[ox.Triple]) -> Content:
    """Return content with other triples in the file of its decisions."""
    files = (
        replace(file, triples=tuple(decisions)) if file.graph == DECISIONS_GRAPH else file
        for file in content.files
    )
    return replace(content, files=tuple(files))


def _entered(
    triples: list[ox.Triple], iri: str, entry: DecisionEntry, today: str, path: Path
) -> list[ox.Triple]:
    """Return the triples of a file with a decision as the editor gives it."""
    values, claims = list(entry.values()), list(entry.claims())
    said = {property_ for property_, _ in values}
    if not any(str(triple.subject) == f"<{iri}>" for triple in triples):
        needed = {
            "--verdict": f"{APEC}verdict",
            "--upholds": f"{APEC}upholds",
            "--label": f"{RDFS}label",
            "--comment": f"{RDFS}comment",
            "--identifier": f"{DCTERMS}identifier",
        }
        known = said.union(property_ for property_, _ in claims)
        missing = [option for option, property_ in needed.items() if property_ not in known]
        if missing:
            raise ContentError(f"{compact(iri)} is new: give {', '.join(missing)}", path)
        values += [(f"{RDF}type", f"{APEC}Decision"), (f"{DCTERMS}issued", typed(today, "date"))]
    moved = {ox.NamedNode(claim) for _, claim in claims}
    kept = [
        triple
        for triple in triples
        if not _says(triple, iri, said)
        and not (_says(triple, iri, _ROLES) and triple.object in moved)
    ]
    return [*kept, *triples_about(iri, *values, *claims)]


def _says(triple: ox.Triple, iri: str, properties: Collection[str]) -> bool:
    return triple.subject == ox.NamedNode(iri) and triple.predicate.value in properties


def _notes(decision: Decision, record: dict[str, str], findings: Findings) -> Iterator[str]:
    """Yield the notes that an editor should read before relying on the decision."""
    for claim, text in record.items():
        before = decision.saw.get(claim, text)
        if before != text:
            yield f"{compact(claim)}: {before} has become {text}"
    wording = Wording(findings.evidence.graph)
    about = findings.justifying(replace(decision, saw=record))
    for contradiction, _ in about[:_MOST_SHOWN]:
        yield f"{compact(decision.iri)} is about: {wording.contradiction(contradiction)}"
    if len(about) > _MOST_SHOWN:
        yield f"{compact(decision.iri)} is about {len(about) - _MOST_SHOWN} more contradictions"


def _unknown(claim: str, known: Iterable[str]) -> str:
    near = nearest(claim, known, least=80, most=_NEAR)
    names = " or ".join(map(compact, near))
    return f"{compact(claim)} is not a figure or a statement of any source" + (
        f": did you mean {names}?" if names else ""
    )
