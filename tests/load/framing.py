"""Generated sequences of requests, read by the server and by h11, which must agree on their ends.

The server may refuse what h11 accepts, but it must close the connection then. Run
`python -m tests.load.framing --seconds 60`, or with `--number` to try one case of a seed again.
With `--nginx`, the requests pass through nginx, which must agree with the server on each of them:
otherwise one client of the proxy could have another one's answer (request smuggling).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import h11
import uvicorn
from httptools import HttpParserError
from starlette.types import Receive, Scope, Send

from apecgraph.web.http.repeat_cache import LEARN, Learning
from apecgraph.web.http.representation import RawResponse
from tests.support.raw_http import replies
from tests.support.servers import accepts, connections
from tests.support.waiting import soon

AT_ONCE: Final = 32
REQUEST_SECONDS: Final = 0.5
CANARY: Final = b"GET /canary HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

SEEN: Final = b"x-seen"
"""The header in which nginx names the request that it answers."""

_NGINX: Final = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    upstream server {{ server 127.0.0.1:{server}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s;
        add_header X-Seen "$request_method $request_uri" always;
        proxy_http_version 1.1;
        # As proxies do that pass on offers of other protocols.
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        location / {{ proxy_pass http://server; }}
    }}
}}
"""

Check: TypeAlias = Callable[[int, bytes], Awaitable[str | None]]
"""Takes a port and the requests to send to it; returns a fault, or None."""

Request: TypeAlias = bytes
"""The method, the target and the body of a request, with spaces between them."""

