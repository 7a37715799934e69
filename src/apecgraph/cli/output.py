"""Standard output and standard error of a command: what it prints cannot control the terminal."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from apecgraph.printable import printable


@contextmanager
def printable_output() -> Iterator[None]:
    """Escape control characters in all text that is printed during a context, errors included."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", _Printable(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def byte_writer() -> Callable[[bytes], object]:
    """Return what writes data to standard output: as they are, or printable on a terminal."""
    if not sys.stdout.isatty():
        return sys.stdout.buffer.write
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8")("replace"), translate=True
    )
    return lambda data: sys.stdout.write(decoder.decode(data))


class _Printable:
    """A text stream that escapes what a terminal must not receive; its `buffer` does not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(printable(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
