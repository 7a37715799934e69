"""Reads stores on disk, which are directories that Oxigraph writes with RocksDB."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pyoxigraph import Store

from apecgraph.errors import StoreError
from apecgraph.isolation.seccomp import deny_network


def open_without_network(path: Path) -> Store:
    """Give up network access, then open a store for reading.

    Only processes that do nothing else call this. Network access is given up first, so the threads
    that RocksDB starts do not have it either.

    Args:
        path: The directory of the store.

    Returns:
        The store.

    Raises:
        StoreError: The network access cannot be given up, or the store cannot be opened.
    """
    try:
        deny_network()
    except OSError as error:
        raise StoreError(
            f"{path} is not served: for a store on disk, the kernel must deny queries the network "
            f"(seccomp(2)), but this kernel does not: {error.strerror}; serve RDF files instead"
        ) from None
    try:
        return Store.read_only(str(path))
    except (OSError, RuntimeError, ValueError) as error:
        raise unreadable_store(path, error) from None


def unreadable_store(path: object, reason: object) -> StoreError:
    """Return the error for a directory that cannot be read as a store."""
    return StoreError(
        f"{path} cannot be read as an Oxigraph store: {reason}; "
        "`oxigraph load --location DIR --file FILE` makes one"
    )


def directory_digest(path: Path) -> str:
    """Return a name for the content of a store, without reading all of it.

    RocksDB writes a table file once and never changes it. IDENTITY distinguishes stores. CURRENT
    names the manifest, which lists each table with its keys and the session that wrote it. The
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
        current = (path / "CURRENT").read_bytes()
        manifest = path / current.decode().strip()
        files = [path / "CURRENT", path / "IDENTITY", manifest, *sorted(path.glob("*.log"))]
        for file in files:
            data = file.read_bytes()
            digest.update(f"{file.name} {len(data)}\n".encode() + data)
        for table in sorted(path.glob("*.sst")):
            digest.update(f"{table.name} {table.stat().st_size}\n".encode())
    except (OSError, ValueError) as error:
        raise unreadable_store(path, error) from None
    return digest.hexdigest()
