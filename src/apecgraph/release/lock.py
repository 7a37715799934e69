"""The lock on a folder: one process at a time writes to it."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Final

from apecgraph.errors import ReleaseError, ReleasesLocked

_log: Final = logging.getLogger(__name__)

LOCK: Final = ".lock"
PATIENCE: Final = 60.0
"""Seconds to wait for another process; a build holds the lock for a few seconds."""

_PAUSE: Final = 0.1
_LONGEST: Final = 200
"""Bytes of the lock file to read."""


@contextmanager
def locked(folder: Path, work: str, patience: float = PATIENCE) -> Iterator[None]:
    """Lock a folder with flock(2); wait for another process that holds the lock.

    The kernel releases the lock when the process ends, even if it is killed. The content of the
    file only names the holder. Do not fork while holding the lock: a surviving child would keep it.

    Args:
        folder: The folder to lock.
        work: A word for the work, which other processes show while they wait.
        patience: Seconds to wait.

    Yields:
        Nothing: the lock is held until the context ends.

    Raises:
        ReleaseError: If the lock is not a regular file.
        ReleasesLocked: If another process still holds the lock after that time.
    """
    path = folder / LOCK
    if path.exists() and not path.is_file():  # opening it may never end
        raise ReleaseError(f"{path} is not a regular file: delete it")
    with path.open("a+b", buffering=0) as file:
        end = time.monotonic() + patience
        while not _taken(file):
            holder = _holder(file)
            if time.monotonic() > end:
                raise ReleasesLocked(
                    f"{folder} is in use by {holder}: wait until it finishes, or stop that process"
                )
            _log.info("waiting for %s", holder)
            time.sleep(_PAUSE)
        with suppress(OSError):  # the lock works on a full disk, too
            file.truncate(0)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            file.write(f"process {os.getpid()} ({work}), since {since}".encode())
        yield


def _taken(file: FileIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: FileIO) -> str:
    file.seek(0)
    return file.read(_LONGEST).decode(errors="replace") or "another process"
