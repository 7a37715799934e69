"""The sorted lines of a large file, found without reading all of it."""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from apecgraph.files import open_file


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    """Map a file into memory; raise OSError or ValueError if it cannot be read or is empty."""
    with (
        open_file(path) as file,
        closing(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)) as data,
    ):
        yield data


def find_line(data: mmap.mmap, is_at: Callable[[bytes], bool]) -> int:
    """Return where the first line begins for which a condition holds, or the end of the file.

    Args:
        data: The file.
        is_at: The condition. It holds for all lines after one for which it holds.

    Returns:
        The offset in bytes.
    """

    def holds(offset: int) -> bool:
        line = line_from(data, offset)
        return not line or is_at(line)

    start = bisect_left(range(len(data)), True, key=holds)
    return _begin(data, start) if line_from(data, start) else len(data)


def lines_with(data: mmap.mmap, prefix: bytes, start: int) -> Iterator[bytes]:
    """Yield the lines from an offset, at which a line begins, that have a prefix."""
    line = line_from(data, start)
    while line.startswith(prefix):
        yield line
        start += len(line)
        line = line_from(data, start)


def line_from(data: mmap.mmap, offset: int) -> bytes:
    """Return the first line that begins at an offset or after it; empty at the end of the file."""
    start = _begin(data, offset)
    if offset and not start:
        return b""
    end = data.find(b"\n", start)
    return data[start : end + 1] if end >= 0 else data[start:]


def _begin(data: mmap.mmap, offset: int) -> int:
    return data.find(b"\n", offset - 1) + 1 if offset else 0
