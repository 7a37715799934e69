"""Work on content in a process with limited resources and without network access.

Run as `python -m apecgraph.sandbox.tasks FD PID REQUEST`: FD is the pipe to write to, PID the
process that reads the pipe, and REQUEST the task as a JSON object. Each line in the pipe is a JSON
object: {progress: text}, {step: {kind, name}} when a step begins, {step: null} when a step ends,
and {result: ...} or {errors: [...]} at the end.

Tasks import their own dependencies, because importing pyshacl takes longer than checking a small
content folder.
"""

from __future__ import annotations

import gc
import json
import logging
import math
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from apecgraph.content.folder import Content, content_paths, links_leading_out
from apecgraph.errors import ApecgraphError, CheckFailed, ContentError, leaves
from apecgraph.files import read_file
from apecgraph.isolation.deaths import abort_for_memory
from apecgraph.isolation.limits import confine, end_with_parent
from apecgraph.isolation.seccomp import deny_network
from apecgraph.progress import Step, StepObserver
from apecgraph.rdf.turtle import format_file

TaskRequest: TypeAlias = Mapping[str, Any]

_OPEN_FILES: Final = 64

_WITH_THREADS: Final = ("build", "figures")
"""The tasks that start threads: to compress and to hash files, and those of DuckDB."""


def main() -> None:
    """Do the requested task and send its result, or its errors, to the waiting process."""
    # A task makes millions of objects and ends soon: collections would take a sixth of its time.
    gc.disable()
    request = json.loads(sys.argv[3])
    with os.fdopen(int(sys.argv[1]), "wb") as pipe:
        channel = _Channel(pipe, request)
        logging.getLogger("apecgraph").addHandler(_ProgressHandler(channel))
        logging.getLogger("apecgraph").setLevel(logging.INFO)
        # rdflib prints a traceback for each malformed literal; the check reports them.
        logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
        try:
            _confine(request, int(sys.argv[2]))
            channel.send({"result": _TASKS[request["task"]](request, channel.observe)})
        except* ApecgraphError as group:
            channel.send({"errors": list(map(_described, leaves(group)))})
        except* MemoryError:
            abort_for_memory()


class _Channel:
    """Sends messages to the waiting process; observes steps and limits their processor time."""

    def __init__(self, pipe: BinaryIO, request: TaskRequest) -> None:
        self._pipe = pipe
        self._request = request

    @contextmanager
    def observe(self, step: Step) -> Iterator[None]:
        """Report the beginning and the end of a step, and limit its processor time."""
        self.send({"step": asdict(step)})
        _limit_processor(self._request["rule_seconds"])
        try:
            yield
        except MemoryError:
            abort_for_memory()  # before the step ends, so the waiting process can name the step
        finally:
            _limit_processor(self._request["seconds"])
            self.send({"step": None})

    def send(self, message: dict[str, Any]) -> None:
        """Write a message."""
        self._pipe.write(json.dumps(message).encode() + b"\n")
        self._pipe.flush()


