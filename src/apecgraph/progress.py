"""Progress: what long work is at, for a person who waits at a terminal."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TextIO, TypeVar

_ERASE: Final = "\r\x1b[K"
_OFTEN: Final = 0.1

T = TypeVar("T")


@contextmanager
def shown(stream: TextIO) -> Iterator[None]:
    """Show on one line of a terminal what the modules of apecgraph log; elsewhere nothing."""
    if not stream.isatty():
        yield
        return
    logger = logging.getLogger("apecgraph")
    handler = _Line(stream)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        stream.write(_ERASE)
        stream.flush()


def counted(log: logging.Logger, work: str, items: Sequence[T]) -> Iterator[T]:
    """Give items one by one; log how many are done of how many, and how long the rest will take.

    The time left supposes that all items take equally long. work: what is done to them, in words.
    """
    start = told = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done == 0:
            log.info("%s: 0 of %d", work, len(items))
        elif now - told >= _OFTEN:
            left = (now - start) / done * (len(items) - done)
            log.info("%s: %d of %d, %.0f s left", work, done, len(items), left)
            told = now
        yield item


class _Line(logging.StreamHandler[TextIO]):
    """Writes each message over the one before."""

    terminator = ""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_ERASE}{record.getMessage()} ..."
