"""Reads regular files from untrusted sources; refuses files that change while they are read.

Pipes and devices are refused, since reading them may never end.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

LARGEST: Final = 64 * 1024 * 1024
"""Size of the largest file that `read_file` reads, in bytes. Editors' files are far smaller."""


def open_file(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Args:
        path: The file.

    Returns:
        The open file.

    Raises:
        OSError: The file cannot be read, or is not a regular file.
    """
    _require_regular(path, path.stat())  # opening a device may have an effect
    # A pipe may have replaced the file: opening it must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        _require_regular(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        largest: Size of the largest file to read, in bytes.

    Returns:
        The content of the file.

    Raises:
        OSError: The file cannot be read, is not a regular file, is too large, or changes while it
            is read.
    """
    with steady(path) as size:
        if size > largest:
            reason = f"has {size:,} bytes, more than the {largest:,} allowed: divide it"
            raise OSError(errno.EFBIG, reason, str(path))
        with open_file(path) as file:
            return file.read(size)


@contextmanager
def steady(path: Path) -> Iterator[int]:
    """Watch a regular file while it is read.

    Args:
        path: The file.

    Yields:
        The size of the file in bytes.

    Raises:
        OSError: The file is not a regular file, or has changed when the context ends.
    """
    before = path.stat()
    _require_regular(path, before)
    yield before.st_size
    if file_version(path.stat()) != file_version(before):
        raise OSError(
            errno.EBUSY,
            "changed while it was read: try again when the other program has finished writing it",
        )


def file_version(status: os.stat_result) -> tuple[int, ...]:
    """Return a value that changes if a file is changed or replaced.

    Args:
        status: The status of the file.

    Returns:
        The value.
    """
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _require_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
