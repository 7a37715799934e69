"""The journal: a line of JSON for each request, for whoever operates the service."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from queue import Full, Queue
from threading import Thread
from typing import Final, TypeAlias

from pythonjsonlogger.json import JsonFormatter

_SECONDS: Final = 0.2
"""How long lines are gathered, so that many are written at once."""

_ROOM: Final = 4 * 1024 * 1024
"""Bytes that are held for a reader that is slow; what comes beyond is let go, and counted."""

_MOST_RECORDS: Final = 1000
"""Messages of the program that are held for such a reader."""

_CLOSING_SECONDS: Final = 1.0
"""How long is waited at the end for such a reader."""

Write: TypeAlias = Callable[[bytes], object]
"""Takes bytes and writes all of them, or raises OSError; it may take its time, or for ever."""


def log_as_json(write: Write) -> None:
    """Have what the program logs beside the requests be lines of JSON too, written as these are."""
    handler = _Beside(write)
    handler.setLevel(logging.INFO)
    names = {"levelname": "level", "name": "logger"}
    handler.setFormatter(
        JsonFormatter("%(levelname)s%(name)s%(message)s", rename_fields=names, timestamp="time")
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def write_to_stderr(lines: bytes) -> None:
    """Write lines to standard error, all of them."""
    with open(2, "wb", closefd=False) as stderr:
        stderr.write(lines)


class AccessLog:
    """Writes lines beside the event loop: whoever reads them slowly makes no request wait.

    What it waits for in vain does not keep the process from its end.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lines: list[str] = []
        self._size = 0
        self._lost = 0
        self._writing: asyncio.Task[None] | None = None

    def note(self, **members: object) -> None:
        """Note what happened now; the time is added."""
        if self._size > _ROOM:
            self._lost += 1
            return
        line = json.dumps({"time": _now(), **members}, ensure_ascii=True)
        self._lines.append(line)
        self._size += len(line)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_on())

    async def close(self) -> None:
        """Write what there is, if somebody takes it."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_CLOSING_SECONDS)

    async def _write_on(self) -> None:
        while self._lines:
            await asyncio.sleep(_SECONDS)
            lines, self._lines, self._size = self._lines, [], 0
            if self._lost:
                lines.append(json.dumps({"time": _now(), "lost": self._lost}))
                self._lost = 0
            try:
                await self._beside("".join(f"{each}\n" for each in lines).encode())
            except OSError:
                self._lost += len(lines)  # nobody reads, or the disk is full: serving goes on
        self._writing = None

    async def _beside(self, data: bytes) -> None:
        """Write in a thread that may be left at it, which those of asyncio may not."""
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
            except OSError as found:
                error = found
            with suppress(RuntimeError):  # the loop has ended without it
                loop.call_soon_threadsafe(settle, error)

        Thread(target=work, daemon=True).start()
        await written


class _Beside(logging.Handler):
    """Writes messages in a thread; those beyond what a slow reader may be behind are let go."""

    def __init__(self, write: Write) -> None:
        super().__init__()
        self._write = write
        self._lines: Queue[str] = Queue(_MOST_RECORDS)
        self._writing = Thread(target=self._write_on, daemon=True)
        self._writing.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Have a message written."""
        with suppress(Full):
            self._lines.put_nowait(self.format(record))

    def close(self) -> None:
        """Write what there is, if somebody takes it."""
        with suppress(Full):
            self._lines.put_nowait("")
            self._writing.join(_CLOSING_SECONDS)
        super().close()

    def _write_on(self) -> None:
        while line := self._lines.get():
            with suppress(OSError):
                self._write(f"{line}\n".encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
