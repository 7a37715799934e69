"""One connection of a client, with limits on what a request may take until it has arrived.

uvicorn bounds neither the head of a request nor the time that it takes.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from dataclasses import dataclass
from typing import Any, Final

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
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.problems import problem_response
from apecgraph.web.http.repeat_cache import LEARN, RepeatCache, RepeatedAnswer, is_one_request
from apecgraph.web.monitoring.observer import REQUEST_ID, Observer, new_id

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of the request line, and of all headers."""

MOST_HEADERS: Final = 100

_METHOD: Final = re.compile(rb"[A-Z]+ ")
_CODING: Final = b"transfer-encoding"
_LINGER_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection may take.

    request_seconds: within which a request must arrive; counted from its first byte, and for the
    first request from the connection. connections: that are open at once.
    """

    request_seconds: float
    connections: int


class _Refused(Exception):
    """The parser is to read no further."""


class Connection(HttpToolsProtocol):
    """A connection over HTTP/1.1 (RFC 9112).

    repeats: answers that are known from before. observer: is told of what is answered here, and
    not by the application.
    """

    limits: ConnectionLimits
    repeats: RepeatCache
    observer: Observer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._refused = False
        self._refusal: RequestError | None = None
        self._in_head = True
        self._in_message = False
        self._head = self._unparsed = 0
        self._begin = b""
        self._one_request: bytes | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stalling: asyncio.TimerHandle | None = None
        if len(self.connections) > self.limits.connections:
            self._refuse(StoreBusy("There are too many connections; try again in a moment."))
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_stalling()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        at_rest = not self._in_message and (self.cycle is None or self.cycle.response_complete)
        if at_rest and not self.flow.write_paused and (known := self.repeats.get(data)):
            self._repeat(data, known)
            return
        self._one_request = data if at_rest and is_one_request(data) else None
        if self._unparsed == 0:
            self._begin = data
        self._unparsed += len(data)
        super().data_received(data)
        if self._in_head and self._unparsed > LARGEST_HEAD and not self._refused:
            self._refuse(_too_large(whole_line=bool(self.url)))

    def send_400_response(self, msg: str) -> None:
        unknown = isinstance(sys.exception(), HttpParserInvalidMethodError)
        if unknown and _METHOD.match(self._begin):
            self._refusal = MethodNotAllowed("This method is not known here.", METHODS)
        self._refuse(self._refusal or MalformedRequest("This is no HTTP/1.1 request."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._head = 0
        if self._timer is None:
            self._await_request()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url), whole_line=False)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value), whole_line=True)
        if len(self.headers) > MOST_HEADERS:
            limit = f"{MOST_HEADERS} headers"
            self._stop(HeadersTooLarge(f"There are more than {limit}.", limit))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unparsed = 0
        codings = [value.strip().lower() for name, value in self.headers if name == _CODING]
        if codings not in ([], [b"chunked"]):
            # RFC 9112, section 6.1: the parser would wait for the end of the connection.
            self._stop(MalformedRequest("A body comes in one piece, or is chunked."))
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and not (hosts == 0 and self.parser.get_http_version() == "1.0"):
            # RFC 9112, section 3.2
            self._stop(MalformedRequest(f"There must be one Host header, and there are {hosts}."))
        if self._one_request is not None and self.parser.should_keep_alive():
            learn = self.repeats.learning(self._one_request)
            self.scope["extensions"] = {LEARN: {"answer": learn}}
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        self._unparsed = 0
        self._stop_waiting()
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        # Who reads nothing for so long is not there: a close would wait for him.
        self._stalling = self.loop.call_later(self.limits.request_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_stalling()
        super().resume_writing()

    def _stop_stalling(self) -> None:
        if self._stalling is not None:
            self._stalling.cancel()
            self._stalling = None

    def _repeat(self, request: bytes, known: RepeatedAnswer) -> None:
        """Answer as before, as uvicorn would: with the date of now."""
        begun = time.perf_counter()
        self._stop_waiting()
        self._unset_keepalive_if_required()
        name = new_id()
        dated = [
            b"%s: %s\r\n" % each
            for each in (*self.server_state.default_headers, (REQUEST_ID, name))
        ]
        self.transport.write(b"".join((STATUS_LINE[200], *dated, known.head, known.body)))
        self.on_response_complete()
        path = request[4 : request.index(b" ", 4)].partition(b"?")[0].decode("ascii", "replace")
        seconds, size = time.perf_counter() - begun, len(known.body)
        self.observer.saw(name.decode(), "GET", path, 200, size, seconds, "repeated")

    def _count(self, size: int, *, whole_line: bool) -> None:
        self._head += size
        if self._head > LARGEST_HEAD:
            self._stop(_too_large(whole_line=whole_line))

    def _stop(self, refusal: RequestError) -> None:
        self._refusal = refusal
        raise _Refused

    def _await_request(self) -> None:
        self._timer = self.loop.call_later(self.limits.request_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        """End a connection whose request has not arrived in time."""
        if self.cycle is not None and self.cycle.response_started:
            self.transport.close()  # it was answered without being read to its end
            return
        seconds = f"{self.limits.request_seconds:g} s"
        self._refuse(RequestTimedOut(f"The request did not arrive within {seconds}.", seconds))

    def _refuse(self, error: RequestError | StoreBusy) -> None:
        """Answer with an error and close; whoever waits for the rest of the request is told.

        The client may still be sending: a close at once would reset the connection, and the answer
        would be lost (RFC 9112, section 9.6). So for a moment what comes is let go by.
        """
        self._refused = True
        self._stop_waiting()
        response = problem_response(error, None)
        response.headers.update({**HEADERS, "Connection": "close"})
        name = new_id()
        response.headers[REQUEST_ID.decode()] = name.decode()
        self.transport.write(_written(response))
        self.transport.write_eof()
        # What was asked is not known, or is not to be repeated: it may be of any length.
        self.observer.saw(name.decode(), "", "/", response.status_code, len(response.body), 0.0)
        self._timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()


def _too_large(*, whole_line: bool) -> RequestError:
    limit = f"{LARGEST_HEAD} bytes"
    if whole_line:
        return HeadersTooLarge(f"The headers are larger than {limit}.", limit)
    return UriTooLong(f"The URL is longer than {limit}: send the query by POST.", limit)


def _written(response: Response) -> bytes:
    lines = [STATUS_LINE[response.status_code]]
    lines += [b"%s: %s\r\n" % header for header in response.raw_headers]
    return b"".join([*lines, b"\r\n", bytes(response.body)])


def limited(limits: ConnectionLimits, repeats: RepeatCache, observer: Observer) -> type[Connection]:
    """Make the class that uvicorn makes connections of."""
    members: dict[str, Any] = {"limits": limits, "repeats": repeats, "observer": observer}
    return type("Connection", (Connection,), members)
