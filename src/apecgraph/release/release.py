"""A release: an immutable, checked version of the publication, in a folder with its name."""

from __future__ import annotations

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Report
from apecgraph.check.rules import Rule
from apecgraph.errors import ReleaseError
from apecgraph.files import open_file, read_file
from apecgraph.query.model import DataFile
from apecgraph.rdf.canonical import digest
from apecgraph.rdf.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from apecgraph.rdf.namespaces import BASE, ID

CURRENT: Final = "current"
MANIFEST: Final = "manifest.json"
CATALOG_FILE: Final = "catalog.nq"
REPORT: Final = "report.json"
REPORT_TURTLE: Final = "report.ttl"
DIFFERENCES: Final = "differences.json"
PATCH: Final = "differences.rdfp"
DUMP: Final = "apecgraph"

DUMP_FORMATS: Final = (TRIG, N_QUADS, TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
"""TriG and N-Quads contain the named graphs; the others contain only the default graph."""

NAME: Final = re.compile("[0-9a-f]{16}(?:-[0-9a-f]{8})?")

_CHECKSUM: Final = "sha256"
_REMEDY: Final = "build the release again"
_UNREADABLE: Final = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release.

    Attributes:
        name: Its path inside the folder of the release.
        size: Its size in bytes.
        sha256: Its SHA-256 digest in hexadecimal.
    """

    name: str
    size: int
    sha256: str

    @classmethod
    def written(cls, folder: Path, name: str, data: bytes) -> File:
        """Write a file; compute its size and checksum from the data, not from the disk."""
        (folder / name).write_bytes(data)
        return cls(name, len(data), sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Release:
    """A release, as its manifest describes it.

    Attributes:
        path: Its folder.
        name: The name of its folder, which is also part of the addresses of its files. It is the
            digest, with further digits if a release of the same dataset existed with other files,
            because of another version of the program or other questions.
        digest: The canonical hash of its dataset (RDFC-1.0).
        fingerprint: The digest of the content and the program that made it.
        issued: The date of the content in ISO 8601, or an empty string.
        quads: Number of quads in all graphs.
        triples: Number of triples in the default graph.
        figures: Number of figures.
        sources: Number of sources.
        files: Its files, except the manifest.
        previous: The name of the release before it, or None if it is the first.
    """

    path: Path
    name: str
    digest: str
    fingerprint: str
    issued: str
    quads: int
    triples: int
    figures: int
    sources: int
    files: tuple[File, ...]
    previous: str | None = None

    @classmethod
    def read(cls, path: Path) -> Release:
        """Read a manifest without checking the files; raise ReleaseError if it is damaged."""
        try:
            data = read_file(path / MANIFEST)
            manifest = json.loads(data)
            manifest.pop(_CHECKSUM)
            files = tuple(File(**entry) for entry in manifest.pop("files"))
            if any(
                ".." in Path(file.name).parts or Path(file.name).is_absolute() for file in files
            ):
                raise ValueError("it names files outside the folder")
            release = cls(path=path.resolve(), files=files, **manifest)
            intact = release.manifest() == data
        except FileNotFoundError:
            raise ReleaseError(f"{path} is not a release: it has no {MANIFEST}") from None
        except _UNREADABLE as error:
            raise ReleaseError(f"the manifest of {path} cannot be read: {error}") from None
        if not intact:
            raise ReleaseError(f"{path / MANIFEST} was changed: {_REMEDY}")
        return release

    @classmethod
    def open(cls, path: Path) -> Release:
        """Open a release; raise ReleaseError if a file is missing or has another checksum."""
        release = cls.read(path)
        with ThreadPoolExecutor() as hashing:
            intact = hashing.map(release.has, release.files)
            for file, is_intact in zip(release.files, intact, strict=True):
                if not is_intact:
                    raise ReleaseError(f"{path / file.name} is missing or was changed: {_REMEDY}")
        return release

    @classmethod
    def current(cls, releases: Path) -> Release:
        """Open the current release of a folder and compare its files with their checksums."""
        if not (releases / CURRENT).is_symlink():
            raise ReleaseError(f"{releases} has no current release: run `apecgraph build`")
        return cls.open((releases / CURRENT).resolve())

    @classmethod
    def find(cls, releases: Path, fingerprint: str) -> Release | None:
        """Return the release that this program made from this content, or None.

        Damaged releases are skipped, so they are built again.

        Args:
            releases: The folder of releases.
            fingerprint: The digest of the content and the program.

        Returns:
            The release, with its files checked.
        """
        for manifest in sorted(releases.glob(f"[0-9a-f]*/{MANIFEST}")):
            with suppress(ReleaseError):
                release = cls.read(manifest.parent.resolve())
                if (release.name, release.fingerprint) == (manifest.parent.name, fingerprint):
                    return cls.open(release.path)
        return None

    @property
    def iri(self) -> str:
        """The IRI of the release."""
        return release_iri(self.name)

    def beside(self, name: str) -> Release | None:
        """Return the release of that name in the same folder, or None if it is not intact."""
        if not NAME.fullmatch(name):
            return None
        try:
            release = Release.open(self.path.parent / name)
        except ReleaseError:
            return None
        return release if release.name == name else None

    def has(self, file: File) -> bool:
        """Return whether a file is present and unchanged."""
        try:
            with open_file(self.path / file.name) as found:
                # The size comes first: hashing a file that has grown may take for ever.
                return (
                    os.fstat(found.fileno()).st_size == file.size
                    and file_digest(found, sha256).hexdigest() == file.sha256
                )
        except (OSError, ValueError):
            return False

    def content(self, name: str) -> bytes:
        """Read a file as a whole; raise ReleaseError if it is missing or was changed."""
        path = self.path / name
        try:
            file = next(file for file in self.files if file.name == name)
            data = read_file(path, file.size)
        except (StopIteration, OSError, ValueError):
            data = None
        if data is None or sha256(data).hexdigest() != file.sha256:
            raise ReleaseError(f"{path} is missing or was changed: {_REMEDY}")
        return data

    @property
    def report(self) -> Report:
        """The report of the check; ReleaseError is raised if it cannot be read."""
        return Report.read(self.path / REPORT)

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules of the check, keyed by IRI; empty if the report cannot be read."""
        try:
            return {rule.iri: rule for rule in self.report.rules}
        except ReleaseError:
            return {}

    def verify(self) -> None:
        """Parse the dataset and compare it with the digest.

        This takes longer than comparing checksums, but also notices if a file was changed together
        with its checksum.

        Raises:
            ReleaseError: If the dataset cannot be read or does not match the digest.
        """
        path = self.dump(N_QUADS)
        try:
            quads = list(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))
        except (OSError, ValueError, SyntaxError) as error:
            raise ReleaseError(f"{path} cannot be read: {error}") from None
        triples = sum(quad.graph_name == ox.DefaultGraph() for quad in quads)
        if (digest(quads), len(quads), triples) != (self.digest, self.quads, self.triples):
            raise ReleaseError(
                f"{path} does not match the digest or the counts in the manifest: {_REMEDY}"
            )

    def dump(self, format_: Format) -> Path:
        """Return the path of the dump in a format."""
        return self.path / dump_name(format_)

    @property
    def dataset(self) -> tuple[DataFile, ...]:
        """The N-Quads files that are served: the dump and the description of the release."""
        checksums = {file.name: file.sha256 for file in self.files}
        return tuple(
            DataFile(self.path / name, N_QUADS, checksums[name], trusted=True)
            for name in (dump_name(N_QUADS), CATALOG_FILE)
        )

    def manifest(self) -> bytes:
        """Write the manifest, with its own checksum."""
        manifest = {field.name: getattr(self, field.name) for field in fields(self)}
        del manifest["path"]
        manifest["files"] = [asdict(file) for file in self.files]
        manifest[_CHECKSUM] = sha256(json.dumps(manifest).encode()).hexdigest()
        return json.dumps(manifest, indent=2).encode() + b"\n"


def dump_name(format_: Format) -> str:
    """Return the file name of a dump."""
    return f"{DUMP}.{format_.extension}"


def release_iri(name: str) -> str:
    """Return the IRI of a release."""
    return f"{ID}release/{name}"


def download_url(release: str, file: str = "") -> str:
    """Return the permanent URL of a file of a release, or of its list of files."""
    return f"{BASE}dumps/{release}/{file}"
