"""Errands: work that the front does itself, beside the event loop."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

from apecgraph.errors import StoreBusy

_PLACES: Final = 32
_PLACES_OF_ONE: Final = 8

_Result = TypeVar("_Result")


class Errands:
    """Runs errands one after the other, so that they never hold more than one core.

    A few may wait, and fewer of one client.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    async def run(self, client: str, errand: Callable[[], _Result]) -> _Result:
        """Run an errand and return what it does; raise StoreBusy where too many wait already."""
        if self._waiting.total() >= _PLACES or self._waiting[client] >= _PLACES_OF_ONE:
            raise StoreBusy("Too many such requests are waiting; try again in a moment.")
        self._waiting[client] += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(errand)
        finally:
            self._waiting[client] -= 1
            self._waiting += Counter()  # drops the clients that have none
