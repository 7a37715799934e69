"""The publication: what one server serves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from apecgraph.errors import StoreError
from apecgraph.files import steady
from apecgraph.release import Release
from apecgraph.store.base import Store
from apecgraph.store.disk import fingerprint


class Served(Store, Protocol):
    """The store that answers the public's queries."""

    @property
    def quads(self) -> int:
        """How many quads there are."""

    @property
    def graphs(self) -> Collection[str]:
        """The IRIs of the named graphs."""

    @property
    def failure(self) -> str | None:
        """Why no query is answered at present; None where they are."""


@dataclass(frozen=True)
class Publication:
    """What a server publishes.

    digest: names the content: other content, other digest.
    release, store: the release, and a store that holds it for look-ups that no stranger's query
    reaches; None where files are served as they are.
    """

    digest: str
    release: Release | None = None
    store: ox.Store | None = None

    @classmethod
    def of(cls, release: Release) -> Publication:
        """Publish a release: load its dataset for looking things up."""
        store = ox.Store()
        for path in release.dataset:
            store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
        return cls(release.digest, release, store)

    @classmethod
    def of_files(cls, paths: Iterable[Path]) -> Publication:
        """Publish files as they are: by queries alone; raise StoreError where one is not read."""
        seen = sha256()
        for path in paths:
            try:
                with steady(path), path.open("rb") as file:
                    seen.update(file_digest(file, "sha256").digest())
            except OSError as error:
                raise StoreError(f"{path} cannot be loaded: {error.strerror}") from None
        return cls(seen.hexdigest()[:16])

    @classmethod
    def of_directory(cls, path: Path) -> Publication:
        """Publish a store on disk as it is: by queries alone."""
        return cls(fingerprint(path)[:16])
