"""Pages that are made on request and cached."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from apecgraph.errors import StoreBusy
from apecgraph.web.http.content_cache import ContentCache
from apecgraph.web.http.executor import FairExecutor
from apecgraph.web.http.memory import MemoryBudgets, counted
from apecgraph.web.http.rate_limit import RateLimit
from apecgraph.web.http.representation import EntityTags
from apecgraph.web.http.responder import Responder

GREEDY = "192.0.2.1"
ANOTHER = "192.0.2.2"


def responder(limit: int = 1024 * 1024) -> Responder:
    cache = ContentCache(limit)
    return Responder(EntityTags("a", "b"), None, cache, FairExecutor(60), RateLimit(0))


async def answer(
    pages: Responder, client: str, path: str, make: Callable[[], str], **arguments: Any
) -> Response:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": []}
    scope["client"] = client, 1
    with counted(scope, MemoryBudgets()):
        return await pages.answer(Request(scope), "text/plain", make, **arguments)


async def request_page(pages: Responder, client: str, path: str, made: list[str]) -> Response:
    """Request a page that takes a while to make; `made` receives the client it is made for."""

    def body() -> str:
        time.sleep(0.01)
        made.append(f"{client} {path}")
        return path

    return await answer(pages, client, path, body)


async def test_a_client_that_requests_many_pages_delays_only_itself() -> None:
    made: list[str] = []
    pages = responder()
    greedy = [request_page(pages, GREEDY, f"/{number}", made) for number in range(60)]
    answers = asyncio.gather(*greedy, return_exceptions=True)
    await asyncio.sleep(0.05)
    before = len(made)
    assert (await request_page(pages, ANOTHER, "/a", made)).body == b"/a"
    refused = [answer for answer in await answers if isinstance(answer, StoreBusy)]
    assert made.index(f"{ANOTHER} /a") <= before + 2  # one was being made, one had its turn
    assert len(refused) + len(made) == 61
    assert len(refused) > 20


async def test_a_page_that_many_clients_wait_for_is_made_once() -> None:
    made: list[str] = []

    async def bodies(pages: Responder) -> list[bytes | memoryview]:
        clients = [request_page(pages, f"192.0.2.{number}", "/a", made) for number in range(9)]
        return [answer.body for answer in await asyncio.gather(*clients)]

    assert await bodies(responder()) == 9 * [b"/a"]
    assert len(made) == 1
    assert await bodies(responder(limit=0)) == 9 * [b"/a"]  # without a cache, once for each
    assert len(made) == 10


async def test_pages_do_not_wait_for_a_file_that_has_its_own_executor() -> None:
    begun, done = threading.Event(), threading.Event()

    def file() -> str:
        begun.set()
        done.wait(20)
        return "file"

    pages = responder()
    slow = asyncio.ensure_future(answer(pages, GREEDY, "/f", file, executor=FairExecutor(60)))
    await asyncio.to_thread(begun.wait, 10)
    made: list[str] = []
    try:
        await asyncio.wait_for(request_page(pages, GREEDY, "/page", made), 10)
    finally:
        done.set()
    assert made == [f"{GREEDY} /page"]
    assert (await slow).status_code == 200
