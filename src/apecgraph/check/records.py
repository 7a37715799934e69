"""The rules on the records of sources, claims and decisions: identifiers, dates and places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Result
from apecgraph.content.evidence import Evidence
from apecgraph.content.folder import DECISIONS_GRAPH, SOURCE_PREFIX, Content
from apecgraph.content.table_rows import Table
from apecgraph.rdf.namespaces import APEC, DCTERMS, ID, OWL, RDF, RDFS, SCHEMA, compact
from apecgraph.rdf.terms import notation

_DATED: Final = frozenset((f"{DCTERMS}issued", f"{SCHEMA}sdDatePublished"))
_NEVER_EMPTY: Final = frozenset(
    (f"{DCTERMS}identifier", f"{APEC}printed", f"{RDFS}label", f"{RDFS}comment")
)
_LOCATOR: Final = f"{APEC}locator"
_NUMBERED: Final = frozenset(("page", "row", "column", "paragraph"))
_ANY_NUMBER: Final = re.compile("[+-]?[0-9]+")
_NUMBER: Final = re.compile("[1-9][0-9]{0,6}")
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RULE: Final = f"{ID}shape/records"


def misrecorded(content: Content, evidence: Evidence) -> Iterator[Result]:
    """Find identifiers, addresses, dates and places in sources that cannot be right.

    Args:
        content: The content.
        evidence: The evidence in it.

    Yields:
        The results, in the order of the files; repeated statements and decisions come last.
    """
    latest = _latest(evidence)
    tables = {f"{SOURCE_PREFIX}{table.source}": table for table in content.tables}
    owners: defaultdict[ox.Literal | ox.NamedNode, dict[str, str]] = defaultdict(dict)
    for file in content.files:
        of_source = file.graph.value.startswith(SOURCE_PREFIX)
        if not of_source and file.graph != DECISIONS_GRAPH:
            continue
        for triple in file.triples:
            subject, predicate, value = triple
            node, name = notation(subject), predicate.value
            message = _wrong_literal(name, value, latest) if isinstance(value, ox.Literal) else None
            if name == f"{DCTERMS}identifier" or (name == f"{SCHEMA}url" and subject == file.graph):
                # The claims of a source may share an identifier, as parts of one claim.
                of_claim = of_source and subject != file.graph
                owners[value].setdefault(f"claim of {file.graph.value}" if of_claim else node, node)
            if message is not None:
                yield Result.of(_RULE, node, message, name, notation(value))
    for value, nodes in owners.items():
        kind = "address" if isinstance(value, ox.NamedNode) else "identifier"
        for node, other in combinations(nodes.values(), 2):
            if node == other:
                continue  # one claim in two files, which a shape reports
            if kind == "address" and _read_other_cells(tables, node, other):
                continue
            yield Result.of(
                _RULE,
                other,
                f"the {kind} {value.value} is that of {compact(node)}: give it its own",
                f"{SCHEMA}url" if kind == "address" else f"{DCTERMS}identifier",
                notation(value),
            )
    yield from _repeated(evidence)


def _read_other_cells(tables: Mapping[str, Table], *sources: str) -> bool:
    """Return whether two sources are tables of one file, and have no cell of it in common."""
    read = [
        {row["locator"] for row in tables[source].rows.values()}
        for source in sources
        if source in tables
    ]
    return len(read) == len(sources) and not set.intersection(*read)


def _repeated(evidence: Evidence) -> Iterator[Result]:
    """Report statements that a source makes twice, and decisions on the same claims."""
    stated: dict[tuple[ox.Quad, str | None], str] = {}
    for statement in evidence.statements:
        first = stated.setdefault((statement.quad, statement.period), statement.iri)
        if first != statement.iri:
            message = f"the source states this as {compact(first)}: delete one of the two"
            yield Result.of(_RULE, statement.iri, message, f"{RDF}object")
    decided: dict[frozenset[str], str] = {}
    for decision in evidence.decisions:
        first = decided.setdefault(decision.names, decision.iri)
        if first != decision.iri and decision.names:
            message = f"is about the same claims as {compact(first)}: delete one of the two"
            yield Result.of(_RULE, decision.iri, message, f"{APEC}upholds")


def _latest(evidence: Evidence) -> str:
    """Return today, or the day of the ontology if the clock of the machine is behind it."""
    graph = evidence.graph
    ontologies = graph.subjects(f"{RDF}type", f"{OWL}Ontology")
    issued = [day for each in ontologies for day in graph.values(each, f"{DCTERMS}issued")]
    return max([date.today().isoformat(), *filter(_DAY.fullmatch, issued)])


def _wrong_literal(name: str, value: ox.Literal, latest: str) -> str | None:
    """Return the error in an identifier, a date or a place in a source, or None."""
    text = value.value
    if name in _NEVER_EMPTY and not text.strip():
        return f"{compact(name)} is empty: write it, or delete it"
    if name in _DATED and text > latest[: len(text)]:
        return f"{compact(name)} is {text}, after {latest}: correct the date"
    return _wrong_locator(text) if name == _LOCATOR else None


def _wrong_locator(text: str) -> str | None:
    """Return the error in a locator that has the form that its shape requires, or None."""
    parts = [part.partition("=") for part in text.split(";")]
    keys = [key for key, _, _ in parts]
    for key in keys:
        if keys.count(key) > 1:
            return f"apec:locator has {key} more than once: keep one"
    for key, _, value in parts:
        # Tables and notes may have letters as well, sheets any name.
        counted = key in _NUMBERED or (key != "sheet" and _ANY_NUMBER.fullmatch(value))
        if counted and not _NUMBER.fullmatch(value):
            return f"{key}={value} in apec:locator must be a number from 1"
        if not value.strip():
            return f"{key} in apec:locator is empty: write it, or delete it"
    return None
