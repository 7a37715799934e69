"""RDF files as other programs write them: their names, gzip, and byte order marks."""

from __future__ import annotations

import errno
import gzip
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Final, cast

from apecgraph.files import LARGEST, read_file
from apecgraph.rdf.formats import GRAPH_FORMATS, Format, find_format

_GZIP: Final = b"\x1f\x8b"

READ_ERRORS: Final = (OSError, EOFError, zlib.error)
"""What reading a file may raise. Damaged gzip raises the last two."""

NAMES: Final = f"{', '.join(f'.{item.extension}' for item in GRAPH_FORMATS)}, with or without .gz"
"""The endings of the names of RDF files, for error messages."""


def named_format(path: Path) -> Format | None:
    """Return the format that the name of a file states, or None if it states none."""
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return find_format(name.suffix.removeprefix("."), GRAPH_FORMATS)


def read_rdf(path: Path) -> bytes:
    """Read a file as a whole: decompressed, and without a byte order mark.

    Args:
        path: The file.

    Returns:
        The content.

    Raises:
        OSError: The file cannot be read, is damaged, or is too large.
    """
    try:
        data = RdfBytes(BytesIO(read_file(path))).read(LARGEST + 1)
    except (EOFError, zlib.error) as error:
        raise OSError(errno.EIO, f"is damaged: {error}") from None
    if len(data) > LARGEST:
        reason = f"has more than the {LARGEST:,} bytes allowed: divide it"
        raise OSError(errno.EFBIG, reason)
    return data


class RdfBytes:
    """The bytes of an RDF file for a parser: decompressed, and without a byte order mark.

    Args:
        file: The file, open at its beginning. A file in gzip is decompressed while it is read.
        report: Called with the number of bytes of the file that have been read so far.

    Raises:
        OSError: The file cannot be read, or is in UTF-16.
        EOFError: The file is incomplete gzip.
    """

    def __init__(self, file: IO[bytes], report: Callable[[int], object] | None = None) -> None:
        compressed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        counted = file if report is None else cast("IO[bytes]", _CountedBytes(file, report))
        self._source = gzip.GzipFile(fileobj=counted) if compressed else counted
        head = self._source.read(len(BOM_UTF8))
        if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise OSError(errno.EILSEQ, "it is in UTF-16: save it in UTF-8")
        self._head = b"" if head == BOM_UTF8 else head

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size` if it is not negative; b"" at the end."""
        head, self._head = self._head, b""
        return head + self._source.read(size if size < 0 else max(size - len(head), 0))


class _CountedBytes:
    """A file that reports how many of its bytes have been read."""

    def __init__(self, file: IO[bytes], report: Callable[[int], object]) -> None:
        self._file = file
        self._report = report
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._read += len(data)
        self._report(self._read)
        return data
