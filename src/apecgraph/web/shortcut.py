"""Paths that are answered before the framework does anything."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """Answers one path by itself: the framework costs more than most queries."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        answers = scope["type"] == "http" and scope["path"] == self._path
        await (self._endpoint if answers else self._app)(scope, receive, send)
