"""The import of a foreign table: from the file to the folder of its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from apecgraph.check.literals import is_well_formed
from apecgraph.content.folder import Content
from apecgraph.content.table_rows import FIGURES, MAPPING, METADATA, SOURCE, TABLES, write_rows
from apecgraph.entry.literals import date_literal
from apecgraph.errors import TableRefused
from apecgraph.files import read_file
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ID
from apecgraph.rdf.turtle import parse_file, write_turtle
from apecgraph.tables.figures import TableFigure
from apecgraph.tables.files import read_grid
from apecgraph.tables.folder import (
    PERIODS,
    EnteredTable,
    figure_row,
    source_values,
    write_source,
)
from apecgraph.tables.mapping import mapping_text, read_mapping, shipped_mappings
from apecgraph.tables.meanings import Meanings
from apecgraph.tables.periods import Period
from apecgraph.tables.reading import Reading, read_table
from apecgraph.tables.revisions import Changes, compare
from apecgraph.tables.sums import CHECKS, Checked, check_sums

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_LISTED: Final = 20


def import_table(
    content: Content,
    file: Path,
    name: str,
    mapping: str,
    url: str,
    issued: str,
    observe: StepObserver = nullcontext,
) -> EnteredTable:
    """Read a foreign table into the folder of a source, without writing it.

    Args:
        content: The content.
        file: The foreign file.
        name: Name of the source.
        mapping: A mapping that comes with apecgraph, or the path of one; if empty, the mapping that
            the folder of the source has.
        url: Where the table was read; if empty, as the mapping or the source says.
        issued: When it was released; if empty, as the mapping or the source says.
        observe: Observes the reading of the mapping and of the table.

    Returns:
        The files, and the notes that account for every cell.

    Raises:
        TableRefused: The table cannot be read.
        ExceptionGroup: Several cells, sums or keys are wrong; there is a TableRefused for each.
    """
    if not _NAME.fullmatch(name):
        raise TableRefused(f"'{name}' is not a name: use small letters, digits and hyphens")
    folder = content.root / TABLES / name
    with observe(Step("file", mapping or str(folder / MAPPING))):
        text, path = _mapping(folder, mapping)
        stated = read_mapping(text, path).source
    described = source_values(folder / SOURCE)
    given = {"url": url, "issued": issued}
    overrides = {key: given[key] or getattr(stated, key) or described.get(key, "") for key in given}
    read = read_mapping(text, path, overrides)
    if not read.source.url:
        raise TableRefused("give --url: where the table was read")
    if read.source.issued and not is_well_formed(date_literal(read.source.issued)):
        raise TableRefused(f"issued: there is no {read.source.issued}: correct the date")
    graph = Graph(content.quads)
    meanings = Meanings(read, graph)
    with observe(Step("file", str(file))):
        grid = read_grid(file, read.layout)
        reading = read_table(grid, read, meanings)
        if not reading.figures:
            raise TableRefused(f"{file.name}: no cell of the table is a figure of the content")
        checked = check_sums(reading.figures, meanings, read.excuses, file.name)
    known = {
        key: {**row, "issued": row["issued"] or described.get("issued", "")}
        for table in content.tables
        if table.source == name
        for key, row in table.rows.items()
    }
    printed = {each.name: figure_row(each, read.source.issued) for each in reading.figures}
    changes = compare(known, printed)
    rows = changes.rows
    if all(row["issued"] == read.source.issued for row in rows):
        rows = [{**row, "issued": ""} for row in rows]  # the source has the date of all
    figures, metadata = write_rows(rows, name, read.source.language)
    source = write_source(name, read.source, meanings, folder / SOURCE)
    texts = {SOURCE: source, FIGURES: figures, METADATA: metadata, MAPPING: text}
    account = (
        *(f"    {note}" for note in grid.notes),
        *_account(reading, checked),
        *_changes(changes),
    )
    return EnteredTable(
        _periods(content, graph, reading.figures),
        texts,
        (f"{TABLES}/{name}: {len(rows):,} figures", *account),
    )


def _mapping(folder: Path, mapping: str) -> tuple[str, Path]:
    """Return the text of a mapping, and the file that errors name."""
    if mapping in shipped_mappings():
        return mapping_text(mapping), Path(f"{mapping}.toml")
    path = Path(mapping) if mapping else folder / MAPPING
    try:
        return read_file(path).decode(), path
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped_mappings())
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise TableRefused(
            f"{path}: the mapping cannot be read: {reason}; give --mapping with a file, or one of "
            f"{known}"
        ) from None


def _periods(content: Content, graph: Graph, figures: Sequence[TableFigure]) -> str | None:
    """Return the file of periods with those that the figures need."""
    needed: set[Period] = {each.period for each in figures}
    needed |= {each.base for each in figures if each.base}
    missing = [each for each in sorted(needed) if not graph.describes(f"{ID}{each.code}")]
    if not missing:
        return None
    path = content.root / PERIODS
    triples, prefixes = parse_file(path)
    more = [triple for each in missing for triple in each.triples()]
    return write_turtle([*triples, *more], prefixes, path)


def _account(reading: Reading, checked: Checked) -> Iterator[str]:
    """Account for the cells, and count the sums that hold."""
    kept = len(reading.figures)
    yield f"    {reading.cells:,} cells are read, {kept:,} are kept as figures"
    for reason, count in sorted(reading.left.items(), key=lambda item: (-item[1], item[0])):
        yield f"    left: {count:,} ({reason})"
    for check, words in CHECKS.items():
        if checked.held.get(check):
            yield f"    holds: {checked.held[check]:,} ({words})"
    for (check, reason), count in checked.excused.items():
        yield f"    does not hold, for a reason: {count:,} ({CHECKS[check]}: {reason})"


def _changes(changes: Changes) -> Iterator[str]:
    for words, names in (
        ("new", changes.new),
        ("revised", changes.revised),
        ("no longer printed, but kept", changes.vanished),
    ):
        yield f"    {words}: {len(names):,}"
        yield from (f"        {name}" for name in names[:_MOST_LISTED])
        if len(names) > _MOST_LISTED:
            yield f"        and {len(names) - _MOST_LISTED:,} more"
