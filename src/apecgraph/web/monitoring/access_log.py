"""The access log: a line of JSON for each request. Other messages are logged in the same form."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from queue import Full, Queue
from threading import Thread
from typing import Any, Final, TypeAlias

from pythonjsonlogger.json import JsonFormatter

from apecgraph.printable import printable, shortened
from apecgraph.query.permalinks import PERMALINKS
from apecgraph.web.monitoring.metrics import ObservedRequest

_SECONDS: Final = 0.2
"""Seconds for which lines are collected before they are written together."""

_ROOM: Final = 1024 * 1024
"""Maximum size of the lines that wait for a slow reader; further lines are dropped and counted."""

_MOST_RECORDS: Final = 128
"""Maximum number of messages that wait for a slow reader; further messages are dropped."""

_LONGEST_RECORD: Final = 16 * 1024
"""Maximum length of a message; of a longer one, the traceback is left out."""

_LONGEST_MESSAGE: Final = 1000

_COPIES: Final = 4
"""How often lines exist at once: lines are also joined and encoded while others come."""

_CLOSING_SECONDS: Final = 1.0
"""Seconds for which the process waits for a slow reader before it ends."""

_LONGEST_PATH: Final = 1024
"""Maximum number of characters of a path, because clients may send very long paths."""

_USUAL_PATH: Final = 128
"""Number of characters up to which the JSON of a path is cached, for 256 paths."""

_LONGEST_TEXT: Final = 10_000
"""Maximum number of characters of a text in a message."""

WriteLines: TypeAlias = Callable[[bytes], object]
"""Writes all given bytes or raises OSError; it may block forever."""


def log_as_json(write: WriteLines) -> None:
    """Log the messages of the program as lines of JSON as well."""
    handler = _ThreadHandler(write)
    handler.setLevel(logging.INFO)
    names = {"levelname": "level", "name": "logger"}
    handler.setFormatter(
        _Formatter("%(levelname)s%(name)s%(message)s", rename_fields=names, timestamp="time")
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.getLogger("mcp").setLevel(logging.WARNING)  # it logs each request, which we do


def write_to_stderr(lines: bytes) -> None:
    """Write lines to standard error."""
    with open(2, "wb", closefd=False) as stderr:
        stderr.write(lines)


class _Formatter(JsonFormatter):
    """Cuts long texts: messages and tracebacks may quote requests and files."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        cut = {
            name: shortened(value, _LONGEST_TEXT) if isinstance(value, str) else value
            for name, value in log_data.items()
        }
        return super().process_log_record(cut)


class AccessLog:
    """Writes lines in a thread, so a slow reader does not delay requests or the end of the server.

    Args:
        write: Writes the lines.
    """

    def __init__(self, write: WriteLines) -> None:
        self._write = write
        self._lines: list[str] = []
        self._size = 0
        self._lost = 0
        self._writing: asyncio.Task[None] | None = None
        self._second = 0
        self._time = ""  # the second, as it is written

    def write(self, request: ObservedRequest) -> None:
        """Write a line about a request, with the time."""
        if self._size > _ROOM:
            self._lost += 1
            return
        line = self._line(request)
        self._lines.append(line)
        self._size += sys.getsizeof(line)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_lines())

    def _line(self, request: ObservedRequest) -> str:
        """Return a request as a line of JSON; a library takes three times as long."""
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._time = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        is_short = len(request.path) <= _USUAL_PATH
        resource = (_usual_resource if is_short else _resource)(request.method, request.path)
        reply = "" if request.reply is None else f', "reply": "{request.reply}"'
        return (
            f'{{"time": "{self._time}.{int(1000 * (now - second)):03d}+00:00", "id": "{request.id}"'
            f', {resource}, "status": {request.status}, "bytes": {request.size}, "seconds": '
            f"{request.seconds:.6f}{reply}}}"
        )

    @property
    def limit(self) -> int:
        """Maximum size in bytes of what waits, with the messages of the program."""
        return _COPIES * _ROOM + _MOST_RECORDS * _LONGEST_RECORD

    @property
    def used(self) -> int:
        """Size in bytes of the waiting lines."""
        return self._size

    async def close(self) -> None:
        """Write the waiting lines, unless the reader is too slow."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_CLOSING_SECONDS)

    async def _write_lines(self) -> None:
        while self._lines:
            await asyncio.sleep(_SECONDS)
            lines, self._lines, self._size = self._lines, [], 0
            if self._lost:
                lines.append(json.dumps({"time": _now(), "lost": self._lost}))
                self._lost = 0
            try:
                await self._write_in_thread("".join(f"{line}\n" for line in lines).encode())
            except OSError:
                self._lost += len(lines)  # the reader is gone, or the disk is full
        self._writing = None

    async def _write_in_thread(self, data: bytes) -> None:
        """Write in a daemon thread, which unlike asyncio's threads does not delay the exit."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()

        def settle(error: OSError | None) -> None:
            if written.done():
                return
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)

        def work() -> None:
            error = None
            try:
                self._write(data)
            except OSError as failure:
                error = failure
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, error)

        Thread(target=work, daemon=True).start()
        await written


class _ThreadHandler(logging.Handler):
    """Writes messages in a thread; drops messages if the reader is too slow."""

    def __init__(self, write: WriteLines) -> None:
        super().__init__()
        self._write = write
        self._lines: Queue[str] = Queue(_MOST_RECORDS)
        self._writing = Thread(target=self._write_lines, daemon=True)
        self._writing.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        line = self.format(record)
        if len(line) > _LONGEST_RECORD:
            short = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
            short.msg, short.args = record.getMessage()[:_LONGEST_MESSAGE], None
            line = self.format(short)
        with suppress(Full):
            self._lines.put_nowait(printable(line))

    def close(self) -> None:
        """Write the waiting messages, unless the reader is too slow."""
        with suppress(Full):
            self._lines.put_nowait("")
            self._writing.join(_CLOSING_SECONDS)
        super().close()

    def _write_lines(self) -> None:
        while line := self._lines.get():
            with suppress(OSError):
                self._write(f"{line}\n".encode())


def _resource(method: str, path: str) -> str:
    # The rest of the path of a permalink is a query, which is not logged.
    is_permalink = path.startswith(f"{PERMALINKS}/")
    short = f"{PERMALINKS}/" if is_permalink else shortened(path, _LONGEST_PATH)
    return f'"method": {_in_json(method)}, "path": {_in_json(short)}'


_usual_resource: Final = lru_cache(256)(_resource)


def _in_json(text: str) -> str:
    return printable(encode_basestring_ascii(text))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
