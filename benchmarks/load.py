"""Load by wrk, and its report."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import Final

_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_LATENCY: Final = r"^\s+{}%\s+([\d.]+)(us|ms|s|m)\s*$"
_RATE: Final = re.compile(r"^Requests/sec:\s+([\d.]+)\s*$", re.MULTILINE)
_REQUESTS: Final = re.compile(r"^\s+(\d+) requests in ", re.MULTILINE)
_REFUSED: Final = re.compile(r"^\s+Non-2xx or 3xx responses: (\d+)\s*$", re.MULTILINE)
_SOCKET: Final = re.compile(
    r"^\s+Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)\s*$", re.MULTILINE
)
_REPLY_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Load:
    """The result of sending one request again and again.

    Attributes:
        requests: The number of requests.
        rate: Requests per second, including those that failed.
        p50: The median latency in milliseconds.
        p99: The 99th percentile of the latency in milliseconds.
        errors: The number of unsuccessful answers and broken connections.
    """

    requests: int
    rate: float
    p50: float
    p99: float
    errors: int


def measure(url: str, *, accept: str, connections: int, seconds: int) -> Load:
    """Send a request over a number of connections for some seconds."""
    report = subprocess.run(
        [
            "wrk",
            "--latency",
            "--threads=1",
            f"--connections={connections}",
            f"--duration={seconds}s",
            f"--timeout={_REPLY_SECONDS}s",
            f"--header=Accept: {accept}",
            url,
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 2 * _REPLY_SECONDS,
    ).stdout
    return parse(report)


def parse(report: str) -> Load:
    """Read a report of wrk; raise ValueError for other text."""
    requests, rate = _REQUESTS.search(report), _RATE.search(report)
    if requests is None or rate is None:
        raise ValueError(f"wrk does not report: {report!r}")
    refused, broken = _REFUSED.search(report), _SOCKET.search(report)
    return Load(
        int(requests[1]),
        float(rate[1]),
        _latency(report, 50),
        _latency(report, 99),
        (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0),
    )


def _latency(report: str, percent: int) -> float:
    match = re.search(_LATENCY.format(percent), report, re.MULTILINE)
    return float(match[1]) * _UNITS[match[2]] if match else 0.0
