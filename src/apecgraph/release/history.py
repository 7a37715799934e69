"""The history of a folder of releases: which was made current when, and what it took the place of.

It is written before the switch, so that no switch lacks its entry. An entry whose switch did not
come about, since the process was killed between them, changes nothing: what is current is what the
link says.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from apecgraph.release.durable import replace_text

HISTORY: Final = "history.json"


@dataclass(frozen=True, slots=True)
class ReleaseSwitched:
    """A release becomes the current one.

    release, before: names; before is None where there was none. time: UTC, as in RFC 3339.
    """

    time: str
    release: str
    before: str | None
    by: Literal["build", "rollback"]


@dataclass(frozen=True, slots=True)
class History:
    """All events that are remembered, the latest last."""

    events: tuple[ReleaseSwitched, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> History:
        """Read the history of a folder; it is empty where there is none that can be read."""
        try:
            entries = json.loads((folder / HISTORY).read_bytes())
            events = tuple(ReleaseSwitched(**each) for each in entries)
        except (OSError, ValueError, TypeError, RecursionError):
            return cls()
        return cls(tuple(each for each in events if isinstance(each.release, str)))

    def write(self, folder: Path) -> None:
        """Write the history of a folder."""
        entries = [asdict(each) for each in self.events]
        replace_text(folder / HISTORY, json.dumps(entries, indent=1) + "\n")

    def then(self, event: ReleaseSwitched) -> History:
        """Return the history with an event more."""
        return History((*self.events, event))

    def of(self, releases: Collection[str]) -> History:
        """Return what of the history is about releases that there are."""
        return History(tuple(each for each in self.events if each.release in releases))

    def published(self, release: str) -> str | None:
        """Return when a release first became the current one, in UTC; None where it is not told.

        That it becomes current again, by a rollback or by a build, does not publish it anew.
        """
        return next((each.time for each in self.events if each.release == release), None)

    def predecessor(self, release: str) -> str | None:
        """Return what a release took the place of when it was last published by a build."""
        built = (each for each in reversed(self.events) if each.by == "build")
        return next((each.before for each in built if each.release == release), None)

    def taken_back(self, release: str) -> ReleaseSwitched | None:
        """Return the rollback that took a release back, unless it became current again since."""
        for event in reversed(self.events):
            if event.release == release:
                return None
            if event.by == "rollback" and event.before == release:
                return event
        return None

    def order(self, releases: Sequence[str]) -> list[str]:
        """Put releases in the order in which they last became current; unknown ones come first."""
        last = {each.release: number for number, each in enumerate(self.events)}
        return sorted(releases, key=lambda name: last.get(name, -1))
