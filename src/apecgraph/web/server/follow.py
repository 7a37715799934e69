"""The follower: switches the server when another release becomes current in a folder."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Final

from apecgraph.build.refusals import LAST, last_refused
from apecgraph.errors import ReleaseError, StoreError
from apecgraph.release.archive import Archive
from apecgraph.release.release import CURRENT, Release
from apecgraph.web.publication import Publication
from apecgraph.web.server.switch import ReleaseSwitch

_SECONDS: Final = 0.5
"""Seconds between two looks at the link and at the dates of the files."""

_CHECK_SECONDS: Final = 60.0
"""Seconds between two checks of all files, in case someone changed them by mistake."""

_log: Final = logging.getLogger(__name__)


class ReleaseFollower:
    """Switches a server to the release that is current in a folder.

    If that release is missing or damaged, the server keeps serving another one and reports the
    failure. If it cannot answer queries on that one either, it switches to the latest release that
    is whole. The follower looks again when a file changes, when `wake` is called, or after some
    time.

    Args:
        releases: The folder.
        switch: Switches the server.
    """

    def __init__(self, releases: Path, switch: ReleaseSwitch) -> None:
        self._releases = releases
        self._switch = switch
        self._woken = asyncio.Event()
        self._state: object = None
        self._checked = time.monotonic()

    def wake(self) -> None:
        """Check for a new release now, and try again if the last switch failed."""
        self._state = None
        self._woken.set()

    async def begin(self) -> None:
        """Look at the folder before the first request; check a current release that is served."""
        served = self._switch.publication.release
        is_current = served is not None and served.name == Archive(self._releases).current
        self._state = await asyncio.to_thread(self._read_state)
        await self._update(check=not is_current)

    async def follow(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            state = await asyncio.to_thread(self._read_state)
            if state != self._state or time.monotonic() - self._checked > _CHECK_SECONDS:
                self._state = state
                await self._update()

    def _read_state(self) -> object:
        """Return a value that changes if the folder or what the server serves may have changed."""
        served = self._switch.publication.release
        folders = [self._releases / CURRENT, *([] if served is None else [served.path])]
        files = (path for folder in folders for path in (folder, *sorted(folder.rglob("*"))))
        states = tuple(map(_file_state, (self._releases / LAST, *files)))
        return states, self._switch.answers_queries

    async def _update(self, *, check: bool = True) -> None:
        """Serve the current release, and report failures.

        Args:
            check: Whether to check the current release, which takes long.
        """
        if check:
            self._checked = time.monotonic()
            if (error := await self._serve_current()) is not None:
                self._report_damage(error)
                return
        last_failure = self._switch.last_failure
        refused = await asyncio.to_thread(last_refused, self._releases)
        if refused is None:
            last_failure.clear()
        elif last_failure.set(
            f"the last build was refused at {refused}; the current release is served", refused
        ):
            _log.warning("the last build was refused at %s: see %s", refused, self._releases)

    async def _serve_current(self) -> Exception | None:
        """Serve the current release; return why that is not possible, or None."""
        damage: Exception | None = None
        try:
            try:
                release = await asyncio.to_thread(Release.current, self._releases)
            except ReleaseError as error:
                latest = await asyncio.to_thread(self._latest)
                if latest is None:
                    return error
                damage, release = error, latest
            served = self._switch.publication.release
            if served is None or release.path != served.path or release.files != served.files:
                publication = await asyncio.to_thread(Publication.of, release)
                await self._switch.switch(publication)
                _log.info("serving release %s", release.name)
        except Exception as error:  # another version of apecgraph may have made the release
            return error
        return damage

    def _latest(self) -> Release | None:
        """Return the latest release that is whole if the served one does not answer queries."""
        return None if self._switch.answers_queries else Archive(self._releases).last()

    def _report_damage(self, error: Exception) -> None:
        current, served = Archive(self._releases).current, self._switch.publication.release
        name = "the current release" if current is None else f"the current release, {current},"
        instead = "nothing" if served is None else served.name
        is_known = isinstance(error, ReleaseError | StoreError | OSError | ValueError)
        if self._switch.last_failure.set(
            f"{name} is missing or damaged, or cannot be loaded; {instead} is served, and the log "
            "of the server has the cause",
            str(error) if is_known else repr(error),
        ):
            _log.error(
                "%s; release %s is served", error, instead, exc_info=None if is_known else error
            )


def _file_state(path: Path) -> object:
    try:
        state = path.stat()
    except OSError as error:
        return error.errno
    return str(path.resolve()), state.st_ino, state.st_size, state.st_mtime_ns
