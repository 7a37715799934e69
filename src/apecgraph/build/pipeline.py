"""From content to a release: check, derive, write, check again, switch."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.build import refusals as refusal
from apecgraph.build.derivation import derived_dataset
from apecgraph.build.fingerprint import build_fingerprint
from apecgraph.build.losses import losses
from apecgraph.catalog.dcat import BuildInfo
from apecgraph.catalog.description import describe_release
from apecgraph.check.report import Report
from apecgraph.check.validation import check_content
from apecgraph.content.folder import CONTEXT
from apecgraph.content.questions import QUESTIONS_FOLDER, question_paths, read_questions
from apecgraph.errors import ContentError, LossFound, ReleaseError
from apecgraph.progress import StepObserver
from apecgraph.rdf.canonical import canonical_nquads, digest_of_canonical
from apecgraph.rdf.graph import placed
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ID, QB, RDF
from apecgraph.release.archive import Archive
from apecgraph.release.differences import Differences
from apecgraph.release.dumps import downloads, write_dumps
from apecgraph.release.durable import TEMPORARY, persist
from apecgraph.release.release import (
    CATALOG_FILE,
    DIFFERENCES,
    MANIFEST,
    PATCH,
    REPORT,
    REPORT_TURTLE,
    File,
    Release,
)
from apecgraph.release.snapshot import Snapshot

_log: Final = logging.getLogger(__name__)

_RELEASE: Final = ox.NamedNode(f"{ID}graph/release")


def build_release(
    content: Path,
    releases: Path,
    *,
    keep: int = 0,
    accept_loss: bool = False,
    observe: StepObserver = nullcontext,
) -> tuple[Release, Report]:
    """Check a content folder, build a release of it and make it the current one.

    The same content makes the same release, under the same name. If an error is raised, the
    current release stays as it is; the report of CheckFailed and LossFound is kept in the folder
    of releases.

    Args:
        content: The content folder.
        releases: The folder of releases.
        keep: Number of releases to keep, 0 for all.
        accept_loss: Whether to publish even if much of the last release is gone.
        observe: Observes the reading of each file and the application of each shape.

    Returns:
        The release, and the report of the check.

    Raises:
        CheckFailed: If the content does not pass the check; the message is the report as text.
        ContentError: If the content changed while it was checked.
        LossFound: If much of the last release is gone.
        RolledBack: If the release of this content was rolled back.
    """
    made_of = build_fingerprint(content)
    report, findings = check_content(content, observe)
    if build_fingerprint(content) != made_of:
        raise ContentError("changed while it was checked: build it again", content)
    archive = Archive(releases)
    if findings is None or not report.conforms:
        raise refusal.refused(archive, report)
    quads = canonical_nquads(derived_dataset(findings))
    with archive.writing("build"):
        release = _made(archive, content, made_of, quads, report, accept_loss=accept_loss)
        archive.switch(release.name, "build")
        archive.prune(keep)
    return release, report


def publish(release: Release, *, keep: int = 0) -> None:
    """Make a release that there is already the current one of its folder, as `build` would."""
    archive = Archive(release.path.parent)
    with archive.writing("build"):
        _admit(archive, release, release.report, accept_loss=False)
        archive.switch(release.name, "build")
        archive.prune(keep)


def _made(
    archive: Archive,
    content: Path,
    made_of: str,
    quads: list[ox.Quad],
    report: Report,
    *,
    accept_loss: bool,
) -> Release:
    """Find the release of the content, or write it; let it into the archive, if it may.

    made_of: the fingerprint of the content that was checked.
    """
    there = Release.find(archive.path, made_of)
    if there is not None:
        _admit(archive, there, report, accept_loss=accept_loss)
        return there
    digest = digest_of_canonical(quads)
    for name, damaged in archive.places(digest, made_of):
        previous = archive.current if damaged is None else damaged.previous
        made = BuildInfo(name, digest, previous, _issued(quads), version("apecgraph"))
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=archive.path))
        folder.chmod(0o755)
        try:
            release = _write(folder, content, made, made_of, quads, report)
            _admit(archive, release, report, accept_loss=accept_loss)
            added = archive.add(release) if damaged is None else archive.restore(release)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if added is not None:
            return added
    raise AssertionError("there is always another name")


def _admit(archive: Archive, release: Release, report: Report, *, accept_loss: bool) -> None:
    """Raise NotPublished where a release must not become the current one."""
    archive.refuse_taken_back(release.name)
    last = archive.last()
    found = losses(last, release, report)
    if not found or accept_loss:
        return
    before = "none before" if last is None else f"release {last.name}"
    text = f"the content is not published, for it lacks what it should have ({before}):\n"
    text += "".join(f"    {loss}\n" for loss in found)
    text += "Correct it, or publish it as it is: apecgraph build --accept-loss\n"
    told = (release.path / name for name in (DIFFERENCES, PATCH))
    kept = refusal.keep(archive, text, report, [path for path in told if path.exists()])
    raise LossFound(f"{text}The report and the differences are kept in {kept.path}")


def _issued(quads: list[ox.Quad]) -> str:
    """Return the date that the content gives the dataset; nothing where it gives none."""
    issued = ox.NamedNode(f"{DCTERMS}issued")
    return max(
        (
            quad.object.value
            for quad in quads
            if quad.subject == ox.NamedNode(BASE)
            and quad.predicate == issued
            and isinstance(quad.object, ox.Literal)
        ),
        default="",
    )


def _write(
    folder: Path,
    content: Path,
    made: BuildInfo,
    fingerprint: str,
    quads: list[ox.Quad],
    report: Report,
) -> Release:
    """Write all files of a release, the manifest last; check what came to the disk."""
    context = content / "ontology" / CONTEXT
    dumps = write_dumps(folder, quads, Context(context))
    questions = read_questions(content)
    catalog = describe_release(
        made,
        quads,
        downloads(dumps).values(),
        questions,
        {*_named(quads), _RELEASE.value},
    )
    described = (placed(each, graph) for each in catalog for graph in (_RELEASE, None))
    texts = {
        CATALOG_FILE: ox.serialize(described, format=ox.RdfFormat.N_QUADS) or b"",
        CONTEXT: context.read_bytes(),
        REPORT: report.json().encode(),
        REPORT_TURTLE: report.turtle().encode(),
        **_differences(folder.parent, made, quads),
    }
    if questions:
        (folder / QUESTIONS_FOLDER).mkdir()
        for path in question_paths(content):
            texts[f"{QUESTIONS_FOLDER}/{path.name}"] = path.read_bytes()
    files = [*dumps, *(File.written(folder, name, data) for name, data in texts.items())]
    release = Release(
        folder.resolve(),
        name=made.name,
        digest=made.digest,
        fingerprint=fingerprint,
        issued=made.issued,
        quads=len(quads),
        triples=sum(quad.graph_name == ox.DefaultGraph() for quad in quads),
        figures=_count(quads, f"{QB}Observation"),
        sources=_count(quads, f"{APEC}Source"),
        files=tuple(sorted(files, key=lambda file: file.name)),
        previous=made.previous,
    )
    (folder / MANIFEST).write_bytes(release.manifest())
    _log.info("bringing the release to the disk")
    persist(folder)
    _log.info("reading back %s quads", f"{len(quads):,}")
    Release.open(folder).verify()
    return release


def _differences(releases: Path, made: BuildInfo, quads: list[ox.Quad]) -> dict[str, bytes]:
    """Tell how a release differs from the one before it, where that is there, and whole."""
    if made.previous is None:
        return {}
    _log.info("comparing with release %s", made.previous)
    try:
        old = Snapshot.of_release(Archive(releases).open(made.previous))
    except ReleaseError:
        return {}
    new = Snapshot.of(made.name, quads)
    return {
        DIFFERENCES: Differences.between(old, new).json().encode(),
        PATCH: "".join(old.patch(new)).encode(),
    }


def _named(quads: Iterable[ox.Quad]) -> set[str]:
    return {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}


def _count(quads: Iterable[ox.Quad], class_: str) -> int:
    """Count the things of a class."""
    kind, wanted = ox.NamedNode(f"{RDF}type"), ox.NamedNode(class_)
    return len({each.subject for each in quads if (each.predicate, each.object) == (kind, wanted)})
