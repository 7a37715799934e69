"""One connection of a client, with limits on the size of a request and on the time to send it.

uvicorn does not limit the size of the head or the time to send a request.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from httptools.parser.errors import HttpParserInvalidMethodError
from starlette.responses import Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apecgraph.errors import (
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    RequestError,
    RequestTimedOut,
    StoreBusy,
    TooManyRequests,
)
from apecgraph.query.protocol import METHODS
from apecgraph.web.http.clients import client_name
from apecgraph.web.http.headers import HEADERS, RAW_HEADERS
from apecgraph.web.http.memory import MemoryBudgets, RequestMemory
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.repeat_cache import LEARN, RepeatCache, RepeatedResponse
from apecgraph.web.monitoring.metrics import ObservedRequest
from apecgraph.web.monitoring.observer import REQUEST_ID, Observer, new_request_id
from apecgraph.web.server.framing import LARGEST_HEAD, MOST_HEADERS, Framing, check_head
from apecgraph.web.server.open_connections import CLAIM, PROXY, OpenConnections

if TYPE_CHECKING:
    from uvicorn._types import HTTPScope

_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding", b"expect"})
"""Headers of requests whose response is not repeated: the request may go on after its head."""

_PARTS: Final = 100
"""Number of parts of a body that are read before other connections have their turn."""

_SMALL: Final = 16 * 1024
"""Bytes of requests that every connection may keep."""

_UNSENT: Final = 8 * 1024
"""Bytes of a response that may wait here; the kernel has a buffer of its own.

The head and the body of a small response leave together, in one packet.
"""

_COPIES: Final = 4
"""How often a head exists: as received, as headers, and as the path and the query of its URL."""

_LINGER_SECONDS: Final = 1.0
"""Seconds for which the server still reads from a refused connection."""

_COMMON_HEAD: Final = b"".join(b"%s: %s\r\n" % header for header in RAW_HEADERS)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of connections.

    Attributes:
        request_seconds: Time within which a request must arrive. It starts with the first byte of
            the request; for the first request, it starts with the connection.
        connections: Number of connections that may be open at once.
    """

    request_seconds: float
    connections: int


class _Refused(Exception):
    """Stops the parser."""


