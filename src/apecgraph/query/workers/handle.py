"""The front's side of one worker."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import Final, cast

from apecgraph.query.workers import messages as wire

_MOST_FRAMES: Final = 32
"""Frames of an answer that are held for whoever reads it."""


class WorkerHandle(asyncio.Protocol):
    """A worker process, and the connection to it.

    doomed: it is dead, or is to be asked nothing any more.
    demoted: it gives way to others, and another has its place.
    exit: how it ended, as `os.waitstatus_to_exitcode` has it; None if nobody saw.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.doomed = False
        self.asked = False
        self.demoted = False
        self.exit: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._gone = False
        self._busy = False

    @property
    def answers(self) -> bool:
        """Whether it can be asked: it may be gone before anybody has seen how it ended."""
        return not (self.doomed or self._gone or self._transport.is_closing())

    async def connect(self, connection: socket.socket) -> None:
        """Take over the socket to the process."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=connection)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: asyncio has made the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Cut what comes into frames; no more is read than somebody takes."""
        received = self._received
        received += data
        start = 0
        while len(received) >= start + wire.HEADER.size:
            kind, size = wire.HEADER.unpack_from(received, start)
            end = start + wire.HEADER.size + size
            if len(received) < end:
                break
            self._frames.append((kind, bytes(received[start + wire.HEADER.size : end])))
            start = end
        del received[:start]
        if len(self._frames) > _MOST_FRAMES:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever reads an answer that nothing more comes."""
        self._gone = True
        self._wake()

    def ask(self, request: bytes) -> None:
        """Send a frame; what comes back is read by `frame`, until `rest`."""
        self.asked = self._busy = True
        self._transport.write(request)

    async def frame(self) -> tuple[bytes, bytes] | None:
        """Return the kind and the payload of the next frame; None where the worker has ended."""
        while not self._frames:
            if self._gone:
                return None
            if not self._transport.is_reading():
                self._transport.resume_reading()
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()

    def rest(self) -> None:
        """Read no more of the answer."""
        self._busy = False
        if self.doomed:
            self._transport.close()

    def doom(self) -> None:
        """Ask nothing more; an answer that is being read may come to its end."""
        self.doomed = True
        if not self._busy:
            self._transport.close()

    def hang_up(self) -> None:
        """Break off the answer that is being read, and ask nothing more."""
        self.doomed = self._gone = True
        self._frames.clear()
        self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
