"""Files that others may have made: regular ones, as they were at one moment.

What is a pipe or a device is never opened for reading, since it may have no end.
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
"""Bytes of the largest file that is read whole: an editor's files are far smaller."""


def read_file(path: Path) -> bytes:
    """Read a regular file whole; raise OSError with the reason where it is not read."""
    with steady(path) as size:
        if size > LARGEST:
            reason = f"has {size:,} bytes, and {LARGEST:,} are the most: divide it"
            raise OSError(errno.EFBIG, reason)
        # Meanwhile it may have become a pipe, which is not to be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(size)


@contextmanager
def steady(path: Path) -> Iterator[int]:
    """Give the size of a regular file that is read meanwhile.

    Raises OSError where it is no regular file, and at the end where it has changed since.
    """
    before = path.stat()
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "is no regular file")
    yield before.st_size
    if _version(path.stat()) != _version(before):
        raise OSError(errno.EBUSY, "changed while it was read: try again when it is written")


def _version(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
