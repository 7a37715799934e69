"""A release: one immutable, checked version of everything, in a directory of its own name."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from apecgraph.check.report import Report
from apecgraph.check.rules import Rule
from apecgraph.errors import ReleaseError
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
"""TriG and N-Quads hold everything with its named graphs; the others hold the default graph."""

NAME: Final = re.compile("[0-9a-f]{16}(?:-[0-9a-f]{8})?")

_CHECKSUM: Final = "sha256"
_REMEDY: Final = "build the release again"
_UNREADABLE: Final = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str

    @classmethod
    def written(cls, folder: Path, name: str, data: bytes) -> File:
        """Write a file, and describe what it is to hold, whatever the disk makes of it."""
        (folder / name).write_bytes(data)
        return cls(name, len(data), sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Release:
    """A release.

    name: of its folder, and in the addresses of its files: its digest; where another version of the
        program, or other questions, made other files of the same dataset, with more after it.
    quads, triples: how many there are in all graphs, and in the default graph.
    figures, sources: how many of these.
    previous: the name of the release that it came after, None where it is the first.
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
        """Read what the manifest says of a release; raise ReleaseError where it is not right."""
        try:
            data = (path / MANIFEST).read_bytes()
            manifest = json.loads(data)
            manifest.pop(_CHECKSUM)
            files = tuple(File(**each) for each in manifest.pop("files"))
            if any(
                ".." in Path(file.name).parts or Path(file.name).is_absolute() for file in files
            ):
                raise ValueError("it names files elsewhere")
            release = cls(path=path.resolve(), files=files, **manifest)
            whole = release.manifest() == data
        except FileNotFoundError:
            raise ReleaseError(f"{path} is no release: it has no {MANIFEST}") from None
        except _UNREADABLE as error:
            raise ReleaseError(f"the manifest of {path} cannot be read: {error}") from None
        if not whole:
            raise ReleaseError(f"{path / MANIFEST} is not what was released: {_REMEDY}")
        return release

    @classmethod
    def open(cls, path: Path) -> Release:
        """Open a release and check each of its files; raise ReleaseError where one is not right."""
        release = cls.read(path)
        for file in release.files:
            if not release.has(file):
                raise ReleaseError(f"{path / file.name} is not what was released: {_REMEDY}")
        return release

    @classmethod
    def current(cls, releases: Path) -> Release:
        """Open the release in a folder that is the current one, checking each of its files."""
        if not (releases / CURRENT).is_symlink():
            raise ReleaseError(f"{releases} has no current release: run `apecgraph build`")
        return cls.open((releases / CURRENT).resolve())

    @classmethod
    def find(cls, releases: Path, fingerprint: str) -> Release | None:
        """Return the release in a folder that was made of this content by this program, if any.

        One that is damaged is passed over, so that it is built again.
        """
        for manifest in sorted(releases.glob(f"[0-9a-f]*/{MANIFEST}")):
            try:
                if fingerprint in manifest.read_text(encoding="utf-8"):
                    found = cls.open(manifest.parent)
                    if found.name == manifest.parent.name:
                        return found
            except (ReleaseError, OSError, UnicodeDecodeError):
                continue
        return None

    @property
    def iri(self) -> str:
        """The IRI of the release."""
        return release_iri(self.name)

    def beside(self, name: str) -> Release | None:
        """Return the release of a name that is kept in the same folder, if it is there, whole."""
        if not NAME.fullmatch(name):
            return None
        try:
            found = Release.open(self.path.parent / name)
        except ReleaseError:
            return None
        return found if found.name == name else None

    def has(self, file: File) -> bool:
        """Whether a file is there as it was released."""
        return describe_files(self.path, file.name) == file

    @property
    def report(self) -> Report:
        """The report of the check; ReleaseError is raised if it cannot be read."""
        return Report.read(self.path / REPORT)

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules of the check by IRI; empty if another version of apecgraph wrote the report."""
        try:
            return {rule.iri: rule for rule in self.report.rules}
        except ReleaseError:
            return {}

    def verify(self) -> None:
        """Read the dataset back; raise ReleaseError where it is not the one of the digest.

        This takes longer than checksums, and notices what was changed together with them.
        """
        path = self.dump(N_QUADS)
        try:
            quads = list(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))
        except (OSError, ValueError, SyntaxError) as error:
            raise ReleaseError(f"{path} cannot be read: {error}") from None
        triples = sum(quad.graph_name == ox.DefaultGraph() for quad in quads)
        found = digest(quads), len(quads), triples
        if found != (self.digest, self.quads, self.triples):
            raise ReleaseError(f"{path} does not hold what the release is named by: {_REMEDY}")

    def dump(self, format_: Format) -> Path:
        """Return the file that holds the dump in a format."""
        return self.path / dump_name(format_)

    @property
    def dataset(self) -> tuple[DataFile, ...]:
        """The N-Quads files that are served together: the dump, and what describes the release."""
        checksums = {file.name: file.sha256 for file in self.files}
        return tuple(
            DataFile(self.path / name, N_QUADS, checksums[name])
            for name in (dump_name(N_QUADS), CATALOG_FILE)
        )

    def manifest(self) -> bytes:
        """Write the manifest, with a checksum of its own."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        del said["path"]
        said["files"] = [asdict(file) for file in self.files]
        said[_CHECKSUM] = sha256(json.dumps(said).encode()).hexdigest()
        return json.dumps(said, indent=2).encode() + b"\n"


def dump_name(format_: Format) -> str:
    """Name the file of a dump."""
    return f"{DUMP}.{format_.extension}"


def describe_files(folder: Path, name: str) -> File | None:
    """Measure a file; None where it cannot be read."""
    try:
        with (folder / name).open("rb") as file:
            return File(
                name, os.fstat(file.fileno()).st_size, file_digest(file, sha256).hexdigest()
            )
    except (OSError, ValueError):
        return None


def release_iri(name: str) -> str:
    """Return the IRI of a release."""
    return f"{ID}release/{name}"


def download_url(release: str, file: str = "") -> str:
    """Return the URL of a file of a release, which is the same for all time, or of its list."""
    return f"{BASE}dumps/{release}/{file}"
