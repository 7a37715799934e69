"""The observer of requests: counts each request, and logs it with a unique id."""

from __future__ import annotations

from random import getrandbits
from typing import Final

from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import Metrics, ObservedRequest

REPLY: Final = "apecgraph.reply"
"""The key in the ASGI scope for the origin of a response: "made" or "kept" (from the cache)."""

REQUEST_ID: Final = b"x-request-id"
"""The response header with the id of the request in the log."""


class Observer:
    """Counts and logs requests; does not record clients or queries.

    Args:
        metrics: Counts requests.
        access_log: Logs requests.
    """

    def __init__(self, metrics: Metrics, access_log: AccessLog) -> None:
        self._metrics = metrics
        self._access_log = access_log

    def record(self, request: ObservedRequest) -> None:
        """Record a request that has been answered."""
        self._metrics.count(request)
        self._access_log.write(request)


def new_request_id() -> bytes:
    """Return a new id: 16 hexadecimal digits."""
    return b"%016x" % getrandbits(64)
