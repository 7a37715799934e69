"""The changes of one thing in a release, found in its patch without reading all of it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph as ox

from apecgraph.content.folder import CELLS_GRAPH, DERIVED_GRAPH
from apecgraph.errors import ReleaseError
from apecgraph.release.release import PATCH, Release
from apecgraph.release.sorted_lines import find_line, lines_with, mapped

_MOST: Final = 1000
"""Maximum number of lines that are read of each kind."""

_KINDS: Final = (b"D", b"A")
"""The first words of the sorted lines of a patch, in the order of the file."""

_NOT_STATED: Final = (ox.DefaultGraph(), CELLS_GRAPH, DERIVED_GRAPH)


@dataclass(frozen=True, slots=True)
class ThingChanges:
    """What changed about a thing from the previous release to a release.

    Attributes:
        release: The release.
        added: Number of new facts.
        removed: Number of facts that are gone.
        properties: IRIs of the properties of these facts, sorted.
    """

    release: Release
    added: int
    removed: int
    properties: tuple[str, ...]


def read_thing_changes(release: Release, iri: str) -> ThingChanges | None:
    """Find what sources and editors changed about a thing.

    The lines of a patch are sorted, so this takes a few steps whatever the size of the patch.

    Args:
        release: The release.
        iri: IRI of the thing.

    Returns:
        The changes, without derived facts, at most 1,000 of each kind; None if there is no patch.

    Raises:
        ReleaseError: The patch cannot be read.
    """
    if PATCH not in {file.name for file in release.files}:
        return None
    path = release.path / PATCH
    try:
        with mapped(path) as patch:
            removed, added = (
                {
                    (quad.predicate.value, quad.object)
                    for line in _lines(patch, kind, iri)
                    for quad in ox.parse(line[2:], format=ox.RdfFormat.N_QUADS)
                    if quad.graph_name not in _NOT_STATED
                }
                for kind in _KINDS
            )
    except (OSError, ValueError, SyntaxError) as error:
        raise ReleaseError(f"the patch {path} cannot be read: {error}") from None
    properties = {name for name, _ in removed ^ added}
    return ThingChanges(
        release, len(added - removed), len(removed - added), tuple(sorted(properties))
    )


def _lines(patch: mmap.mmap, kind: bytes, iri: str) -> Iterator[bytes]:
    """Yield the lines of a kind about a thing."""
    prefix = b"%b <%b> " % (kind, iri.encode())
    place = _KINDS.index(kind), prefix
    start = find_line(patch, lambda line: _place(line) >= place)
    return islice(lines_with(patch, prefix, start), _MOST)


def _place(line: bytes) -> tuple[int, bytes]:
    """Return what sorts a line: the lines before the first kind, each kind, the last line."""
    first = line[:1]
    if first in _KINDS and line[1:2] == b" ":
        return _KINDS.index(first), line
    return (-1, b"") if line[:1] == b"H" or line[:2] == b"TX" else (len(_KINDS), b"")
