"""The terms of published vocabularies that content may use, as the vocabularies publish them.

`ontology/vocabularies.csv` lists the files of the vocabularies, `ontology/terms.csv` the terms.
`scripts/vocabularies` reads the vocabularies themselves and writes both tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, TypeVar

from apecgraph.errors import ContentError
from apecgraph.files import read_file

VOCABULARIES: Final = "ontology/vocabularies.csv"
TERMS: Final = "ontology/terms.csv"

CLASS: Final = "class"
DATATYPE: Final = "datatype"
INDIVIDUAL: Final = "individual"
PROPERTIES: Final = ("property", "object property", "datatype property", "annotation property")
"""The kinds of properties in OWL, and `property` if the vocabulary does not state the kind."""

KINDS: Final = frozenset((CLASS, DATATYPE, INDIVIDUAL, *PROPERTIES))

_Row = TypeVar("_Row", "VocabularyFile", "PublishedTerm")


@dataclass(frozen=True, slots=True)
class VocabularyFile:
    """A file that publishes terms of a vocabulary.

    Attributes:
        prefix: The prefix of the vocabulary in `ontology/terms.csv`.
        namespace: The beginning of the IRIs of its terms.
        version: The version or date that the vocabulary states, or "".
        repository: The public repository that holds the file, `owner/name` on GitHub.
        commit: The commit at which the file was read.
        path: The path of the file in the repository.
        sha256: The SHA-256 of the file, in hexadecimal.
    """

    prefix: str
    namespace: str
    version: str
    repository: str
    commit: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """A term as its vocabulary publishes it.

    Attributes:
        term: Its IRI.
        kind: One of `KINDS`.
        domain: For a property, the classes of its subjects. A subject has at least one of them.
            Empty if any subject is allowed.
        range: For a property, the classes and datatypes of its values, in the same way.
        broader: For a class or datatype, the classes or datatypes that hold all its instances.
        deprecated: Whether the vocabulary deprecates the term.
    """

    term: str
    kind: str
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True)
class Vocabularies:
    """The published vocabularies that content may use.

    Attributes:
        files: The files that the terms were read from.
        terms: The terms, by IRI.
    """

    files: tuple[VocabularyFile, ...]
    terms: dict[str, PublishedTerm]

    @classmethod
    def read(cls, root: Path) -> Vocabularies:
        """Read the two tables of a content folder.

        Args:
            root: The content folder.

        Returns:
            The vocabularies.

        Raises:
            ContentError: A table cannot be read; the error names the line.
        """
        files = read_vocabulary_files(root)
        namespaces = {file.prefix: file.namespace for file in files}
        terms = _rows(root / TERMS, PublishedTerm, lambda row: _term(row, namespaces))
        return cls(files, {term.term: term for term in terms})

    def namespace(self, iri: str) -> str | None:
        """Return the namespace of a term, or None if the IRI is in no vocabulary."""
        for file in self.files:
            if iri.startswith(file.namespace) and iri != file.namespace:
                return file.namespace
        return None


def read_vocabulary_files(root: Path) -> tuple[VocabularyFile, ...]:
    """Read the list of the vocabulary files of a content folder.

    Args:
        root: The content folder.

    Returns:
        The files.

    Raises:
        ContentError: The table cannot be read; the error names the line.
    """
    return tuple(_rows(root / VOCABULARIES, VocabularyFile, lambda row: VocabularyFile(**row)))


def _rows(path: Path, class_: type[_Row], parse: Callable[[dict[str, str]], _Row]) -> list[_Row]:
    try:
        text = read_file(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise ContentError(f"cannot be read: {reason}", path) from None
    table = csv.DictReader(io.StringIO(text), strict=True)
    names = [field.name for field in fields(class_)]
    if table.fieldnames != names:
        raise ContentError(f"its first line must be {','.join(names)}", path, 1)
    rows = []
    for row in table:
        if None in row or None in row.values():
            raise ContentError(f"a line must have {len(names)} fields", path, table.line_num)
        try:
            rows.append(parse(row))
        except ValueError as error:
            raise ContentError(str(error), path, table.line_num) from None
    return rows


def _term(row: dict[str, str], namespaces: dict[str, str]) -> PublishedTerm:
    if row["kind"] not in KINDS:
        raise ValueError(f"{row['kind']!r} is none of: {', '.join(sorted(KINDS))}")

    def expanded(name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{namespaces[prefix]}{local}" if prefix in namespaces else name

    return PublishedTerm(
        expanded(row["term"]),
        row["kind"],
        tuple(map(expanded, row["domain"].split())),
        tuple(map(expanded, row["range"].split())),
        tuple(map(expanded, row["broader"].split())),
        row["deprecated"] == "yes",
    )
