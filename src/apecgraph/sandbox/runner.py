"""The sandbox: work on content, done by a process of its own, with limits and without network.

What an editor is sent may be meant to harm, and nothing stops a parser, a query or a regular
expression at its work but the end of its process. So `apecgraph.sandbox.tasks` does the work and
tells what it is at; here it is held to its deadlines, and its end is told as an error with its
place.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph import errors
from apecgraph.build.refusals import refused
from apecgraph.check.report import Report
from apecgraph.errors import ApecgraphError, ContentError
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.settings import Settings

_log: Final = logging.getLogger(__name__)

_AT_ONCE: Final = 1 << 20
_LARGEST_ANSWER: Final = 1 << 28
_SHAPES: Final = "shapes"


def run_check(content: Path, settings: Settings) -> Report:
    """Check a content folder; report also what cannot be checked within the limits."""
    try:
        return Report.parse(_Work(content, settings).do("check"))
    except ContentError as error:
        return Report.unreadable([error], content)


def run_build(content: Path, settings: Settings, *, accept_loss: bool = False) -> Release:
    """Check a content folder, make a release of it and make it the current one.

    accept_loss: publish it even where much of the last release is gone. Raises what `build.build`
    raises, and CheckFailed also where it is over a limit; what was current stays so.
    """
    try:
        path = _Work(content, settings).do(
            "build",
            releases=str(settings.releases),
            keep=settings.keep_releases,
            accept_loss=accept_loss,
        )
    except ContentError as error:
        # Whoever looks after the nightly build looks for its report, whatever stopped it.
        report = Report.unreadable([error], content)
        raise refused(Archive(settings.releases), report) from None
    return Release.open(Path(path))


def run_dataset(content: Path, settings: Settings) -> tuple[list[ox.Quad], Report]:
    """Return the dataset that a build of a content folder makes, canonical, and the check's report.

    Raises CheckFailed where the content cannot be read.
    """
    answer = _Work(content, settings).do("dataset")
    return list(ox.parse(answer["quads"], ox.RdfFormat.N_QUADS)), Report.parse(answer["report"])


def run_canonical(
    content: Path, settings: Settings
) -> tuple[dict[Path, str], Sequence[ApecgraphError]]:
    """Return the canonical text of each Turtle file of a content folder that differs from it.

    Beside it, the errors of the files that have none.
    """
    answer = _Work(content, settings).do("canonical")
    changed = {Path(path): text for path, text in answer["changed"].items()}
    return changed, list(_errors(answer["errors"]))


class _Work:
    """What a process is at, the file or the shape, or what it has told; and until when."""

    def __init__(self, content: Path, settings: Settings) -> None:
        self._content = content
        self._settings = settings
        self._deadline = time.monotonic() + settings.load_seconds
        self._step: dict[str, str] = {}
        self._answer: dict[str, Any] | None = None

    def do(self, task: str, **arguments: object) -> Any:
        """Have a process do a task; return its answer, or raise its errors or what it died of."""
        reading, writing = os.pipe()
        request = {
            "task": task,
            "content": str(self._content),
            "megabytes": self._settings.load_megabytes,
            "seconds": self._settings.load_seconds,
            "rule_seconds": self._settings.rule_seconds,
            **arguments,
        }
        with os.fdopen(reading, "rb", buffering=0) as told:
            try:
                process = subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
                    # -P: what lies in the working directory is not imported.
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
                    complaint = self._follow(told.fileno(), process)
                except BaseException:
                    process.kill()
                    raise
        if self._answer is None:
            raise self._cause_of_death(process.returncode, complaint)
        if "errors" in self._answer:
            raise _raised(self._answer["errors"])
        return self._answer["result"]

    def _follow(self, told: int, process: subprocess.Popen[bytes]) -> bytes:
        """Hear a process until its end; return what it has written to its standard error.

        Raises ContentError where it is over its deadline, or says too much.
        """
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        pending, complaint = bytearray(), b""
        with selectors.DefaultSelector() as selector:
            for each in (told, process.stderr.fileno()):
                selector.register(each, selectors.EVENT_READ)
            while selector.get_map():
                left = self._deadline - time.monotonic()
                ready = selector.select(max(left, 0))
                if not ready and left <= 0:
                    raise self._late()
                for key, _ in ready:
                    data = os.read(key.fd, _AT_ONCE)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == told:
                        pending += data
                        if b"\n" in data:
                            *lines, pending = pending.split(b"\n")
                            for line in lines:
                                self._hear(json.loads(line))
                        if len(pending) > _LARGEST_ANSWER:
                            raise ContentError("has more errors than can be told", self._content)
                    else:
                        complaint = (complaint + data)[-_AT_ONCE:]
        return complaint

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"told": words}:
                _log.info("%s", words)
                self._step = message
            case {"place": _} | {"shape": _}:
                self._step = message
            case _:
                self._answer = message

    def _late(self) -> ContentError:
        seconds = self._settings.load_seconds
        return self._at(f"took longer than {seconds:g} s (APECGRAPH_LOAD_SECONDS)")

    def _cause_of_death(self, status: int, complaint: bytes) -> ApecgraphError:
        """Tell what a process without an answer has died of."""
        match -status:
            case signal.SIGABRT | signal.SIGKILL:
                most = self._settings.load_megabytes
                return self._at(
                    f"took more than {most} MB of memory (APECGRAPH_LOAD_MEGABYTES), "
                    "or more than there is"
                )
            case signal.SIGSEGV | signal.SIGBUS:
                return self._at("nests too deeply for the stack of a parser")
            case signal.SIGXCPU if "told" in self._step:
                return self._late()
            case signal.SIGXCPU:
                seconds = self._settings.rule_seconds
                return self._at(f"took longer than {seconds:g} s (APECGRAPH_RULE_SECONDS)")
        words = complaint.decode(errors="replace")
        sys.stderr.write(words)
        reason = (words.splitlines() or ["it says nothing"])[-1]
        return self._at(f"ended its process with status {status}: {reason}")

    def _at(self, message: str) -> ContentError:
        """Tell what happened at the present step."""
        match self._step:
            case {"place": path}:
                return ContentError(f"to read it {message}", Path(path))
            case {"shape": shape}:
                file, line = self._place(shape)
                return ContentError(
                    f"to apply this shape {message}: look at its queries and patterns", file, line
                )
            case {"told": words}:
                return ContentError(f"{words}: this {message}", self._content)
        return ContentError(f"to begin {message}", self._content)

    def _place(self, shape: str) -> tuple[Path, int | None]:
        """Have another process tell the file and the line of a shape."""
        try:
            path, line = _Work(self._content, self._settings).do("place", shape=shape)
        except ApecgraphError:
            return self._content / _SHAPES, None
        return Path(path), line


def _raised(told: list[dict[str, Any]]) -> Exception:
    """Make the errors that a process has told."""
    found = list(_errors(told))
    return found[0] if len(found) == 1 else ExceptionGroup("the content is not right", found)


def _errors(told: list[dict[str, Any]]) -> Iterator[ApecgraphError]:
    for each in told:
        kind, message = each["kind"], each["message"]
        if kind == ContentError.__name__:
            yield ContentError(message, Path(each["path"]), each["line"], each["column"])
        else:
            yield getattr(errors, kind)(message)
