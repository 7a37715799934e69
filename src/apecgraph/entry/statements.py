"""New statements."""

from __future__ import annotations

import re

import pyoxigraph as ox

from apecgraph.entry.draft import Draft, Row, cited, read
from apecgraph.entry.literals import DATE, address, date_literal, turtle_literal
from apecgraph.entry.properties import read_predicate
from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import APEC, ID, RDF, compact
from apecgraph.rdf.terms import Value


def enter_statement(draft: Draft, row: Row) -> str:
    """Enter a statement.

    Args:
        draft: Where the statement is entered.
        row: `statedIn`, `subject`, `predicate`, `object`, and optionally `period`, `printed`,
            `language`, `identifier` and `statement` (the name).

    Returns:
        The IRI of the statement.

    Raises:
        EntryRefused: A value is missing or unknown.
    """
    source = draft.find(row, "statedIn", "source")
    subject = draft.find(row, "subject")
    predicate = read(row, "predicate", read_predicate)
    _, literal = draft.printed(row, source)
    name = re.sub("[^a-z0-9]+", "-", compact(predicate).partition(":")[2].lower())
    iri = draft.free(source, "statement", name, row.get("statement"))
    values: list[tuple[str, Value]] = [
        (f"{RDF}type", f"{RDF}Statement"),
        (f"{RDF}subject", subject),
        (f"{RDF}predicate", predicate),
        (f"{RDF}object", _object(draft, row, source)),
    ]
    period = draft.optional(row, "period", "period")
    if period is not None:
        values.append((f"{APEC}period", period))
    draft.add(source, iri, [*values, *cited(row, literal)])
    if literal is None:
        draft.notes.append("still to fill in: the printed words (apec:printed)")
    return iri


def _object(draft: Draft, row: Row, source: str) -> Value:
    """Return the object of a statement: a thing, a date or a text."""
    text = row.get("object", "")
    if not text:
        raise EntryRefused("object is missing: give a thing, a date or a text")
    if text.startswith('"'):
        return read(row, "object", turtle_literal)
    if text.startswith(("http:", "https:")) and not text.startswith(ID):
        return read(row, "object", address)
    if "/" in text and " " not in text:
        return draft.find(row, "object")
    if DATE.fullmatch(text):
        return read(row, "object", date_literal)
    return ox.Literal(text, language=draft.language(row, source))
