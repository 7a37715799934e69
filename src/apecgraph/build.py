"""From content to a release: check, derive, write, switch."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox

from apecgraph.catalog import describe_release
from apecgraph.content import SHAPES_GRAPH
from apecgraph.contradictions import Contradiction, contradictions
from apecgraph.dcat import Version
from apecgraph.decisions import Decision
from apecgraph.dumps import downloads, write_dumps
from apecgraph.errors import CheckFailed, ReleaseError
from apecgraph.estimates import touched
from apecgraph.evidence import Evidence
from apecgraph.graph import placed
from apecgraph.jsonld import Context
from apecgraph.labels import Labels
from apecgraph.namespaces import APEC, BASE, DCTERMS, ID, QB, RDF, RDFS
from apecgraph.questions import FOLDER, question_paths, read_questions
from apecgraph.release import (
    CATALOG,
    CONTEXT,
    MANIFEST,
    Release,
    canonical,
    describe,
    digest,
    fingerprint,
)
from apecgraph.report import Report
from apecgraph.slices import sliced
from apecgraph.validation import check

_DERIVED = ox.NamedNode(f"{ID}graph/derived")
_RELEASE = ox.NamedNode(f"{ID}graph/release")


def build(content: Path, releases: Path) -> tuple[Release, Report]:
    """Check a content folder and make a release of it; make it the current one.

    The same content makes the same release, under the same name. Raises CheckFailed, with the
    report in words, where the content does not pass; what was current stays so.
    """
    report, evidence = check(content)
    if evidence is None or not report.conforms:
        raise CheckFailed(report.text())
    quads = canonical(dataset(evidence))
    try:
        path = _release(content, releases, quads, report)
    except OSError as error:
        raise ReleaseError(f"{releases}: no release could be written: {error}") from None
    return Release.open(path), report


def _release(content: Path, releases: Path, quads: list[ox.Quad], report: Report) -> Path:
    """Write a release beside the others and make it the current one; return where it is."""
    releases.mkdir(parents=True, exist_ok=True)
    with _locked(releases):
        for leftover in releases.glob(".building-*"):
            shutil.rmtree(leftover)  # of a build that was killed: none is at work while we are
        folder = Path(tempfile.mkdtemp(prefix=".building-", dir=releases))
        dataset, made_of = digest(quads), fingerprint(content)
        name = _name(releases, dataset, made_of)
        made = Version(
            name, dataset, _previous(releases, name), _issued(quads), version("apecgraph")
        )
        try:
            _write(folder, content, made, made_of, quads, report)
            _publish(folder, releases / name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        _switch(releases, name)
    return releases / name


def _name(releases: Path, digest: str, fingerprint: str) -> str:
    """Name a release: files that were published under a name are never written anew."""
    try:
        there = Release.open(releases / digest)
    except ReleaseError:
        return digest
    return digest if there.fingerprint == fingerprint else f"{digest}-{fingerprint[:8]}"


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


def dataset(evidence: Evidence) -> list[ox.Quad]:
    """Return all named graphs, what is derived of them, and the default graph."""
    derived = [*_derived(evidence), *_labels(evidence)]
    evidence.graph.store.extend(derived)
    return [*evidence.graph.store, *dict.fromkeys(evidence.supported())]


def _derived(evidence: Evidence) -> Iterator[ox.Quad]:
    """Write contradictions at their decisions, relations at their figures, figures at slices."""
    found = contradictions(evidence)
    for decision in evidence.decisions:
        for each in _told(found, decision, evidence.rejected - decision.rejects):
            yield ox.Quad(
                ox.NamedNode(decision.iri),
                ox.NamedNode(f"{APEC}arithmetic"),
                ox.Literal(each.arithmetic, language="en"),
                _DERIVED,
            )
    held = touched(evidence.figures, evidence.graph)
    links = [
        *((each, f"{APEC}heldBy", relation) for each in held for relation in held[each]),
        *((each, f"{QB}observation", figure) for each, figure in _sliced(evidence)),
    ]
    for subject, predicate, value in links:
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value), _DERIVED)


def _told(
    found: list[Contradiction], decision: Decision, otherwise_rejected: frozenset[str]
) -> list[Contradiction]:
    """Return what shows a decision: of each relation the plainest; bands, where nothing else does.

    What rests on another error would tell of the decision on that.
    """
    plainest: dict[frozenset[str], Contradiction] = {}
    for each in found:
        left = each.without(otherwise_rejected)
        if (decision.rejects & each.nodes and left) or decision.leaves_open(left):
            plainest.setdefault(each.relations, each)
    told = list(plainest.values())
    return [each for each in told if each.is_plain] or told


def _labels(evidence: Evidence) -> Iterator[ox.Quad]:
    """Label what the content does not: claims by what they say, parts of shapes by their names."""
    labels = Labels(evidence.graph.store)
    for quad in evidence.graph.store.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), None):
        if isinstance(quad.subject, ox.NamedNode) and labels.label(quad.subject.value) is None:
            graph = SHAPES_GRAPH if quad.graph_name == SHAPES_GRAPH else _DERIVED
            label = labels.title(quad.subject.value)
            yield ox.Quad(quad.subject, ox.NamedNode(f"{RDFS}label"), label, graph)


def _sliced(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Return the slices with the figures in them that stand."""
    standing = [each for each in evidence.figures if each.iri not in evidence.rejected]
    return sliced(standing, evidence.graph)


