"""Loads RDF files into a store in memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final, TypeAlias, cast

from pyoxigraph import Quad, Store, parse

from apecgraph.errors import StoreError
from apecgraph.files import open_file, steady
from apecgraph.query.changes import Changes, Tags, json_ld_notes
from apecgraph.query.model import DataFile
from apecgraph.rdf.files import RdfBytes
from apecgraph.rdf.formats import JSON_LD, RDF_XML, TRIG, TURTLE

# The message of the engine if a JSON-LD document refers to a context that it would have to fetch.
_REMOTE_CONTEXT: Final = "No LoadDocumentCallback has been set"

# The beginning of its message if a file that should be RDF/XML begins with other text.
_NO_XML: Final = "Unexpected text event"

_AT_ONCE: Final = 100_000

_HEAD: Final = 256 * 1024
"""Bytes of a file in which its prefixes are sought."""

_PREFIXES: Final = 200
"""Number of prefixes of a file, at most."""

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IN_TURTLE: Final = re.compile(
    r"^[ \t]*@?prefix[ \t]+([A-Za-z][\w-]{0,40})[ \t]*:[ \t]*<([^<>\"{}|^`\\\s]{1,300})>",
    re.IGNORECASE | re.MULTILINE,
)
_IN_XML: Final = re.compile(
    r"""\sxmlns:([A-Za-z][\w-]{0,40})\s*=\s*["']([^<>"'{}|^`\\\s&]{1,300})["']"""
)
_DECLARED: Final = {TURTLE: _IN_TURTLE, TRIG: _IN_TURTLE, RDF_XML: _IN_XML}

Report: TypeAlias = Callable[[Path, int, int], object]
"""Takes the path of a file, the number of bytes read so far, and its size."""

Note: TypeAlias = Callable[[Path, str], object]
"""Takes the path of a file, and what the engine has changed or left out of it."""


def load(
    files: Iterable[DataFile],
    report: Report | None = None,
    note: Note | None = None,
) -> Store:
    """Load files into a store in memory; the labels of blank nodes are local to each file.

    Args:
        files: The files to load.
        report: Called while a file is read.
        note: Called when a file has been read, for each kind of change.

    Returns:
        The store.

    Raises:
        StoreError: A file cannot be loaded, or has changed since it was opened.
        MemoryError: There is no memory left.
    """
    store = Store()
    for file in files:
        path = file.path
        try:
            with steady(path) as size:
                report = report or _ignore
                report(path, 0, size)
                if DataFile.of(path, file.format).sha256 != file.sha256:
                    raise StoreError(f"{path} is not loaded: it was changed after it was opened")
                if file.trusted:  # loaded in seconds, and faster without reports
                    store.load(path=path, format=file.format.rdf, lenient=True)
                else:
                    _load(file, store, partial(_report, report, path, size), note or _ignore)
        except (OSError, EOFError, zlib.error, SyntaxError, ValueError, MemoryError) as error:
            raise StoreError(f"{path} cannot be loaded: {_reason(error)}") from None
    return store


def declared_prefixes(file: DataFile) -> Mapping[str, str]:
    """Return the namespaces that the beginning of a file declares, keyed by prefix.

    A file that cannot be read declares none: loading it will say why.
    """
    pattern = _DECLARED.get(file.format)
    if pattern is None:
        return {}
    try:
        with open_file(file.path) as source:
            head = RdfBytes(source).read(_HEAD).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error):
        return {}
    found = islice(pattern.finditer(head), _PREFIXES)
    return {match[1]: match[2] for match in found if _ABSOLUTE.match(match[2])}


def _load(
    file: DataFile,
    store: Store,
    report: Callable[[int], object],
    note: Note,
) -> None:
    """Load a file that another program wrote, and describe the changes that the engine makes."""
    base = file.base or file.path.as_uri()
    changes = Changes()
    with open_file(file.path) as source:
        data = cast("IO[bytes]", RdfBytes(source, report))
        if file.format == JSON_LD:
            kept = parse(data, JSON_LD.rdf, base_iri=base, rename_blank_nodes=True)
            _extend(store, changes.counted(kept))
            source.seek(0)
            notes = json_ld_notes(cast("IO[bytes]", RdfBytes(source)), base, changes.quads)
        else:
            tags = Tags(data, file.format)
            kept = parse(
                cast("IO[bytes]", tags), file.format.rdf, base_iri=base, rename_blank_nodes=True
            )
            _extend(store, changes.counted(kept))
            notes = tags.notes()
        for each in (*changes.notes(), *notes):
            note(file.path, each)


def _extend(store: Store, quads: Iterator[Quad]) -> None:
    """Add quads to a store in parts, since the engine holds each part in memory a second time."""
    for first in quads:
        store.extend(chain((first,), islice(quads, _AT_ONCE)))


def _report(report: Report, path: Path, size: int, read: int) -> None:
    report(path, read, size)


def _ignore(*_: object) -> None:
    """Ignore progress, or a note."""


def _reason(error: Exception) -> str:
    """Explain why a file cannot be loaded."""
    if isinstance(error, MemoryError):
        if not error.args:
            raise error  # memory is exhausted: a parser error would have a message
        return f"it contains a literal, or another token, that is too long: {error}"
    if isinstance(error, EOFError | zlib.error):
        return f"its gzip is damaged: {error}"
    if _REMOTE_CONTEXT in str(error):
        return (
            "it refers to a remote context, which is not fetched: write the context into the file"
        )
    if str(error).startswith(_NO_XML):
        return "it is not in RDF/XML: name it after its format, such as .ttl for Turtle"
    return str(getattr(error, "strerror", None) or error)
