"""Commands for editors: enter a source, a figure, a statement or a decision."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import click

from apecgraph.cli.options import content_option
from apecgraph.content.decisions import VERDICTS
from apecgraph.entry.decisions import DecisionEntry
from apecgraph.entry.figures import FIGURE_COLUMNS
from apecgraph.rdf.namespaces import ID
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_UNTITLED: Final = "(without a title)"
"""The column of the values in a row that has more of them than the table has titles."""

_DECISION_NAME: Final = re.compile("[a-z0-9][a-z0-9-]*")


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
@click.option("--recorded", default="", help="The day on which it was read, such as 2026-02-06.")
@click.option("--archived", default="", help="The address of an archived copy.")
@click.option("--correction", default="", help="The address of a correction.")
@click.option(
    "--withdrawn", "status", flag_value="withdrawn", default="", help="Its publisher took it back."
)
@content_option
def source(name: str, content: Path, **row: str) -> None:
    """Enter a source, as data/sources/NAME.ttl."""
    _enter(content, "source", [{"name": name, **row}])


@new.command()
@click.argument("source", default="")
@click.option(
    "--csv", "table", type=click.File(encoding="utf-8-sig"), help="Rows; - reads standard input."
)
@_columns
@content_option
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
        rows = list(csv.DictReader(table, restkey=_UNTITLED, restval=""))
        if not rows:
            raise click.UsageError("the table has no rows: give the titles, and a row for a figure")
        _enter(content, "figure", rows)


@new.command()
@click.argument("source")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--printed", default="", help="The words of the source.")
@click.option("--language", default="", help="Their language. Default: the language of the source.")
@click.option("--identifier", default="")
@click.option("--period", default="", help="The period, if the fact is limited to one.")
@click.option("--statement", default="", help="The name. Default: the name of the property.")
@content_option
def statement(source: str, object_: str, content: Path, **row: str) -> None:
    """Enter a statement of SOURCE.

    OBJECT is a thing (place/guangzhou), a date (2026-02-04), an IRI of another site, a text, or a
    literal in Turtle.
    """
    _enter(content, "statement", [{"statedIn": source, "object": object_, **row}])


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@content_option
@click.option("--verdict", type=click.Choice([iri.rpartition("/")[2] for iri in VERDICTS]))
@click.option(
    "--upholds", multiple=True, metavar="CLAIM", help="A claim that the decision accepts."
)
@click.option(
    "--rejects", multiple=True, metavar="CLAIM", help="A claim that the decision rejects."
)
@click.option(
    "--alternative",
    "alternatives",
    multiple=True,
    metavar="CLAIM",
    help="A statement that says the same in other words.",
)
@click.option("--label", help="The title, in English.")
@click.option("--comment", help="The reason, in English.")
@click.option("--identifier", help="A short name for citing it.")
def decide(content: Path, names: tuple[str, ...], **said: Any) -> None:
    """Record decisions, with the claims as they are now.

    NAME is the name of a decision, such as trade-2025. CLAIM is the name of a figure or a
    statement, such as figure/seetao/trade-value-2025. Without options, only
    the record of the claims is renewed: run it if the check reports that a claim has changed, but
    the decision is still right.
    """
    if any(said.values()) and len(names) > 1:
        raise click.UsageError("options apply to a single decision: give one NAME")
    for name in names:
        if not _DECISION_NAME.fullmatch(name):
            raise click.UsageError(
                f"{name}: write a NAME with lower-case letters, digits and hyphens"
            )
    for option in ("upholds", "rejects", "alternatives"):
        said[option] = tuple(ID + claim.removeprefix(ID) for claim in said[option])
    today = datetime.now(UTC).date().isoformat()
    entered = sandbox.run_decide(content, Settings(), names, DecisionEntry(**said), today)
    for note in entered.notes:
        click.echo(note)
    path = content / entered.name
    changed = entered.text != path.read_text(encoding="utf-8")
    path.write_text(entered.text, encoding="utf-8")
    click.echo(f"{entered.name}: {'written' if changed else 'nothing has changed'}")


def _enter(content: Path, kind: str, rows: Sequence[dict[str, str]]) -> None:
    """Write the files with the new claims, if all of them can be entered."""
    files, notes = sandbox.run_entry(content, Settings(), kind, rows)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    click.echo("\n".join(notes))
