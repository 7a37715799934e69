"""A store on disk: a directory that Oxigraph keeps with RocksDB, and that is only read here."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pyoxigraph import Store

from apecgraph.errors import StoreError
from apecgraph.isolation.seccomp import deny_network


def open_behind_wall(path: Path) -> Store:
    """Give up the network, then open a store for reading: for processes that do nothing else.

    The wall comes first, since the threads that RocksDB starts are to stand behind it as well.
    Raises StoreError with the directory and the reason where either cannot be done.
    """
    try:
        deny_network()
    except OSError as error:
        raise StoreError(
            f"{path} is not served: a store on disk takes a kernel that keeps queries from the "
            f"network by seccomp(2), and here: {error.strerror}; serve files of RDF instead"
        ) from None
    try:
        return Store.read_only(str(path))
    except (OSError, RuntimeError, ValueError) as error:
        raise unreadable_store(path, error) from None


def unreadable_store(path: object, reason: object) -> StoreError:
    """Tell that a directory cannot be read as a store, why, and what to do."""
    return StoreError(
        f"{path} cannot be read as an Oxigraph store: {reason}; "
        "`oxigraph load --location DIR --file FILE` makes one"
    )


def directory_digest(path: Path) -> str:
    """Name what a store holds, without reading all of it: other content, other fingerprint.

    RocksDB writes a table file once and never changes it. IDENTITY tells stores apart, and in the
    MANIFEST that CURRENT names, each table is listed with its keys and the session that wrote it,
    which tells apart what has become of copies of one store. What is in no table yet is in the
    logs (*.log), which are read whole. Raises StoreError where the directory is no store.
    """
    seen = sha256()
    try:
        current = (path / "CURRENT").read_bytes()
        manifest = path / current.decode().strip()
        whole = [path / "CURRENT", path / "IDENTITY", manifest, *sorted(path.glob("*.log"))]
        for each in whole:
            data = each.read_bytes()
            seen.update(f"{each.name} {len(data)}\n".encode() + data)
        for table in sorted(path.glob("*.sst")):
            seen.update(f"{table.name} {table.stat().st_size}\n".encode())
    except (OSError, ValueError) as error:
        raise unreadable_store(path, error) from None
    return seen.hexdigest()
