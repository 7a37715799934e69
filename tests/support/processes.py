"""Processes of this machine as /proc shows them, those of a server among them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

OF_OTHERS: Final[set[int]] = set()
"""Zygotes that ran before a test: those of servers that several tests share."""

_ZYGOTE: Final = b"apecgraph.query.workers.zygote"


def alive(pid: int) -> bool:
    return _parent(pid) is not None


def children(parent: int) -> list[int]:
    """Return the living children of a process."""
    return [pid for pid, other in _parents().items() if other == parent]


def tree(root: int) -> list[int]:
    """Return a process and all living processes below it."""
    parents = _parents()
    pids = [root]
    for parent in pids:
        pids += [pid for pid, other in parents.items() if other == parent]
    return pids


def zygotes(front: int | None = None) -> list[int]:
    """Return the zygotes of a server, or those that the test itself has started."""
    return [
        pid
        for pid in children(front or os.getpid())
        if pid not in OF_OTHERS and _ZYGOTE in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def workers(front: int | None = None) -> list[int]:
    """Return the worker processes of a server, or those that the test itself has started."""
    return [pid for zygote in zygotes(front) for pid in children(zygote)]


def descriptors(pid: int) -> int:
    """Count the open descriptors of a process, 0 if it is gone."""
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0


def proportional_memory(pid: int) -> int:
    """Return the memory of a process in kB; what several share is divided among them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _parents() -> dict[int, int]:
    """Map each living process to its parent."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        parent = _parent(int(path.name))
        if parent is not None:
            parents[int(path.name)] = parent
    return parents


def _parent(pid: int) -> int | None:
    """Return the parent of a process; None if it is gone or a zombie."""
    with suppress(OSError):
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
        if state != "Z":
            return int(parent)
    return None
