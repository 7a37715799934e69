"""The follower: switches the server when another release becomes current in a folder."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Final

from apecgraph.errors import ReleaseError, StoreError
from apecgraph.release.release import CURRENT, MANIFEST, Release
from apecgraph.web.publication import Publication
from apecgraph.web.server.switch import ReleaseSwitch

_SECONDS: Final = 0.5
"""Seconds between two checks of the link and of the dates of two files."""

_CHECK_SECONDS: Final = 60.0
"""Seconds between two checks of all files, in case someone changed them by mistake."""

_log: Final = logging.getLogger(__name__)


class ReleaseFollower:
    """Switches a server to the release that is current in a folder.

    If that release is damaged, the server keeps serving the previous one and reports the failure.
    The follower tries again when a file changes, when `wake` is called, or after some time.

    Args:
        releases: The folder.
        switch: Switches the server.
    """

    def __init__(self, releases: Path, switch: ReleaseSwitch) -> None:
        self._releases = releases
        self._switch = switch
        self._woken = asyncio.Event()
        self._state = self._read_state()
        self._checked = time.monotonic()

    def wake(self) -> None:
        """Check for a new release now, and try again if the last switch failed."""
        self._state = None
        self._woken.set()

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
                self._state, self._checked = state, time.monotonic()
                await self._update()

    def _read_state(self) -> tuple[object, ...] | None:
        """Return a value that changes if the current or the served release may have changed."""
        served = self._switch.publication.release
        paths = [self._releases / CURRENT / MANIFEST]
        if served is not None:
            paths.append(served.path / MANIFEST)
        return tuple(map(_file_state, paths))

    async def _update(self) -> None:
        last_failure, served = self._switch.last_failure, self._switch.publication.release
        try:
            release = await asyncio.to_thread(Release.current, self._releases)
            if served is None or release.path != served.path or release.files != served.files:
                publication = await asyncio.to_thread(Publication.of, release)
                await self._switch.switch(publication)
                _log.info("serving release %s", release.name)
            last_failure.clear()
        except (ReleaseError, StoreError, OSError, ValueError) as error:
            if last_failure.set(str(error)):
                _log.error("%s; the previous release is still served", error)
        except Exception as error:  # another version of apecgraph may have made the release
            if last_failure.set(f"the current release cannot be served: {error!r}"):
                _log.exception("the previous release is still served")


def _file_state(path: Path) -> object:
    try:
        state = path.stat()
    except OSError as error:
        return error.errno
    return path.resolve(), state.st_ino, state.st_mtime_ns
