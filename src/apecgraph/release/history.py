"""The history of a folder of releases: when each release became current, and which one it replaced.

A build or a rollback writes the entry before it switches the link to the release, so every switch
has an entry. If the process is killed between the two steps, the entry has no effect: the link
decides which release is current.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from apecgraph.files import read_file
from apecgraph.release.durable import replace_text

HISTORY: Final = "history.json"

_MOST: Final = 1000
"""Maximum number of events that are kept."""


@dataclass(frozen=True, slots=True)
class ReleaseSwitched:
    """The event that makes a release the current one.

    Attributes:
        time: The time in UTC (RFC 3339).
        release: The name of the release.
        before: The name of the release that was current before, or None.
        by: The command that caused the event.
    """

    time: str
    release: str
    before: str | None
    by: Literal["build", "rollback"]


@dataclass(frozen=True, slots=True)
class History:
    """All recorded events, the latest last."""

    events: tuple[ReleaseSwitched, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> History:
        """Read the history of a folder; a missing or unreadable history is empty."""
        try:
            entries = json.loads(read_file(folder / HISTORY))
            events = tuple(ReleaseSwitched(**entry) for entry in entries)
        except (OSError, ValueError, TypeError, RecursionError):
            return cls()
        named = (each for each in events if isinstance(each.release, str))
        return cls(tuple(each for each in named if isinstance(each.time, str)))

    def write(self, folder: Path) -> None:
        """Write the history of a folder."""
        entries = [asdict(event) for event in self.events]
        replace_text(folder / HISTORY, json.dumps(entries, indent=1) + "\n")

    def then(self, event: ReleaseSwitched) -> History:
        """Return the history with one more event, without the oldest ones if there are many."""
        return History((*self.events, event)[-_MOST:])

    def on(self, day: str) -> str | None:
        """Return the release that was current at the end of a day.

        Args:
            day: The day in UTC (ISO 8601).

        Returns:
            The name of the release, which may no longer be kept; None if that is unknown.
        """
        found = None
        for event, following in pairwise((*self.events, None)):
            if event is None or event.time[: len(day)] > day:
                break
            if following is None or following.before == event.release:
                found = event.release
            elif following.before != event.before:  # earlier versions forgot removed releases
                found = following.before
        return found

    def published(self, release: str) -> str | None:
        """Return when a release first became current, in UTC, or None if that is unknown.

        Becoming current again, by a rollback or a build, does not change its date of publication.
        """
        return next((event.time for event in self.events if event.release == release), None)

    def predecessor(self, release: str) -> str | None:
        """Return the release that was current before a build last published the given release."""
        built = (event for event in reversed(self.events) if event.by == "build")
        return next((event.before for event in built if event.release == release), None)

    def taken_back(self, release: str) -> ReleaseSwitched | None:
        """Return the rollback that withdrew a release, unless it has become current again."""
        for event in reversed(self.events):
            if event.release == release:
                return None
            if event.by == "rollback" and event.before == release:
                return event
        return None

    def order(self, releases: Sequence[str]) -> list[str]:
        """Sort releases by when they last became current; unknown releases come first."""
        last = {event.release: number for number, event in enumerate(self.events)}
        return sorted(releases, key=lambda name: last.get(name, -1))
