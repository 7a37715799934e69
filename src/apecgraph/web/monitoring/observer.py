"""The observer of requests: counts each request, and logs it with a unique id."""

from __future__ import annotations

import time
from random import getrandbits
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.printable import shortened
from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import Metrics, ObservedRequest

REPLY: Final = "apecgraph.reply"
"""The key in the ASGI scope for the origin of a response: "made" or "kept" (from the cache)."""

_LONGEST: Final = 1024
"""Maximum number of logged characters of a path, because clients may send very long paths."""

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
        self._access_log.write(
            id=request.id,
            method=request.method,
            path=shortened(request.path, _LONGEST),
            status=request.status,
            bytes=request.size,
            seconds=round(request.seconds, 6),
            **({} if request.reply is None else {"reply": request.reply}),
        )


class RequestObserver:
    """Middleware that records each request and sends the id of the request to the client.

    Args:
        app: The application.
        observer: Records the requests.
    """

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the application and record the request and its response."""
        request_id, begun = new_request_id(), time.perf_counter()
        status = size = 0

        async def observe(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id)]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, observe)
        finally:
            seconds = time.perf_counter() - begun
            self._observer.record(
                ObservedRequest(
                    request_id.decode(),
                    scope["method"],
                    scope["path"],
                    status,
                    size,
                    seconds,
                    scope.get(REPLY),
                )
            )


def new_request_id() -> bytes:
    """Return a new id: 16 hexadecimal digits."""
    return b"%016x" % getrandbits(64)
