"""The heap of the server process, which has long-lived objects of all sizes and many threads."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

_MALLOPT: Final = {-8: 2, -3: 256 * 1024}
"""Parameters of mallopt(3) and their values: M_ARENA_MAX, the number of heaps; M_MMAP_THRESHOLD,
the size in bytes from which a block is mapped on its own, and returned when it is freed."""


def keep_heap_small() -> None:
    """Let all threads share two heaps, without large blocks.

    Each heap keeps what its threads have freed, and by default there are eight for each processor.
    Only one thread runs Python at a time, so threads hardly wait for each other. To have an effect,
    call this before threads begin.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc
    if mallopt is not None:
        for parameter, value in _MALLOPT.items():
            mallopt(parameter, value)


def free_memory() -> None:
    """Return the memory of an earlier publication to the system.

    The objects of the publication form reference cycles, and the allocator keeps free memory
    between objects in use. Without this function, the process would grow with each switch.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
