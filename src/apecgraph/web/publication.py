"""The publication that a server serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from apecgraph.query.engine import load
from apecgraph.query.model import Data, DataFile
from apecgraph.query.workers.disk import directory_digest
from apecgraph.rdf.graph import Graph
from apecgraph.release.release import Release


@dataclass(frozen=True)
class Publication:
    """The data of one server.

    Attributes:
        digest: The digest of the data.
        data: The data for queries.
        release: The release, or None if files are served as they are.
    """

    digest: str
    data: Data
    release: Release | None = None

    @classmethod
    def of(cls, release: Release) -> Publication:
        """Publish a release."""
        return cls(release.digest, release.dataset, release)

    @classmethod
    def of_files(cls, files: Sequence[DataFile]) -> Publication:
        """Publish files as they are; they can be queried, but have no pages."""
        seen = sha256()
        for file in files:
            seen.update(bytes.fromhex(file.sha256))
        return cls(seen.hexdigest()[:16], files)

    @cached_property
    def graph(self) -> Graph | None:
        """The dataset of the release for pages. Public queries use `data` instead.

        Returns:
            The dataset, or None if files are served as they are.

        Raises:
            StoreError: A file cannot be loaded.
        """
        return None if self.release is None else Graph(load(self.release.dataset))

    @classmethod
    def of_directory(cls, path: Path) -> Publication:
        """Publish a store on disk as it is; it can be queried, but has no pages."""
        return cls(directory_digest(path)[:16], path)
