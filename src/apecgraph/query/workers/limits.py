"""The limits of a worker pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOW_PRIORITY: Final = 10
"""The priority (nice) of what may wait for everything else. With a lower one, a worker would get a
processor so rarely that a fork would wait for seconds if the worker holds a lock of the kernel on
memory that both share."""


@dataclass(frozen=True, kw_only=True)
class PoolLimits:
    """Limits on loading the data, on answering a query, and on the number of queries.

    Attributes:
        load_seconds: Time in which the data must be loaded or opened.
        load_megabytes: Memory that loading files may take.
        query_seconds: Time from the request for an answer to the last byte from the worker,
            including the wait for a worker.
        query_megabytes: Memory that a worker may take beyond the store.
        reply_megabytes: Size of an answer.
        reply_rows: Number of rows, or triples, of an answer.
        workers: Number of queries that are evaluated at once, not counting the long ones.
        long_queries: Number of long queries that are evaluated in addition, with a low
            priority.
        queue: Number of queries that may wait for a worker.
        priority: The priority (nice) of all processes.
    """

    load_seconds: float
    load_megabytes: int
    query_seconds: float
    query_megabytes: int
    reply_megabytes: int
    reply_rows: int
    workers: int
    long_queries: int
    queue: int
    priority: int = 0
