"""Waiting until a condition holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

SECONDS: Final = 30.0
"""How long to wait: a condition that takes longer, even on a busy machine, never holds."""

_PAUSE: Final = 0.02


def soon(condition: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait until a condition holds; return whether it did within some seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, and let other tasks run meanwhile."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(_PAUSE)
