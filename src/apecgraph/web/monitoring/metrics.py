"""Metrics: what an operator watches, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_RESOURCES: Final = frozenset(
    ("sparql", "id", "doc", "ontology", "dumps", "static", "reconcile", "lookup", "health")
)
"""First parts of paths that are told apart; all others are pages, as strangers may make up any."""

_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "QUERY"))
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class State:
    """What is counted where it happens, as it is now.

    release: the name of what is served. endings: how many workers ended, by the reason.
    waiting: queries that wait for a worker; idle: workers that wait for a query.
    """

    release: str
    failing: bool
    switches: int
    waiting: int
    idle: int
    endings: dict[str, int]


class Metrics:
    """Counts requests, and shows the state of the service beside them.

    state: tells it as it is now.
    """

    def __init__(self, state: Callable[[], State]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "apecgraph_requests",
            "Requests by resource, method and status; 0 where the client had left",
            ("resource", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "apecgraph_request_seconds",
            "Time from a request to the last byte of its response",
            ("resource",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._replies = Counter(
            "apecgraph_replies",
            "Replies by where they come from: made, kept, or repeated to the letter",
            ("reply",),
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_States(state))
        # Looking a child up costs as much as counting.
        self._counted = lru_cache(1024)(self._children)

    def count(self, path: str, method: str, status: int, seconds: float, reply: str | None) -> None:
        """Count one request; reply: where its reply comes from, where that is known."""
        requests, histogram = self._counted(path.split("/", 2)[1], method, status)
        requests.inc()
        histogram.observe(seconds)
        if reply is not None:
            self._replies.labels(reply).inc()

    def app(self) -> ASGIApp:
        """Return the application that answers with all metrics."""

        # The library's own application fails at headers that are no UTF-8.
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
            await Response(generate_latest(self._registry), headers=headers)(scope, receive, send)

        return answer

    def _children(self, first: str, method: str, status: int) -> tuple[Counter, Histogram]:
        resource = first if first in _RESOURCES else "page"
        known = method if method in _METHODS else "other"
        return self._requests.labels(resource, known, status), self._seconds.labels(resource)


class _States:
    """Collects what is not counted here."""

    def __init__(self, state: Callable[[], State]) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        state = self._state()
        served = GaugeMetricFamily("apecgraph_release", "What is served", labels=["release"])
        served.add_metric([state.release], 1)
        yield served
        ended = CounterMetricFamily(
            "apecgraph_workers_ended", "Workers that ended, by the reason", labels=["reason"]
        )
        for reason, number in sorted(state.endings.items()):
            ended.add_metric([reason], number)
        yield ended
        yield CounterMetricFamily(
            "apecgraph_switches", "How often another release came to be served", state.switches
        )
        for name, text, value in (
            ("failing", "1 where /health tells of a failure", state.failing),
            ("queries_waiting", "Queries that wait for a worker", state.waiting),
            ("workers_idle", "Workers that wait for a query", state.idle),
        ):
            yield GaugeMetricFamily(f"apecgraph_{name}", text, float(value))
