"""Persistence: what is written is on disk, whole, before it can be seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp-"
"""What the names of things begin with that are not finished; whoever is killed leaves them."""


def persist(folder: Path) -> None:
    """Bring a folder and all that is in it to the disk, and out of memory (fsync(2)).

    What is read of it afterwards was read from the disk, as far as the kernel does as advised.
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
    """Bring to the disk which names there are in a folder: after a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: who reads it finds the old text or the new."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    persist_names(path.parent)


def replace_link(path: Path, target: str) -> None:
    """Make a symbolic link lead elsewhere in one step."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)
    persist_names(path.parent)
