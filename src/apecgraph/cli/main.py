"""The command line.

A command imports the dependencies that no other command needs. No command imports rdflib or
pyshacl, because only the sandbox needs them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

import click
from click.core import ParameterSource
from pydantic import ValidationError
from pyoxigraph import NamedNode

from apecgraph.build.fingerprint import build_fingerprint
from apecgraph.cli.options import FOLDER, content_option, http_url
from apecgraph.cli.output import byte_writer, printable_output
from apecgraph.content.folder import default_content
from apecgraph.errors import ApecgraphError, NotPublished, ReleaseError, RolledBack, leaves
from apecgraph.files import open_file
from apecgraph.printable import shortened
from apecgraph.progress import shown
from apecgraph.query.model import DataFile
from apecgraph.query.text import evaluate_text
from apecgraph.rdf.files import NAMES, named_format
from apecgraph.rdf.formats import ANSWER_FORMATS, RESULTS_CSV, TURTLE, Format
from apecgraph.release.archive import Archive
from apecgraph.release.release import DUMP_FORMATS, Release
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings
from apecgraph.web.publication import Publication

_DUMPS: Final = {format_.name: format_ for format_ in DUMP_FORMATS}
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path, resolve_path=True)
_DATA: Final = click.Path(exists=True, path_type=Path, resolve_path=True)


_MOST_ERRORS: Final = 100
_LONGEST_ERROR: Final = 4000
"""Characters of an error that are printed."""

_ELSEWHERE: Final = {
    "new": ("entry", "new"),
    "import": ("tables", "import_"),
    "decide": ("entry", "decide"),
    "releases": ("releases", "releases"),
    "rollback": ("releases", "rollback"),
    "diff": ("releases", "diff"),
    "pictures": ("pictures", "pictures"),
    "load": ("engines", "load"),
    "mcp": ("mcp", "mcp"),
    "verify": ("engines", "verify"),
}
"""The module of each command that is not in this one, and its function there."""


def _absolute(context: click.Context, option: click.Parameter, iri: str | None) -> str | None:
    """Return the IRI that an option gives; it must be absolute."""
    try:
        return None if iri is None else NamedNode(iri).value
    except ValueError as error:
        raise click.BadParameter(f"{iri} is not an absolute IRI: {error}") from None


class _Commands(click.Group):
    """Commands that report expected errors on standard error and exit with code 1.

    The modules of other commands are not imported before they are needed, which takes long.
    """

    def main(self, *args: Any, **extra: Any) -> Any:
        with printable_output():
            return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, function = _ELSEWHERE[cmd_name]
        command = getattr(import_module(f"apecgraph.cli.{module}"), function)
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake in the table above
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except* ApecgraphError as group:
            raise click.ClickException(_words(leaves(group))) from None
        except* ValidationError as group:
            raise click.ClickException("\n".join(_invalid_settings(group))) from None


def _words(errors: Sequence[BaseException]) -> str:
    """Write errors for people: the first ones, each cut, and how many more there are."""
    # The text of a report has a limit of its own, and says at its end where the report is kept.
    lines = [
        str(error) if isinstance(error, NotPublished) else shortened(str(error), _LONGEST_ERROR)
        for error in errors[:_MOST_ERRORS]
    ]
    if len(errors) > _MOST_ERRORS:
        lines.append(f"{len(errors) - _MOST_ERRORS:,} more errors")
    return "\n".join(lines)


def _invalid_settings(group: BaseExceptionGroup[ValidationError]) -> Iterator[str]:
    """Name the invalid settings, with the reason for each."""
    for error in leaves(group):
        assert isinstance(error, ValidationError)  # noqa: S101 - no other error is caught
        for detail in error.errors():
            variable = "_".join(("APECGRAPH", *map(str, detail["loc"]))).upper()
            yield f"{variable} is set to {shortened(repr(detail['input']))}: {detail['msg']}"


@click.group(cls=_Commands)
@click.version_option(package_name="apecgraph")
def main() -> None:
    """Check, build, serve and query a linked-data publication."""


@main.command()
@content_option
@click.option(
    "--shapes", type=_FILE, help="With --data: the SHACL shapes to check the data against."
)
@click.option("--data", type=_FILE, help="With --shapes: the RDF to check, instead of the content.")
@click.option(
    "--figures",
    type=FOLDER,
    metavar="PARQUET",
    help="Folder of Parquet files with figures to check, instead of those in the content.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json", "turtle"]), default="text")
@click.option("--verbose", is_flag=True, help="In text: all comparisons and places of an error.")
@click.pass_context
def check(
    context: click.Context,
    content: Path,
    shapes: Path | None,
    data: Path | None,
    figures: Path | None,
    format_: str,
    verbose: bool,
) -> None:
    """Check the content, any data against any shapes, or any number of figures.

    Report each error with its file and line. If there are errors, exit with 1. In Turtle, the
    report is a SHACL validation report.
    """
    with shown():
        if figures is not None:
            if shapes is not None or data is not None:
                raise click.UsageError("give either --figures, or --shapes and --data")
            report = sandbox.run_figures(content, figures, Settings())
        elif shapes is None and data is None:
            report = sandbox.run_check(content, Settings())
        elif shapes is None or data is None:
            raise click.UsageError("give --shapes and --data together")
        elif context.get_parameter_source("content") is not ParameterSource.DEFAULT:
            raise click.UsageError("give either --content, or --shapes and --data")
        else:
            report = sandbox.run_validation(shapes, data, Settings())
    if format_ == "text":
        click.echo(report.text(verbose=verbose), nl=False)
    else:
        click.echo({"json": report.json, "turtle": report.turtle}[format_](), nl=False)
    sys.exit(0 if report.conforms else 1)


@main.command()
@content_option
@click.option(
    "--accept-loss", is_flag=True, help="Publish even if much of the last release is missing."
)
def build(content: Path, accept_loss: bool) -> None:
    """Check the content, build a release and make it current."""
    with shown():
        release = sandbox.run_build(content, Settings(), accept_loss=accept_loss)
    click.echo(f"{release.path}: {release.quads} quads")


@main.command()
@content_option
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Write nothing; exit with 1 if a file is not canonical.",
)
def fmt(content: Path, only_check: bool) -> None:
    """Rewrite the Turtle files of the content in canonical form."""
    changed, errors = sandbox.run_canonical(content, Settings())
    for path, text in changed.items():
        click.echo(f"{path.relative_to(content)}: {'not canonical' if only_check else 'written'}")
        if not only_check:
            path.write_text(text, encoding="utf-8")
    if errors:
        raise ExceptionGroup("files that cannot be written in canonical form", errors)
    if only_check and changed:
        raise click.ClickException("run `apecgraph fmt`")


@main.command()
@content_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(_DUMPS)),
    default=DUMP_FORMATS[0].name,
    show_default=True,
)
def dump(content: Path, format_: str) -> None:
    """Write a dump of the release of the content to standard output."""
    path, write = _release(content).dump(_DUMPS[format_]), byte_writer()
    with open_file(path) as file:
        while chunk := file.read(1 << 16):
            write(chunk)


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@content_option
@click.option(
    "--format",
    "format_",
    type=click.Choice([item.name for item in ANSWER_FORMATS]),
    help="Default: CSV for SELECT and ASK, Turtle for CONSTRUCT and DESCRIBE.",
)
def query(file: TextIO, content: Path, format_: str | None) -> None:
    """Evaluate a SPARQL query on the release of the content.

    FILE contains the query; - is standard input.
    """
    publication = Publication.of(_release(content))
    assert publication.graph is not None  # noqa: S101 - a release has a graph
    formats = (TURTLE.name, RESULTS_CSV.name) if format_ is None else (format_,)
    evaluate_text(publication.graph.store, file.read(), formats, byte_writer())


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--content", type=FOLDER, help="Content to build and serve.")
@click.option("--current", is_flag=True, help="Serve the current release; build nothing.")
@click.option("--release", type=FOLDER, help="Release to serve; build nothing.")
@click.option(
    "--data",
    type=_DATA,
    multiple=True,
    metavar="FILE...|DIR",
    help="RDF files, or the directory of an Oxigraph store, to serve read-only and unchecked.",
)
@click.option(
    "--endpoint",
    multiple=True,
    callback=http_url,
    metavar="URL",
    help="SPARQL engine that answers queries; several are replicas. With --content, --current or "
    "--release, it holds the release; alone, serve the data that it has.",
)
@click.option(
    "--base",
    callback=_absolute,
    metavar="IRI",
    help="With --data: the base of relative IRIs in files and queries.",
)
@click.argument("more", nargs=-1, type=_DATA, metavar="")
def serve(
    host: str,
    port: int,
    content: Path | None,
    current: bool,
    release: Path | None,
    data: tuple[Path, ...],
    endpoint: tuple[str, ...],
    base: str | None,
    more: tuple[Path, ...],
) -> None:
    """Serve the publication; print its URL when it is ready.

    Without --content, --current, --release, --data or --endpoint, serve the content that comes with
    apecgraph. If the release of the content is not the current one, publish it first, as `build`
    does, unless it was rolled back.
    """
    import uvloop

    from apecgraph.web.monitoring.access_log import AccessLog, log_as_json, write_to_stderr
    from apecgraph.web.server import run as server
    from apecgraph.web.server.heap import keep_heap_small

    keep_heap_small()
    if sum(map(bool, (content, current, release, data))) > 1:
        raise click.UsageError("give one of --content, --current, --release and --data")
    if more and not data:
        raise click.UsageError(f"{more[0]}: write --data before the files to serve")
    if endpoint and data:
        raise click.UsageError("--data are served from this machine: give no --endpoint")
    if base and not data:
        raise click.UsageError("--base is the base of --data: give both")
    paths = (*data, *more)
    directory = next((path for path in paths if path.is_dir()), None)
    if directory and len(paths) > 1:
        raise click.UsageError(
            f"{directory}: a directory cannot be served together with other data"
        )
    if directory:
        publication = Publication.of_directory(directory, base)
    elif paths:
        files = [DataFile.of(path, _format_of(path), base) for path in paths]
        publication = Publication.of_files(files, base)
    elif endpoint and not (content or current or release):
        publication = Publication.of_engines(endpoint)
    elif release:
        publication = Publication.of(Release.open(release), endpoint)
    else:
        found = _current(None if current else content or default_content())
        publication = Publication.of(found, endpoint)
    settings = Settings()
    log_as_json(write_to_stderr)
    listening = server.listen(host, port)
    url = server.listening_url(listening)
    with ExitStack() as loading:
        loading.enter_context(shown(logging.DEBUG))

        def ready(_: object) -> None:
            loading.close()
            click.echo(f"serving {url}")

        follow = None if release or paths or endpoint else settings.releases
        access_log = AccessLog(write_to_stderr)
        uvloop.run(
            server.serve_publication(publication, settings, listening, ready, access_log, follow)
        )


def _format_of(path: Path) -> Format:
    format_ = named_format(path)
    if format_ is None:
        raise click.UsageError(f"{path}: the name of an RDF file must end in one of {NAMES}")
    return format_


def _release(content: Path) -> Release:
    """Return the release of a content folder; build it if it is missing."""
    settings = Settings()
    release = Release.find(settings.releases, build_fingerprint(content))
    if release is None:
        click.echo("building a release ...", err=True)
        with shown():
            release = sandbox.run_build(content, settings)
    return release


def _current(content: Path | None) -> Release:
    """Publish the release of a content folder, if one is given; return the current release.

    A release that was rolled back is not published again: the current release stays current.
    """
    settings = Settings()
    if content is not None:
        try:
            release = _release(content)
            if release.name != Archive(settings.releases).current:
                from apecgraph.build.pipeline import publish

                publish(release, keep=settings.keep_releases, never_pruned=settings.never_pruned)
            return release
        except RolledBack as error:
            click.echo(
                f"this content is not published, so the current release is served: {error}",
                err=True,
            )
    try:
        return Release.current(settings.releases)
    except ReleaseError:
        # The server follows the folder, so it reports the damage.
        if (latest := Archive(settings.releases).last()) is None:
            raise
        return latest
