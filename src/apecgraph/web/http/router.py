"""A router for the few paths that do not go to FastAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_FOLDERS: Final = "/dumps"
"""The path below which a final slash counts, because there are lists of files."""


class PathRouter:
    """Passes requests for certain paths to separate applications.

    FastAPI takes several times as long as a cached query, so queries do not pass through FastAPI.
    A slash at the end of a path is passed over, because people add one, and the namespace of the
    terms has one. Not all clients would follow a redirect.

    Args:
        apps: The applications, keyed by path.
        default: The application for all other paths.

    Attributes:
        default: That application.
    """

    default: ASGIApp

    def __init__(self, apps: Mapping[str, ASGIApp], default: ASGIApp) -> None:
        self._apps = apps
        self.default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the application for its path."""
        if scope["path"].endswith("/") and not scope["path"].startswith(_FOLDERS):
            scope["path"] = scope["path"].rstrip("/") or "/"
            raw = scope.get("raw_path")
            scope["raw_path"] = raw and (raw.rstrip(b"/") or b"/")
        await self._apps.get(scope["path"], self.default)(scope, receive, send)
