"""Observation: each request is counted, and noted in the journal under an id of its own."""

from __future__ import annotations

import os
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.web.monitoring.access_log import AccessLog
from apecgraph.web.monitoring.metrics import Metrics

REPLY: Final = "apecgraph.reply"
"""The key of the scope under which is told where the reply comes from: made, or kept."""

_LONGEST: Final = 1024
"""Characters of a path that are noted: strangers may send any, and the journal is not theirs."""

REQUEST_ID: Final = b"x-request-id"
"""The header that tells the client under which id its request is noted."""


class Observer:
    """Counts and notes requests; of the client nothing is kept, nor what it asks."""

    def __init__(self, metrics: Metrics, journal: AccessLog) -> None:
        self._metrics = metrics
        self._journal = journal

    def saw(
        self,
        name: str,
        method: str,
        path: str,
        status: int,
        size: int,
        seconds: float,
        reply: str | None = None,
    ) -> None:
        """Take note of a request that has been answered; name: its id. size: bytes of the body."""
        self._metrics.count(path, method, status, seconds, reply)
        self._journal.note(
            id=name,
            method=method,
            path=path[:_LONGEST],
            status=status,
            bytes=size,
            seconds=round(seconds, 6),
            **({} if reply is None else {"reply": reply}),
        )


class ObservedRequests:
    """Middleware that has an observer see each request, and tells the client its id."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and its response back."""
        name, begun = new_id(), time.perf_counter()
        status = size = 0

        async def seen(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, name)]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            self._observer.saw(
                name.decode(),
                scope["method"],
                scope["path"],
                status,
                size,
                time.perf_counter() - begun,
                scope.get(REPLY),
            )


def new_id() -> bytes:
    """Make up the id of a request: 16 hexadecimal digits."""
    return os.urandom(8).hex().encode()
