"""The build of a release from content: check, derive, write, read back, switch."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.build import refusals
from apecgraph.build.answers import wrong_answers
from apecgraph.build.derivation import derived_dataset
from apecgraph.build.fingerprint import build_fingerprint
from apecgraph.build.losses import losses
from apecgraph.build.reading_back import read_back
from apecgraph.catalog.description import describe_release
from apecgraph.check.report import Report
from apecgraph.check.validation import check_content
from apecgraph.content.folder import CONTEXT
from apecgraph.content.questions import (
    QUESTIONS_FOLDER,
    Question,
    question_paths,
    read_questions,
)
from apecgraph.errors import CheckFailed, ContentError, LossFound, ReleaseError
from apecgraph.printable import one_line, shortened
from apecgraph.progress import StepObserver
from apecgraph.rdf.canonical import canonicalized
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.jsonld import Context
from apecgraph.rdf.namespaces import APEC, BASE, DCTERMS, ID, QB, RDF
from apecgraph.rdf.serializer import rdf_bytes
from apecgraph.rdf.terms import in_graph
from apecgraph.release.archive import Archive
from apecgraph.release.differences import Differences
from apecgraph.release.dumps import write_dumps
from apecgraph.release.durable import TEMPORARY, persist
from apecgraph.release.release import (
    CATALOG_FILE,
    CURRENT,
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

_MOST_LOSSES: Final = 100

_RELEASE: Final = ox.NamedNode(f"{ID}graph/release")


def build_release(
    content: Path,
    releases: Path,
    *,
    keep: int = 0,
    never_pruned: Collection[str] = (),
    accept_loss: bool = False,
    observe: StepObserver = nullcontext,
) -> tuple[Release, Report]:
    """Check a content folder, build a release of it and make it the current one.

    The same content makes the same release, under the same name. If an error is raised, the
    current release does not change. For CheckFailed and LossFound, the report is kept in the folder
    of releases.

    Args:
        content: The content folder.
        releases: The folder of releases.
        keep: Number of releases to keep, 0 for all.
        never_pruned: The names of releases to keep in any case.
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
    fingerprint = build_fingerprint(content)
    report, findings = check_content(content, observe)
    if build_fingerprint(content) != fingerprint:
        raise ContentError("changed while it was checked: build it again", content)
    archive = Archive(releases, frozenset(never_pruned))
    if findings is None or not report.conforms:
        raise refusals.refused(archive, report)
    quads, digest = canonicalized(derived_dataset(findings))
    with archive.writing("build"):
        release = Release.find(archive.path, fingerprint)
        found = None if release is None else release.name
        archive.make_room(keep, archive.size(archive.current or CURRENT), found)
        if release is None:
            release = _added(
                archive, content, fingerprint, quads, digest, report, accept_loss, observe
            )
        else:
            _admit(archive, release, report, accept_loss)
        archive.switch(release.name, "build")
        refusals.settle(archive)
        archive.prune(keep)
    return release, report


def publish(release: Release, *, keep: int = 0, never_pruned: Collection[str] = ()) -> None:
    """Make an existing release the current one of its folder, as `build_release` would.

    Args:
        release: The release.
        keep: Number of releases to keep, 0 for all.
        never_pruned: The names of releases to keep in any case.

    Raises:
        LossFound: If much of the last release is gone.
        RolledBack: If the release was rolled back.
    """
    archive = Archive(release.path.parent, frozenset(never_pruned))
    with archive.writing("build"):
        _admit(archive, release, release.report, accept_loss=False)
        archive.switch(release.name, "build")
        refusals.settle(archive)
        archive.prune(keep)


def _added(
    archive: Archive,
    content: Path,
    fingerprint: str,
    quads: list[ox.Quad],
    digest: str,
    report: Report,
    accept_loss: bool,
    observe: StepObserver,
) -> Release:
    """Write the release of a content folder and add it to the archive."""
    for name, damaged in archive.places(digest, fingerprint):
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=archive.path))
        folder.chmod(0o755)
        try:
            planned = Release(
                folder.resolve(),
                name=name,
                digest=digest,
                fingerprint=fingerprint,
                issued=_issued(quads),
                quads=len(quads),
                triples=sum(quad.graph_name == ox.DefaultGraph() for quad in quads),
                figures=_count(quads, f"{QB}Observation"),
                sources=_count(quads, f"{APEC}Source"),
                files=(),
                previous=archive.current if damaged is None else damaged.previous,
            )
            release = _write(planned, content, quads, report, archive, observe)
            _admit(archive, release, report, accept_loss)
            added = archive.add(release) if damaged is None else archive.restore(release)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if added is not None:
            return added
    raise AssertionError("there is always another name")


