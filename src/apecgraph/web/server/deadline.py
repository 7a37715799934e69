"""The time by which something must happen on a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """A deadline that is moved often and seldom met.

    Setting a timer takes longer than reading a request, so a timer that rings before the deadline,
    because that was moved, is set again only then.

    Args:
        loop: The event loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._rings = self._due = 0.0
        self._late: Callable[[], None] | None = None

    def expect(self, seconds: float, late: Callable[[], None]) -> None:
        """Call a function after a time, in the place of the previous function."""
        self._late = late
        self._due = self._loop.time() + seconds
        if self._timer is not None and self._rings > self._due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._set_timer()

    def clear(self) -> None:
        """Call no function."""
        self._late = None

    def close(self) -> None:
        """Call no function, and keep no timer."""
        self._late = None
        if self._timer is not None:
            self._timer.cancel()

    def _set_timer(self) -> None:
        self._rings = self._due
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._late is None:
            return
        if self._loop.time() < self._due:
            self._set_timer()
        else:
            self._late()
