"""A fair queue: clients that wait for a limited resource are served in turn."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from cachetools import LRUCache

from apecgraph.errors import ApecgraphError, QueryError, StoreBusy

_HALVED_SECONDS: Final = 10.0
"""Time in which half of what a client has used is forgotten."""

_STEP_SECONDS: Final = 0.1
"""Clients take turns if they have used the same number of these."""

_CLIENTS: Final = 1000
"""Number of clients of which is known what they have used."""

_Resource = TypeVar("_Resource")


class FairQueue(Generic[_Resource]):
    """A queue with places in which clients wait for a resource.

    Clients are served round-robin, and the places of a client in order, so that a client that takes
    many places delays only itself. A client that has lately used the resource for longer than
    others is served after them, so that little work does not wait for much.

    Args:
        size: The number of places.
        give_back: Called with a resource if its client left just after the resource came.
    """

    def __init__(self, size: int, give_back: Callable[[_Resource], None]) -> None:
        self._size = size
        self._give_back = give_back
        # Of clients that have used it for as long, the one whose turn is next comes first.
        self._waiting: dict[str, deque[asyncio.Future[_Resource]]] = {}
        # The seconds that clients have used, each with the time of its last use.
        self._used: LRUCache[str, tuple[float, float]] = LRUCache(_CLIENTS)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def wait(
        self, client: str, deadline: float, timed_out: Callable[[], QueryError]
    ) -> _Resource:
        """Wait for a resource.

        Args:
            client: The waiting client.
            deadline: When to give up, in seconds on the clock of the event loop.
            timed_out: Makes the error that is raised at the deadline.

        Returns:
            The resource.

        Raises:
            StoreBusy: All places are taken, or this place was taken away: if all places are taken,
                the client with the most places loses its last one to a client with fewer.
            QueryError: The deadline has passed.
        """
        place = self._join(client)
        alarm = asyncio.get_running_loop().call_at(
            deadline, self._time_out, client, place, timed_out
        )
        try:
            return await place
        except asyncio.CancelledError:
            self._leave(client, place)
            if not place.cancelled() and place.exception() is None:
                self._give_back(place.result())  # the resource came just before the client left
            raise
        finally:
            alarm.cancel()

    def charge(self, client: str, seconds: float) -> None:
        """Note for how many seconds a client has used the resource."""
        self._used[client] = self._seconds(client) + seconds, time.monotonic()

    def _seconds(self, client: str) -> float:
        """Return for how many seconds a client has lately used the resource."""
        seconds, last = self._used.get(client, (0.0, 0.0))
        return seconds and seconds * 0.5 ** ((time.monotonic() - last) / _HALVED_SECONDS)

    def _steps(self, client: str) -> int:
        return int(self._seconds(client) / _STEP_SECONDS)

    def give(self, resource: _Resource) -> bool:
        """Give a resource to the client whose turn it is; return False if nobody waits."""
        for client in sorted(self._waiting, key=self._steps):
            places = self._waiting.pop(client)
            place = places.popleft() if places else None
            if places:
                self._waiting[client] = places  # after all other clients
            if place is not None and not place.done():
                place.set_result(resource)
                return True
        return False

    def refuse_all(self, error: Callable[[], ApecgraphError]) -> None:
        """Take all places away, because no resource will come soon; each call makes an error."""
        for places in self._waiting.values():
            for place in places:
                if not place.done():
                    place.set_exception(error())
        self._waiting.clear()

    def _join(self, client: str) -> asyncio.Future[_Resource]:
        if len(self) >= self._size:
            longest = max(self._waiting, key=lambda name: len(self._waiting[name]), default=client)
            if len(self._waiting.get(longest, ())) <= len(self._waiting.get(client, ())) + 1:
                raise _queue_full()
            taken = self._waiting[longest].pop()
            if not taken.done():  # otherwise its client has just left
                taken.set_exception(_queue_full())
        place: asyncio.Future[_Resource] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        return place

    def _time_out(
        self,
        client: str,
        place: asyncio.Future[_Resource],
        timed_out: Callable[[], QueryError],
    ) -> None:
        if not place.done():
            self._leave(client, place)
            place.set_exception(timed_out())

    def _leave(self, client: str, place: asyncio.Future[_Resource]) -> None:
        places = self._waiting.get(client, deque())
        if place in places:
            places.remove(place)
        if not places:
            self._waiting.pop(client, None)


def _queue_full() -> StoreBusy:
    return StoreBusy("The queue is full; try again in a moment.")
