"""Reads regular files from untrusted sources; refuses files that change while they are read.

Pipes and devices are refused, since reading them may never end.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LARGEST: Final = 64 * 1024 * 1024
"""Size of the largest file that `read_file` reads, in bytes. Editors' files are far smaller."""


def read_file(path: Path) -> bytes:
    """Read a regular file.

    Args:
        path: The file.

    Returns:
        The content of the file.

    Raises:
        OSError: The file cannot be read, is not a regular file, is too large, or changes while it
            is read.
    """
    with steady(path) as size:
        if size > LARGEST:
            reason = f"has {size:,} bytes, more than the {LARGEST:,} allowed: divide it"
            raise OSError(errno.EFBIG, reason)
        # A pipe may have replaced the file: opening it must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
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
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "is not a regular file")
    yield before.st_size
    if _version(path.stat()) != _version(before):
        raise OSError(
            errno.EBUSY,
            "changed while it was read: try again when the other program has finished writing it",
        )


def _version(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