def _admit(archive: Archive, release: Release, report: Report, accept_loss: bool) -> None:
    """Raise NotPublished if a release must not become the current one."""
    archive.refuse_taken_back(release.name)
    last = archive.last()
    found = losses(last, release, report)
    if not found or accept_loss:
        return
    before = "this is the first release" if last is None else f"compared with release {last.name}"
    text = f"the content is not published, because much is missing ({before}):\n"
    text += "".join(f"    {shortened(one_line(str(loss)))}\n" for loss in found[:_MOST_LOSSES])
    if len(found) > _MOST_LOSSES:
        text += f"    and {len(found) - _MOST_LOSSES:,} more\n"
    text += "Correct the content, or publish it as it is: apecgraph build --accept-loss\n"
    differences = (release.path / name for name in (DIFFERENCES, PATCH))
    kept = refusals.keep(archive, text, report, [path for path in differences if path.exists()])
    raise LossFound(f"{text}The report and the differences are kept in {kept.path}")


def _issued(quads: list[ox.Quad]) -> str:
    """Return the date of issue of the dataset as the content states it, or an empty string."""
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
    release: Release,
    content: Path,
    quads: list[ox.Quad],
    report: Report,
    archive: Archive,
    observe: StepObserver,
) -> Release:
    """Write all files of a release, the manifest last, and read them back from the disk.

    Args:
        release: The release without its files.
        content: The content folder.
        quads: The canonical dataset.
        report: The report of the check.
        archive: The archive that it will be added to.
        observe: Observes the evaluation of each question.

    Returns:
        The release with its files.

    Raises:
        CheckFailed: If the release answers a question otherwise than the content says.
    """
    folder = release.path
    context = content / "ontology" / CONTEXT
    graph = Graph(quads)
    files = write_dumps(release, quads, graph, Context(context))
    questions = read_questions(content)
    catalog = describe_release(
        replace(release, files=tuple(files)),
        quads,
        graph,
        questions,
        {*_named(quads), _RELEASE.value},
    )
    described = [in_graph(triple, name) for triple in catalog for name in (_RELEASE, None)]
    texts = {
        CATALOG_FILE: rdf_bytes(described, N_QUADS),
        CONTEXT: context.read_bytes(),
        REPORT: report.json().encode(),
        REPORT_TURTLE: report.turtle().encode(),
        **_differences(release, quads),
    }
    if questions:
        (folder / QUESTIONS_FOLDER).mkdir()
        graph.store.extend(described)
        _refuse_wrong_answers(questions, graph.store, content, folder, archive, observe)
        for path in question_paths(content):
            texts[f"{QUESTIONS_FOLDER}/{path.name}"] = path.read_bytes()
    files += (File.written(folder, name, data) for name, data in texts.items())
    release = replace(release, files=tuple(sorted(files, key=lambda file: file.name)))
    (folder / MANIFEST).write_bytes(release.manifest())
    _log.info("writing the release to the disk")
    persist(folder)
    _log.info("reading back %s quads", f"{len(quads):,}")
    read_back(Release.open(folder), Context(context))
    return release


def _refuse_wrong_answers(
    questions: Sequence[Question],
    store: ox.Store,
    content: Path,
    folder: Path,
    archive: Archive,
    observe: StepObserver,
) -> None:
    """Raise CheckFailed if a recorded answer is wrong, and keep the answers of the release."""
    _log.info("answering %d questions", len(questions))
    wrong = list(wrong_answers(questions, store, content, observe))
    if not wrong:
        return
    for _, name, answer in wrong:
        if name:
            (folder / QUESTIONS_FOLDER / name).write_bytes(answer)
    report = Report.unreadable([error for error, _, _ in wrong], content)
    answers = [folder / QUESTIONS_FOLDER / name for _, name, _ in wrong if name]
    kept = refusals.keep(archive, report.text(), report, answers)
    raise CheckFailed(f"{report.text()}The report and the answers are kept in {kept.path}")


def _differences(release: Release, quads: list[ox.Quad]) -> dict[str, bytes]:
    """Return the files that compare a release with the previous one, if that one is intact."""
    if release.previous is None:
        return {}
    _log.info("comparing with release %s", release.previous)
    try:
        old = Snapshot.of_release(Archive(release.path.parent).open(release.previous))
    except ReleaseError:
        return {}
    new = Snapshot.of(release.name, quads)
    return {
        DIFFERENCES: Differences.between(old, new).json().encode(),
        PATCH: "".join(old.patch(new)).encode(),
    }


def _named(quads: Iterable[ox.Quad]) -> set[str]:
    return {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}


def _count(quads: Iterable[ox.Quad], class_: str) -> int:
    """Return the number of members of a class."""
    kind, wanted = ox.NamedNode(f"{RDF}type"), ox.NamedNode(class_)
    return len({quad.subject for quad in quads if (quad.predicate, quad.object) == (kind, wanted)})
