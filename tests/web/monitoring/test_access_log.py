"""The access log never delays the server."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from threading import Event
from time import monotonic

from apecgraph.web.monitoring.access_log import AccessLog, log_as_json
from apecgraph.web.monitoring.metrics import Metrics, ObservedRequest, State
from apecgraph.web.monitoring.observer import Observer


def request_for(path: str) -> ObservedRequest:
    return ObservedRequest("1", "GET", path, 404, 0, 0.0)


async def test_a_log_that_nobody_reads_delays_neither_requests_nor_the_shutdown() -> None:
    never = Event()
    begun = monotonic()
    log = AccessLog(lambda _: never.wait())
    log.write(request_for("/"))
    await asyncio.sleep(0.5)
    log.write(request_for("/"))
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
    request = request_for("/\n" + "a" * 60_000)
    Observer(Metrics(lambda: state, dict), log).record(request)
    await log.close()
    (line,) = b"".join(lines).splitlines()
    path = json.loads(line)["path"]
    assert path.startswith("/\naaa")
    assert "aaa… (58,978 more characters) …aaa" in path
    assert len(path) < 1100


async def test_control_characters_of_a_path_are_escaped() -> None:
    lines: list[bytes] = []
    log = AccessLog(lines.append)
    path = "/\x00\x1b[2J\x7f\x9b\u202e\r\n"
    log.write(request_for(path))
    await log.close()
    (line,) = b"".join(lines).split(b"\n")[:-1]
    assert not re.search(rb"[^ -~]", line)
    assert json.loads(line)["path"] == path


def test_long_messages_and_control_characters_in_them_are_cut_and_escaped() -> None:
    lines: list[bytes] = []
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()
    try:
        log_as_json(lines.append)
        root.error("%s", "\x1b]0;\x7f" + "a" * 1_000_000)
        try:
            raise ValueError("b" * 1_000_000)
        except ValueError:
            root.exception("failed")
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
    first, second = b"".join(lines).splitlines()
    assert not re.search(rb"[^ -~]", first)
    assert json.loads(first)["message"].startswith("\x1b]0;\x7faaa")
    assert "aaa… (990,005 more characters) …aaa" in json.loads(first)["message"]
    assert len(second) < 12_000
    assert "more characters) …bbb" in json.loads(second)["exc_info"]
