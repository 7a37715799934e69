"""Reads stores on disk, which are directories that Oxigraph writes with RocksDB."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import Store

from apecgraph.errors import StoreError
from apecgraph.files import file_version, read_file
from apecgraph.isolation.seccomp import deny_network
from apecgraph.query.workers.rocksdb import LARGEST_LOG, current_manifest, verify_files

_Versions: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""The names of files, each with a value that changes if the file does."""


@dataclass(frozen=True)
class VerifiedStore:
    """A store on disk that had all its files when it was verified.

    Attributes:
        path: The directory of the store.
        versions: Its files as they were then.
    """

    path: Path
    versions: _Versions

    @classmethod
    def of(cls, path: Path) -> VerifiedStore:
        """Verify a store; raise StoreError if a file is missing or damaged."""
        try:
            store = cls(path, _versions(path))
            verify_files(path)
        except StoreError as damage:
            raise StoreError(
                f"{path} is not served, because data may be missing: {damage}; restore the "
                "directory from a copy, or load the data into an empty one (`oxigraph load "
                "--location DIR --file FILE`)"
            ) from None
        except (OSError, ValueError) as error:
            raise unreadable_store(path, error) from None
        return store

    def open_without_network(self) -> Store:
        """Give up network access, then open the store for reading.

        Only processes that do nothing else call this. Network access is given up first, so the
        threads that RocksDB starts do not have it either.

        Returns:
            The store.

        Raises:
            StoreError: The network access cannot be given up, or the store cannot be opened or has
                changed since it was verified.
        """
        try:
            deny_network()
        except OSError as error:
            raise StoreError(
                f"{self.path} is not served: for a store on disk, the kernel must deny queries the "
                "network (seccomp(2)), but this kernel does not: "
                f"{error.strerror}; serve RDF files instead"
            ) from None
        try:
            store = Store.read_only(str(self.path))
            versions = _versions(self.path)
        except (OSError, RuntimeError, ValueError) as error:
            raise unreadable_store(self.path, error) from None
        if versions != self.versions:
            raise StoreError(f"{self.path} is not served: it was changed after it was opened")
        return store


def _versions(path: Path) -> _Versions:
    files = sorted(
        file
        for pattern in ("CURRENT", "MANIFEST-*", "*.log", "*.sst")
        for file in path.glob(pattern)
    )
    return tuple((file.name, file_version(file.stat())) for file in files)


def unreadable_store(path: object, reason: object) -> StoreError:
    """Return the error for a directory that cannot be read as a store."""
    return StoreError(
        f"{path} cannot be read as an Oxigraph store: {reason}; "
        "`oxigraph load --location DIR --file FILE` makes one"
    )


def directory_digest(path: Path) -> str:
    """Return a name for the content of a store, without reading all of it.

    RocksDB writes a table file once and never changes it. CURRENT names the manifest, which has the
    identity of the store and lists each table with its keys and the session that wrote it. The
    manifest distinguishes copies of one store that have changed since. Data that are not yet in a
    table are in the logs (*.log), which are read in full.

    Args:
        path: The directory of the store.

    Returns:
        A digest in hexadecimal, which changes if the content changes.

    Raises:
        StoreError: The directory is not a store.
    """
    digest = sha256()
    try:
        for file in (current_manifest(path), *sorted(path.glob("*.log"))):
            data = read_file(file, LARGEST_LOG)
            digest.update(f"{file.name} {len(data)}\n".encode() + data)
        for table in sorted(path.glob("*.sst")):
            digest.update(f"{table.name} {table.stat().st_size}\n".encode())
    except (OSError, ValueError) as error:
        raise unreadable_store(path, error) from None
    return digest.hexdigest()
