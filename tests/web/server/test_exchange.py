"""Responses of applications that fail, or do not do what ASGI demands, on real connections."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apecgraph.web.http.headers import HEADERS
from tests.support.raw_http import Reply, exchange, replies
from tests.support.servers import connections

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"body"}


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serve an application; yield the port."""
    started: Queue[uvicorn.Server] = Queue()

    async def serve(listening: socket.socket) -> None:
        config = uvicorn.Config(app, http=connections(), lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        started.put(server)
        await server.serve([listening])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=lambda: asyncio.run(serve(listening)))
        thread.start()
        server = started.get(timeout=10)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def sends(*messages: Message) -> ASGIApp:
    """Return an application that sends messages."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(dict(message))

    return app


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("secret")


async def fail_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({**START, "headers": [(b"content-length", b"9")]})
    await send({**BODY, "more_body": True})
    raise ValueError("secret")


def ask(app: ASGIApp, request: bytes = GET + LAST) -> list[Reply]:
    with serving(app) as port:
        return replies(exchange(port, [request]))


def with_headers(*headers: tuple[bytes, bytes]) -> Message:
    return {**START, "headers": list(headers)}


@pytest.mark.parametrize(
    "app",
    [
        fail,
        sends(),
        sends(START),
        sends(BODY),
        sends(START, START),
        sends(with_headers((b"x", b"a\r\nset-cookie: b")), BODY),
        sends(with_headers((b"x\n", b"a")), BODY),
        sends(with_headers((b"x", b"\x00")), BODY),
        sends(with_headers((b"content-length", b"3")), BODY),
        sends(with_headers((b"content-length", b"5")), BODY),
    ],
    ids=[
        *("raises", "sends nothing", "no body", "no start", "two starts", "two lines"),
        *("LF", "NUL", "too long", "too short"),
    ],
)
def test_an_application_that_fails_before_its_response_is_answered_for_with_500(
    app: ASGIApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "apecgraph")
    (reply,) = ask(app)
    assert (reply.status, reply.complete) == (500, True)
    assert reply.headers[b"connection"] == b"close"
    assert {name.lower().encode() for name in HEADERS} < set(reply.headers)
    assert b"secret" not in reply.body
    assert [record.name for record in caplog.records] == ["apecgraph.web.http.problems"]


@pytest.mark.parametrize(
    "app",
    [
        fail_late,
        sends(with_headers((b"content-length", b"5")), {**BODY, "more_body": True}, BODY),
        sends(with_headers((b"content-length", b"9")), {**BODY, "more_body": True}, BODY),
    ],
    ids=["raises", "too long", "too short"],
)
def test_a_response_that_fails_later_is_broken_off(
    app: ASGIApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "apecgraph")
    (reply,) = ask(app)
    assert (reply.status, reply.complete) == (200, False)
    assert len(caplog.records) == 1


def test_a_response_after_its_end_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    (reply,) = ask(sends(with_headers((b"content-length", b"4")), BODY, BODY))
    assert (reply.status, reply.complete, reply.body) == (200, True, b"body")


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, 65_536, 65_537, 1 << 20, (5 << 20) + 1])
@pytest.mark.parametrize("length", [True, False], ids=["length", "chunks"])
def test_bodies_of_all_sizes_arrive(size: int, *, length: bool) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    fields = [(b"content-length", b"%d" % size)] if length else []
    found = ask(sends(with_headers(*fields), {**BODY, "body": body}))
    assert [reply.body == body and reply.complete for reply in found] == [True, True]


def test_http_1_0_gets_a_body_without_chunks_that_ends_with_the_connection() -> None:
    with serving(sends(START, {**BODY, "more_body": True}, BODY)) as port:
        received = exchange(port, [b"GET / HTTP/1.0\r\n\r\n"])
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert body == b"bodybody"


def test_a_response_may_have_one_of_the_common_headers_itself() -> None:
    policy = (b"content-security-policy", b"default-src 'self'")
    with serving(sends(with_headers(policy, (b"content-length", b"4")), BODY)) as port:
        received = exchange(port, [LAST])
    assert received.count(b"content-security-policy: ") == 1
    assert replies(received)[0].headers[policy[0]] == policy[1]


def test_an_application_learns_that_its_client_is_gone() -> None:
    learnt: Queue[str] = Queue()

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            learnt.put(message["type"])
            if message["type"] == "http.disconnect":
                return

    with serving(wait) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(GET)
            assert learnt.get(timeout=10) == "http.request"
        assert learnt.get(timeout=10) == "http.disconnect"
