"""Locks with which the processes of pytest-xdist share fixtures and leave each other alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock on a file, which is created if need be."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


class Turns:
    """Decides which tests of several processes run at a time: any, or one that has to run alone.

    Args:
        folder: A folder that all processes share.
    """

    def __init__(self, folder: Path) -> None:
        self._door = folder / "door.lock"
        self._room = folder / "room.lock"
        self._held = ExitStack()
        self._alone: bool | None = None

    def take(self, *, alone: bool) -> None:
        """Wait until a test may run; a turn that the process has already is kept if it will do."""
        if self._alone == alone:
            return
        self.give()
        # A process that waits to be alone holds the door, so that no other goes in before it.
        with locked(self._door):
            self._held.enter_context(locked(self._room, shared=not alone))
        self._alone = alone

    def give(self) -> None:
        """Let others have their turn."""
        self._held.close()
        self._alone = None
