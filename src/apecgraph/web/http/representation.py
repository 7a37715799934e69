"""Representations of resources: conditional requests and content codings.

Only this module handles entity tags, `If-None-Match`, gzip and `Vary` (RFC 9110, sections 8.4,
8.8.3, 12.5.3, 12.5.5 and 13.1.2).
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from apecgraph.errors import StoreError
from apecgraph.files import file_version, open_file

FOREVER: Final = "public, max-age=31536000, immutable"
"""The Cache-Control of a resource that never changes (RFC 8246)."""

_GZIP: Final = "gzip"
_REFUSED: Final = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*", re.IGNORECASE)
_SMALLEST: Final = 1024
"""Size in bytes up to which compression is not worthwhile."""

_LEVEL: Final = 6

_LONGEST: Final = 1000
"""Number of characters of Accept-Encoding that are read."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class ReplyContent:
    """The bytes of a representation, plain and, once a client accepts gzip, compressed.

    Attributes:
        plain: The bytes.
        compressed: The bytes in gzip, or None if they are not compressed yet.
        cached: Whether the cache contains it.
        holders: Number of requests that are being answered with it.
        payer: The client whose budget contains it if it is not cached.
        paid: Size in bytes that this budget contains.
    """

    plain: bytes
    compressed: bytes | None = None
    cached: bool = False
    holders: int = 0
    payer: str = ""
    paid: int = 0

    @property
    def size(self) -> int:
        """Size of both forms in bytes."""
        return len(self.plain) + len(self.compressed or b"")

    def gzipped(self) -> bytes | None:
        """Return the bytes in gzip (RFC 1952), or None if there are too few to compress."""
        if self.compressed is None and len(self.plain) > _SMALLEST:
            self.compressed = gzip.compress(self.plain, _LEVEL, mtime=0)
        return self.compressed


class EntityTags:
    """Makes the entity tags of the resources of a release.

    Args:
        digest: Identifies the content.
        program: Identifies the code and the templates, on which representations also depend.
    """

    def __init__(self, digest: str, program: str) -> None:
        self._digest = digest
        self._program = sha256(program.encode()).hexdigest()[:16]

    def tag(self, *parts: object) -> str:
        """Return the strong entity tag of the resource that the parts identify."""
        name = sha256(repr((self._program, parts)).encode()).hexdigest()[:16]
        return f'"{self._digest}-{name}"'


