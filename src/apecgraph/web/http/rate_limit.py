"""How many queries one client may ask."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from apecgraph.errors import TooManyRequests

_NETWORK_BITS = 64  # of an IPv6 address: what one customer has at least


class RateLimit:
    """A number of queries a minute for each client; this machine itself has no limit.

    per_minute: 0 for no limit at all.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def spend(self, client: str) -> None:
        """Count a query of a client, by its address; raise TooManyRequests over the budget."""
        if self._item is None or (name := _charged(client)) is None:
            return
        if not self._limiter.hit(self._item, name):
            reset = self._limiter.get_window_stats(self._item, name).reset_time
            raise TooManyRequests(
                f"More than {self._item.amount} queries a minute are too many for one client.",
                limit=f"{self._item.amount} queries a minute",
                retry_after=max(1, math.ceil(reset - time.time())),
            )


@lru_cache(10_000)
def _charged(client: str) -> str | None:
    """Name who pays for a query; None where nobody does."""
    try:
        address = ip_address(client)
    except ValueError:
        return client or None
    if address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _NETWORK_BITS), strict=False))
    return str(address)
