"""Clients that make the front keep as much as they can, beside clients that ask for little.

.venv/bin/python -m tests.load.greedy --minutes 10

The program serves rows, or with `--release` a release whose files and long pages are also asked for
(`--release new` builds one of the content). It prints how many small requests were lost, their
latency, and the memory of the front. It exits with 1 if one is lost, if 1 in 100 takes half a
second, or if the front takes more than it may or does not stop growing.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias
from urllib.parse import quote

import httpx

from apecgraph.build.pipeline import build_release
from apecgraph.content.folder import default_content
from apecgraph.tabular.writers import WRITERS
from tests.support.attacks import FOREVER
from tests.support.connections import connected, reply, request
from tests.support.processes import proportional_memory
from tests.support.servers import Server, server_process

ROOM: Final = 250
"""The memory in MB that the front may take above its size at rest."""

GROWTH: Final = 1.25
"""Factor by which the memory of the front in the second half may exceed that in the first half."""

P99_SECONDS: Final = 0.5
PAGES: Final = (
    *(
        "/",
        "/health",
        "/sparql?query=ASK%7B%7D",
        "/figures",
        "/sources",
        "/conflicts",
        "/search?q=a",
    ),
    *("/doc/economy/CHN.html", "/doc/economy/CHN.jsonld", "/catalog", "/sitemap.xml", "/dumps/"),
    *(f"/figures.{extension}?measure=measure/trade-growth" for extension in WRITERS),
)
"""The pages that the server has made once before it is at rest."""

ROWS: Final = 30_000
_ASTRAL: Final = "\U0001f600" + "a" * 1_048_000
_AT_ONCE: Final = 60
_HELD_SECONDS: Final = 1.0
"""Seconds for which connections are kept open."""


WHOLE: Final = (
    *("/dumps/apecgraph.nq", "/dumps/apecgraph.jsonld", "/dumps/figures.csv", "/figures?from=1900"),
    *("/doc/index.jsonld", "/doc/ontology.html", "/doc/economy/CHN.ttl", "/releases.atom"),
)
"""The longest files and pages besides the figures in all formats."""


Greedy: TypeAlias = Callable[[Server, int], None]
"""A client that is called again and again with the next number."""


@dataclass
class Record:
    """The course of a load.

    Attributes:
        seconds: How long small requests took.
        lost: Small requests that were not answered as they should be.
        memory: Samples of the memory of the front in MB, in their order.
    """

    seconds: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """The latency in seconds that 99 of 100 small requests did not exceed."""
        return statistics.quantiles(self.seconds, n=100)[-1]

    @property
    def growth(self) -> float:
        """The highest memory in the second half, divided by that in the first."""
        middle = len(self.memory) // 2
        return max(self.memory[middle:]) / max(self.memory[:middle])


def load(server: Server, seconds: float, greedy: Sequence[Greedy] | None = None) -> Record:
    """Let greedy clients, all by default, and light ones send requests for some seconds."""
    record = Record()
    over = threading.Event()
    clients = [
        threading.Thread(target=_repeatedly, args=(client, server, over))
        for client in greedy or GREEDY
    ]
    clients += [threading.Thread(target=_light, args=(server, over, record)) for _ in range(2)]
    for client in clients:
        client.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        record.memory.append(proportional_memory(server.process.pid) / 1024)
        time.sleep(0.1)
    over.set()
    for client in clients:
        client.join()
    return record


def _light(server: Server, over: threading.Event, record: Record) -> None:
    """Send small requests from one address: a new query, a known one, the state of the server."""
    with server.client() as client:
        for number in itertools.count():
            if over.wait(0.02):
                return
            queries = f"ASK {{}} # {threading.get_ident()} {number}", "ASK {}"
            path = f"/sparql?query={quote(queries[number % 2])}" if number % 5 else "/health"
            begun = time.monotonic()
            try:
                response = client.get(path)
                fault = "" if response.status_code == 200 else response.text
            except httpx.HTTPError as error:
                fault = repr(error)
            record.seconds.append(time.monotonic() - begun)
            if fault:
                record.lost.append(f"{path}: {fault}")


def _repeatedly(client: Greedy, server: Server, over: threading.Event) -> None:
    for number in itertools.count():
        if over.is_set():
            return
        with suppress(OSError):  # the server may refuse, and close connections
            client(server, number)


def _long_texts(server: Server, number: int) -> None:
    with connected(server.port) as connection:
        connection.sendall(request(f"ASK {{}} #{number}{_ASTRAL}"))
        reply(connection)


def _long_queue(server: Server, number: int) -> None:
    with _held(server, [request(f"{FOREVER} #{number}{each}{_ASTRAL}") for each in range(20)]):
        pass


def _half_sent_bodies(server: Server, number: int) -> None:
    with _held(server, _AT_ONCE * [request("a" * 1_048_000)[:-100]]):
        pass


def _slow_readers(server: Server, number: int) -> None:
    paths = [_large(number % 20 + each % 3) for each in range(_AT_ONCE)]
    with _held(server, [_get(path) for path in paths]):
        pass


def _old_clients(server: Server, number: int) -> None:
    with _held(server, [_get(_large(number), version="1.0") for number in range(4)]):
        pass


def _repeated(server: Server, number: int) -> None:
    with connected(server.port) as connection:
        for each in range(20):
            for _ in range(2):
                connection.sendall(_get(_large(25_000), f"X: {number}.{each}\r\n"))
                reply(connection)


def _many_addresses(server: Server, number: int) -> None:
    with connected(server.port, address="127.0.0.1") as connection:
        for each in range(500):
            address = f"X-Forwarded-For: 2001:db8:{number & 0xFFFF:x}:{each:x}::1\r\n"
            connection.sendall(_get(f"/sparql?query=ASK%7B%7D%23{number}.{each}", address))
            reply(connection)


def whole_files(server: Server, number: int) -> None:
    """Take all figures in each format, dumps and long documents, from addresses of clients."""
    figures = [f"/figures.{extension}?from={1900 + number % 90}" for extension in WRITERS]
    paths = [*figures, "/figures.json", *WHOLE]
    with _held(server, [_get(path, "Accept-Encoding: gzip\r\n") for path in paths]):
        pass
    for each in range(8):
        with connected(server.port) as connection:
            connection.sendall(_get(paths[(number + each) % len(paths)]))
            reply(connection)


GREEDY: Final = (
    _long_texts,
    _long_queue,
    _half_sent_bodies,
    _slow_readers,
    _old_clients,
    _repeated,
    _many_addresses,
)


@contextmanager
def _held(server: Server, requests: list[bytes]) -> Iterator[None]:
    """Send requests on connections of one client, and keep the connections open for a while."""
    address = f"127.2.0.{1 + len(requests)}"
    with ExitStack() as connections:
        for each in requests:
            connection = connected(server.port, address=address, receives=4096)
            opened = connections.enter_context(connection)
            opened.settimeout(0.5)
            with suppress(OSError):
                opened.sendall(each)
        time.sleep(_HELD_SECONDS)
        yield


def _get(path: str, more: str = "", *, version: str = "1.1") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: x\r\nAccept: text/csv\r\n{more}\r\n".encode()


def _large(without: int) -> str:
    return "/sparql?query=" + quote(f"SELECT * {{ ?s ?p ?o }} LIMIT {ROWS - without}")


@contextmanager
def served(release: Path | None = None, seconds: float = 3) -> Iterator[Server]:
    """Run a server of many rows, or of a release, and ask for its pages once.

    Args:
        release: The folder of the release; None for the rows.
        seconds: Time that queries may take.
    """
    with TemporaryDirectory() as name:
        log, data = Path(name) / "log.txt", Path(name) / "data.nt"
        data.write_text(
            "".join(f'<urn:x:{row}> <urn:x:p> "{"v" * 99}{row}" .\n' for row in range(ROWS))
        )
        what = ("--data", data) if release is None else ("--release", release)
        with server_process(*what, log=log, query_seconds=seconds) as server:
            with server.client() as client:
                for path in PAGES:
                    client.get(path)
            yield server


def main() -> int:
    """Load a server; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--release", metavar="DIR", help="folder of a release, or `new`")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        name: str | None = arguments.release
        release = None if name is None else Path(name)
        if name == "new":
            release = build_release(default_content(), Path(folder))[0].path
        greedy = GREEDY if release is None else (*GREEDY, whole_files)
        with served(release) as server:
            at_rest = proportional_memory(server.process.pid) / 1024
            record = load(server, 60 * arguments.minutes, greedy)
    top = max(record.memory)
    every = max(1, len(record.memory) // 20)
    print("memory of the front in MB:", " ".join(f"{each:.0f}" for each in record.memory[::every]))
    print(f"at rest {at_rest:.0f} MB, at most {top:.0f} MB, growth {record.growth:.2f}")
    print(f"{len(record.seconds)} small requests, {len(record.lost)} lost, {record.lost[:5]}")
    print(f"median {statistics.median(record.seconds):.3f} s, p99 {record.p99:.3f} s")
    well = not record.lost and record.p99 < P99_SECONDS
    return 0 if well and top < at_rest + ROOM and record.growth < GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
