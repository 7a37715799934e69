"""What is logged never holds up who logs it."""

from __future__ import annotations

import asyncio
import json
import logging
from threading import Event
from time import monotonic

from apecgraph.web.monitoring.access_log import AccessLog, log_as_json
from apecgraph.web.monitoring.metrics import Metrics, State
from apecgraph.web.monitoring.observer import Observer


def test_nobody_who_reads_holds_up_neither_requests_nor_the_end() -> None:
    never = Event()
    begun = monotonic()

    async def note() -> None:
        journal = AccessLog(lambda _: never.wait())
        journal.note(path="/")
        await asyncio.sleep(0.5)
        journal.note(path="/")
        await journal.close()

    asyncio.run(note())
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


def test_a_path_is_noted_as_far_as_paths_of_ours_go() -> None:
    lines: list[bytes] = []

    async def see() -> None:
        journal = AccessLog(lines.append)
        state = State("", failing=False, switches=0, waiting=0, idle=0, endings={})
        observer = Observer(Metrics(lambda: state), journal)
        observer.saw("1", "GET", "/\n" + "a" * 60_000, 404, 0, 0.0)
        await journal.close()

    asyncio.run(see())
    (line,) = b"".join(lines).splitlines()
    assert len(json.loads(line)["path"]) == 1024
