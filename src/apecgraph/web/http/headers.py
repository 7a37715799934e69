"""Headers that every response has: what browsers may load, and which sites may read it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final[Mapping[str, str]] = {
    # Pages load nothing but our own files, so that data cannot bring in scripts.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Everything is public: pages of any site may read it, without credentials.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Allow, Content-Location, Content-Range, ETag, Link, Retry-After"
    ),
}

RAW_HEADERS: Final = tuple(
    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
)
"""The same headers in the form that ASGI uses."""

_NAMES: Final = frozenset(name for name, _ in RAW_HEADERS)
_POLICY: Final = b"content-security-policy"
_FRAMES: Final = b"x-frame-options"


class CommonHeaders:
    """Middleware that adds the headers above to a response that does not set them.

    A response with its own policy says there who may frame it, so X-Frame-Options is not added.
    It removes the body of a response to HEAD, but keeps the Content-Length header.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the application and send the response with the headers."""
        is_head = scope["method"] == "HEAD"

        def complete(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                names = dict(message["headers"])
                if _NAMES.isdisjoint(names):  # nearly always true
                    missing = RAW_HEADERS
                else:
                    set_ = {*names, _FRAMES} if _POLICY in names else names.keys()
                    missing = tuple(header for header in RAW_HEADERS if header[0] not in set_)
                message["headers"] = [*message["headers"], *missing]
            elif is_head and message["type"] == "http.response.body":
                message["body"] = b""
            return send(message)

        await self._app(scope, receive, complete)
