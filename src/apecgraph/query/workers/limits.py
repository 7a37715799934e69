"""The limits of a worker pool."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PoolLimits:
    """What loading the data and answering a query may take, and how many queries run at once.

    Attributes:
        load_seconds: Time in which the data must be loaded or opened.
        load_megabytes: Memory that loading files may take.
        query_seconds: Time from the request for an answer to the last byte from the worker,
            waiting for a worker included.
        query_megabytes: Memory that a worker may take beyond the store.
        reply_megabytes: Size of an answer.
        reply_rows: Rows, or triples, of an answer.
        workers: Queries that are evaluated at once, as long as they are not long ones.
        long_queries: Long queries that are evaluated beside these, with the lowest priority.
        queue: Queries that may wait for a worker.
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
