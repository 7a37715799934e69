"""The archive: the folder of releases, with the one that is current and those before it.

`current` is a symbolic link, so that one rename switches. What is not finished has a name that no
release has, and is removed by whoever writes next. Only who holds the lock writes.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from apecgraph.errors import ReleaseError, RolledBack
from apecgraph.release.durable import TEMPORARY, persist_names, replace_link
from apecgraph.release.history import History, ReleaseSwitched
from apecgraph.release.lock import locked
from apecgraph.release.release import CURRENT, MANIFEST, NAME, Release


@dataclass(frozen=True, slots=True)
class Kept:
    """A release that is kept.

    release: None where it is damaged; error then says how. published: when it first became current,
        in UTC; None where that is not remembered. size: of all its files, in bytes.
    """

    name: str
    release: Release | None
    error: str | None
    published: str | None
    size: int
    current: bool
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of releases."""

    path: Path

    @property
    def current(self) -> str | None:
        """The name of the current release, whole or not; None where there is none."""
        try:
            name = (self.path / CURRENT).readlink().name
        except OSError:
            return None
        return name if NAME.fullmatch(name) else None

    @property
    def previous(self) -> str | None:
        """The name of the release that a rollback goes to; None where there is none."""
        current = self.current
        before = None if current is None else History.read(self.path).predecessor(current)
        if before is None and current is not None:
            # Where the history was lost the release itself knows.
            with suppress(ReleaseError):
                before = Release.read(self.path / current).previous
        return before if before in self.names() else None

    def names(self) -> list[str]:
        """Return the names of all releases, the one that became current first coming first."""
        found = [path.name for path in self.path.glob("[0-9a-f]*") if NAME.fullmatch(path.name)]
        found.sort(key=lambda name: (_written(self.path / name), name))
        return History.read(self.path).order(found)

    def kept(self) -> Iterator[Kept]:
        """Look at each release, the latest first."""
        history, current = History.read(self.path), self.current
        for name in reversed(self.names()):
            release, error = None, None
            try:
                release = self.open(name)
            except ReleaseError as found:
                error = str(found)
            yield Kept(
                name,
                release,
                error,
                history.published(name),
                sum(map(_size, (self.path / name).rglob("*"))),
                name == current,
                history.taken_back(name) is not None,
            )

    def readable(self) -> Iterator[Release]:
        """Read what each release says of itself, the latest first; its files are not looked at.

        One that says nothing is left out: `kept` tells of it.
        """
        for name in reversed(self.names()):
            with suppress(ReleaseError):
                yield Release.read(self.path / name)

    def open(self, name: str) -> Release:
        """Open a release by its name, checking each of its files."""
        return Release.open(self.read(name).path)

    def read(self, name: str) -> Release:
        """Read what a release says of itself, by its name; its files are not looked at."""
        if not NAME.fullmatch(name) or not (self.path / name).is_dir():
            known = ", ".join(reversed(self.names())) or "none at all"
            raise ReleaseError(f"{self.path} has no release {name}; it has {known}")
        release = Release.read(self.path / name)
        if release.name != name:
            raise ReleaseError(f"{self.path / name} holds release {release.name}: rename it")
        return release

    def last(self) -> Release | None:
        """Return the release that others come after: the current one, or else the latest whole."""
        current = self.current
        for name in dict.fromkeys([*([current] if current else []), *reversed(self.names())]):
            with suppress(ReleaseError):
                return self.open(name)
        return None

    @contextmanager
    def locked(self, work: str) -> Iterator[None]:
        """Lock the archive, as `locked` does; remove what those left that were killed."""
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path, work):
            for leftover in self.path.glob(f"{TEMPORARY}*"):
                _remove(leftover)
            yield

    @contextmanager
    def writing(self, work: str) -> Iterator[None]:
        """Lock the archive, as `locked` does; raise ReleaseError where it cannot be written to."""
        try:
            with self.locked(work):
                yield
        except OSError as error:
            raise ReleaseError(
                f"{self.path} cannot be written to, and nothing is published: {error}"
            ) from None

    def places(self, digest: str, fingerprint: str) -> Iterator[tuple[str, Release | None]]:
        """Yield the names that a release may have, the best one first, until there is a free one.

        What was published under a name is never written anew: with a name comes the release that
        there is, damaged, and was made of the same; None where the name is free.
        """
        names = [digest, f"{digest}-{fingerprint[:8]}"]
        for number in itertools.count():
            name = names[number] if number < 2 else _further(digest, fingerprint, number)
            if not (self.path / name).exists():
                yield name, None
                return
            with suppress(ReleaseError):
                there = Release.read(self.path / name)
                if (there.name, there.fingerprint) == (name, fingerprint):
                    yield name, there

    def add(self, release: Release) -> Release:
        """Put a release, which was written elsewhere in the archive, in its place."""
        target = self.path.resolve() / release.name
        release.path.rename(target)
        persist_names(self.path)
        return replace(release, path=target)

    def restore(self, release: Release) -> Release | None:
        """Restore a damaged release from one that was made of the same again.

        File by file, so that each is there at each moment. None where the two are not the same, as
        the manifests tell, or it cannot be made whole.
        """
        target = self.path / release.name
        try:
            if (target / MANIFEST).read_bytes() != release.manifest():
                return None
            damaged = Release.read(target)
            for file in release.files:
                if not damaged.has(file):
                    place = target / file.name
                    place.parent.mkdir(exist_ok=True)
                    (release.path / file.name).replace(place)
                    persist_names(place.parent)
            return Release.open(target)
        except (OSError, ReleaseError):
            return None

    def refuse_taken_back(self, name: str) -> None:
        """Raise RolledBack where a rollback took a release back, and nothing brought it back."""
        event = History.read(self.path).taken_back(name)
        if event is not None and name != self.current:
            raise RolledBack(
                f"release {name}, which this content makes, was rolled back at {event.time}, and "
                f"{event.release} became current: change the content, or run "
                f"`apecgraph rollback {name}` to make it current again"
            )

    def switch(self, name: str, by: Literal["build", "rollback"]) -> None:
        """Make a release the current one, in one step."""
        current = self.current
        if current == name:
            return
        history = History.read(self.path).of({*self.names(), name})
        now = datetime.now(UTC).isoformat(timespec="seconds")
        history.then(ReleaseSwitched(now, name, current, by)).write(self.path)
        replace_link(self.path / CURRENT, name)

    def prune(self, keep: int) -> list[str]:
        """Remove the oldest releases, so many staying; return the names of those removed.

        The current one stays, and the one that a rollback goes to. What somebody reads stays
        readable for him who has it open. keep: 0 for all.
        """
        names = self.names()
        staying = {*names[-keep:], self.current, self.previous} if keep else {*names}
        removed = [name for name in names if name not in staying]
        for name in removed:
            gone = self.path / f"{TEMPORARY}{name}"
            (self.path / name).rename(gone)
            _remove(gone)
        return removed

    def rollback(self, name: str | None = None) -> Release:
        """Make an earlier release current: the previous one, or the one named.

        It is read back first. Raises ReleaseError where there is none or it is damaged.
        """
        if not self.path.is_dir():
            raise ReleaseError(f"{self.path} does not exist: there are no releases")
        with self.writing("rollback"):
            target = name or self.previous
            if target is None:
                raise ReleaseError(
                    f"there is no release before {self.current}: `apecgraph releases` lists those "
                    "that there are, and `apecgraph rollback NAME` goes to one of them"
                )
            release = self.open(target)
            release.verify()
            self.switch(target, "rollback")
        return release


def _further(digest: str, fingerprint: str, number: int) -> str:
    return f"{digest}-{sha256(f'{fingerprint} {number}'.encode()).hexdigest()[:8]}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # it was removed meanwhile


def _written(path: Path) -> float:
    try:
        return (path / MANIFEST).stat().st_mtime
    except OSError:
        return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