class Representation:
    """The representation of a resource that the headers of a request select.

    Args:
        request: Headers of the request.
        content_type: Content-Type of the representation.
        etag: Entity tag of the representation without a content coding: a weak one if its bytes
            may differ, such as the order of rows. None if the representation itself does.
        headers: Further headers of the response. `Cache-Control` is `no-cache` unless given.
        compressible: Whether the representation may be sent in gzip.

    Attributes:
        coding: Its content coding, "gzip" or "" for none.
        is_current: Whether the client already has the representation.
        headers: Headers of a response with the representation, except Content-Length and
            Content-Encoding.
    """

    coding: str
    is_current: bool
    headers: dict[str, str]

    __slots__ = ("_etag", "coding", "headers", "is_current")

    def __init__(
        self,
        request: Headers,
        content_type: str,
        etag: str | None,
        headers: Mapping[str, str] | None = None,
        *,
        compressible: bool = True,
    ) -> None:
        self._etag = etag
        accept_encoding = ",".join(request.getlist("accept-encoding"))
        self.coding = _GZIP if compressible and _accepts_gzip(accept_encoding[:_LONGEST]) else ""
        if etag is None:
            self.is_current = False
            validator = {"Cache-Control": "no-store"}
        else:
            selected = self._selected(etag)
            self.is_current = _has(request, selected)
            validator = {"Cache-Control": "no-cache", "ETag": selected}
        self.headers = {"Content-Type": content_type, **validator, **(headers or {})}
        if compressible:
            vary = self.headers.get("Vary")
            self.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"

    def not_modified(self) -> Response:
        """Return the response to a client that has the representation."""
        return RawResponse(304, _raw(self.headers), b"")

    def response(self, content: ReplyContent) -> RawResponse:
        """Return the response to a client that does not have the representation.

        Args:
            content: All bytes of the representation.

        Returns:
            The response, with its length.
        """
        return self._with_body(_raw(self.headers), content)

    def responses_to_others(self) -> Callable[[str, ReplyContent], RawResponse]:
        """Return a function that responds to the same headers with another representation.

        It takes the entity tag and the content, in which such representations differ.
        """
        headers = _raw({name: self.headers[name] for name in self.headers if name != "ETag"})

        def respond(etag: str, content: ReplyContent) -> RawResponse:
            tag = b"etag", self._selected(etag).encode("latin-1")
            return self._with_body([*headers, tag], content)

        return respond

    def _selected(self, etag: str) -> str:
        """Return the entity tag in the content coding of the representation."""
        return f'{etag[:-1]}-{_GZIP}"' if self.coding else etag

    def _with_body(self, headers: list[tuple[bytes, bytes]], content: ReplyContent) -> RawResponse:
        compressed = content.gzipped() if self.coding else None
        body = content.plain if compressed is None else compressed
        headers.append((b"content-length", b"%d" % len(body)))
        if compressed is not None:
            headers.append((b"content-encoding", _GZIP.encode()))
        return RawResponse(200, headers, body)

    def file(self, path: Path, state: os.stat_result) -> Response:
        """Return the response to a client that does not have the representation.

        Args:
            path: A file that contains the representation in its coding.
            state: The state of the file.

        Returns:
            The response: the file, or the ranges of it that are requested. If the file changes
            while it is sent, the response is not completed.
        """
        headers = {**self.headers, "Content-Encoding": _GZIP} if self.coding else self.headers
        return _SteadyFileResponse(path, headers=headers, stat_result=state)

    def start_of_stream(self) -> Message:
        """Return the ASGI message that begins a response in uncompressed chunks."""
        headers = self.headers if self._etag is None else {**self.headers, "ETag": self._etag}
        return {"type": "http.response.start", "status": 200, "headers": _raw(headers)}


class _SteadyFileResponse(FileResponse):
    """A response with a file, the end of which is sent only if the file has not changed.

    A file that is deleted meanwhile is sent to its end, as is one of a release that was removed.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, state = Path(self.path), self.stat_result
        changed = StoreError(f"{path} was changed while it was sent")
        held_back: Message | None = None

        async def send_previous(message: Message) -> None:
            nonlocal held_back
            if held_back is not None:
                await send(held_back)
            held_back = message

        try:
            file = await asyncio.to_thread(open_file, path)
        except OSError:
            raise changed from None
        with file:
            before = os.fstat(file.fileno())
            if state is None or file_version(before) != file_version(state):
                raise changed
            await super().__call__(scope, receive, send_previous)
            after = os.fstat(file.fileno())
            # Deleting the file changes the rest of its version.
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise changed
        if held_back is not None:
            await send(held_back)


class RawResponse(Response):
    """A response with encoded headers; encoding by Starlette takes longer than a cached query.

    Args:
        status: The status.
        headers: The headers.
        body: The body.

    Attributes:
        body: The body.
    """

    body: bytes

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code = status
        self.raw_headers = headers
        self.body = body
        self.background = None


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers in the form that ASGI uses."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def http_date(date: str) -> str | None:
    """Return an ISO 8601 date in the format of HTTP, or None if the text is not such a date."""
    try:
        return format_datetime(datetime.fromisoformat(date).replace(tzinfo=UTC), usegmt=True)
    except ValueError:
        return None


@lru_cache(64)
def _accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client accepts gzip; the wildcard counts if gzip is not named."""
    accepted: dict[str, bool] = {}
    for item in accept_encoding.split(","):
        coding, _, weight = item.partition(";")
        accepted[coding.strip().lower()] = _REFUSED.fullmatch(weight) is None
    return accepted.get(_GZIP, accepted.get("x-gzip", accepted.get("*", False)))


def _has(request: Headers, etag: str) -> bool:
    """Return whether If-None-Match names an entity tag; weak comparison (RFC 9110, 8.8.3.2)."""
    if "if-none-match" not in request:
        return False
    listed = ",".join(request.getlist("if-none-match")).split(",")
    tags = [item.strip().removeprefix("W/") for item in listed]
    return "*" in tags or etag.removeprefix("W/") in tags
