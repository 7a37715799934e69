"""Progress: what long work is at, for a person who waits at a terminal."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TextIO, TypeVar

_ERASE: Final = "\r\x1b[K"
_OFTEN: Final = 0.1

T = TypeVar("T")


@contextmanager
def shown(stream: TextIO, level: int = logging.INFO) -> Iterator[None]:
    """Show on one line of a terminal what the modules of apecgraph log; elsewhere nothing.

    level: of what is shown, and above.
    """
    if not stream.isatty():
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
    """Give items one by one; log how many are done, as Progress does."""
    progress = Progress(log.info, work, len(items))
    for done, item in enumerate(items):
        progress.at(done)
        yield item


class Progress:
    """Logs how much of some work is done, and how long the rest will take.

    The time left supposes that all parts take equally long. work: what is done, in words; total:
    how many parts there are, and unit: what they are, where the work does not say it.
    """

    def __init__(self, log: Callable[[str], object], work: str, total: int, unit: str = "") -> None:
        self._log = log
        self._work = work
        self._total = total
        self._unit = unit
        self._start = self._told = time.monotonic()

    def at(self, done: int) -> None:
        """Note that so many parts are done; log it, but not too often."""
        now = time.monotonic()
        text = f"{self._work}: {done:,} of {self._total:,}{self._unit}"
        if done == 0:
            self._log(text)
        elif now - self._told >= _OFTEN:
            left = (now - self._start) / done * (self._total - done)
            self._log(f"{text}, {left:.0f} s left")
            self._told = now


class _Line(logging.StreamHandler[TextIO]):
    """Writes each message over the one before."""

    terminator = ""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_ERASE}{record.getMessage()} ..."
