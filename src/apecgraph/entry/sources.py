"""New sources."""

from __future__ import annotations

import pyoxigraph as ox

from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.entry.draft import NAME, Draft, Row
from apecgraph.entry.literals import date_literal, language_tag
from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDF, RDFS, SCHEMA
from apecgraph.rdf.terms import Value


def enter_source(draft: Draft, row: Row) -> None:
    """Enter a source.

    Args:
        draft: Where the source is entered.
        row: `name` (of the source and of its file), `title`, `url`, `publisher`, `language`, and
            optionally `issued` and `identifier`.

    Raises:
        EntryRefused: The name is taken, or a value is missing or unknown.
    """
    name = row.get("name", "")
    if not NAME.fullmatch(name):
        raise EntryRefused(
            f"'{name}' is not a valid name: use lower-case letters, digits and hyphens"
        )
    path = draft.path(f"{SOURCE_PREFIX}{name}")
    if path.exists():
        raise EntryRefused(f"{draft.content.relative(path)} already exists: choose another name")
    for column in ("title", "url", "publisher", "language"):
        if not row.get(column):
            raise EntryRefused(f"a source needs a {column}")
    publisher = draft.codes.find(row["publisher"], "publisher")
    issued = row.get("issued")
    values: list[tuple[str, Value]] = [
        (f"{RDF}type", f"{APEC}Source"),
        (f"{RDFS}label", ox.Literal(row["title"], language=language_tag(row["language"]))),
        (f"{DCTERMS}identifier", ox.Literal(row.get("identifier") or name)),
        (f"{DCTERMS}language", ox.Literal(row["language"])),
        (f"{DCTERMS}publisher", publisher),
        (f"{SCHEMA}url", row["url"]),
    ]
    if issued:
        values.append((f"{DCTERMS}issued", date_literal(issued)))
    draft.add(f"{SOURCE_PREFIX}{name}", f"{SOURCE_PREFIX}{name}", values)
    if not issued:
        draft.notes.append("still to fill in: the date of the source (dcterms:issued), if known")
    draft.notes.append("still to fill in: what the source states (apecgraph new figure, statement)")
