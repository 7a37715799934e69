"""A release: one immutable, checked version of everything, in a directory of its own name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from apecgraph.content import content_paths
from apecgraph.errors import ReleaseError
from apecgraph.formats import (
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
)
from apecgraph.questions import question_paths

MANIFEST: Final = "manifest.json"
CONTEXT: Final = "context.jsonld"
CURRENT: Final = "current"
"""The link to the release that is to be served, beside the releases."""

CATALOG: Final = "catalog.nq"
DUMP: Final = "apecgraph"

DUMP_FORMATS: Final = (TRIG, N_QUADS, TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
"""TriG and N-Quads hold everything with its named graphs; the others hold the default graph."""

_NAME: Final = re.compile("[0-9a-f]{16}(?:-[0-9a-f]{8})?")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was opened and found whole.

    name: of its folder, and in the addresses of its files: its digest; where another version of the
        program, or other questions, made other files of the same dataset, with theirs after it.
    previous: the name of the release that it came after, None where it is the first.
    """

    path: Path
    name: str
    digest: str
    fingerprint: str
    issued: str
    quads: int
    triples: int
    files: tuple[File, ...]
    previous: str | None = None

    @classmethod
    def open(cls, path: Path) -> Release:
        """Open a release and check each of its files; raise ReleaseError where one is not right."""
        try:
            manifest = json.loads((path / MANIFEST).read_bytes())
            files = tuple(File(**each) for each in manifest.pop("files"))
            release = cls(path=path.resolve(), files=files, **manifest)
        except FileNotFoundError:
            raise ReleaseError(f"{path} is no release: it has no {MANIFEST}") from None
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise ReleaseError(f"the manifest of {path} cannot be read: {error}") from None
        for file in files:
            if describe(path, file.name) != file:
                raise ReleaseError(
                    f"{path / file.name} is not what was released: build the release again"
                )
        return release

    @classmethod
    def find(cls, releases: Path, fingerprint: str) -> Release | None:
        """Return the release in a folder that was made of this content by this program, if any.

        One that is damaged is passed over, so that it is built again.
        """
        for manifest in sorted(releases.glob(f"[0-9a-f]*/{MANIFEST}")):
            try:
                if fingerprint in manifest.read_text(encoding="utf-8"):
                    return cls.open(manifest.parent)
            except (ReleaseError, OSError, UnicodeDecodeError):
                continue
        return None

    @classmethod
    def current(cls, releases: Path) -> Release:
        """Open the release that is current in a folder; raise ReleaseError where there is none."""
        return cls.open((releases / CURRENT).resolve())

    def beside(self, name: str) -> Release | None:
        """Return the release of a name that is kept in the same folder, if it is there, whole."""
        if not _NAME.fullmatch(name):
            return None
        try:
            found = Release.open(self.path.parent / name)
        except ReleaseError:
            return None
        return found if found.name == name else None

    def dump(self, format_: Format) -> Path:
        """Return the file that holds the dump in a format."""
        return self.path / dump_name(format_)

    @property
    def dataset(self) -> tuple[Path, ...]:
        """The N-Quads files that are served together: the dump, and what describes the release."""
        return self.dump(N_QUADS), self.path / CATALOG

    def manifest(self) -> dict[str, Any]:
        """Return what the manifest holds."""
        return {
            "name": self.name,
            "digest": self.digest,
            "fingerprint": self.fingerprint,
            "issued": self.issued,
            "previous": self.previous,
            "quads": self.quads,
            "triples": self.triples,
            "files": [
                {"name": file.name, "size": file.size, "sha256": file.sha256} for file in self.files
            ],
        }


def fingerprint(content: Path) -> str:
    """Name the files of a content folder, and the program that makes a release of them."""
    seen = sha256()
    program = Path(__file__).parent
    files = [*content_paths(content), *question_paths(content), content / "ontology" / CONTEXT]
    for root, paths in ((content, files), (program, program.rglob("*.py"))):
        for path in sorted(paths):
            data = path.read_bytes()
            seen.update(f"{path.relative_to(root)}\0{len(data)}\0".encode())
            seen.update(data)
    return seen.hexdigest()


def dump_name(format_: Format) -> str:
    """Name the file of a dump."""
    return f"{DUMP}.{format_.extension}"


def describe(folder: Path, name: str) -> File | None:
    """Measure a file; None where it cannot be read."""
    try:
        data = (folder / name).read_bytes()
    except OSError:
        return None
    return File(name, len(data), sha256(data).hexdigest())


def canonical(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Give blank nodes their canonical labels, and all quads their order (RDFC-1.0)."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def digest(quads: Iterable[ox.Quad]) -> str:
    """Name a dataset by its content: the first 16 digits of its canonical hash.

    The hash is SHA-256 over the sorted canonical N-Quads (RDFC-1.0, section 4), as lowercase
    hexadecimal: anyone can compute it from the N-Quads dump.
    """
    data = ox.serialize(canonical(quads), format=ox.RdfFormat.N_QUADS)
    assert data is not None  # noqa: S101 - without an output the bytes are returned
    lines = sorted(data.splitlines(keepends=True))
    return sha256(b"".join(lines)).hexdigest()[:16]
