"""Commands for engines elsewhere that answer the queries: load a release, and verify it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from apecgraph.cli.options import FOLDER, http_url
from apecgraph.content.questions import read_questions
from apecgraph.progress import shown
from apecgraph.query.loading import load as load_dataset
from apecgraph.query.model import RemoteEngine
from apecgraph.query.remote.credentials import read_credentials
from apecgraph.release.release import Release
from apecgraph.release.upload import upload
from apecgraph.release.verification import compare
from apecgraph.settings import Settings

_endpoint_option: Final = click.option(
    "--endpoint", required=True, callback=http_url, metavar="URL", help="Address for queries."
)
_release_option: Final = click.option(
    "--release", type=FOLDER, help="The folder of the release; by default, the current one."
)


@click.command()
@_endpoint_option
@_release_option
def verify(endpoint: str, release: Path | None) -> None:
    """Compare what an engine holds and answers with a release.

    Nothing is loaded. Exit with 1 if a number of triples, or the answer to a question, differs.
    """
    settings = Settings()
    found = _release(release, settings)
    engine = RemoteEngine.of(endpoint, _credentials(settings), load_dataset(found.dataset))
    questions = read_questions(found.path)
    is_right = True
    for comparison in compare(engine, questions, settings.load_seconds, settings.reply_rows):
        is_right = is_right and comparison.is_right
        click.echo(f"{comparison.outcome:<19} {comparison.subject}  {comparison.detail}".rstrip())
    sys.exit(0 if is_right else 1)


@click.command()
@_endpoint_option
@click.option(
    "--store",
    metavar="URL",
    required=True,
    callback=http_url,
    help="Address of the engine's graph store (SPARQL 1.1 Graph Store HTTP Protocol).",
)
@_release_option
@click.option("--replace", is_flag=True, help="Replace graphs that the engine has already.")
def load(endpoint: str, store: str, release: Path | None, replace: bool) -> None:
    """Load a release into an engine, graph by graph.

    The default graph of the release gets a name of its own there.
    """
    settings = Settings()
    dataset = load_dataset(_release(release, settings).dataset)
    engine = RemoteEngine.of(endpoint, _credentials(settings), dataset)
    with shown():
        upload(dataset, engine, store, settings.load_seconds, replace=replace)


def _release(path: Path | None, settings: Settings) -> Release:
    return Release.current(settings.releases) if path is None else Release.open(path)


def _credentials(settings: Settings) -> str:
    return read_credentials(
        settings.engine_credentials.get_secret_value(), settings.engine_credentials_file
    )
