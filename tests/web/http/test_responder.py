"""Pages that are made when they are asked for, and kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import StoreBusy
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.responder import CachedResponder


def ask(edition: CachedResponder, client: str, path: str, made: list[str]) -> Awaitable[Response]:
    """Ask for a page, which takes a while to make, and note who had it made."""

    def body() -> str:
        time.sleep(0.01)
        made.append(f"{client} {path}")
        return path

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": []}
    return edition.answer(Request({**scope, "client": (client, 1)}), "text/plain", body)


def edition(megabytes: int = 1) -> CachedResponder:
    return CachedResponder("a", "", "b", megabytes, FairExecutor(60))


def test_who_asks_for_many_pages_waits_for_himself() -> None:
    made: list[str] = []
    before: list[int] = []

    async def check() -> list[Response | BaseException]:
        asked = edition()
        greedy = [ask(asked, "greedy", f"/{number}", made) for number in range(60)]
        answers = asyncio.gather(*greedy, return_exceptions=True)
        await asyncio.sleep(0.05)
        before.append(len(made))
        assert (await ask(asked, "another", "/a", made)).body == b"/a"
        return await answers

    answers = asyncio.run(check())
    assert made.index("another /a") <= before[0] + 2  # one was at work, one had its turn
    refused = [each for each in answers if isinstance(each, StoreBusy)]
    assert len(refused) + len(made) == 61
    assert len(refused) > 20


def test_a_page_that_many_wait_for_is_made_once() -> None:
    made: list[str] = []

    async def check(asked: CachedResponder) -> list[bytes | memoryview]:
        clients = [ask(asked, str(number), "/a", made) for number in range(9)]
        return [each.body for each in await asyncio.gather(*clients)]

    assert asyncio.run(check(edition())) == 9 * [b"/a"]
    assert len(made) == 1
    assert asyncio.run(check(edition(0))) == 9 * [b"/a"]  # without room for it each has it made
    assert len(made) == 10
