"""Confinement: what a process gives up before it works on what others wrote (setrlimit(2))."""

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


def confine(megabytes: int, *, file_megabytes: int = 0) -> None:
    """Give up all that is not needed, for good; the kernel refuses the rest.

    megabytes: memory to be had beyond what is mapped. file_megabytes: of the largest file to write.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    memory = _at_most(resource.RLIMIT_AS, _mapped() + megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    size = _at_most(resource.RLIMIT_FSIZE, file_megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    for name in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(name, (0, 0))


@contextmanager
def within(megabytes: int) -> Iterator[None]:
    """Take no more memory than that, beyond what is mapped, for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    memory = _at_most(resource.RLIMIT_AS, _mapped() + megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the one that started it, by its pid, is gone."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _mapped() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _at_most(name: int, wanted: int) -> int:
    hard = resource.getrlimit(name)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
