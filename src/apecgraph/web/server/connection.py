"""One connection of a client, with limits on the size of a request and on the time to send it.

It takes the place of uvicorn's own class, which limits neither.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
import time
from dataclasses import dataclass
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from apecgraph.errors import RequestError, RequestTimedOut, StoreBusy, TooManyRequests
from apecgraph.web.http.clients import UNKNOWN, client_name
from apecgraph.web.http.headers import common_lines
from apecgraph.web.http.memory import MemoryBudgets, RequestMemory
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.repeat_cache import LEARN, RepeatCache
from apecgraph.web.monitoring.metrics import ObservedRequest
from apecgraph.web.monitoring.observer import REQUEST_ID, Observer, new_request_id
from apecgraph.web.server.deadline import Deadline
from apecgraph.web.server.exchange import STATUS_LINES, Exchange
from apecgraph.web.server.framing import LARGEST_HEAD, Framing, read_head
from apecgraph.web.server.open_connections import PROXY, OpenConnections
from apecgraph.web.server.scope import asgi_scope, read_forwarded

_PARTS: Final = 100
"""Number of parts of a body that are read before other connections have their turn."""

_SMALL: Final = 16 * 1024
"""Bytes of requests that every connection may keep."""

_UNREAD: Final = 64 * 1024
"""Bytes of a body that may wait for the application before the connection stops reading."""

_UNSENT: Final = 8 * 1024
"""Bytes of a response that may wait here; the kernel has a buffer of its own."""

_COPIES: Final = 4
"""How often a head exists: as received, as headers, and as the path and the query of its URL."""

_LINGER_SECONDS: Final = 1.0
"""Seconds for which the server still reads from a refused connection."""


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


class Connection(asyncio.Protocol):
    """A connection over HTTP/1.1 (RFC 9112).

    Args:
        config: The configuration of uvicorn.
        server_state: What uvicorn's server needs to know: the open connections and running tasks.

    Attributes:
        limits: The limits of connections.
        repeat_cache: Caches responses that may be repeated.
        observer: Records all requests.
        open_connections: All connections of the server.
        budgets: The memory that all connections may take.
        transport: The transport.
        is_paused: Whether sent bytes are unread by the client, so that more must wait.
    """

    limits: ConnectionLimits
    repeat_cache: RepeatCache
    observer: Observer
    open_connections: OpenConnections
    budgets: MemoryBudgets
    transport: asyncio.Transport
    is_paused: bool

    def __init__(self, config: uvicorn.Config, server_state: ServerState, **_: object) -> None:
        if not config.loaded:
            config.load()
        # It knows the trusted proxies. What it does for each request, this class does.
        middleware = cast(ProxyHeadersMiddleware, config.loaded_app)
        self._app = cast(ASGIApp, middleware.app)
        self._proxies = middleware.trusted_hosts
        self._keep_seconds = config.timeout_keep_alive
        self._server = server_state
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=_UNSENT)
        self.is_paused = False
        self._drained = asyncio.Event()
        self._stalled: asyncio.TimerHandle | None = None
        self._is_reading = True
        self._unread = Framing()
        self._head_size = 0
        self._exchange: Exchange | None = None
        self._has_answered = False
        self._is_last = False
        self._refused = False
        self._deadline = Deadline(self._loop)
        self._is_arriving = False
        self._await_request()
        peer = get_remote_addr(self.transport)
        self._address = peer[0] if peer else ""
        self._client = client_name(peer[0]) if peer else UNKNOWN
        self._is_proxy = peer is not None and peer[0] in self._proxies
        self._is_claimed = False
        self._local = get_local_addr(self.transport)
        self._memory = RequestMemory(self._client, self.budgets)
        self._server.connections.add(self)  # type: ignore[arg-type]
        self.open_connections.enter(self, PROXY if self._is_proxy else self._client)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._server.connections.discard(self)
        self.open_connections.leave(self)
        self._deadline.close()
        self._cancel_stall()
        self._memory.count_request(0)
        if self._exchange is not None:
            self._exchange.lose()
        self._drained.set()

    def shutdown(self) -> None:
        """Close the connection as soon as the client has its response."""
        if self._exchange is None:
            self.transport.close()
        else:
            self._exchange.is_last = True

    def data_received(self, data: bytes) -> None:
        """Read what the client has sent."""
        if self._refused:
            return
        is_free = not (self._exchange or self._unread or self._unread.in_body or self.is_paused)
        if is_free and self._answer_at_once(data):
            return
        self._unread.add(data)
        self._read()
        self._count()

    def _count(self) -> None:
        """Count the parts of requests that are kept here, if they are not small."""
        size = len(self._unread) + _COPIES * self._head_size
        if self._exchange is not None:
            size += len(self._exchange.body)
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
        try:
            if self._unread.in_body:
                self._read_body()
            if self._unread.in_body or not self._unread:
                return
            if self._exchange is None and not self._is_last:
                self._read_head()
            elif len(self._unread) > LARGEST_HEAD:
                self._pause_reading()  # until the response is complete
        except RequestError as error:
            self._refuse(error)

    @property
    def awaits_client(self) -> bool:
        """Whether the client has to send something before the server can."""
        return self._unread.in_body or self._exchange is None

    def _read_head(self) -> None:
        data = self._unread.take_head()
        if not data:
            if not self._is_arriving:
                self._await_request()
            return
        head = read_head(data)
        self._unread.begin_body(head.length)
        self._is_last = head.is_last
        self._head_size = len(data)
        scope = asgi_scope(head, self._client, self._local)
        if self._is_proxy:
            read_forwarded(scope, self._proxies)
        if head.is_plain and head.method == "GET":
            learning = self.repeat_cache.learning(data, self._address)
            scope["extensions"] = {LEARN: {"request": learning}}
        self._exchange = Exchange(self, scope, is_last=head.is_last, expects=head.expects)
        if self._is_proxy and not self._claim(scope["client"][0]):
            return
        task = self._loop.create_task(self._exchange.run(self._app))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)
        if self._unread.in_body:
            if not self._is_arriving:
                self._await_request()
            self._read_body()
        else:
            self._end_request()

    def _claim(self, client: str) -> bool:
        """Count the connection as one of a client that a trusted proxy names."""
        if client != self._client:
            self._is_claimed = True
            self.open_connections.enter(self, client)
        return not (self._refused or self.transport.is_closing())

    def _read_body(self) -> None:
        for _ in range(_PARTS):
            data = self._unread.take_body()
            if data and self._exchange is not None:
                self._exchange.feed(data)
                if len(self._exchange.body) > _UNREAD:
                    self._pause_reading()
            if not self._unread.in_body:
                self._end_request()
                return
            if not data:
                return
        self._loop.call_soon(self._read)

    def _end_request(self) -> None:
        """Wait no longer for the client, which has sent all of its request."""
        self._is_arriving = False
        self._deadline.clear()
        if self._exchange is not None:
            self._exchange.end_body()
        else:
            self._keep()

    def _pause_reading(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on, if reading was paused."""
        if not self._is_reading:
            self._is_reading = True
            self.transport.resume_reading()

    @property
    def server_lines(self) -> bytes:
        """The headers of every response at this time, such as Date."""
        return b"".join([b"%b: %b\r\n" % field for field in self._server.default_headers])

    def answered(self) -> None:
        """Continue after a response: with the rest of the request, or with the next one."""
        is_last = self._exchange is not None and self._exchange.is_last
        self._has_answered = True
        self._exchange = None  # an idle connection keeps nothing of its last request
        self._head_size = 0
        if is_last:
            self.transport.close()
        if self._refused or self.transport.is_closing():
            return
        if self._is_claimed:
            self._is_claimed = False
            self.open_connections.enter(self, PROXY)
        self._count()
        self.resume_reading()
        if not self._unread.in_body:
            self._keep()
        if self._unread:
            self._loop.call_soon(self._read)

    def _answer_at_once(self, request: bytes) -> bool:
        """Answer a request without the application; return whether that is possible."""
        begun = time.perf_counter()
        reply = "repeated"
        response = self.repeat_cache.get(request)
        if response is None:
            reply = "made"
            response = self.repeat_cache.make(request, self._address)
        if response is None or len(response.body) > self.budgets.part:
            return False
        self._is_arriving = False
        request_id = new_request_id()
        own = b"%b: %b\r\n" % (REQUEST_ID, request_id)
        head = (STATUS_LINES[200], self.server_lines, own, common_lines(), response.head)
        self.transport.write(b"".join((*head, response.body)))
        self.answered()
        path = request[4 : request.index(b" ", 4)].partition(b"?")[0].decode("ascii", "replace")
        size, seconds = len(response.body), time.perf_counter() - begun
        self.observer.record(
            ObservedRequest(request_id.decode(), "GET", path, 200, size, seconds, reply)
        )
        return True

    def pause_writing(self) -> None:
        """Wait until the client reads."""
        self.is_paused = True
        self._drained.clear()
        self.budgets.slow += 1
        self._stalled = self._expect_reading()

    def resume_writing(self) -> None:
        """Send on."""
        self._cancel_stall()
        self.is_paused = False
        self._drained.set()

    async def drained(self) -> None:
        """Wait until the client has read, or is gone."""
        await self._drained.wait()

    def _expect_reading(self) -> asyncio.TimerHandle:
        """Abort if the client reads nothing for some time: `close` would wait for the client."""
        seconds = self.limits.request_seconds
        return self._loop.call_later(seconds, self._abort_if_unread, self._unsent())

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

    def _cancel_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
            self.budgets.slow -= 1

    def _await_request(self) -> None:
        self._is_arriving = True
        self._deadline.expect(self.limits.request_seconds, self._give_up)

    def _keep(self) -> None:
        """Keep the idle connection open for a while."""
        self._deadline.expect(self._keep_seconds, self.transport.close)

    def _give_up(self) -> None:
        """Close the connection because its request has not arrived in time."""
        seconds = f"{self.limits.request_seconds:g} s"
        self._refuse(RequestTimedOut(f"The request did not arrive within {seconds}.", seconds))

    def give_way(self) -> None:
        """Close the connection, because another one needs its place."""
        if self._refused or self._has_begun_response:
            self.abort()
        elif self._has_answered and self._exchange is None and not self._unread:
            self.transport.close()  # without an error, which the client would not expect
        else:
            self._refuse(StoreBusy("There are too many connections; try again in a moment."))

    def abort(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    @property
    def _has_begun_response(self) -> bool:
        """Whether the client has received a part of the response to its latest request."""
        if self._exchange is None:
            return self._unread.in_body
        return self._exchange.has_begun

    def _refuse(self, error: RequestError | StoreBusy) -> None:
        """Answer with an error and close; the application sees the client disconnect.

        If the server closed the connection while the client is still sending, the connection would
        be reset and the client would lose the response (RFC 9112, section 9.6). The server
        therefore closes the connection after a delay.
        """
        has_begun = self._has_begun_response
        self._refused = True
        self._unread = Framing()
        self._deadline.clear()
        if has_begun:
            self.transport.close()  # another response would be taken for that to the next request
            return
        response = problem_response(error, None)
        request_id = new_request_id()
        own = [*response.raw_headers, (b"connection", b"close"), (REQUEST_ID, request_id)]
        body = bytes(response.body)
        self.transport.write(
            b"".join(
                (
                    STATUS_LINES[response.status_code],
                    self.server_lines,
                    *(b"%b: %b\r\n" % field for field in own),
                    common_lines(),
                    b"\r\n",
                    body,
                )
            )
        )
        self.transport.write_eof()
        # The path is unknown or too long to log.
        self.observer.record(
            ObservedRequest(request_id.decode(), "", "/", response.status_code, len(body), 0.0)
        )
        self._deadline.expect(_LINGER_SECONDS, self.transport.close)
        if self._exchange is not None:
            self._exchange.lose()


def connection_class(
    limits: ConnectionLimits, repeat_cache: RepeatCache, observer: Observer, budgets: MemoryBudgets
) -> type[Connection]:
    """Return the class that uvicorn instantiates for each connection.

    Args:
        limits: The limits of connections.
        repeat_cache: Caches responses that may be repeated.
        observer: Records all requests.
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
