"""The archive: a folder of releases, one of which is current.

`current` is a symbolic link, so a single rename makes another release current. The names of
unfinished files differ from all names of releases; the next writer removes such files. Only the
process that holds the lock writes.
"""

from __future__ import annotations

import errno
import itertools
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from apecgraph.errors import ReleaseError, RolledBack
from apecgraph.files import read_file
from apecgraph.release.durable import TEMPORARY, persist_names, replace_link
from apecgraph.release.history import History, ReleaseSwitched
from apecgraph.release.lock import locked
from apecgraph.release.release import CURRENT, MANIFEST, NAME, Release

_HISTORY_BYTES: Final = 1 << 20
"""Number of bytes that are certainly enough to write a history."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A release in the archive.

    Attributes:
        name: Its name.
        release: The release, or None if it is damaged.
        error: The damage, or None if the release is intact.
        published: When it first became current, in UTC, or None if the history does not say.
        size: The size of all its files in bytes.
        current: Whether it is the current release.
        taken_back: Whether it was rolled back.
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
    """A folder of releases.

    Attributes:
        path: The folder.
        never_pruned: The names of releases that are never removed.
    """

    path: Path
    never_pruned: frozenset[str] = frozenset()

    @property
    def current(self) -> str | None:
        """The name of the current release, even if it is damaged; None if no release is current."""
        try:
            name = (self.path / CURRENT).readlink().name
        except OSError:
            return None
        return name if NAME.fullmatch(name) else None

    @property
    def previous(self) -> str | None:
        """The name of the release that a rollback would make current, or None."""
        current = self.current
        before = None if current is None else History.read(self.path).predecessor(current)
        if before is None and current is not None:
            # If there is no history, the manifest of the current release names the previous one.
            with suppress(ReleaseError):
                before = Release.read(self.path / current).previous
        return before if before in self.names() else None

    def names(self) -> list[str]:
        """Return the names of all releases, in the order in which they became current."""
        names = [path.name for path in self.path.glob("[0-9a-f]*") if NAME.fullmatch(path.name)]
        names.sort(key=lambda name: (_written(self.path / name), name))
        return History.read(self.path).order(names)

    def kept(self) -> Iterator[Kept]:
        """Open each release, the latest first."""
        history, current = History.read(self.path), self.current
        for name in reversed(self.names()):
            release, error = None, None
            try:
                release = self.open(name)
            except ReleaseError as damage:
                error = str(damage)
            yield Kept(
                name,
                release,
                error,
                history.published(name),
                self.size(name),
                name == current,
                history.taken_back(name) is not None,
            )

    def readable(self) -> Iterator[Release]:
        """Read the manifest of each release, the latest first, without checking its files.

        Releases without a readable manifest are skipped; `kept` lists them.
        """
        for name in reversed(self.names()):
            with suppress(ReleaseError):
                yield Release.read(self.path / name)

    def open(self, name: str) -> Release:
        """Find a release by its name and compare its files with their checksums."""
        return Release.open(self.read(name).path)

    def read(self, name: str) -> Release:
        """Read the manifest of the release with a name, without checking its files."""
        if not NAME.fullmatch(name) or not (self.path / name).is_dir():
            known = ", ".join(reversed(self.names())) or "no releases"
            raise ReleaseError(f"{self.path} has no release {name}; it has {known}")
        release = Release.read(self.path / name)
        if release.name != name:
            raise ReleaseError(
                f"{self.path / name} contains the release {release.name}: rename the folder"
            )
        return release

    def last(self) -> Release | None:
        """Return the current release if it is intact, or the latest intact one, or None.

        A release that was rolled back does not count.
        """
        current, history = self.current, History.read(self.path)
        for name in dict.fromkeys([*([current] if current else []), *reversed(self.names())]):
            if name == current or history.taken_back(name) is None:
                with suppress(ReleaseError):
                    return self.open(name)
        return None

    @contextmanager
    def locked(self, work: str) -> Iterator[None]:
        """Lock the archive with `locked`; remove the leftovers of killed processes."""
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path, work):
            for leftover in self.path.glob(f"{TEMPORARY}*"):
                _remove(leftover)
            yield

    @contextmanager
    def writing(self, work: str) -> Iterator[None]:
        """Lock the archive with `locked`; raise ReleaseError if the archive is not writable."""
        try:
            with self.locked(work):
                yield
        except OSError as error:
            raise ReleaseError(
                f"{self.path} cannot be written to, and nothing is published: "
                f"{error}{self._lack_of_room(error)}"
            ) from None

    def _lack_of_room(self, error: OSError) -> str:
        """Return how much room a release takes, if there was too little."""
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return ""
        size, free = self.size(self.current or CURRENT), shutil.disk_usage(self.path).free
        return (
            f"; the current release takes {size / 1e6:.1f} MB, and {free / 1e6:.1f} MB are free: "
            "free some space, or lower APECGRAPH_KEEP_RELEASES"
        )

    def size(self, name: str) -> int:
        """Return the size of all files of a release in bytes."""
        return sum(map(_size, (self.path / name).rglob("*")))

    def places(self, digest: str, fingerprint: str) -> Iterator[tuple[str, Release | None]]:
        """Yield the names that a release may have, the best name first; stop at a free name.

        The content of a published release never changes.

        Args:
            digest: The digest of the dataset of the release.
            fingerprint: The digest of its content and program.

        Yields:
            Each name with a release, or with None if the name is free. The release has that name
            and the same fingerprint, but it is damaged and can be restored.
        """
        names = [digest, f"{digest}-{fingerprint[:8]}"]
        for number in itertools.count():
            name = names[number] if number < 2 else _further(digest, fingerprint, number)
            if not (self.path / name).exists():
                yield name, None
                return
            with suppress(ReleaseError):
                existing = Release.read(self.path / name)
                if (existing.name, existing.fingerprint) == (name, fingerprint):
                    yield name, existing

    def add(self, release: Release) -> Release:
        """Move a release from a temporary folder of the archive to the folder of its name."""
        target = self.path.resolve() / release.name
        release.path.rename(target)
        persist_names(self.path)
        return replace(release, path=target)

    def restore(self, release: Release) -> Release | None:
        """Restore a damaged release from a new build of the same content.

        Files are replaced one by one, so no file is missing in the meantime.

        Args:
            release: The new build, in a temporary folder.

        Returns:
            The restored release, or None if the manifests differ or files cannot be replaced.
        """
        target = self.path / release.name
        try:
            if read_file(target / MANIFEST) != release.manifest():
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
        """Raise RolledBack if a release was rolled back and has not become current again."""
        event = History.read(self.path).taken_back(name)
        if event is not None and name != self.current:
            raise RolledBack(
                f"release {name}, which this content would make, was rolled back at "
                f"{event.time}, and "
                f"{event.release} became current: change the content, or run "
                f"`apecgraph rollback {name}` to make it current again"
            )

    def switch(self, name: str, by: Literal["build", "rollback"]) -> None:
        """Make a release the current one, in one step."""
        current = self.current
        if current == name:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        History.read(self.path).then(ReleaseSwitched(now, name, current, by)).write(self.path)
        replace_link(self.path / CURRENT, name)

    def make_room(self, keep: int, size: int, spared: str | None = None) -> None:
        """Remove the releases beyond those to keep, and one more if another needs its room.

        The latest intact release stays.

        Args:
            keep: Number of releases to keep; 0 keeps all.
            size: Number of bytes that will be written.
            spared: The name of a release that stays, or None.
        """
        last = self.last()
        stay = {spared, None if last is None else last.name}
        self.prune(keep, stay)
        if keep > 1 and shutil.disk_usage(self.path).free < size:
            self.prune(keep - 1, stay)

    def prune(self, keep: int, stay: Collection[str | None] = ()) -> list[str]:
        """Remove the oldest releases.

        The current release stays, and so do the release that a rollback would make current and
        those that are never pruned. If a process has files of a removed release open, the process
        can still read them.

        Args:
            keep: Number of releases to keep; 0 keeps all.
            stay: Names of releases that stay besides these.

        Returns:
            The names of the removed releases.
        """
        names = self.names()
        stay = {*stay, *self.never_pruned, self.current, self.previous}
        kept = {*names[-keep:], *stay} if keep else {*names}
        removed = [name for name in names if name not in kept]
        for name in removed:
            gone = self.path / f"{TEMPORARY}{name}"
            (self.path / name).rename(gone)
            _remove(gone)
        return removed

    def rollback(self, name: str | None = None, keep: int = 0) -> Release:
        """Verify a release and make it current.

        Args:
            name: Its name, or None for the previous release.
            keep: Number of releases to keep, 0 for all. The disk may be full, so the others are
                removed first.

        Returns:
            The release that is current now.

        Raises:
            ReleaseError: If there is no such release, or it is damaged.
        """
        if not self.path.is_dir():
            raise ReleaseError(f"{self.path} does not exist: there are no releases")
        with self.writing("rollback"):
            target = name or self.previous
            if target is None:
                raise ReleaseError(
                    f"there is no release before {self.current}: `apecgraph releases` lists all "
                    "releases, and `apecgraph rollback NAME` makes one of them current"
                )
            release = self.open(target)
            release.verify()
            self.make_room(keep, _HISTORY_BYTES, target)
            self.switch(target, "rollback")
        return release


def _further(digest: str, fingerprint: str, number: int) -> str:
    return f"{digest}-{sha256(f'{fingerprint} {number}'.encode()).hexdigest()[:8]}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # removed in the meantime


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
