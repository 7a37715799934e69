"""The journal: a line of JSON for each request, for whoever operates the service."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TextIO

from pythonjsonlogger.json import JsonFormatter

_SECONDS: Final = 0.2
"""How long lines are gathered, so that many are written at once."""

_ROOM: Final = 4 * 1024 * 1024
"""Bytes that are held for a reader that is slow; what comes beyond is let go, and counted."""


def log_as_json(stream: TextIO) -> None:
    """Have what the program logs beside the requests be lines of JSON too."""
    handler = logging.StreamHandler(stream)
    names = {"levelname": "level", "name": "logger"}
    handler.setFormatter(
        JsonFormatter("%(levelname)s%(name)s%(message)s", rename_fields=names, timestamp="time")
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def write_to_stderr(lines: bytes) -> None:
    """Write lines to standard error, all of them."""
    with open(2, "wb", closefd=False) as stderr:
        stderr.write(lines)


class Journal:
    """Writes lines beside the event loop: whoever reads them slowly makes no request wait.

    write: takes bytes and writes all of them, or raises OSError; it may take its time.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
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
        """Write what there is."""
        if self._writing is not None:
            await self._writing

    async def _write_on(self) -> None:
        while self._lines:
            await asyncio.sleep(_SECONDS)
            lines, self._lines, self._size = self._lines, [], 0
            if self._lost:
                lines.append(json.dumps({"time": _now(), "lost": self._lost}))
                self._lost = 0
            try:
                await asyncio.to_thread(
                    self._write, "".join(f"{each}\n" for each in lines).encode()
                )
            except OSError:
                self._lost += len(lines)  # nobody reads, or the disk is full: serving goes on
        self._writing = None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
