"""The sandbox: work on content in a separate process, with limits and without network access.

Content may come from strangers and may be malicious. A parser, a query or a regular expression can
only be stopped by ending its process. Therefore `apecgraph.sandbox.tasks` does the work in a
separate process and reports its steps. This module enforces the deadline. If the process dies, this
module raises an error that names the step.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from apecgraph import errors
from apecgraph.build.refusals import refused
from apecgraph.check.report import Report
from apecgraph.errors import ApecgraphError, ContentError
from apecgraph.isolation.deaths import Death, oom_kills
from apecgraph.progress import Step
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.settings import Settings

if TYPE_CHECKING:
    from apecgraph.entry.decisions import DecisionEntry, EnteredDecisions
    from apecgraph.tables.folder import EnteredTable

_log: Final = logging.getLogger(__name__)

_CHUNK: Final = 1 << 20
_LARGEST_MESSAGE: Final = 1 << 28
_SHAPES: Final = "shapes"


def run_check(content: Path, settings: Settings) -> Report:
    """Check a content folder; the report also names the file or shape that exceeds a limit."""
    try:
        return Report.parse(_Task(content, settings).run("check"))
    except ContentError as error:
        return Report.unreadable([error], content)


def run_figures(content: Path, figures: Path, settings: Settings) -> Report:
    """Check figures in a folder of Parquet files.

    Args:
        content: The content folder, with the declarations of measures, periods and edit rules.
        figures: The folder of Parquet files.
        settings: The limits.

    Returns:
        The report.

    Raises:
        ContentError: If a file cannot be read, or a limit is exceeded.
        ExceptionGroup: If several files of the content cannot be read.
    """
    task = _Task(content, settings, figures=str(figures))
    return Report.parse(task.run("figures"))


def run_validation(shapes: Path, data: Path, settings: Settings) -> Report:
    """Check a data file against a shapes file.

    Args:
        shapes: The file of shapes.
        data: The file of data.
        settings: The limits.

    Returns:
        The report.

    Raises:
        ContentError: If a file cannot be read, if a shape cannot be applied, if no shape applies
            to anything, or if a limit is exceeded.
        ExceptionGroup: If several shapes cannot be applied.
    """
    task = _Task(data, settings, shapes=str(shapes), data=str(data))
    return Report.parse(task.run("validate"))


def run_build(content: Path, settings: Settings, *, accept_loss: bool = False) -> Release:
    """Check a content folder, build a release of it and make it the current one.

    Args:
        content: The content folder.
        settings: The limits, and the folder of releases.
        accept_loss: Whether to publish even if much of the last release is gone.

    Returns:
        The release.

    Raises:
        CheckFailed: If the content does not pass the check or exceeds a limit.
        NotPublished: If `build_release` raises it; the current release does not change.
    """
    try:
        path = _Task(content, settings).run(
            "build",
            releases=str(settings.releases),
            keep=settings.keep_releases,
            never_pruned=sorted(settings.never_pruned),
            accept_loss=accept_loss,
        )
    except ContentError as error:
        # The operator of a nightly build expects a report for every failure.
        report = Report.unreadable([error], content)
        raise refused(Archive(settings.releases), report) from None
    return Release.open(Path(path))


def run_dataset(content: Path, settings: Settings) -> tuple[list[ox.Quad], Report]:
    """Derive the dataset of a content folder without building a release.

    Args:
        content: The content folder.
        settings: The limits.

    Returns:
        The canonical dataset that a build makes, and the report of the check.

    Raises:
        CheckFailed: If the content cannot be read.
    """
    answer = _Task(content, settings).run("dataset")
    return list(ox.parse(answer["quads"], ox.RdfFormat.N_QUADS)), Report.parse(answer["report"])


def run_canonical(
    content: Path, settings: Settings
) -> tuple[dict[Path, str], Sequence[ApecgraphError]]:
    """Write the Turtle files of a content folder in canonical form.

    Args:
        content: The content folder.
        settings: The limits.

    Returns:
        The canonical text of each file that is not canonical, and the errors of the files that
        cannot be written in canonical form.
    """
    answer = _Task(content, settings).run("canonical")
    changed = {Path(path): text for path, text in answer["changed"].items()}
    return changed, list(_errors(answer["errors"]))


def run_entry(
    content: Path, settings: Settings, kind: str, rows: Sequence[Mapping[str, str]]
) -> tuple[dict[Path, str], list[str]]:
    """Enter sources, figures or statements into a content folder, without writing them.

    Args:
        content: The content folder.
        settings: The limits.
        kind: "source", "figure" or "statement".
        rows: The values of each, by column.

    Returns:
        The new text of each file that changes, and notes for the editor.

    Raises:
        EntryRefused: If a value is missing, unknown, or contradicts the printed words, or if the
            check would report the claim.
        ExceptionGroup: If there are several reasons to refuse the claims.
        ContentError: If the content cannot be read.
    """
    answer = _Task(content, settings).run("entry", kind=kind, rows=list(rows))
    return {Path(path): text for path, text in answer["files"].items()}, answer["notes"]


def run_import(
    content: Path, settings: Settings, file: Path, name: str, mapping: str, url: str, issued: str
) -> EnteredTable:
    """Convert a foreign table into the files of a source's folder, without writing them.

    Args:
        content: The content folder.
        settings: The limits.
        file: The foreign file.
        name: Name of the source.
        mapping: Name of a mapping that comes with apecgraph, path of a mapping, or empty.
        url: Where the table was read, or nothing.
        issued: When the table was released, or nothing.

    Returns:
        The files, and the notes that account for every cell.

    Raises:
        TableRefused: The table, or a cell of it, cannot be read.
        ContentError: If the content cannot be read, or a limit is exceeded.
    """
    from apecgraph.tables.folder import EnteredTable

    answer = _Task(content, settings).run(
        "import", file=str(file), name=name, mapping=mapping, url=url, issued=issued
    )
    return EnteredTable(answer["periods"], answer["texts"], tuple(answer["notes"]))


def run_decide(
    content: Path, settings: Settings, names: Sequence[str], entry: DecisionEntry, today: str
) -> EnteredDecisions:
    """Enter decisions; the arguments and the result are those of `enter_decisions`.

    Args:
        content: The content folder.
        settings: The limits.
        names: Names of the decisions.
        entry: The values that the editor gives.
        today: The day of a new decision (ISO 8601).

    Returns:
        The file with the decisions.

    Raises:
        ContentError: A part of a new decision is missing, or a claim is unknown.
        EntryRefused: The check would report the decision.
        ExceptionGroup: There are several reasons to refuse the decisions.
    """
    from apecgraph.entry.decisions import EnteredDecisions

    answer = _Task(content, settings).run("decide", names=names, entry=asdict(entry), today=today)
    return EnteredDecisions(answer["name"], answer["text"], tuple(answer["notes"]))


class _Task:
    """A task in a separate process, with its current step, its result and its deadline."""

    def __init__(self, content: Path, settings: Settings, **files: str) -> None:
        self._content = content
        self._files = files
        self._settings = settings
        self._oom_kills = oom_kills()
        self._deadline = time.monotonic() + settings.load_seconds
        self._step: Step | None = None
        self._answer: dict[str, Any] | None = None

    def run(self, task: str, **arguments: object) -> Any:
        """Run a task to its end.

        Args:
            task: Name of the task.
            **arguments: Further parameters of the task.

        Returns:
            The result of the task.

        Raises:
            ContentError: If the process died or missed its deadline.
            ExceptionGroup: If the task reported several errors. A single error is raised directly.
        """
        reading, writing = os.pipe()
        request = {
            "task": task,
            "content": str(self._content),
            "megabytes": self._settings.load_megabytes,
            "seconds": self._settings.load_seconds,
            "rule_seconds": self._settings.rule_seconds,
            **self._files,
            **arguments,
        }
        with os.fdopen(reading, "rb", buffering=0) as messages:
            try:
                process = subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
                    # -P: modules in the working directory are not imported.
                    [
                        *(sys.executable, "-P", "-m", "apecgraph.sandbox.tasks"),
                        *(str(writing), str(os.getpid()), json.dumps(request)),
                    ],
                    pass_fds=[writing],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            finally:
                os.close(writing)
            with process:
                try:
                    output = self._follow(messages.fileno(), process)
                except BaseException:
                    process.kill()
                    raise
        if self._answer is None:
            raise self._cause_of_death(Death(process.returncode, output.decode(errors="replace")))
        if "errors" in self._answer:
            raise _raised(self._answer["errors"])
        return self._answer["result"]

    def _follow(self, messages: int, process: subprocess.Popen[bytes]) -> bytes:
        """Read the messages of a process until it ends.

        Args:
            messages: File descriptor of its messages.
            process: The process.

        Returns:
            The end of its standard error.

        Raises:
            ContentError: If the process misses its deadline or sends too much.
        """
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        pending, output = bytearray(), b""
        with selectors.DefaultSelector() as selector:
            for source in (messages, process.stderr.fileno()):
                selector.register(source, selectors.EVENT_READ)
            while selector.get_map():
                left = self._deadline - time.monotonic()
                ready = selector.select(max(left, 0))
                if not ready and left <= 0:
                    raise self._late()
                for key, _ in ready:
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == messages:
                        pending += data
                        if b"\n" in data:
                            *lines, pending = pending.split(b"\n")
                            for line in lines:
                                self._receive(json.loads(line))
                        if len(pending) > _LARGEST_MESSAGE:
                            raise ContentError("has too many errors to report", self._content)
                    else:
                        output = (output + data)[-_CHUNK:]
        return output

    def _receive(self, message: dict[str, Any]) -> None:
        match message:
            case {"progress": text}:
                _log.info("%s", text)
            case {"step": step}:
                self._step = None if step is None else Step(**step)
            case _:
                self._answer = message

    def _late(self) -> ContentError:
        seconds = self._settings.load_seconds
        return self._error(f"took longer than {seconds:g} s (APECGRAPH_LOAD_SECONDS)")

    def _cause_of_death(self, death: Death) -> ApecgraphError:
        """Explain why a process ended without an answer: an error that names the current step."""
        if death.lacked_memory(self._oom_kills):
            megabytes = self._settings.load_megabytes
            return self._error(
                f"took more than {megabytes} MB of memory (APECGRAPH_LOAD_MEGABYTES), "
                "or more than the machine has"
            )
        match -death.status:
            case signal.SIGSEGV | signal.SIGBUS:
                return self._error(
                    "overflowed the parser's stack: the content is nested too deeply"
                )
            case signal.SIGXCPU if self._step is None:
                return self._late()
            case signal.SIGXCPU:
                seconds = self._settings.rule_seconds
                return self._error(f"took longer than {seconds:g} s (APECGRAPH_RULE_SECONDS)")
        _log.error("%s", death.words)
        reason = (death.words.splitlines() or ["without a message"])[-1]
        return self._error(f"ended, because its process {death}: {reason}")

    def _error(self, message: str) -> ContentError:
        """Return the error for an event at the current step."""
        match self._step:
            case Step("file", path):
                return ContentError(f"reading it {message}", Path(path))
            case Step("shape", shape):
                file, line = self._place(shape)
                return ContentError(
                    f"applying this shape {message}: look at its queries and patterns", file, line
                )
        return ContentError(f"processing it {message}", self._content)

    def _place(self, shape: str) -> tuple[Path, int | None]:
        """Have another process find the file and the line of a shape."""
        try:
            task = _Task(self._content, self._settings, **self._files)
            path, line = task.run("place", shape=shape)
        except ApecgraphError:
            return Path(self._files.get("shapes", self._content / _SHAPES)), None
        return Path(path), line


def _raised(described: list[dict[str, Any]]) -> Exception:
    """Return one exception for all errors that a process sent."""
    raised = list(_errors(described))
    return (
        raised[0] if len(raised) == 1 else ExceptionGroup("the content has several errors", raised)
    )


def _errors(described: list[dict[str, Any]]) -> Iterator[ApecgraphError]:
    for error in described:
        kind, message = error["kind"], error["message"]
        if kind == ContentError.__name__:
            yield ContentError(message, Path(error["path"]), error["line"], error["column"])
        else:
            yield getattr(errors, kind)(message)
