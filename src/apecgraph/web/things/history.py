"""The history of a thing: the kept releases in which sources or editors changed it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from apecgraph.errors import ReleaseError
from apecgraph.release.archive import Archive
from apecgraph.release.history import History
from apecgraph.release.release import Release
from apecgraph.release.thing_changes import ThingChanges, read_thing_changes

_MOST: Final = 20
"""Maximum number of releases whose patches are read."""


@dataclass(frozen=True, slots=True)
class ThingHistory:
    """The changes of a thing in the kept releases up to the served one.

    Attributes:
        changes: Each release that changed it with the day on which it was published (ISO 8601), the
            latest first.
        compared: Number of the releases that were compared with the one before.
    """

    changes: tuple[tuple[ThingChanges, str], ...]
    compared: int


def read_thing_history(served: Release, iri: str) -> ThingHistory:
    """Read the history of a thing; damaged patches are left out.

    Args:
        served: The release that is served.
        iri: IRI of the thing.

    Returns:
        The history.
    """
    archive = Archive(served.path.parent)
    names, published = archive.names(), History.read(archive.path).published
    until = names.index(served.name) + 1 if served.name in names else 0
    found: list[tuple[ThingChanges, str]] = []
    for name in reversed(names[max(0, until - _MOST) : until]):
        with suppress(ReleaseError):
            release = archive.read(name)
            changes = read_thing_changes(release, iri)
            if changes is not None:
                found.append((changes, (published(name) or release.issued)[:10]))
    return ThingHistory(
        tuple(each for each in found if each[0].added or each[0].removed), len(found)
    )
