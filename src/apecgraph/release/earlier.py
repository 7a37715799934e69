"""The kept releases that the served one is compared with, chosen by a day or by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final

from cachetools import TTLCache

from apecgraph.errors import Gone, MalformedRequest, NotFound, ReleaseError
from apecgraph.rdf.formats import N_QUADS
from apecgraph.rdf.namespaces import BASE
from apecgraph.release.archive import Archive
from apecgraph.release.figure_changes import FigureChange, read_figure_changes
from apecgraph.release.history import History
from apecgraph.release.release import NAME, Release

_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAMED: Final = 10
"""Number of releases that a message names; the error lists all of them."""

_DAMAGED_SECONDS: Final = 60.0
"""Seconds for which a damaged release is not verified again; that reads all of its dataset."""

_REMEMBERED: Final = 100
"""Number of damaged releases that are remembered."""


class EarlierReleases:
    """The kept releases that a served release is compared with.

    Args:
        release: The served release.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._archive = Archive(release.path.parent)
        self._intact: set[str] = set()
        self._damaged: TTLCache[str, bool] = TTLCache(_REMEMBERED, _DAMAGED_SECONDS)
        self._verifying = Lock()
        self._compared: tuple[str, Sequence[FigureChange]] | None = None

    def as_of(self, text: str) -> Release:
        """Find a kept release.

        Args:
            text: Its name, or a day: the release that was current at the end of that day in UTC.

        Returns:
            The release, whose dataset has the recorded checksum.

        Raises:
            MalformedRequest: The text is neither a name nor a day that has begun.
            NotFound: There is no such release, or it is damaged.
            Gone: The release is no longer kept.
        """
        history = History.read(self._archive.path)
        name = text if NAME.fullmatch(text) else history.on(_day(text))
        if name is None:
            raise NotFound(
                "as_of: no release is known to have been current on %(text)s; choose a later day, "
                "or one of the kept releases: %(kept)s",
                self._addresses(),
                text=text,
                kept=self._kept(),
            )
        if name not in self._archive.names():
            if history.published(name) is None and name == text:
                raise NotFound(
                    "as_of: there is no release %(text)s; choose one of those that are kept: "
                    "%(kept)s",
                    self._addresses(),
                    text=text,
                    kept=self._kept(),
                )
            raise Gone(
                "as_of: release %(name)s is no longer kept; choose one of those that are: %(kept)s",
                self._addresses(),
                name=name,
                kept=self._kept(),
            )
        return self._intact_one(name)

    def changes(self, old: Release) -> Sequence[FigureChange]:
        """Compare the figures and the best known values; see `read_figure_changes`.

        The last comparison is kept, because many pages and selections are made from one.
        """
        compared = self._compared
        if compared is None or compared[0] != old.name:
            self._compared = None
            self._compared = compared = old.name, read_figure_changes(old, self._release)
        return compared[1]

    def _intact_one(self, name: str) -> Release:
        """Read a release whose dataset has been verified."""
        with self._verifying:
            release = None if name in self._damaged else self._verified(name)
            if release is None:
                self._damaged.setdefault(name, True)
        if release is None:
            raise NotFound(
                "as_of: release %(name)s is damaged; choose another one: %(kept)s",
                self._addresses(),
                name=name,
                kept=self._kept(),
            )
        return release

    def _verified(self, name: str) -> Release | None:
        """Read a release, and verify its dataset the first time; None if it is damaged."""
        try:
            release = self._archive.read(name)
            dump = release.dump(N_QUADS).name
            is_intact = name in self._intact or any(
                file.name == dump and release.has(file) for file in release.files
            )
        except ReleaseError:
            return None
        if not is_intact:
            return None
        self._intact.add(name)
        return release

    def _addresses(self) -> list[str]:
        return [f"{BASE}releases/{name}" for name in reversed(self._archive.names())]

    def _kept(self) -> str:
        names = self._archive.names()[::-1]
        return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])


def _day(text: str) -> str:
    """Read a day that has begun."""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise MalformedRequest(
            "as_of: %(text)s is neither a day, such as 2026-11-29, nor the name of a release.",
            text=text,
        ) from None
    if day > datetime.now(UTC).date():
        raise MalformedRequest("as_of: %(text)s has not come yet.", text=text)
    return text
