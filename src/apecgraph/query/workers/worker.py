"""A worker: a forked process that answers one query at a time, and can do nothing else."""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Final, NoReturn

from pyoxigraph import Store

from apecgraph.errors import Forbidden, MalformedQuery, NotAcceptable, QueryTooHeavy, StoreError
from apecgraph.isolation.limits import MEGABYTE, confine
from apecgraph.query.engine import evaluate
from apecgraph.query.workers import messages as wire
from apecgraph.query.workers.disk import open_behind_wall

_MOST_AT_ONCE: Final = 65536

GRACE: Final = 1.0
"""Seconds after its deadline at which a worker that nobody stopped ends by itself."""

UNOPENED: Final = 3
"""The exit status of a worker that could not open its store."""

_CACHE_MEGABYTES: Final = 32
"""What RocksDB keeps of the blocks that it has read, unless told otherwise; no query's doing."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one query may take: memory beyond the store, in megabytes; of reply, those and rows."""

    query_megabytes: int
    reply_megabytes: int
    reply_rows: int


def work(held: Store | Path, front: socket, limits: WorkerLimits) -> NoReturn:
    """Answer the queries that come from the front, until it is gone; then end the process.

    held: the store, or the directory of one on disk, which is opened here.
    """
    status = 1
    try:
        _close_all_but(front)
        if isinstance(held, Path):
            store = open_behind_wall(held)
            confine(limits.query_megabytes + _CACHE_MEGABYTES)
        else:
            store = held
            confine(limits.query_megabytes)
            # No file and no socket can be opened: SERVICE reaches nobody.
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        while request := _receive(front):
            _answer(store, front, limits, request)
        status = 0
    except ConnectionError:
        status = 0
    except StoreError as error:
        status = UNOPENED
        print(f"apecgraph worker: {error}", file=sys.stderr, flush=True)
    except BaseException as error:
        print(f"apecgraph worker: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _close_all_but(front: socket) -> None:
    """Let go of other workers' sockets and the zygote's: their peers would never see an end."""
    for each in list(Path("/proc/self/fd").iterdir()):
        if int(each.name) not in (0, 1, 2, front.fileno()):
            with suppress(OSError):  # the folder itself has been listed, and is closed by now
                os.close(int(each.name))


def _receive(front: socket) -> bytes | None:
    """Read the payload of the next frame; None where there is no other."""
    data = bytearray()
    end = wire.HEADER.size
    while len(data) < end:
        part = front.recv(_MOST_AT_ONCE)  # there is no more than one frame: the front waits
        if not part:
            return None
        data += part
        if len(data) >= wire.HEADER.size:
            end = wire.HEADER.size + wire.HEADER.unpack_from(data)[1]
    return bytes(data[wire.HEADER.size :])


def _answer(store: Store, front: socket, limits: WorkerLimits, request: bytes) -> None:
    query, seconds = wire.decode_query(request)
    reply = _Reply(front, limits.reply_megabytes)
    _set_alarm(seconds + GRACE)
    try:
        evaluate(store, query, reply.write, limits.reply_rows)
        reply.end(wire.frame(wire.END))
    except (Forbidden, MalformedQuery, NotAcceptable, QueryTooHeavy, StoreError) as error:
        reply.end(wire.encode_error(error))
    except MemoryError:
        reply.end(wire.encode_error(too_much_memory(limits.query_megabytes)))
    signal.setitimer(signal.ITIMER_REAL, 0)


def _set_alarm(seconds: float) -> None:
    """Have the kernel kill this process after a time, by the clock and by the processor."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ceiling = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def too_much_memory(megabytes: int) -> QueryTooHeavy:
    """Tell that a query met the limit on memory."""
    return QueryTooHeavy(
        f"The query needs more than the {megabytes} MB of memory that one query may take.",
        f"{megabytes} MB",
    )


class _Reply:
    """The frames of one answer; each is sent when the next is there, the last with the end."""

    def __init__(self, front: socket, megabytes: int) -> None:
        self._front = front
        self._megabytes = megabytes
        self._size = 0
        self._pending = b""

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._megabytes * MEGABYTE:
            raise QueryTooHeavy(
                f"The answer is larger than {self._megabytes} MB, the most that is sent. "
                "LIMIT and OFFSET give it in parts; the dumps hold everything.",
                f"{self._megabytes} MB",
            )
        self._front.sendall(self._pending)
        self._pending = wire.frame(wire.DATA, data)

    def end(self, last: bytes) -> None:
        self._front.sendall(self._pending + last)