_REQUESTS: Final = (
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a?b=c HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n",
    b"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a HTTP/1.0\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n"
    b"GET /c HTTP/1.1\r\nHost: a\r\n\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\n",
    b"PUT /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1d\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n\r\n0\r\nX: y\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    b"Content-Length: 5\r\n\r\nhello",
    b"GET /c HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"OPTIONS /d HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
)
_PIECES: Final = (
    *(b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"\0", b"\x0b", b"\x85", b":", b";", b","),
    *(b"0", b"00", b"1", b"5", b"a", b"+", b"-", b"0x", b"_", b'"', b"#", b"?", b"*", b"//", b"@"),
    *(b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"5\r\nhello\r\n", b"5;a\r\nhello\r\n", b"hello"),
    *(b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"content-length:5\r\n"),
    *(b"Content-Length: 5, 5\r\n", b"Content-Length : 5\r\n", b"Content-Length:\r\n 5\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b" chunked"),
    *(b"transfer-encoding:chunked\r\n", b"Transfer-Encoding : chunked\r\n", b", chunked"),
    *(b"Transfer-Encoding:\r\n chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"gzip, "),
    *(b"Transfer-Encoding: chunked\n", b"X: y\r\n", b"X: y\n", b"X: y\rZ: z\r\n", b" folded\r\n"),
    *(b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Connection: Upgrade\r\n"),
    *(b"Upgrade: h2c\r\n", b"Expect: 100-continue\r\n", b"Host: b\r\n", b"Trailer: X\r\n"),
    *(b"HTTP/1.0", b"HTTP/1.1", b"HTTP/0.9", b"HTTP/2.0", b"CONNECT ", b"GET ", b"POST "),
)
_SWAPS: Final = (
    *((b"HTTP/1.1", b"HTTP/1.0"), (b"Host: a\r\n", b""), (b"\r\n", b"\n"), (b"\r\n", b"\r")),
    *((b": ", b":"), (b": ", b" : "), (b": ", b":\t "), (b"chunked", b"CHUNKED"), (b" ", b"  ")),
    *((b"Content-Length", b"content-LENGTH"), (b"GET", b"POST"), (b"POST", b"GET"), (b"5", b"4")),
    *(
        (b"5", b"6"),
        (b"5", b"05"),
        (b"1d", b"1D"),
        (b"1d", b"1c"),
        (b"a", b"%61"),
        (b"GET", b"CONNECT"),
    ),
)


def make_case(seed: int, number: int) -> bytes:
    """Make the requests with a number of a seed; the last one is the canary."""
    choices = random.Random(f"{seed}/{number}")
    data = b"".join(choices.choices(_REQUESTS, k=choices.choice((1, 1, 1, 2, 3))))
    for _ in range(choices.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        data = _changed(choices, data)
    return data + CANARY


def _changed(choices: random.Random, data: bytes) -> bytes:
    """Change one place, mostly at the beginning of a line."""
    lines = [0, *(index + 2 for index in range(len(data)) if data.startswith(b"\r\n", index))]
    place = choices.choice(lines) if choices.random() < 0.6 else choices.randrange(len(data) + 1)
    piece = choices.choice(_PIECES)
    way = choices.randrange(6)
    if way < 2:
        return data[:place] + piece + data[place:]
    if way == 2:
        return data[:place] + data[place + choices.choice((1, 1, 2, 4)) :]
    if way == 3:
        return data[:place] + piece + data[place + len(piece) :]
    if way == 4:
        end = data.find(b"\r\n", place) + 2
        return data[:end] + data[place:end] + data[end:]
    old, new = choices.choice(_SWAPS)
    found = data.find(old, place)
    return data if found < 0 else data[:found] + new + data[found + len(old) :]


def read_by_h11(data: bytes) -> list[Request]:
    """Return the complete requests that h11 finds before it refuses one or waits for more."""
    found: list[Request] = []
    keep = True
    with suppress(h11.RemoteProtocolError):
        while keep:
            # h11 does not ignore the empty line before a request (RFC 9112, section 2.2).
            connection = h11.Connection(h11.SERVER)
            connection.receive_data(data.removeprefix(b"\r\n"))
            event = connection.next_event()
            if not isinstance(event, h11.Request):
                break
            line = b" ".join((bytes(event.method), _path(bytes(event.target)), b""))
            while isinstance(event := connection.next_event(), h11.Data):
                line += bytes(event.data)
            if not isinstance(event, h11.EndOfMessage):
                break
            found.append(line)
            connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            keep = connection.our_state is h11.DONE
            data, _ = connection.trailing_data
    return found


def _path(target: bytes) -> bytes:
    """Return a target in origin form."""
    scheme, sign, rest = target.partition(b"://")
    if sign and scheme.lower() in (b"http", b"https"):
        path = re.sub(rb"^[^/?]+", b"", rest)
        target = path if path.startswith(b"/") else b"/" + path
    return _without_empty_query(target)


def _without_empty_query(target: bytes) -> bytes:
    path, _, query = target.partition(b"?")
    return target if query else path


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]

    def echo(query_string: bytes) -> RawResponse:
        query = b"?" + query_string if query_string else b""
        content = b" ".join((scope["method"].encode(), scope["raw_path"] + query, body))
        return RawResponse(200, [(b"content-length", b"%d" % len(content))], content)

    response = echo(scope["query_string"])
    if extension := scope.get("extensions", {}).get(LEARN):
        learning: Learning = extension["request"]
        learning.repeat(response)
        learning.answer_similar(echo)
    await response(scope, receive, send)


@contextmanager
def echo_server() -> Iterator[int]:
    """Run a server whose application repeats requests; yield its port."""
    started: Queue[uvicorn.Server] = Queue()

    async def serve(listening: socket.socket) -> None:
        config = uvicorn.Config(
            _echo,
            http=connections(REQUEST_SECONDS, 4 * AT_ONCE),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
        )
        server = uvicorn.Server(config)
        started.put(server)
        await server.serve([listening])

    with socket.create_server(("127.0.0.1", 0), backlog=AT_ONCE) as listening:
        thread = threading.Thread(target=lambda: asyncio.run(serve(listening)))
        thread.start()
        server = started.get(timeout=10)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def nginx(server: int) -> Iterator[int]:
    """Run nginx in front of a server on a port; yield its own port."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program, "run scripts/test, which sets up nginx"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        file.write_text(_NGINX.format(folder=folder, user=user, server=server, port=port))
        process = subprocess.Popen([program, "-p", folder, "-c", str(file), "-e", "stderr"])
        try:
            assert soon(lambda: accepts(port))
            yield port
        finally:
            process.terminate()
            process.wait()


async def misled(port: int, data: bytes) -> str | None:
    """Send requests to nginx; return a request to which it gives the reply to another, or None."""
    received = await _answer(port, data)
    try:
        found = replies(received)
    except HttpParserError:
        return None  # nginx answers a request in HTTP/0.9 by a body alone
    for reply in found:
        sent = b" ".join(reply.body.split(b" ", 2)[:2])
        seen = _without_empty_query(reply.headers.get(SEEN, b"")).replace(b" ?", b" /?")
        if reply.status == 200 and sent != seen:
            return f"nginx answers {seen!r} with the reply to {sent!r}"
    return None


async def fault(port: int, data: bytes) -> str | None:
    """Send requests to the echo server; return in what it disagrees with h11, or None."""
    found = [reply for reply in replies(await _answer(port, data)) if reply.status != 100]
    read = [reply.body for reply in found if reply.status == 200]
    expected = read_by_h11(data)
    if read != expected[: len(read)]:
        return f"the server reads {read}, h11 {expected}"
    refused = [reply.status for reply in found[len(read) :]]
    if not all(reply.status == 200 for reply in found[: len(read)]) or len(refused) > 1:
        return f"the server goes on after a refusal: {found}"
    if len(read) < len(expected) and not refused:
        return f"the server reads {read} and refuses nothing, h11 {expected}"
    return None


async def _answer(port: int, data: bytes) -> bytes:
    """Send bytes; return what is received until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    with suppress(ConnectionError):
        writer.write(data)
        async with asyncio.timeout(30):
            while part := await reader.read(65536):
                received += part
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return received


async def first_fault(
    port: int, seed: int, numbers: Iterator[int], check: Check = fault
) -> tuple[int, str | None]:
    """Try cases, some at once; return how many, and the first fault."""
    done = 0
    wrong: str | None = None

    async def work() -> None:
        nonlocal done, wrong
        for number in numbers:
            data = make_case(seed, number)
            if (what := await check(port, data)) is not None:
                wrong = f"--seed {seed} --number {number}\n{data!r}\n{what}"
            if wrong:
                return
            done += 1

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return done, wrong


def numbers_for(seconds: float) -> Iterator[int]:
    """Count from 0 for some seconds."""
    end = time.monotonic() + seconds
    return itertools.takewhile(lambda _: time.monotonic() < end, itertools.count())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--number", type=int, help="only this case")
    parser.add_argument("--nginx", action="store_true", help="through nginx")
    arguments = parser.parse_args()
    number: int | None = arguments.number
    numbers = numbers_for(arguments.seconds) if number is None else iter([number])
    with ExitStack() as stack:
        port, check = stack.enter_context(echo_server()), fault
        if arguments.nginx:
            port, check = stack.enter_context(nginx(port)), misled
        done, wrong = asyncio.run(first_fault(port, arguments.seed, numbers, check))
    print(wrong or f"{done} cases of seed {arguments.seed}: nothing wrong")
    return int(wrong is not None)


if __name__ == "__main__":
    sys.exit(main())
