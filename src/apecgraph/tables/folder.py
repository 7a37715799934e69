"""The folder of a table in the content: the rows of its figures, and its source, as files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import SOURCE_PREFIX
from apecgraph.content.table_rows import NAME, Row
from apecgraph.entry.literals import date_literal
from apecgraph.errors import ContentError
from apecgraph.files import read_file
from apecgraph.rdf.namespaces import (
    APEC,
    DCAT,
    DCTERMS,
    ID,
    RDF,
    RDFS,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SKOS,
)
from apecgraph.rdf.terms import Value, term_text, triples_about
from apecgraph.rdf.turtle import parse_file, write_turtle
from apecgraph.release.durable import TEMPORARY, exchange, persist, persist_names
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.mapping import Source
from apecgraph.tables.meanings import Meanings

PERIODS: Final = "data/entities/periods.ttl"

_BOUND: Final = "bound/rounded"


@dataclass(frozen=True, slots=True)
class EnteredTable:
    """A table that can be written.

    Attributes:
        periods: The text of the file of periods; None if it has all periods already.
        texts: The texts of the files, keyed by name.
        notes: The account for the editor.
    """

    periods: str | None
    texts: Mapping[str, str]
    notes: tuple[str, ...]


def figure_row(figure: TableFigure, issued: str) -> Row:
    """Return the row of a figure.

    Args:
        figure: The figure.
        issued: When the edition that prints it was released; empty if that is not known.

    Returns:
        Its values by column; a column without a value is empty.
    """
    return {
        NAME: figure.name,
        "dataSet": figure.dataset,
        "reporter": figure.reporter,
        "counterpart": figure.counterpart,
        "flow": figure.flow,
        "coverage": figure.coverage,
        "subject": figure.subject,
        "measure": figure.measure,
        "period": figure.period.code,
        "basePeriod": figure.base.code if figure.base else "",
        "currency": figure.currency,
        "valuation": figure.valuation or "",
        "obsValue": figure.digits,
        "unitMeasure": figure.unit,
        "unitMult": str(figure.multiplier),
        "decimals": str(figure.decimals),
        "bound": _BOUND,
        "printed": figure.printed,
        "locator": figure.locator,
        "issued": issued,
    }


def write_source(name: str, source: Source, meanings: Meanings, path: Path) -> str:
    """Write the description of a source.

    Args:
        name: Name of the source.
        source: Its description in the mapping.
        meanings: The codes of the mapping.
        path: The file, for error messages.

    Returns:
        Its text in canonical Turtle.
    """
    iri = f"{SOURCE_PREFIX}{name}"
    values: list[tuple[str, Value]] = [
        (f"{RDF}type", f"{APEC}Source"),
        (f"{RDF}type", f"{SCHEMA}Dataset"),
        (f"{RDFS}label", ox.Literal(source.title, language="en")),
        (f"{DCTERMS}identifier", ox.Literal(source.identifier or name)),
        (f"{DCTERMS}language", ox.Literal(source.language)),
        (f"{DCTERMS}publisher", f"{ID}{meanings.code(source.publisher, 'publisher')}"),
        (f"{SCHEMA}url", source.url),
    ]
    if source.compiler:
        compiler = meanings.code(source.compiler, "body")
        values.append((f"{SDMX_ATTRIBUTE}compilingOrg", f"{ID}{compiler}"))
    if source.issued:
        values.append((f"{DCTERMS}issued", date_literal(source.issued)))
    if source.version:
        values.append((f"{DCAT}version", ox.Literal(source.version)))
    note = " ".join(filter(None, (source.note, source.rights)))
    if note:
        values.append((f"{SKOS}editorialNote", ox.Literal(note, language="en")))
    return write_turtle(triples_about(iri, *values), {}, path)


def source_values(path: Path) -> Mapping[str, str]:
    """Return the address and the release date of a source that is described already.

    Args:
        path: Its file; it need not exist.

    Returns:
        `url` and `issued`, as far as they are stated.
    """
    if not path.is_file():
        return {}
    names = {f"{SCHEMA}url": "url", f"{DCTERMS}issued": "issued"}
    triples, _ = parse_file(path)
    return {
        names[each.predicate.value]: term_text(each.object)
        for each in triples
        if each.predicate.value in names
    }


def folder_texts(folder: Path) -> Mapping[str, str]:
    """Return the texts of the files of a folder, keyed by name; empty if there is no folder.

    Args:
        folder: The folder.

    Returns:
        The texts.

    Raises:
        ContentError: A file cannot be read.
    """
    if not folder.is_dir():
        return {}
    texts = {}
    for path in folder.iterdir():
        try:
            texts[path.name] = read_file(path).decode("utf-8", "replace")
        except OSError as error:
            raise ContentError(f"cannot be read: {error.strerror}", path) from None
    return texts


def replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a folder so that all of them are new, or none.

    Args:
        folder: The folder, which need not exist.
        texts: The texts of the files, keyed by name.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Outside the folder of tables: in it, an unfinished folder would be read as a table.
    new, old = (folder.parents[1] / f"{TEMPORARY}{folder.name}{suffix}" for suffix in ("", ".old"))
    if old.exists() and not folder.exists():
        old.rename(folder)  # the last import was killed between the two renames below
    for path in (new, old):
        shutil.rmtree(path, ignore_errors=True)
    new.mkdir()
    for name, text in texts.items():
        (new / name).write_text(text, encoding="utf-8", newline="")
    persist(new)
    try:
        exchange(new, folder)
    except OSError:  # the folder does not exist, or the file system cannot exchange folders
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        persist_names(folder.parent)
    for path in (new, old):
        shutil.rmtree(path, ignore_errors=True)
