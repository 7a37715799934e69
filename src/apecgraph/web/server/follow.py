"""Following the release that is current in a folder, as builds and operators change it."""

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
"""How often it is looked: the link is read, and two files' dates."""

_CHECK_SECONDS: Final = 60.0
"""How often all files are looked at: what nobody should have touched may have changed."""

_log: Final = logging.getLogger(__name__)


class ReleaseFollower:
    """Switches a server to the release that is current in a folder.

    A release that is broken is not switched to: what is served stays, the condition says so, and
    it is tried again when something about it changes, or when somebody asks for it by `wake`.
    """

    def __init__(self, releases: Path, current: ReleaseSwitch) -> None:
        self._releases = releases
        self._current = current
        self._woken = asyncio.Event()
        self._seen = self._look()
        self._checked = time.monotonic()

    def wake(self) -> None:
        """Look now, and try again what failed."""
        self._seen = None
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
            seen = await asyncio.to_thread(self._look)
            if seen != self._seen or time.monotonic() - self._checked > _CHECK_SECONDS:
                self._seen, self._checked = seen, time.monotonic()
                await self._switch()

    def _look(self) -> tuple[object, ...] | None:
        """Return what changes when another release is current, or when one of the two is hurt."""
        served = self._current.publication.release
        paths = [self._releases / CURRENT / MANIFEST]
        if served is not None:
            paths.append(served.path / MANIFEST)
        return tuple(map(_state, paths))

    async def _switch(self) -> None:
        condition, served = self._current.condition, self._current.publication.release
        try:
            release = await asyncio.to_thread(Release.current, self._releases)
            if served is None or release.path != served.path or release.files != served.files:
                publication = await asyncio.to_thread(Publication.of, release)
                await self._current.switch(publication)
                _log.info("serving release %s", release.name)
            condition.mend()
        except (ReleaseError, StoreError, OSError, ValueError) as error:
            if condition.fail(str(error)):
                _log.error("%s; what was served before is served on", error)
        except Exception as error:  # of another version of apecgraph, say: following goes on
            if condition.fail(f"the current release cannot be served: {error!r}"):
                _log.exception("what was served before is served on")


def _state(path: Path) -> object:
    try:
        found = path.stat()
    except OSError as error:
        return error.errno
    return path.resolve(), found.st_ino, found.st_mtime_ns
