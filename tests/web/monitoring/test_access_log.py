"""The access log never delays the server."""

from __future__ import annotations

import asyncio
import json
import logging
from threading import Event
from time import monotonic

from apecgraph.web.monitoring.access_log import AccessLog, log_as_json
from apecgraph.web.monitoring.metrics import Metrics, ObservedRequest, State
from apecgraph.web.monitoring.observer import Observer


async def test_a_log_that_nobody_reads_delays_neither_requests_nor_the_shutdown() -> None:
    never = Event()
    begun = monotonic()
    log = AccessLog(lambda _: never.wait())
    log.write(path="/")
    await asyncio.sleep(0.5)
    log.write(path="/")
    await log.close()
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()
    try:
        log_as_json(lambda _: never.wait())
        for _ in range(3000):
            root.error("once more")
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
        never.set()
    assert monotonic() - begun < 5


async def test_a_long_path_is_cut_to_the_length_of_our_longest_path() -> None:
    lines: list[bytes] = []
    log = AccessLog(lines.append)
    state = State("", failing=False, switches=0, waiting=0, idle=0, endings={})
    request = ObservedRequest("1", "GET", "/\n" + "a" * 60_000, 404, 0, 0.0)
    Observer(Metrics(lambda: state), log).record(request)
    await log.close()
    (line,) = b"".join(lines).splitlines()
    assert len(json.loads(line)["path"]) == 1024
