"""The lock on a folder: one process at a time writes to it, and the lock goes with that process."""

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

from apecgraph.errors import ReleasesLocked

_log: Final = logging.getLogger(__name__)

LOCK: Final = ".lock"
PATIENCE: Final = 60.0
"""Seconds that one waits for another: builds write for a few."""

_PAUSE: Final = 0.1


@contextmanager
def locked(folder: Path, work: str, patience: float = PATIENCE) -> Iterator[None]:
    """Lock a folder; wait where another process has it, and say which.

    The lock is one of flock(2): the kernel gives it back when its process ends, however it ends,
    and what stands in the file only tells who has it. Nothing is forked while it is held: a child
    that lives on would hold it too.

    work: what it is wanted for, in a word. Raises ReleasesLocked when patience, in seconds, ends.
    """
    with (folder / LOCK).open("a+b", buffering=0) as file:
        end = time.monotonic() + patience
        while not _taken(file):
            holder = _holder(file)
            if time.monotonic() > end:
                raise ReleasesLocked(
                    f"{folder} is in use by {holder}: wait until it is done, or end it"
                )
            _log.info("waiting for %s", holder)
            time.sleep(_PAUSE)
        with suppress(OSError):  # on a full disk it is a lock all the same
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
    return file.read().decode(errors="replace") or "another process"
