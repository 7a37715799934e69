"""Commands for editors: enter a source, a figure or a statement."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import click

from apecgraph.content.folder import default_content
from apecgraph.entry.claims import FIGURE_COLUMNS
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True)

_content = click.option(
    "--content",
    type=_FOLDER,
    default=default_content,
    show_default="the content that comes with apecgraph",
    help="Folder with ontology/, data/ and shapes/.",
)


def _columns(command: _Command) -> _Command:
    """Add an option for each column of a figure, except its source."""
    for column in reversed(FIGURE_COLUMNS):
        if column != "statedIn":
            words = re.sub("([A-Z])", r"-\1", column).lower()
            command = click.option(f"--{words}", column, default="")(command)
    return command


@click.group()
def new() -> None:
    """Enter a source, a figure or a statement.

    A thing is given by its code (economy/CHN, CHN) or one of its names (China). The commands write
    canonical files, list the values that they have read from the printed words, and overwrite
    nothing.
    """


@new.command()
@click.argument("name")
@click.option("--title", required=True)
@click.option("--url", required=True)
@click.option("--publisher", required=True)
@click.option("--language", required=True, help="Language tag, such as en or zh.")
@click.option("--issued", default="", help="2026-02-05, 2026-02 or 2026.")
@click.option("--identifier", default="", help="Default: the name.")
@_content
def source(name: str, content: Path, **row: str) -> None:
    """Enter a source, as data/sources/NAME.ttl."""
    _enter(content, "source", [{"name": name, **row}])


@new.command()
@click.argument("source", default="")
@click.option(
    "--csv", "table", type=click.File(encoding="utf-8-sig"), help="Rows; - reads standard input."
)
@_columns
@_content
def figure(source: str, table: TextIO | None, content: Path, **row: str) -> None:
    """Enter a figure of SOURCE, or all figures of a table.

    The table has the columns of figures.csv, as it is published; the source is in statedIn.
    Number, unit and bound are read from the printed words if the words have them.
    """
    if table is None:
        _enter(content, "figure", [{"statedIn": source, **row}])
    elif source or any(row.values()):
        raise click.UsageError("give either --csv, or a source and options")
    else:
        _enter(content, "figure", [dict(each) for each in csv.DictReader(table)])


@new.command()
@click.argument("source")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--printed", default="", help="The words of the source.")
@click.option("--language", default="", help="Their language. Default: the language of the source.")
@click.option("--identifier", default="")
@click.option("--period", default="", help="If the fact holds in a period only.")
@click.option("--statement", default="", help="The name. Default: the name of the property.")
@_content
def statement(source: str, object_: str, content: Path, **row: str) -> None:
    """Enter a statement of SOURCE.

    OBJECT is a thing (place/guangzhou), a date (2026-02-04), an IRI of another site, a text, or a
    literal in Turtle.
    """
    _enter(content, "statement", [{"statedIn": source, "object": object_, **row}])


def _enter(content: Path, kind: str, rows: Sequence[dict[str, str]]) -> None:
    """Write the files with the new claims, if all of them can be entered."""
    files, notes = sandbox.run_entry(content, Settings(), kind, rows)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    click.echo("\n".join(notes))