class Connection(HttpToolsProtocol):
    """A connection over HTTP/1.1 (RFC 9112).

    Attributes:
        limits: The limits of connections.
        repeat_cache: Caches responses that may be repeated.
        observer: Records the requests that the connection answers without the application.
        open_connections: All connections of the server.
        budgets: The memory that all connections may take.
    """

    limits: ConnectionLimits
    repeat_cache: RepeatCache
    observer: Observer
    open_connections: OpenConnections
    budgets: MemoryBudgets

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._unread = Framing()
        self._memory = RequestMemory({"client": self.client}, self.budgets)
        self._refused = False
        self._refusal: RequestError | None = None
        self._in_head = False
        self._in_message = False
        self._is_last = False
        self._head = b""
        self._head_size = 0
        self._without_data = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        transport.set_write_buffer_limits(high=_UNSENT)
        self._await_request()
        address = self.client[0] if self.client else ""
        self._client = client_name(address)
        proxies = cast(ProxyHeadersMiddleware, self.app).trusted_hosts
        self._is_proxy = address in proxies
        self._is_claimed = False
        self.open_connections.enter(self, PROXY if self._is_proxy else self._client)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_connections.leave(self)
        self._cancel_timer()
        self._cancel_stall()
        self._memory.count_request(0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        known = self.repeat_cache.get(data) if self._is_idle else None
        if known and not self.flow.write_paused and len(known.body) <= self.budgets.part:
            self._repeat(data, known)
            return
        self._unread.add(data)
        self._read()
        self._count()

    def _count(self) -> None:
        """Count the parts of requests that are kept here, if they are not small."""
        size = len(self._unread) + _COPIES * self._head_size
        if self.cycle is not None:
            size += len(self.cycle.body)
        try:
            self._memory.count_request(size if size > _SMALL else 0)
        except (StoreBusy, TooManyRequests) as error:
            self._refuse(error)

    def _read(self) -> None:
        """Read on, at most to the end of one request.

        The next request waits for the response, so a client that sends many at once takes turns
        with other clients.
        """
        if self._refused or self.transport.is_closing():
            return
        if self._in_message:
            self._read_body()
        if self._in_message or not self._unread:
            return
        if self.awaits_client and not self._is_last:
            self._read_head()
            if self._in_message:
                self._read_body()
        elif len(self._unread) > LARGEST_HEAD:
            self.flow.pause_reading()  # until the response is complete

    @property
    def _is_idle(self) -> bool:
        """Whether no request has begun to arrive or is being answered."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not self._in_message and not self._unread

    @property
    def awaits_client(self) -> bool:
        """Whether the client has to send something before the server can."""
        return self._in_message or self.cycle is None or self.cycle.response_complete

    def _read_head(self) -> None:
        try:
            self._unset_keepalive_if_required()
            if self._timer is None:
                self._await_request()
            head = self._unread.take_head()
            if not head:
                return
            checked = check_head(head)
        except RequestError as error:
            self._refuse(error)
            return
        self._head = head if checked == head else b""
        self._head_size = len(head)
        super().data_received(checked)

    def _read_body(self) -> None:
        for _ in range(_PARTS):
            if self._refused or not (self._in_message and (part := self._unread.take_body())):
                return
            self._without_data += len(part)
            super().data_received(part)
            if self._in_message and self._without_data > LARGEST_HEAD and not self._refused:
                limit = f"{LARGEST_HEAD} bytes"
                self._refuse(HeadersTooLarge(f"The trailers are larger than {limit}.", limit))
        self.loop.call_soon(self._read)

    def send_400_response(self, msg: str) -> None:
        if isinstance(sys.exception(), HttpParserInvalidMethodError):
            self._refusal = MethodNotAllowed("This server does not know the method.", METHODS)
        self._refuse(self._refusal or MalformedRequest("This is not an HTTP/1.1 request."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._in_message = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer, which must not be taken for a header (RFC 9110, section 6.5.1)
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            limit = f"{MOST_HEADERS} headers"
            self._stop(HeadersTooLarge(f"The request has more than {limit}.", limit))

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        try:
            self._unread.begin_body(self.headers, version)
        except MalformedRequest as error:
            self._stop(error)
        if version == "1.0":
            self.expect_100_continue = False  # RFC 9110, section 10.1.1
        self._is_last = version == "1.0" or not self.parser.should_keep_alive()
        if (
            self._head.startswith(b"GET ")
            and not self._is_last
            and _FRAMING.isdisjoint(name for name, _ in self.headers)
        ):
            learn = self.repeat_cache.learning(self._head)
            self.scope["extensions"] = {LEARN: {"response": learn}}
        if self._is_proxy:
            self.scope.setdefault("extensions", {})[CLAIM] = {"claim": self._claim}
        super().on_headers_complete()
        self._in_head = False

    def _claim(self, client: str) -> bool:
        """Count the connection as one of a client that a trusted proxy names."""
        if client != self._client:
            self._is_claimed = True
            self.open_connections.enter(self, client)
        return not self._refused

    def on_body(self, body: bytes) -> None:
        self._without_data = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_message = False
        self._without_data = 0
        self._cancel_timer()
        super().on_message_complete()
        if self.cycle.response_complete:  # the response came first, and began no timer that lasts
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_claimed and not self._refused:
            self._is_claimed = False
            self.open_connections.enter(self, PROXY)
        if not self._in_message and self._head_size:
            # An idle connection keeps nothing of its last request.
            self.url = self._head = b""
            self.headers = []
            self.scope = self.cycle.scope = cast("HTTPScope", {})
            self.cycle.body.clear()
            self._head_size = 0
            self._count()
        if self._unread:
            self.loop.call_soon(self._read)

    def give_way(self) -> None:
        """Close the connection, because another one needs its place."""
        if self._refused or self._has_begun_response:
            self.abort()
        elif self._is_idle and self.cycle is not None:
            self.transport.close()  # without an error, which the client would not expect
        else:
            self._refuse(StoreBusy("There are too many connections; try again in a moment."))

    def abort(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.budgets.slow += 1
        self._stalled = self._expect_reading()

    def _expect_reading(self) -> asyncio.TimerHandle:
        """Abort if the client reads nothing for some time: `close` would wait for the client."""
        seconds = self.limits.request_seconds
        return self.loop.call_later(seconds, self._abort_if_unread, self._unsent())

    def _abort_if_unread(self, before: int) -> None:
        if self._unsent() < before:
            self._stalled = self._expect_reading()
        else:
            self.transport.abort()

    def _unsent(self) -> int:
        """Return the number of bytes that the client has not received, in all buffers."""
        descriptor = self.transport.get_extra_info("socket").fileno()
        in_kernel = fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(in_kernel, sys.byteorder)

    def resume_writing(self) -> None:
        self._cancel_stall()
        super().resume_writing()

    def _cancel_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
            self.budgets.slow -= 1

    def _repeat(self, request: bytes, response: RepeatedResponse) -> None:
        """Send a cached response as uvicorn would, with the current date and a new id."""
        begun = time.perf_counter()
        self._cancel_timer()
        request_id = new_request_id()
        new = b"".join([b"%s: %s\r\n" % each for each in self.server_state.default_headers])
        own = b"%s: %s\r\n" % (REQUEST_ID, request_id)
        self.transport.write(
            b"".join((STATUS_LINE[200], new, own, _COMMON_HEAD, response.head, response.body))
        )
        self.on_response_complete()
        path = request[4 : request.index(b" ", 4)].partition(b"?")[0].decode("ascii", "replace")
        size, seconds = len(response.body), time.perf_counter() - begun
        self.observer.record(
            ObservedRequest(request_id.decode(), "GET", path, 200, size, seconds, "repeated")
        )

    def _stop(self, refusal: RequestError) -> None:
        self._refusal = refusal
        raise _Refused

    def _await_request(self) -> None:
        self._timer = self.loop.call_later(self.limits.request_seconds, self._give_up)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        """Close the connection because its request has not arrived in time."""
        seconds = f"{self.limits.request_seconds:g} s"
        self._refuse(RequestTimedOut(f"The request did not arrive within {seconds}.", seconds))

    @property
    def _has_begun_response(self) -> bool:
        """Whether the client has received a part of the response to its latest request."""
        is_latest = not self.awaits_client or (self._in_message and not self._in_head)
        return is_latest and self.cycle.response_started

    def _refuse(self, error: RequestError | StoreBusy) -> None:
        """Answer with an error and close; the application sees the client disconnect.

        If the server closed the connection while the client is still sending, the connection would
        be reset and the client would lose the response (RFC 9112, section 9.6). The server
        therefore closes the connection after a delay.
        """
        self._refused = True
        self._unread = Framing()
        self._cancel_timer()
        if self._has_begun_response:
            self.transport.close()  # another response would be taken for that to the next request
            return
        response = problem_response(error, None)
        response.headers.update({**HEADERS, "Connection": "close"})
        request_id = new_request_id().decode()
        response.headers[REQUEST_ID.decode()] = request_id
        self.transport.write(_serialized(response))
        self.transport.write_eof()
        # The path is unknown or too long to log.
        self.observer.record(
            ObservedRequest(request_id, "", "/", response.status_code, len(response.body), 0.0)
        )
        self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.waiting_for_100_continue = False
            self.cycle.message_event.set()


def _serialized(response: Response) -> bytes:
    lines = [STATUS_LINE[response.status_code]]
    lines += [b"%s: %s\r\n" % header for header in response.raw_headers]
    return b"".join([*lines, b"\r\n", bytes(response.body)])


def connection_class(
    limits: ConnectionLimits, repeat_cache: RepeatCache, observer: Observer, budgets: MemoryBudgets
) -> type[Connection]:
    """Return the class that uvicorn instantiates for each connection.

    Args:
        limits: The limits of connections.
        repeat_cache: Caches responses that may be repeated.
        observer: Records the requests that a connection answers without the application.
        budgets: The memory that all connections may take.

    Returns:
        A subclass of Connection with these attributes.
    """
    members: dict[str, Any] = {
        "limits": limits,
        "repeat_cache": repeat_cache,
        "observer": observer,
        "open_connections": OpenConnections(limits.connections),
        "budgets": budgets,
    }
    return type("Connection", (Connection,), members)
