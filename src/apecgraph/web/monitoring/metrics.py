"""Metrics for operators, in the text format of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.utils import floatToGoString
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

METRICS_PATH: Final = "/metrics"

_RESOURCES: Final = frozenset(
    (
        "sparql",
        "q",
        "api",
        "id",
        "doc",
        "ontology",
        "dumps",
        "static",
        "reconcile",
        "lookup",
        "health",
    )
)
"""First parts of paths that are counted separately. All other paths count as pages, because their
number is unlimited."""

_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "QUERY"))
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Store(Protocol):
    """A store of bytes whose size is limited."""

    @property
    def limit(self) -> int:
        """Maximum size in bytes."""

    @property
    def used(self) -> int:
        """Size in bytes."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of the service, for the metrics.

    Attributes:
        release: Name of the release that is served.
        failing: Whether /health shows a failure.
        switches: How often another release replaced the one served.
        waiting: Number of queries that wait for a worker.
        idle: Number of workers that wait for a query.
        endings: Number of workers that have ended, keyed by reason.
    """

    release: str
    failing: bool
    switches: int
    waiting: int
    idle: int
    endings: dict[str, int]


class ObservedRequest(NamedTuple):
    """A request that has been answered.

    Attributes:
        id: Its id.
        method: Its method, or "" if it was not read.
        path: Its path.
        status: The status of the response; 0 if the client disconnected before the response.
        size: Size of the body of the response in bytes.
        seconds: Time from the request to the last byte of the response.
        reply: Origin of the response: "made", "kept" or "repeated"; None if unknown.
    """

    id: str
    method: str
    path: str
    status: int
    size: int
    seconds: float
    reply: str | None = None


class Metrics:
    """Counts requests, and reports the counts and the state of the service.

    Args:
        state: Returns the state of the service.
        stores: Returns the stores of bytes whose size is limited, keyed by name.
    """

    def __init__(
        self, state: Callable[[], State], stores: Callable[[], Mapping[str, Store]]
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = _Requests()
        self._registry.register(self._requests)
        ProcessCollector(registry=self._registry)
        self._registry.register(_States(state))
        self._registry.register(_Stores(stores))

    def count(self, request: ObservedRequest) -> None:
        """Count one request, unless it is for the metrics."""
        if request.path == METRICS_PATH:
            return
        self._requests.count(request)

    def app(self) -> ASGIApp:
        """Return the application that answers requests with all metrics."""

        # The library's own application fails if a header is not UTF-8.
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
            await Response(generate_latest(self._registry), headers=headers)(scope, receive, send)

        return answer


class _Requests:
    """Counts requests; all that this does for one is to increment some numbers.

    The number of resources, methods, statuses and origins is limited, and so is that of the counts.
    """

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._replies: Counter[str] = Counter()
        self._seconds: defaultdict[str, _Seconds] = defaultdict(_Seconds)

    def count(self, request: ObservedRequest) -> None:
        first = request.path.split("/", 2)[1]
        resource = first if first in _RESOURCES else "page"
        method = request.method if request.method in _METHODS else "other"
        self._requests[resource, method, request.status] += 1
        if request.reply is not None:
            self._replies[request.reply] += 1
        self._seconds[resource].observe(request.seconds)

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "apecgraph_requests",
            "Requests by resource, method and status; the status is 0 if the client had "
            "disconnected",
            labels=("resource", "method", "status"),
        )
        for (resource, method, status), number in self._requests.items():
            requests.add_metric((resource, method, str(status)), number)
        replies = CounterMetricFamily(
            "apecgraph_replies",
            "Replies by origin: made, kept (from the cache), or repeated byte for byte",
            labels=("reply",),
        )
        for reply, number in self._replies.items():
            replies.add_metric((reply,), number)
        seconds = HistogramMetricFamily(
            "apecgraph_request_seconds",
            "Time from a request to the last byte of its response",
            labels=("resource",),
        )
        for resource, observed in self._seconds.items():
            seconds.add_metric((resource,), observed.buckets(), observed.sum)
        yield from (requests, replies, seconds)


class _Seconds:
    """A histogram of times.

    Attributes:
        sum: The sum of the times in seconds.
    """

    sum: float

    def __init__(self) -> None:
        self.sum = 0.0
        self._counts = [0] * (len(_SECONDS) + 1)

    def observe(self, seconds: float) -> None:
        self.sum += seconds
        self._counts[bisect_left(_SECONDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, float]]:
        """Return the upper bound of each bucket, with the number of times up to this bound."""
        bounds = [*map(floatToGoString, _SECONDS), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))


class _States:
    """Collects the metrics about the state of the service."""

    def __init__(self, state: Callable[[], State]) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        state = self._state()
        served = GaugeMetricFamily(
            "apecgraph_release", "The release that is served", labels=["release"]
        )
        served.add_metric([state.release], 1)
        yield served
        ended = CounterMetricFamily(
            "apecgraph_workers_ended", "Workers that ended, by the reason", labels=["reason"]
        )
        for reason, number in sorted(state.endings.items()):
            ended.add_metric([reason], number)
        yield ended
        yield CounterMetricFamily(
            "apecgraph_switches",
            "How often another release took over",
            state.switches,
        )
        for name, text, value in (
            ("failing", "1 if /health shows a failure", state.failing),
            ("queries_waiting", "Queries that wait for a worker", state.waiting),
            ("workers_idle", "Workers that wait for a query", state.idle),
        ):
            yield GaugeMetricFamily(f"apecgraph_{name}", text, float(value))


class _Stores:
    """Collects the sizes of stores and their limits."""

    def __init__(self, stores: Callable[[], Mapping[str, Store]]) -> None:
        self._stores = stores

    def collect(self) -> Iterator[Metric]:
        used = GaugeMetricFamily(
            "apecgraph_memory_bytes", "Bytes in use, by store", labels=["store"]
        )
        limit = GaugeMetricFamily(
            "apecgraph_memory_limit_bytes", "Bytes that may be in use, by store", labels=["store"]
        )
        for name, store in self._stores().items():
            used.add_metric([name], store.used)
            limit.add_metric([name], store.limit)
        yield from (used, limit)
