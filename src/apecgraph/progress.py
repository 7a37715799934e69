"""Progress: what long work is at, for a person who waits at a terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

_ERASE: Final = "\r\x1b[K"


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


class _Line(logging.StreamHandler[TextIO]):
    """Writes each message over the one before."""

    terminator = ""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_ERASE}{record.getMessage()} ..."
