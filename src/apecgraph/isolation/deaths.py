"""The end of a child process: its status, its last words, and whether it lacked memory."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

_PIPE: Final = 65536
_MOST_WORDS: Final = 10_000
_OUT_OF_MEMORY: Final = "memory allocation failed"

# What this module, the engine (Rust) and RocksDB (C++) write before they abort.
_LACKED_MEMORY: Final = re.compile(
    rf"{_OUT_OF_MEMORY}|^MemoryError|memory allocation of \d+ bytes failed|std::bad_alloc",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a process.

    Attributes:
        status: The exit status as in `os.waitstatus_to_exitcode`: negative if a signal ended it.
        words: The beginning of its standard error.
    """

    status: int
    words: str = ""

    def lacked_memory(self, oom_kills_before: int) -> bool:
        """Return whether the process is known to have ended because it lacked memory.

        SIGABRT and SIGKILL alone do not show this: an engine also aborts for other reasons, and
        other processes may send either signal.

        Args:
            oom_kills_before: What `oom_kills` returned while the process was alive.

        Returns:
            Whether the process said so, or the kernel killed a process for memory meanwhile.
        """
        match -self.status:
            case signal.SIGABRT:
                return _LACKED_MEMORY.search(self.words) is not None
            case signal.SIGKILL:
                return oom_kills() > oom_kills_before
        return False

    def __str__(self) -> str:
        with suppress(ValueError):
            return f"was killed ({signal.Signals(-self.status).name})"
        return f"ended with status {self.status}"


def oom_kills() -> int:
    """Return how many processes the kernel has killed because memory was short (proc(5))."""
    with suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def abort_for_memory() -> NoReturn:
    """End this process as the engine does if it runs out of memory, and say so."""
    os.write(2, f"{_OUT_OF_MEMORY}\n".encode())
    os.abort()


class LastWords:
    """The standard error of a child process, which is read when the child has ended.

    Attributes:
        writer: The descriptor that becomes the child's standard error.
    """

    writer: int

    def __init__(self) -> None:
        # A child that says more than the pipe holds must not wait for a reader.
        self._reader, self.writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def read(self) -> str:
        """Return the beginning of the words, and close the pipe."""
        words = b""
        with suppress(BlockingIOError):  # another process has the writer, and it is empty
            words = os.read(self._reader, _PIPE)
        os.close(self._reader)
        return words.decode(errors="replace")[:_MOST_WORDS]
