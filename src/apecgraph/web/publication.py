"""The publication that a server serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final

from apecgraph.query.loading import declared_prefixes, load
from apecgraph.query.model import Data, DataFile, RemoteEngine
from apecgraph.query.workers.disk import directory_digest
from apecgraph.rdf.graph import Graph
from apecgraph.rdf.namespaces import ENDPOINT
from apecgraph.release.release import Release

_NAMED: Final = 3
"""Number of files that the name of a publication names."""


@dataclass(frozen=True)
class Publication:
    """The data of one server.

    Attributes:
        digest: The digest of the data.
        data: The data for queries.
        release: The release, or None if data of others are served.
        base: The base of relative IRIs in queries; None for the address of the endpoint.
        engines: The addresses of engines elsewhere that hold the data and answer public queries;
            empty if this server does.
        name: The name of data of others, unless the data have one.
        prefixes: The namespaces of the prefixes in data of others.
    """

    digest: str
    data: Data
    release: Release | None = None
    base: str | None = None
    engines: tuple[str, ...] = ()
    name: str = "apecgraph"
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, release: Release, engines: Sequence[str] = ()) -> Publication:
        """Publish a release."""
        return cls(release.digest, release.dataset, release, ENDPOINT, tuple(engines))

    @classmethod
    def of_files(cls, files: Sequence[DataFile], base: str | None = None) -> Publication:
        """Publish files as they are, without the check."""
        seen = sha256()
        prefixes: dict[str, str] = {}
        for file in files:
            seen.update(f"{file.sha256} {file.base}\n".encode())
            prefixes = {**declared_prefixes(file), **prefixes}
        name = ", ".join(file.path.name for file in files[:_NAMED])
        name = f"{name} …" if len(files) > _NAMED else name
        return cls(seen.hexdigest()[:16], files, base=base, name=name, prefixes=prefixes)

    @classmethod
    def of_engines(cls, engines: Sequence[str]) -> Publication:
        """Publish what engines elsewhere hold, which is not known here, and may change."""
        name = engines[0].partition("://")[2]
        return cls(token_hex(8), (), engines=tuple(engines), name=name)

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
        """Return the engines elsewhere, with what each must hold if that is a release.

        Args:
            credentials: The user and the password for them, with a colon between; empty for none.

        Returns:
            The engines.
        """
        if self.graph is None:
            return [RemoteEngine(url, credentials, None, {}) for url in self.engines]
        return [RemoteEngine.of(url, credentials, self.graph.store) for url in self.engines]

    @classmethod
    def of_directory(cls, path: Path, base: str | None = None) -> Publication:
        """Publish a store on disk as it is."""
        return cls(directory_digest(path)[:16], path, base=base, name=path.name)
