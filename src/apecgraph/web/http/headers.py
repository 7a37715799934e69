"""Headers that every response has: what browsers may load, and which sites may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

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
_LINES: Final = b"".join(b"%b: %b\r\n" % header for header in RAW_HEADERS)


def common_lines(names: Collection[bytes] = ()) -> bytes:
    """Return the lines of these headers, without those that a response has itself.

    A response with its own policy says there who may frame it, so X-Frame-Options is left out, too.

    Args:
        names: The names of the headers that the response has itself, in lower case.

    Returns:
        The lines, in the syntax of HTTP/1.1.
    """
    if _NAMES.isdisjoint(names):  # nearly always true
        return _LINES
    own = {*names, _FRAMES} if _POLICY in names else names
    return b"".join(b"%b: %b\r\n" % header for header in RAW_HEADERS if header[0] not in own)
