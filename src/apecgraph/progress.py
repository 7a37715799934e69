"""The progress of long work.

The sandbox limits the time of each step. A terminal shows the log messages.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TextIO, TypeVar

from apecgraph.printable import one_line, shortened

_ERASE: Final = "\r\x1b[K"
_INTERVAL_SECONDS: Final = 0.1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the work on content, with a time limit of its own.

    Attributes:
        kind: "file" if a file is read, "shape" if a shape is applied.
        name: Path of the file, or IRI of the shape.
    """

    kind: Literal["file", "shape"]
    name: str


class StepObserver(Protocol):
    """Observes the steps of work. `contextlib.nullcontext` is an observer that does nothing."""

    def __call__(self, step: Step, /) -> AbstractContextManager[object]:
        """Return the context in which a step runs."""
        ...


@contextmanager
def shown(level: int = logging.INFO) -> Iterator[None]:
    """Show log messages of apecgraph on one line of the terminal, if standard error is one.

    Args:
        level: Lowest level that is shown.

    Yields:
        Nothing: messages are shown until the context ends.
    """
    stream = sys.__stderr__
    if stream is None or not stream.isatty():
        yield
        return
    logger = logging.getLogger("apecgraph")
    handler = _Line(stream)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        stream.write(_ERASE)
        stream.flush()


def logged_items(log: logging.Logger, work: str, items: Sequence[T]) -> Iterator[T]:
    """Iterate over items and log how many are done, as `Progress` does."""
    progress = Progress(log.info, work, len(items))
    for done, item in enumerate(items):
        progress.at(done)
        yield item


class Progress:
    """Logs how much work is done, and estimates the time left as if all parts took equally long.

    Args:
        log: Called with each message.
        work: Description of the work, such as "reading files".
        total: Number of parts.
        unit: Unit of the parts, with a leading space, if `work` does not name the unit.
    """

    def __init__(self, log: Callable[[str], object], work: str, total: int, unit: str = "") -> None:
        self._log = log
        self._work = work
        self._total = total
        self._unit = unit
        self._start = self._logged = time.monotonic()

    def at(self, done: int) -> None:
        """Log how many parts are done, at most ten times a second."""
        now = time.monotonic()
        text = f"{self._work}: {done:,} of {self._total:,}{self._unit}"
        if done == 0:
            self._log(text)
        elif now - self._logged >= _INTERVAL_SECONDS:
            left = (now - self._start) / done * (self._total - done)
            self._log(f"{text}, {left:.0f} s left")
            self._logged = now


class _Line(logging.StreamHandler[TextIO]):
    """Writes each message over the previous one."""

    terminator = ""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_ERASE}{one_line(shortened(record.getMessage()))} ..."
