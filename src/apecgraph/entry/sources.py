"""New sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.entry.draft import NAME, Draft, Row, read
from apecgraph.entry.literals import address, date_literal, language_tag
from apecgraph.errors import EntryRefused
from apecgraph.rdf.namespaces import APEC, DCTERMS, RDF, RDFS, SCHEMA
from apecgraph.rdf.terms import Value

_REQUIRED: Final = ("title", "url", "publisher", "language")
_OPTIONAL: Final[Mapping[str, tuple[str, Callable[[str], Value]]]] = {
    "issued": (f"{DCTERMS}issued", date_literal),
    "recorded": (f"{SCHEMA}sdDatePublished", date_literal),
    "archived": (f"{SCHEMA}archivedAt", address),
    "correction": (f"{SCHEMA}correction", address),
    "status": (f"{SCHEMA}creativeWorkStatus", ox.Literal),
}
"""The property of each column that may be empty, with the function that reads its values."""

SOURCE_COLUMNS: Final = {
    f"{RDFS}label": "title",
    **{property_: column for column, (property_, _) in _OPTIONAL.items()},
}
"""The columns of properties that have another name."""


def enter_source(draft: Draft, row: Row) -> str:
    """Enter a source.

    Args:
        draft: Where the source is entered.
        row: `name` (of the source and of its file), `title`, `url`, `publisher`, `language`, and
            optionally `identifier`, `issued`, `recorded` (the day on which it was read),
            `archived` (the address of a copy), `correction` (its address) and `status`
            ("withdrawn").

    Returns:
        The IRI of the source.

    Raises:
        EntryRefused: The name is taken, or a value is missing or unknown.
    """
    name = row.get("name", "")
    if not NAME.fullmatch(name):
        raise EntryRefused(
            f"'{name}' is not a valid name: use lower-case letters, digits and hyphens"
        )
    iri = f"{SOURCE_PREFIX}{name}"
    path = draft.path(iri)
    if path.exists():
        raise EntryRefused(f"{draft.content.relative(path)} already exists: choose another name")
    for column in _REQUIRED:
        if not row.get(column):
            raise EntryRefused(f"a source needs a {column}")
    values: list[tuple[str, Value]] = [
        (f"{RDF}type", f"{APEC}Source"),
        (f"{RDFS}label", ox.Literal(row["title"], language=read(row, "language", language_tag))),
        (f"{DCTERMS}identifier", ox.Literal(row.get("identifier") or name)),
        (f"{DCTERMS}language", ox.Literal(row["language"])),
        (f"{DCTERMS}publisher", draft.find(row, "publisher", "publisher")),
        (f"{SCHEMA}url", read(row, "url", address)),
        *(
            (property_, read(row, column, reader))
            for column, (property_, reader) in _OPTIONAL.items()
            if row.get(column)
        ),
    ]
    draft.add(iri, iri, values)
    if not row.get("issued"):
        draft.notes.append("still to fill in: the date of the source (dcterms:issued), if known")
    draft.notes.append("still to fill in: what the source states (apecgraph new figure, statement)")
    return iri