class _ProgressHandler(logging.Handler):
    """Sends log messages to the waiting process, which logs them."""

    def __init__(self, channel: _Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        self._channel.send({"progress": record.getMessage()})


def _described(error: BaseException) -> dict[str, Any]:
    """Describe an error in JSON."""
    if isinstance(error, ContentError):
        described = {"message": error.message, "path": str(error.path)}
        return {"kind": "ContentError", **described, "line": error.line, "column": error.column}
    return {"kind": type(error).__name__, "message": str(error)}


def _confine(request: TaskRequest, waiting: int) -> None:
    """Limit this process, deny it the network, and make it end with the waiting process.

    Args:
        request: The task with its limits.
        waiting: Process id of the waiting process.

    Raises:
        ContentError: If the kernel cannot deny the network.
    """
    content, megabytes = Path(request["content"]), request["megabytes"]
    confine(
        megabytes,
        file_megabytes=megabytes if request["task"] == "build" else 0,
        threads=request["task"] in _WITH_THREADS,
    )
    _limit_processor(request["seconds"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    try:
        end_with_parent(waiting)
        deny_network()
    except OSError as error:
        raise ContentError(
            "is not read: the kernel must deny the network to the process that reads it "
            f"(seccomp(2)), but this kernel does not: {error.strerror}",
            content,
        ) from None


def _limit_processor(seconds: float) -> None:
    """Have the kernel kill this process after this many more seconds of processor time.

    Processor time, unlike the clock, does not depend on how busy the machine is.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ceiling = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _check(request: TaskRequest, observe: StepObserver) -> str:
    from apecgraph.check.validation import check_content

    report, _ = check_content(Path(request["content"]), observe)
    return report.json()


def _figures(request: TaskRequest, observe: StepObserver) -> str:
    from apecgraph.check.figures import check_figures

    content, figures = Path(request["content"]), Path(request["figures"])
    return check_figures(content, figures, request["megabytes"] // 2, observe).json()


def _validate(request: TaskRequest, observe: StepObserver) -> str:
    from apecgraph.check.conformance import check_data

    return check_data(Path(request["shapes"]), Path(request["data"]), observe).json()


def _build(request: TaskRequest, observe: StepObserver) -> str:
    from apecgraph.build.pipeline import build_release

    release, _ = build_release(
        Path(request["content"]),
        Path(request["releases"]),
        keep=request["keep"],
        never_pruned=request["never_pruned"],
        accept_loss=request["accept_loss"],
        observe=observe,
    )
    return str(release.path)


def _decide(request: TaskRequest, observe: StepObserver) -> dict[str, Any]:
    from apecgraph.entry.acceptance import accept_decisions
    from apecgraph.entry.decisions import DecisionEntry, enter_decisions

    said = request["entry"]
    claims = {name: tuple(said[name]) for name in ("upholds", "rejects", "alternatives")}
    content = Content.read(Path(request["content"]), observe)
    entered, after = enter_decisions(
        content, request["names"], DecisionEntry(**(said | claims)), request["today"]
    )
    accept_decisions(content, after, observe)
    return asdict(entered)


def _dataset(request: TaskRequest, observe: StepObserver) -> dict[str, str]:
    from apecgraph.build.derivation import derived_dataset
    from apecgraph.check.validation import check_content
    from apecgraph.rdf.canonical import canonical_quads
    from apecgraph.rdf.formats import N_QUADS
    from apecgraph.rdf.serializer import rdf_bytes

    report, findings = check_content(Path(request["content"]), observe)
    if findings is None:
        raise CheckFailed(report.text())
    quads = rdf_bytes(canonical_quads(derived_dataset(findings)), N_QUADS)
    return {"quads": quads.decode(), "report": report.json()}


def _canonical(request: TaskRequest, observe: StepObserver) -> dict[str, Any]:
    root, changed = Path(request["content"]), {}
    errors = list(map(_described, links_leading_out(root)))
    for path in () if errors else content_paths(root):
        try:
            with observe(Step("file", str(path))):
                text = format_file(path)
                if text.encode() != read_file(path):
                    changed[str(path)] = text
        except ContentError as error:
            errors.append(_described(error))
    return {"changed": changed, "errors": errors}


def _entry(request: TaskRequest, observe: StepObserver) -> dict[str, Any]:
    from apecgraph.entry.claims import Entries

    entries = Entries(Content.read(Path(request["content"]), observe))
    entries.enter_all(request["kind"], request["rows"])
    entries.check(observe)
    claims = entries.claims()
    return {
        "files": {str(path): text for path, text in claims.files.items()},
        "notes": claims.notes,
    }


def _import(request: TaskRequest, observe: StepObserver) -> dict[str, Any]:
    from apecgraph.tables.importing import import_table

    content = Content.read(Path(request["content"]), observe)
    entered = import_table(
        content,
        Path(request["file"]),
        request["name"],
        request["mapping"],
        request["url"],
        request["issued"],
        observe,
    )
    return {"periods": entered.periods, "texts": entered.texts, "notes": entered.notes}


def _place(request: TaskRequest, observe: StepObserver) -> tuple[str, int | None]:
    from apecgraph.check.conformance import read_pair
    from apecgraph.check.shacl import shape_place

    if "shapes" in request:
        content = read_pair(Path(request["shapes"]), Path(request["data"]), observe)
    else:
        content = Content.read(Path(request["content"]), observe)
    path, line = shape_place(content, request["shape"], observe)
    return str(path), line


_TASKS: Final[Mapping[str, Callable[[TaskRequest, StepObserver], Any]]] = {
    "check": _check,
    "build": _build,
    "canonical": _canonical,
    "decide": _decide,
    "dataset": _dataset,
    "entry": _entry,
    "figures": _figures,
    "import": _import,
    "place": _place,
    "validate": _validate,
}


if __name__ == "__main__":
    main()
