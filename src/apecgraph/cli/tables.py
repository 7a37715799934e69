"""The command for tables of figures: enter one as a source."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from apecgraph.cli.options import content_option
from apecgraph.content.table_rows import TABLES
from apecgraph.release.durable import replace_text
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings
from apecgraph.tables.folder import PERIODS, folder_texts, replace_folder
from apecgraph.tables.mapping import shipped_mappings

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path, resolve_path=True)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--source", required=True, metavar="NAME", help="The name of the source.")
@click.option(
    "--mapping",
    default="",
    metavar="MAPPING",
    help="A file with the meaning of the table, or one of: "
    f"{', '.join(shipped_mappings())}. Default: the mapping that the source has.",
)
@click.option("--url", default="", help="Where the table was read. Default: as the mapping says.")
@click.option(
    "--issued", default="", help="When it was released: 2026-02-05, 2026-02 or 2026, if known."
)
@content_option
def import_(file: Path, source: str, mapping: str, url: str, issued: str, content: Path) -> None:
    """Enter a table of figures as a source, as data/tables/NAME.

    FILE is CSV, TSV, XLSX, HTML, SDMX-CSV or SDMX-ML. The command accounts for each cell, and
    compares the table with itself and with the figures that the source has. It writes nothing if
    the mapping does not cover a cell.
    """
    entered = sandbox.run_import(content, Settings(), file, source, mapping, url, issued)
    folder = content / TABLES / source
    changed = entered.periods is not None or entered.texts != folder_texts(folder)
    if entered.periods is not None:
        replace_text(content / PERIODS, entered.periods)
    if changed:
        replace_folder(folder, entered.texts)
    click.echo("\n".join(entered.notes))
    if not changed:
        click.echo("nothing has changed")
