"""Turns: who waits for what only so many can have at once, and who is next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from apecgraph.errors import QueryTimedOut, StoreBusy

_Given = TypeVar("_Given")


class FairQueue(Generic[_Given]):
    """Places to wait in; clients take turns, and of each the first that came is the first served.

    So a client that asks for very much waits for itself, not others for it.

    size: how many places there are. give_back: takes what was given to somebody who had just left.
    """

    def __init__(self, size: int, give_back: Callable[[_Given], None]) -> None:
        self._size = size
        self._give_back = give_back
        # The client whose turn is next comes first.
        self._waiting: dict[str, deque[asyncio.Future[_Given]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def wait(self, client: str, deadline: float, late: Callable[[], QueryTimedOut]) -> _Given:
        """Wait for what is given; raise the error that `late` makes where a deadline comes first.

        deadline: by the clock of the event loop.
        Where all places are taken, the client that has most of them loses its last: raises
        StoreBusy, at once or later.
        """
        place = self._join(client)
        alarm = asyncio.get_running_loop().call_at(deadline, self._send_off, client, place, late)
        try:
            return await place
        except asyncio.CancelledError:
            self._leave(client, place)
            if not place.cancelled() and place.exception() is None:
                self._give_back(place.result())  # it came at the last moment
            raise
        finally:
            alarm.cancel()

    def give(self, given: _Given) -> bool:
        """Give to whose turn it is; tell whether anybody waited."""
        for client in list(self._waiting):
            places = self._waiting.pop(client)
            place = places.popleft() if places else None
            if places:
                self._waiting[client] = places  # behind all others
            if place is not None and not place.done():
                place.set_result(given)
                return True
        return False

    def _join(self, client: str) -> asyncio.Future[_Given]:
        if len(self) >= self._size:
            longest = max(self._waiting, key=lambda each: len(self._waiting[each]), default=client)
            if len(self._waiting.get(longest, ())) <= len(self._waiting.get(client, ())) + 1:
                raise _full()
            self._waiting[longest].pop().set_exception(_full())
        place: asyncio.Future[_Given] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        return place

    def _send_off(
        self, client: str, place: asyncio.Future[_Given], late: Callable[[], QueryTimedOut]
    ) -> None:
        if not place.done():
            self._leave(client, place)
            place.set_exception(late())

    def _leave(self, client: str, place: asyncio.Future[_Given]) -> None:
        places = self._waiting.get(client, deque())
        if place in places:
            places.remove(place)
        if not places:
            self._waiting.pop(client, None)


def _full() -> StoreBusy:
    return StoreBusy("Too many are waiting already; try again in a moment.")
