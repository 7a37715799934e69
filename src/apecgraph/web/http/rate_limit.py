"""The client of a request, and the number of requests that a client may make."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Scope

from apecgraph.errors import TooManyRequests

_NETWORK_BITS: Final = 64
"""Length of an IPv6 prefix; all addresses with the same prefix count as one client."""


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
            The address of the client.

        Raises:
            TooManyRequests: The client has reached its limit.
        """
        address = client_address(scope)
        if self._item is None or (account := _account(address)) is None:
            return address
        if not self._limiter.hit(self._item, account):
            reset = self._limiter.get_window_stats(self._item, account).reset_time
            limit = f"{self._item.amount} queries a minute"
            raise TooManyRequests(
                f"One client may send {limit}: wait, then try again.",
                limit=limit,
                retry_after=max(1, math.ceil(reset - time.time())),
            )
        return address


def client_address(scope: Scope) -> str:
    """Return the address of the client of a request, or "" if it is unknown."""
    client = scope.get("client")
    return client[0] if client else ""


@lru_cache(10_000)
def _account(address: str) -> str | None:
    """Return the key under which a client is counted, or None if it has no limit."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address or None
    if ip.is_loopback:
        return None
    if isinstance(ip, IPv6Address):
        return str(ip_network((int(ip), _NETWORK_BITS), strict=False))
    return str(ip)
