"""One request of a connection, and the response to it: what an ASGI application receives and sends.

Everything that all responses have in common is done here, once: their headers, their framing
(RFC 9112, section 6), and the record of the request.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Protocol

from starlette.types import ASGIApp, Message, Scope

from apecgraph.errors import QueryError
from apecgraph.web.http.headers import common_lines
from apecgraph.web.http.memory import PART, MemoryBudgets, counted
from apecgraph.web.http.problems import problem_response
from apecgraph.web.monitoring.metrics import ObservedRequest
from apecgraph.web.monitoring.observer import REPLY, REQUEST_ID, Observer, new_request_id

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
"""The first line of a response, keyed by status."""

_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LAST_CHUNK: Final = b"0\r\n\r\n"
_JOINED: Final = 16 * 1024
"""Maximum size in bytes of a part that is copied to leave together with the head."""

_WITHOUT_BODY: Final = (204, 304)

_log: Final = logging.getLogger(__name__)


class ResponseConnection(Protocol):
    """What an exchange needs of its connection.

    Attributes:
        transport: Sends bytes.
        observer: Records requests.
        budgets: The memory that all connections may take.
        is_paused: Whether sent bytes are unread by the client, so that more must wait.
    """

    transport: asyncio.Transport
    observer: Observer
    budgets: MemoryBudgets
    is_paused: bool

    @property
    def server_lines(self) -> bytes:
        """The headers of every response at this time, such as Date."""

    async def drained(self) -> None:
        """Wait until the client has read."""

    def resume_reading(self) -> None:
        """Read on, if reading was paused."""

    def answered(self) -> None:
        """Continue after the response."""


class Exchange:
    """A request and its response.

    Args:
        connection: The connection.
        scope: The ASGI scope of the request.
        is_last: Whether the connection ends with the request.
        expects: Whether the client waits for 100 (Continue).

    Attributes:
        scope: The ASGI scope.
        body: The part of the body that has arrived, and that the application has not received.
        is_last: Whether the connection ends with the response.
        is_lost: Whether nothing can be sent any more.
        has_begun: Whether a part of the response has been sent.
        is_complete: Whether all of it has been sent.
    """

    __slots__ = (
        *("_begun", "_chunked", "_connection", "_event", "_expects", "_has_all", "_head", "_id"),
        *("_is_head", "_left", "_news", "_size", "_status", "body", "has_begun", "is_complete"),
        *("is_last", "is_lost", "scope"),
    )

    scope: Scope
    body: bytearray
    is_last: bool
    is_lost: bool
    has_begun: bool
    is_complete: bool

    def __init__(
        self, connection: ResponseConnection, scope: Scope, *, is_last: bool, expects: bool
    ) -> None:
        self._begun = time.perf_counter()
        self._id = new_request_id()
        self._connection = connection
        self.scope = scope
        self.body = bytearray()
        self.is_last = is_last
        self.is_lost = self.has_begun = self.is_complete = False
        self._expects = expects
        self._has_all = self._news = False
        self._event: asyncio.Event | None = None
        self._is_head = scope["method"] == "HEAD"
        self._status = self._size = 0
        self._head = b""
        self._chunked = False
        self._left: int | None = None  # of a body with a length

    # --- the request -----------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take a part of the body."""
        self.body += data
        self._wake()

    def end_body(self) -> None:
        """Note that the body is complete."""
        self._has_all = True
        self._wake()

    def lose(self) -> None:
        """Note that nothing can be sent any more."""
        self.is_lost = True
        self._expects = False
        self._wake()

    def _wake(self) -> None:
        self._news = True
        if self._event is not None:
            self._event.set()

    async def receive(self) -> Message:
        """Return the next ASGI message from the client."""
        connection = self._connection
        if self._expects and not connection.transport.is_closing():
            connection.transport.write(CONTINUE)
        self._expects = False
        if not self._news:
            connection.resume_reading()
            self._event = asyncio.Event()
            await self._event.wait()
            self._event = None
        if self.is_lost or self.is_complete:
            return {"type": "http.disconnect"}
        self._news = False
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": not self._has_all}

    # --- the response ----------------------------------------------------------------------------

    async def run(self, app: ASGIApp) -> None:
        """Answer the request with an application, and record it."""
        try:
            with counted(self.scope, self._connection.budgets):
                await app(self.scope, self.receive, self.send)
            if not (self.is_complete or self.is_lost):
                raise RuntimeError("The application has not completed its response.")
        except asyncio.CancelledError:
            self._connection.transport.close()
            raise
        except Exception as error:
            await self._fail(error)
        finally:
            self._record()

    async def _fail(self, error: Exception) -> None:
        """Answer with an error, or break the response off if it has begun."""
        if self.has_begun:
            if not isinstance(error, QueryError):  # otherwise, the client notices what it caused
                _log.error("broke off a response", exc_info=error)
            self._connection.transport.close()
        else:
            self._head = b""
            self.is_last = True
            await problem_response(error, None)(self.scope, self.receive, self.send)

    def _record(self) -> None:
        scope = self.scope
        self._connection.observer.record(
            ObservedRequest(
                self._id.decode(),
                scope["method"],
                scope["path"],
                self._status,
                self._size,
                time.perf_counter() - self._begun,
                scope.get(REPLY),
            )
        )

    async def send(self, message: Message) -> None:
        """Send an ASGI message to the client.

        A large body is sent in parts, because a connection copies or keeps what it is given until
        the client reads it. In parts, the body exists once, however many slow clients read it.
        """
        if message["type"] == "http.response.start":
            self._head = self._begin(message["status"], message["headers"])
            return
        body: bytes = b"" if self._is_head else message.get("body", b"")
        more: bool = message.get("more_body", False)
        start, end = 0, len(body)
        while end - start > PART:
            part = self._connection.budgets.part
            await self._write(body[start : start + part], more=more or end - start > part)
            start += part
        if start < end or not end:
            await self._write(body[start:], more=more)

    def _begin(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
        """Return the head of the response, which is sent with the first part of its body."""
        if self.has_begun or self._head:
            raise RuntimeError("The application begins a second response.")
        self._status = status
        fields = dict(headers)
        length = fields.get(b"content-length")
        has_body = not (self._is_head or status in _WITHOUT_BODY)
        self._left = int(length) if length is not None and has_body else None
        # An HTTP/1.0 client knows no chunks: the body ends with the connection.
        self._chunked = length is None and has_body and self.scope["http_version"] == "1.1"
        self.is_last = self.is_last or fields.get(b"connection") == b"close"
        lines = [b"%b: %b\r\n" % field for field in headers]
        own = b"".join(lines)
        if _CONTROLS.search(own) or own.count(b"\n") + own.count(b"\r") != 2 * len(lines):
            raise RuntimeError("A header of the response contains a control character.")
        return b"".join(
            (
                STATUS_LINES[status],
                self._connection.server_lines,
                own,
                b"%b: %b\r\n" % (REQUEST_ID, self._id),
                common_lines(fields),
                b"transfer-encoding: chunked\r\n" if self._chunked else b"",
                b"connection: close\r\n" if self.is_last and b"connection" not in fields else b"",
                b"\r\n",
            )
        )

    async def _write(self, data: bytes, *, more: bool) -> None:
        """Write a part of the body, after the head if it has not been written."""
        connection = self._connection
        if connection.is_paused:
            await connection.drained()
        if self.is_lost:
            return
        if self.is_complete or not (self.has_begun or self._head):
            raise RuntimeError("The application sends a body before or after its response.")
        self._size += len(data)
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("The body of the response is not as long as its Content-Length.")
        parts = [self._head, data]
        if self._chunked:
            size = b"%x\r\n" % len(data) if data else b""
            parts = [self._head, size, data, b"\r\n" if data else b"", b"" if more else _LAST_CHUNK]
        if len(data) <= _JOINED:
            connection.transport.write(b"".join(parts))  # in one packet
        else:
            connection.transport.writelines(parts)  # without a copy
        self._head, self.has_begun = b"", True
        if not more:
            self.is_complete = True
            self._wake()
            connection.answered()
