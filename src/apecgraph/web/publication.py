"""The publication that a server serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pyoxigraph import Store

from apecgraph.query.loading import load
from apecgraph.query.model import Data, DataFile, RemoteEngine
from apecgraph.query.workers.disk import directory_digest
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ENDPOINT
from apecgraph.release.release import Release


@dataclass(frozen=True)
class Publication:
    """The data of one server.

    Attributes:
        digest: The digest of the data.
        data: The data for queries.
        release: The release, or None if other files are served.
        base: The base of relative IRIs in queries; None for the address of the endpoint.
        engines: The addresses of engines elsewhere that hold the release and answer public queries;
            empty if this server does.
    """

    digest: str
    data: Data
    release: Release | None = None
    base: str | None = None
    engines: tuple[str, ...] = ()

    @classmethod
    def of(cls, release: Release, engines: Sequence[str] = ()) -> Publication:
        """Publish a release."""
        return cls(release.digest, release.dataset, release, ENDPOINT, tuple(engines))

    @classmethod
    def of_files(cls, files: Sequence[DataFile], base: str | None = None) -> Publication:
        """Publish files without the check; they can be queried, but have no pages."""
        seen = sha256()
        for file in files:
            seen.update(f"{file.sha256} {file.base}\n".encode())
        return cls(seen.hexdigest()[:16], files, base=base)

    @cached_property
    def graph(self) -> Graph | None:
        """The dataset of the release for pages. Public queries use `data` instead.

        Returns:
            The dataset, or None if other files are served.

        Raises:
            StoreError: A file cannot be loaded.
        """
        return None if self.release is None else Graph(load(self.release.dataset))

    def remote_engines(self, credentials: str) -> list[RemoteEngine]:
        """Return the engines elsewhere, with what each must hold.

        Args:
            credentials: The user and the password for them, with a colon between; empty for none.

        Returns:
            The engines, all of which must hold the release.
        """
        store = Store() if self.graph is None else self.graph.store
        return [RemoteEngine.of(url, credentials, store) for url in self.engines]

    @classmethod
    def of_directory(cls, path: Path, base: str | None = None) -> Publication:
        """Publish a store on disk as it is; it can be queried, but has no pages."""
        return cls(directory_digest(path)[:16], path, base=base)
