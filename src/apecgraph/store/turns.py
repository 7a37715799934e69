"""Turns: who waits for a worker, and who is next."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TypeAlias

from apecgraph.errors import StoreBusy
from apecgraph.store.peer import Worker

Place: TypeAlias = asyncio.Future[Worker]


class Turns:
    """Places to wait in; clients take turns, and of each the first that came is the first served.

    So a client that asks for very much waits for itself, not others for it.

    size: how many places there are.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: dict[str, deque[Place]] = {}  # the client whose turn is next comes first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def join(self, client: str) -> Place:
        """Take a place, whose result will be a worker.

        Where all are taken, the client that has most of them loses its last; raises StoreBusy, here
        or from that place.
        """
        if len(self) >= self._size:
            longest = max(self._waiting, key=lambda each: len(self._waiting[each]), default=client)
            if len(self._waiting.get(longest, ())) <= len(self._waiting.get(client, ())) + 1:
                raise _full()
            self._waiting[longest].pop().set_exception(_full())
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        return place

    def leave(self, client: str, place: Place) -> None:
        """Give up a place, where it is still held."""
        places = self._waiting.get(client, deque())
        if place in places:
            places.remove(place)
        if not places:
            self._waiting.pop(client, None)

    def next(self) -> Place | None:
        """Take out the place whose turn it is; None where nobody waits."""
        for client in list(self._waiting):
            places = self._waiting.pop(client)
            place = places.popleft() if places else None
            if places:
                self._waiting[client] = places  # behind all others
            if place is not None and not place.done():
                return place
        return None


def _full() -> StoreBusy:
    return StoreBusy("All workers are busy and the queue is full; try again in a moment.")