def _previous(releases: Path, name: str) -> str | None:
    """Return the name of the release that one comes after: the current one.

    One that is built again stays where it was.
    """
    for path, is_same in ((releases / name, True), (releases / "current", False)):
        try:
            found = Release.open(path)
        except ReleaseError:
            continue
        return found.previous if is_same or found.name == name else found.name
    return None


def _write(
    folder: Path,
    content: Path,
    made: Version,
    fingerprint: str,
    quads: list[ox.Quad],
    report: Report,
) -> None:
    """Write all files of a release, the manifest last."""
    dumps = write_dumps(folder, quads, Context(content / "ontology" / CONTEXT))
    shutil.copyfile(content / "ontology" / CONTEXT, folder / CONTEXT)
    questions = read_questions(content)
    if questions:
        (folder / FOLDER).mkdir()
        for path in question_paths(content):
            shutil.copyfile(path, folder / FOLDER / path.name)
    (folder / "report.json").write_text(report.json(), encoding="utf-8")
    (folder / "report.ttl").write_text(report.turtle(), encoding="utf-8")
    triples = sum(quad.graph_name == ox.DefaultGraph() for quad in quads)
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    catalog = describe_release(
        made,
        quads,
        downloads(dumps).values(),
        questions,
        {*graphs, _RELEASE.value},
    )
    ox.serialize(
        [placed(each, graph) for each in catalog for graph in (_RELEASE, None)],
        folder / CATALOG,
        format=ox.RdfFormat.N_QUADS,
    )
    files = (path for path in folder.rglob("*") if path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    manifest = Release(
        folder,
        name=made.name,
        digest=made.digest,
        fingerprint=fingerprint,
        issued=made.issued,
        quads=len(quads),
        triples=triples,
        files=tuple(file for file in (describe(folder, each) for each in names) if file),
        previous=made.previous,
    ).manifest()
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _publish(folder: Path, target: Path) -> None:
    """Put a finished folder in its place, on disk before it can be seen."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    folder.chmod(0o755)
    if target.exists():
        # It is damaged, or is built again of what it was built of.
        target.rename(folder.with_name(f"{folder.name}-old"))
        folder.rename(target)
        shutil.rmtree(folder.with_name(f"{folder.name}-old"))
    else:
        folder.rename(target)


def _switch(releases: Path, name: str) -> None:
    """Make a release the current one, in one step."""
    link = releases / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(releases / "current")


@contextmanager
def _locked(releases: Path) -> Iterator[None]:
    """Let one build at a time write; the lock goes with its process."""
    with (releases / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
