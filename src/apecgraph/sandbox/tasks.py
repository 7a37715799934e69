"""Work on content by a process that has given up all it does not need.

Run as `python -m apecgraph.sandbox.tasks FD PID REQUEST`: a pipe to write to, the process that
reads it, and a JSON object. Each line written is one as well: {told: words}, {place: path} or
{shape: IRI} for what the work is at, and in the end {result: ...} or {errors: [...]}.

What only some tasks need is imported by them: it takes longer than a small content to check.
"""

from __future__ import annotations

import json
import logging
import math
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from apecgraph.content.folder import Content, content_paths
from apecgraph.errors import ApecgraphError, CheckFailed, ContentError, leaves
from apecgraph.files import read_file
from apecgraph.isolation.limits import confine, end_with_parent
from apecgraph.isolation.seccomp import deny_network
from apecgraph.rdf.turtle import format_file

TaskRequest: TypeAlias = Mapping[str, Any]

_MOST_OPEN: Final = 64


def main() -> None:
    """Do what the third argument says and tell the process at the other end."""
    request = json.loads(sys.argv[3])
    with os.fdopen(int(sys.argv[1]), "wb") as pipe:
        channel = _Channel(pipe, request)
        logging.getLogger("apecgraph").addHandler(channel)
        logging.getLogger("apecgraph").setLevel(logging.DEBUG)
        # rdflib prints a traceback for each malformed literal; the check reports them.
        logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
        try:
            _give_up(request, int(sys.argv[2]))
            channel.say({"result": _TASKS[request["task"]](request)})
        except* ApecgraphError as group:
            channel.say({"errors": list(map(_described, leaves(group)))})
        except* MemoryError:
            os.abort()  # as where the engine is short of it, so that there is one thing to tell


class _Channel(logging.Handler):
    """The way to the process that waits: for messages, and for what modules log."""

    def __init__(self, pipe: BinaryIO, request: TaskRequest) -> None:
        super().__init__()
        self._pipe = pipe
        self._request = request

    def emit(self, record: logging.LogRecord) -> None:
        """Tell what the work is at: a file, a shape, or what a person is told."""
        for name in ("place", "shape"):
            if hasattr(record, name):
                self.say({name: getattr(record, name)})
                _give_time(self._request["rule_seconds"])
                return
        if record.levelno >= logging.INFO:
            self.say({"told": record.getMessage()})
            _give_time(self._request["seconds"])

    def say(self, message: dict[str, Any]) -> None:
        """Write a message."""
        self._pipe.write(json.dumps(message).encode() + b"\n")
        self._pipe.flush()


def _described(error: BaseException) -> dict[str, Any]:
    """Write an error as JSON."""
    if isinstance(error, ContentError):
        described = {"message": error.message, "path": str(error.path)}
        return {"kind": "ContentError", **described, "line": error.line, "column": error.column}
    return {"kind": type(error).__name__, "message": str(error)}


def _give_up(request: TaskRequest, waiting: int) -> None:
    """Take on the limits, the end of the process that waits among them; give up the network."""
    content, megabytes = Path(request["content"]), request["megabytes"]
    confine(megabytes, file_megabytes=megabytes if request["task"] == "build" else 0)
    _give_time(request["seconds"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_OPEN, _MOST_OPEN))
    try:
        end_with_parent(waiting)
        deny_network()
    except OSError as error:
        raise ContentError(
            "is not read: that takes a kernel that keeps the process that reads from the network "
            f"by seccomp(2), and here: {error.strerror}",
            content,
        ) from None


def _give_time(seconds: float) -> None:
    """Have the kernel kill this process after that time on the processor, if nothing else comes.

    It is not the clock's: where many are at work, a file or a shape takes no less of it.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ceiling = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _check(request: TaskRequest) -> str:
    from apecgraph.check.validation import check_content

    report, _ = check_content(Path(request["content"]))
    return report.json()


def _build(request: TaskRequest) -> str:
    from apecgraph.build.pipeline import build_release

    release, _ = build_release(
        Path(request["content"]),
        Path(request["releases"]),
        keep=request["keep"],
        accept_loss=request["accept_loss"],
    )
    return str(release.path)


def _dataset(request: TaskRequest) -> dict[str, str]:
    import pyoxigraph as ox

    from apecgraph.build.derivation import derived_dataset
    from apecgraph.check.validation import check_content
    from apecgraph.rdf.canonical import canonical_nquads

    report, findings = check_content(Path(request["content"]))
    if findings is None:
        raise CheckFailed(report.text())
    quads = ox.serialize(canonical_nquads(derived_dataset(findings)), format=ox.RdfFormat.N_QUADS)
    assert quads is not None  # noqa: S101 - without an output the bytes are returned
    return {"quads": quads.decode(), "report": report.json()}


def _canonical(request: TaskRequest) -> dict[str, Any]:
    changed = {}
    errors = []
    for path in content_paths(Path(request["content"])):
        logging.getLogger(__name__).debug("reading %s", path, extra={"place": str(path)})
        try:
            text = format_file(path)
            if text.encode() != read_file(path):
                changed[str(path)] = text
        except ContentError as error:
            errors.append(_described(error))
    return {"changed": changed, "errors": errors}


def _place(request: TaskRequest) -> tuple[str, int | None]:
    from apecgraph.check.shacl import shape_place

    path, line = shape_place(Content.read(Path(request["content"])), request["shape"])
    return str(path), line


_TASKS: Final[Mapping[str, Callable[[TaskRequest], Any]]] = {
    "check": _check,
    "build": _build,
    "canonical": _canonical,
    "dataset": _dataset,
    "place": _place,
}


if __name__ == "__main__":
    main()
