"""Durable writes: files are complete and on disk before other processes can see them."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Final

# renameat2(2)
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2

TEMPORARY: Final = ".tmp-"
"""Prefix of the names of unfinished files, which a killed process leaves behind."""


def persist(folder: Path) -> None:
    """Flush a folder and its files to disk, and advise the kernel to drop the files from memory.

    If the kernel follows the advice (posix_fadvise(2)), later reads come from the disk.
    """
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            if path.is_file():
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def persist_names(folder: Path) -> None:
    """Flush the entries of a folder to disk, after a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: readers see the old text or the new one."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    persist_names(path.parent)


def replace_link(path: Path, target: str) -> None:
    """Point a symbolic link to another target in one step."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)
    persist_names(path.parent)


def exchange(one: Path, other: Path) -> None:
    """Exchange two files or folders in one step (renameat2(2)).

    Args:
        one: A file or folder.
        other: Another one in the same file system.

    Raises:
        OSError: The file system cannot do this, or one of the two is missing.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    paths = (os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    if libc.renameat2(_AT_FDCWD, *paths, _RENAME_EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))
    for folder in {one.parent, other.parent}:
        persist_names(folder)
