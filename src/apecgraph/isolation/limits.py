"""The limits of a process that works on untrusted input (setrlimit(2))."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from apecgraph.isolation.seccomp import prctl

MEGABYTE: Final = 1024 * 1024

_PR_SET_PDEATHSIG: Final = 1


def confine(megabytes: int, *, file_megabytes: int = 0, threads: bool = False) -> None:
    """Limit this process permanently to the resources that it needs.

    Args:
        megabytes: Memory that it may take in addition to the memory mapped now.
        file_megabytes: Size of the largest file that it may write.
        threads: Whether it may start threads, and with them processes, which have the same limits.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    memory = _within_hard_limit(resource.RLIMIT_AS, _mapped() + megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    size = _within_hard_limit(resource.RLIMIT_FSIZE, file_megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    for name in (resource.RLIMIT_CORE, *(() if threads else (resource.RLIMIT_NPROC,))):
        resource.setrlimit(name, (0, 0))


@contextmanager
def limited_memory(megabytes: int) -> Iterator[None]:
    """Limit the memory that this process may map during a context, beyond the present mappings."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    memory = _within_hard_limit(resource.RLIMIT_AS, _mapped() + megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent, whose pid is `parent`, ends."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _mapped() -> int:
    """Return the size of the address space of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _within_hard_limit(name: int, wanted: int) -> int:
    hard = resource.getrlimit(name)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
