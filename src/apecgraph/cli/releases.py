"""Commands for operators: list, roll back and compare releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from apecgraph.errors import ReleaseError
from apecgraph.progress import shown
from apecgraph.rdf.canonical import digest
from apecgraph.release.archive import Archive, Kept
from apecgraph.release.differences import Differences
from apecgraph.release.release import CURRENT, MANIFEST, Release
from apecgraph.release.snapshot import Snapshot
from apecgraph.sandbox import runner as sandbox
from apecgraph.settings import Settings

_PREVIOUS = "previous"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def releases(as_json: bool) -> None:
    """List all releases, the latest first.

    The checksums of their files are verified.
    """
    archive = Archive(Settings().releases)
    kept = list(archive.kept())
    if as_json:
        click.echo(json.dumps(list(map(_listed, kept)), indent=2))
        return
    if not kept:
        click.echo(f"{archive.path} contains no releases: run `apecgraph build`", err=True)
        return
    rows = [("", "RELEASE", "PUBLISHED", "QUADS", "FIGURES", "SOURCES", "MB", ""), *map(_row, kept)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _row(kept: Kept) -> tuple[str, ...]:
    release = kept.release
    counts = [release.quads, release.figures, release.sources] if release else []
    return (
        "*" if kept.current else "",
        kept.name,
        kept.published or "",
        *([f"{count:,}" for count in counts] or ["", "", ""]),
        f"{kept.size / 1e6:.1f}",
        f"damaged: {kept.error}" if kept.error else "rolled back" if kept.taken_back else "",
    )


def _listed(kept: Kept) -> dict[str, Any]:
    release = kept.release
    listed = {name: getattr(kept, name) for name in ("name", "published", "current", "size")}
    listed |= {"rolledBack": kept.taken_back, "damaged": kept.error}
    names = ("digest", "issued", "previous", "quads", "triples", "figures", "sources")
    return listed | {name: getattr(release, name) for name in names if release is not None}


@click.command()
@click.argument("name", required=False)
def rollback(name: str | None) -> None:
    """Make the previous release current again.

    NAME names another release instead. The release is read back and verified first. Building the
    content of a release that was rolled back does not publish it again; a rollback to it does.
    """
    settings = Settings()
    archive = Archive(settings.releases, settings.never_pruned)
    before = archive.current
    release = archive.rollback(name, settings.keep_releases)
    click.echo(f"{release.path}: current; before: {before or 'none'}")


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "format_", type=click.Choice(["text", "json", "patch"]), default="text")
def diff(old: str, new: str, format_: str) -> None:
    """Compare two releases or content folders.

    Show what changes from OLD to NEW. Name a release by its name, by its folder, or as `current` or
    `previous`. The patch is an RDF Patch: its rows begin with D for deleted and A for added quads.
    """
    with shown():
        before, after = _snapshot(old), _snapshot(new)
        if format_ == "patch":
            lines = before.patch(after)
        else:
            differences = Differences.between(before, after)
            lines = iter([differences.json() if format_ == "json" else differences.text()])
    for line in lines:
        click.echo(line, nl=False)


def _snapshot(name: str) -> Snapshot:
    archive = Archive(Settings().releases)
    if name == CURRENT:
        return Snapshot.of_release(Release.current(archive.path))
    if name == _PREVIOUS:
        if archive.previous is None:
            raise ReleaseError(f"{archive.path} has no release before the current one")
        return Snapshot.of_release(archive.open(archive.previous))
    path = Path(name)
    if not path.is_dir() or name in archive.names():
        return Snapshot.of_release(archive.open(name))
    if (path / MANIFEST).exists():
        return Snapshot.of_release(Release.open(path))
    return _of_content(path.resolve())


def _of_content(content: Path) -> Snapshot:
    """Take a snapshot of a content folder, even if it does not pass the check."""
    quads, report = sandbox.run_dataset(content, Settings())
    if not report.conforms:
        click.echo(f"{content} does not pass the check: run `apecgraph check`", err=True)
    return Snapshot.of(digest(quads), quads)
