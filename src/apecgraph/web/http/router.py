"""A router for the few paths that do not go to FastAPI."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class PathRouter:
    """Passes requests for certain paths to separate applications.

    FastAPI takes several times as long as a cached query, so queries do not pass through FastAPI.

    Args:
        apps: The applications, keyed by path.
        default: The application for all other paths.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], default: ASGIApp) -> None:
        self._apps = apps
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the application for its path."""
        await self._apps.get(scope["path"], self._default)(scope, receive, send)
