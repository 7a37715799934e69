"""The number of requests that a client may make."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from apecgraph.errors import TooManyRequests
from apecgraph.web.http.clients import client_of, is_on_this_machine

_MOST_COUNTS: Final = 10_000
"""Number of counts that are kept, one or two for each client. If there are more clients, those that
come later are counted as one."""

_COUNT: Final = 512
"""Size of a count in bytes, about, with its key and its lock."""

_OTHERS: Final = "others"


class RateLimit:
    """The number of queries that each client may send in a minute.

    Only expensive requests count: requests that a cache answers do not. Clients on this machine
    have no limit.

    Args:
        per_minute: The number; 0 for no limit.

    Attributes:
        limit: Maximum size of the counts in bytes, about.
    """

    limit: int

    def __init__(self, per_minute: int) -> None:
        self.limit = _MOST_COUNTS * _COUNT
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._counts = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._counts)

    @property
    def used(self) -> int:
        """Size of the counts in bytes, about."""
        return len(self._counts.storage) * _COUNT

    def charge(self, scope: Scope) -> str:
        """Count a request, given its ASGI scope; return the name of its client.

        Raise TooManyRequests if the client has reached its limit.
        """
        client = client_of(scope)
        self.count(client)
        return client

    def count(self, client: str) -> None:
        """Count a request of a client; raise TooManyRequests if it has reached its limit."""
        item = self._item
        if item is None or is_on_this_machine(client):
            return
        counted = client
        if len(self._counts.storage) >= _MOST_COUNTS:
            stats = self._limiter.get_window_stats(item, client)
            counted = client if stats.remaining < item.amount else _OTHERS
        if not self._limiter.hit(item, counted):
            reset = self._limiter.get_window_stats(item, counted).reset_time
            limit = f"{item.amount} queries a minute"
            raise TooManyRequests(
                "One client may send %(number)s queries a minute: wait, then try again.",
                limit=limit,
                retry_after=max(1, math.ceil(reset - time.time())),
                number=item.amount,
            )
