"""The connection of the front process to one worker."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from pathlib import Path
from typing import Final, cast

from apecgraph.isolation.deaths import Death
from apecgraph.query.workers.messages import HEADER, LARGEST_DATA

_MAX_FRAMES: Final = 16
"""Number of received frames that may wait to be taken; with more, reading pauses."""

_SCHEDULED: Final = 2
"""The kind of clock in the number of a clock of a process (CPUCLOCK_SCHED of Linux)."""

_RECEIVED_AT_ONCE: Final = 256 * 1024
"""Number of bytes that the event loop reads at once."""

MOST_RECEIVED: Final = (_MAX_FRAMES + 1) * LARGEST_DATA + 2 * _RECEIVED_AT_ONCE
"""Maximum number of received bytes of an answer that wait to be taken."""


class WorkerHandle(asyncio.Protocol):
    """A worker process and the connection to it.

    Args:
        pid: The process.

    Attributes:
        pid: The process.
        retired: Whether the worker is dead or gets no more queries.
        used: Whether the worker has received a query.
        demoted: Whether the worker has a low priority, and another worker has replaced it.
        exit: How the process ended; None if that is not known.
    """

    pid: int
    retired: bool
    used: bool
    demoted: bool
    exit: asyncio.Future[Death | None]

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.retired = False
        self.used = False
        self.demoted = False
        self.exit = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._gone = False
        self._busy = False

    @property
    def ready(self) -> bool:
        """Whether the worker can get a query. It may be gone before its exit status is known."""
        return not (self.retired or self._gone or self._transport.is_closing())

    @property
    def is_idle(self) -> bool:
        """Whether the process waits for something other than a processor; False if it is gone."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b") ")[2]
        except OSError:
            return False
        return state.startswith((b"S", b"D"))

    @property
    def processor_seconds(self) -> float:
        """The processor time that the process has used; 0 if it is gone."""
        try:
            return time.clock_gettime(~self.pid << 3 | _SCHEDULED)
        except OSError:
            return 0.0

    async def connect(self, connection: socket.socket) -> None:
        """Take over the socket to the process."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=connection)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport that asyncio has made."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Split the received bytes into frames; pause reading if too many frames wait."""
        received = self._received
        received += data
        start = 0
        while len(received) >= start + HEADER.size:
            kind, size = HEADER.unpack_from(received, start)
            end = start + HEADER.size + size
            if len(received) < end:
                break
            self._frames.append((kind, bytes(received[start + HEADER.size : end])))
            start = end
        del received[:start]
        if len(self._frames) > _MAX_FRAMES:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake the reader of an answer, since no more data will come."""
        self._gone = True
        self._wake()

    def send(self, request: bytes) -> None:
        """Send a query; the caller reads the answer with `frame`, then calls `finish`."""
        self.used = self._busy = True
        self._transport.write(request)

    async def frame(self) -> tuple[bytes, bytes] | None:
        """Return the kind and the payload of the next frame; None if the worker is gone."""
        while not self._frames:
            if self._gone:
                return None
            if not self._transport.is_reading():
                self._transport.resume_reading()
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()

    def finish(self) -> None:
        """Record that no more of the answer will be read."""
        self._busy = False
        if self.retired:
            self._transport.close()

    def retire(self) -> None:
        """Send no more queries; an answer that is being read may be completed."""
        self.retired = True
        if not self._busy:
            self._transport.close()

    def abort(self) -> None:
        """Discard the answer that is being read and send no more queries."""
        self.retired = self._gone = True
        self._frames.clear()
        self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
