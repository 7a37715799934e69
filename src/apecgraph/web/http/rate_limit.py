"""The number of requests that a client may make."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from apecgraph.errors import TooManyRequests
from apecgraph.web.http.clients import client_of, is_on_this_machine


class RateLimit:
    """The number of queries that each client may send in a minute.

    Only expensive requests count: requests that a cache answers do not. Clients on this machine
    have no limit.

    Args:
        per_minute: The number; 0 for no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def charge(self, scope: Scope) -> str:
        """Count a request against the limit of its client.

        Args:
            scope: The ASGI scope of the request.

        Returns:
            The name of the client.

        Raises:
            TooManyRequests: The client has reached its limit.
        """
        client = client_of(scope)
        if self._item is None or is_on_this_machine(client):
            return client
        if not self._limiter.hit(self._item, client):
            reset = self._limiter.get_window_stats(self._item, client).reset_time
            limit = f"{self._item.amount} queries a minute"
            raise TooManyRequests(
                f"One client may send {limit}: wait, then try again.",
                limit=limit,
                retry_after=max(1, math.ceil(reset - time.time())),
            )
        return client
