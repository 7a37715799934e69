"""A worker: a forked process that answers one query at a time and can do nothing else."""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Final, NoReturn, Protocol

from pyoxigraph import Store

from apecgraph.errors import QueryTooHeavy, StoreError
from apecgraph.isolation.limits import MEGABYTE, confine
from apecgraph.query.citing.answers import evaluate_with_citations
from apecgraph.query.engine import evaluate
from apecgraph.query.model import Query
from apecgraph.query.workers import messages
from apecgraph.query.workers.disk import VerifiedStore
from apecgraph.query.workers.limits import PoolLimits
from apecgraph.rdf.serializer import Write

_RECEIVED_AT_ONCE: Final = 65536

GRACE: Final = 1.0
"""Seconds after a query's deadline at which its worker ends, if the front has not killed it."""

_DESCRIPTORS: Final = 32
"""Number of files and sockets that a worker may open to reach an engine elsewhere."""

UNOPENED: Final = 3
"""The exit status of a worker that could not open its store."""

_CACHE_MEGABYTES: Final = 32
"""Default size of RocksDB's block cache, which does not count as memory of a query."""


class Evaluator(Protocol):
    """Evaluates queries."""

    def evaluate(
        self, query: Query, write: Write, seconds: float, max_rows: int | None = None
    ) -> None:
        """Evaluate a query; see `RemoteEvaluator.evaluate`."""


def work(data: Store | VerifiedStore | Evaluator, front: socket, limits: PoolLimits) -> NoReturn:
    """Answer the queries of the front until it is gone; then end the process.

    Args:
        data: A store in memory, a store on disk, which this function opens, or a client of an
            engine elsewhere.
        front: The socket to the front process.
        limits: What a query may take.
    """
    status = 1
    try:
        _close_all_but(front)
        if isinstance(data, VerifiedStore):
            evaluator: Evaluator = _Local(data.open_without_network())
            confine(limits.query_megabytes + _CACHE_MEGABYTES)
        elif not isinstance(data, Store):
            evaluator = data
            confine(limits.query_megabytes)
            resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))
        else:
            evaluator = _Local(data)
            confine(limits.query_megabytes)
            # The worker cannot open files or sockets, so a SERVICE clause cannot reach anything.
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        while request := _receive(front):
            _answer(evaluator, front, limits, request)
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
    """Close the inherited sockets of the zygote and of other workers.

    If this process kept a copy of a socket open, the peer would not see the connection end.
    """
    for entry in list(Path("/proc/self/fd").iterdir()):
        if int(entry.name) not in (0, 1, 2, front.fileno()):
            with suppress(OSError):  # the descriptor of the listing itself is closed by now
                os.close(int(entry.name))


def _receive(front: socket) -> bytes | None:
    """Return the payload of the next frame; None if the front is gone."""
    data = bytearray()
    end = messages.HEADER.size
    while len(data) < end:
        part = front.recv(_RECEIVED_AT_ONCE)  # never more: the front waits for an answer
        if not part:
            return None
        data += part
        if len(data) >= messages.HEADER.size:
            end = messages.HEADER.size + messages.HEADER.unpack_from(data)[1]
    return bytes(data[messages.HEADER.size :])


class _Local:
    """Evaluates queries with the engine in this process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def evaluate(
        self, query: Query, write: Write, seconds: float, max_rows: int | None = None
    ) -> None:
        """Evaluate a query: the front and the kernel see to it that it ends in time."""
        if query.cites:
            evaluate_with_citations(self._store, query, write, seconds, max_rows)
        else:
            evaluate(self._store, query, write, max_rows)


def _answer(evaluator: Evaluator, front: socket, limits: PoolLimits, request: bytes) -> None:
    query, seconds = messages.decode_query(request)
    reply = _Reply(front, limits.reply_megabytes)
    _set_alarm(seconds + GRACE)
    try:
        evaluator.evaluate(query, reply.write, seconds, limits.reply_rows)
        reply.end(messages.frame(messages.END))
    except tuple(messages.ERRORS) as error:
        reply.end(messages.encode_error(error))
    except MemoryError:
        reply.end(messages.encode_error(too_much_memory(limits.query_megabytes)))
    signal.setitimer(signal.ITIMER_REAL, 0)


def _set_alarm(seconds: float) -> None:
    """Have the kernel kill this process after a number of seconds of real or processor time."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    ceiling = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (ceiling, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def too_much_memory(megabytes: int) -> QueryTooHeavy:
    """Return the error for a query that exceeds the limit on memory."""
    return QueryTooHeavy(
        "The query needs more memory than the limit of %(number)s MB.",
        f"{megabytes} MB",
        number=megabytes,
    )


class _Reply:
    """Sends the frames of one answer. Each frame waits for the next one or for the end."""

    def __init__(self, front: socket, megabytes: int) -> None:
        self._front = front
        self._megabytes = megabytes
        self._size = 0
        self._pending = b""

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._megabytes * MEGABYTE:
            raise QueryTooHeavy(
                "The answer is larger than the limit of %(number)s MB. "
                "Fetch it in parts with LIMIT and OFFSET, or download a dump, "
                "which contains everything.",
                f"{self._megabytes} MB",
                number=self._megabytes,
            )
        for start in range(0, len(data), messages.LARGEST_DATA):
            self._front.sendall(self._pending)
            part = data[start : start + messages.LARGEST_DATA]
            self._pending = messages.frame(messages.DATA, part)

    def end(self, last: bytes) -> None:
        self._front.sendall(self._pending + last)
