"""One connection of a client, with limits on the size of a request and on the time to send it.

uvicorn does not limit the size of the head or the time to send a request.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from dataclasses import dataclass
from typing import Any, Final

from httptools import HttpRequestParser
from httptools.parser.errors import HttpParserInvalidMethodError
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apecgraph.errors import (
    HeadersTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    RequestError,
    RequestTimedOut,
    StoreBusy,
    UriTooLong,
)
from apecgraph.query.protocol import METHODS
from apecgraph.web.http.headers import HEADERS, RAW_HEADERS
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.repeat_cache import LEARN, RepeatCache, RepeatedResponse, is_one_request
from apecgraph.web.monitoring.metrics import ObservedRequest
from apecgraph.web.monitoring.observer import REQUEST_ID, Observer, new_request_id

LARGEST_HEAD: Final = 64 * 1024
"""Maximum size of the request line and all headers in bytes."""

MOST_HEADERS: Final = 100

_METHOD: Final = re.compile(rb"[A-Z]+ ")
_CODING: Final = b"transfer-encoding"
_UPGRADE: Final = re.compile(rb"\r\nUpgrade[ \t]*:[^\r\n]*", re.IGNORECASE)
_END_OF_HEAD: Final = b"\r\n\r\n"
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
    """

    limits: ConnectionLimits
    repeat_cache: RepeatCache
    observer: Observer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._refused = False
        self._refusal: RequestError | None = None
        self._in_head = True
        self._in_message = False
        self._head = self._unparsed = 0
        self._begin = b""
        self._begun = 0
        self._one_request: bytes | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        if len(self.connections) > self.limits.connections:
            self._refuse(StoreBusy("There are too many connections; try again in a moment."))
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timer()
        self._cancel_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        idle = not self._in_message and (self.cycle is None or self.cycle.response_complete)
        if idle and not self.flow.write_paused and (response := self.repeat_cache.get(data)):
            self._repeat(data, response)
            return
        self._one_request = data if idle and is_one_request(data) else None
        if self._unparsed == 0:
            self._begin, self._begun = data, int(self._in_message)
        elif self._in_head:
            self._begin += data
        self._unparsed += len(data)
        super().data_received(data)
        if self._in_head and self._unparsed > LARGEST_HEAD and not self._refused:
            self._refuse(_too_large(in_headers=bool(self.url)))

    def send_400_response(self, msg: str) -> None:
        unknown = isinstance(sys.exception(), HttpParserInvalidMethodError)
        if unknown and _METHOD.match(self._begin):
            self._refusal = MethodNotAllowed("This server does not know the method.", METHODS)
        self._refuse(self._refusal or MalformedRequest("This is not an HTTP/1.1 request."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._head = 0
        self._begun += 1
        if self._timer is None:
            self._await_request()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url), in_headers=False)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value), in_headers=True)
        if len(self.headers) > MOST_HEADERS:
            limit = f"{MOST_HEADERS} headers"
            self._stop(HeadersTooLarge(f"The request has more than {limit}.", limit))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unparsed = 0
        codings = [value.strip().lower() for name, value in self.headers if name == _CODING]
        if codings not in ([], [b"chunked"]):
            # RFC 9112, section 6.1; the parser would read until the connection ends.
            self._stop(MalformedRequest("The only transfer coding allowed is chunked."))
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and not (hosts == 0 and self.parser.get_http_version() == "1.0"):
            # RFC 9112, section 3.2
            self._stop(MalformedRequest(f"The request has {hosts} Host headers; send one."))
        if self._is_offered_upgrade():
            return
        if self._one_request is not None and self.parser.should_keep_alive():
            learn = self.repeat_cache.learning(self._one_request)
            self.scope["extensions"] = {LEARN: {"response": learn}}
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        self._unparsed = 0
        if self._is_offered_upgrade():
            return
        self._cancel_timer()
        super().on_message_complete()

    def _is_offered_upgrade(self) -> bool:
        """Return whether the client would also speak another protocol, such as HTTP/2 (h2c)."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        """Parse the request again, without the offer, which a server may ignore.

        After the offer, the parser leaves the body to the other protocol (RFC 9110, section 7.8).
        """
        if not self._is_offered_upgrade():
            return
        head, end, body = self._begin.partition(_END_OF_HEAD)
        rest = _UPGRADE.sub(b"", head) + end + body
        if self._begun > 1 or len(rest) == len(self._begin):
            self._refuse(MalformedRequest("Send Upgrade only on a connection that is idle."))
            return
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        super().data_received(rest)

    def pause_writing(self) -> None:
        super().pause_writing()
        # Abort if the client reads nothing for this long: `close` would wait for the client.
        self._stalled = self.loop.call_later(self.limits.request_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._cancel_stall()
        super().resume_writing()

    def _cancel_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _repeat(self, request: bytes, response: RepeatedResponse) -> None:
        """Send a cached response as uvicorn would, with the current date and a new id."""
        begun = time.perf_counter()
        self._cancel_timer()
        self._unset_keepalive_if_required()
        request_id = new_request_id()
        new = [
            b"%s: %s\r\n" % header
            for header in (*self.server_state.default_headers, (REQUEST_ID, request_id))
        ]
        self.transport.write(
            b"".join((STATUS_LINE[200], *new, _COMMON_HEAD, response.head, response.body))
        )
        self.on_response_complete()
        path = request[4 : request.index(b" ", 4)].partition(b"?")[0].decode("ascii", "replace")
        size, seconds = len(response.body), time.perf_counter() - begun
        self.observer.record(
            ObservedRequest(request_id.decode(), "GET", path, 200, size, seconds, "repeated")
        )

    def _count(self, size: int, *, in_headers: bool) -> None:
        self._head += size
        if self._head > LARGEST_HEAD:
            self._stop(_too_large(in_headers=in_headers))

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
        if self.cycle is not None and self.cycle.response_started:
            self.transport.close()  # the response came before the end of the request
            return
        seconds = f"{self.limits.request_seconds:g} s"
        self._refuse(RequestTimedOut(f"The request did not arrive within {seconds}.", seconds))

    def _refuse(self, error: RequestError | StoreBusy) -> None:
        """Answer with an error and close; the application sees the client disconnect.

        If the server closed the connection while the client is still sending, the connection would
        be reset and the client would lose the response (RFC 9112, section 9.6). The server
        therefore closes the connection after a delay.
        """
        self._refused = True
        self._cancel_timer()
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
            self.cycle.message_event.set()


def _too_large(*, in_headers: bool) -> RequestError:
    limit = f"{LARGEST_HEAD} bytes"
    if in_headers:
        return HeadersTooLarge(f"The headers are larger than {limit}.", limit)
    return UriTooLong(f"The URL is longer than {limit}: send the query by POST.", limit)


def _serialized(response: Response) -> bytes:
    lines = [STATUS_LINE[response.status_code]]
    lines += [b"%s: %s\r\n" % header for header in response.raw_headers]
    return b"".join([*lines, b"\r\n", bytes(response.body)])


def connection_class(
    limits: ConnectionLimits, repeat_cache: RepeatCache, observer: Observer
) -> type[Connection]:
    """Return the class that uvicorn instantiates for each connection.

    Args:
        limits: The limits of connections.
        repeat_cache: Caches responses that may be repeated.
        observer: Records the requests that a connection answers without the application.

    Returns:
        A subclass of Connection with these attributes.
    """
    members: dict[str, Any] = {
        "limits": limits,
        "repeat_cache": repeat_cache,
        "observer": observer,
    }
    return type("Connection", (Connection,), members)
