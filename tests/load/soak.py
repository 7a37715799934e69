"""Load a server with everything at once for a long time, and check that it leaks nothing.

    .venv/bin/python -m tests.load.soak --minutes 30 --reload 20

With --reload N, another release becomes current every N seconds. The program prints
the memory, open descriptors, processes and disk space of the server after a beginning (a minute, or
four reloads) and at the end, and exits with 1 if any of them has grown.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from apecgraph.build.pipeline import build_release
from tests.support.contents import ContentCopy
from tests.support.processes import proportional_memory
from tests.support.servers import Server, server_process
from tests.support.waiting import soon

HEAVY: Final = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 10",
    "SELECT (GROUP_CONCAT(?f) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "ASK {" + "{" * 120 + "}" * 120 + "}",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
)
PATHS: Final = (
    "/",
    "/health",
    "/doc/economy/CHN.jsonld",
    "/doc/meeting/sccp1-2026.html",
    "/dumps/apecgraph.nq",
    "/id/nothing",
)
AT_REST: Final = 4
"""Processes of a server that serves one release: the front, the zygote, two workers."""

ENDINGS: Final = 8
"""Seconds after which keep-alive and deadlines have ended."""

GROWTH: Final = 1.25
"""Factor by which memory may differ between two moments of the same load."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--reload", type=float, default=0, metavar="SECONDS")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        releases = folder / "releases"
        content = ContentCopy(folder)
        shutil.rmtree(content.path("ontology/questions"))  # a part has other answers
        names = [build_release(content.root, releases)[0].name]
        content.replace("data/catalog.ttl", '"apecgraph"@en', '"another name"@en')
        names.append(build_release(content.root, releases)[0].name)
        over = threading.Event()
        reloads = threading.Thread(
            target=reload, args=(releases, names, arguments.reload, over), daemon=True
        )
        log = folder / "log.txt"
        with server_process("--current", log=log, releases=releases, query_seconds=3) as server:
            if arguments.reload:
                reloads.start()
            begin = 4 * arguments.reload or 60
            # With --reload, until no reply of the loaded release is cached any more.
            rest = ENDINGS + arguments.reload
            grown = soak(server, releases, begin, arguments.minutes * 60, rest)
            over.set()
    sys.exit(1 if grown else 0)


def reload(releases: Path, names: list[str], seconds: float, over: threading.Event) -> None:
    """Make one release the current one after the other."""
    for number in itertools.count():
        if over.wait(seconds):
            return
        link = releases / ".soak"
        link.symlink_to(names[number % len(names)])
        link.replace(releases / "current")


def soak(server: Server, releases: Path, begin: float, seconds: float, rest: float) -> bool:
    """Load a server, and print the resources that it uses after a beginning and at the end.

    Args:
        server: The server.
        releases: Its folder of releases.
        begin: Seconds of the beginning.
        seconds: Seconds of load altogether.
        rest: Seconds without load before each measurement.

    Returns:
        Whether it holds more at the end.
    """
    answers: Counter[str] = Counter()
    begin = min(begin, seconds / 3)
    first = after(server, releases, begin, rest, answers)
    print(f"after {begin:g} s: {first}", flush=True)
    last = after(server, releases, seconds - begin, rest, answers)
    print(f"after {seconds / 60:g} minutes: {last}")
    print("answers: " + ", ".join(f"{answers[outcome]} x {outcome}" for outcome in sorted(answers)))
    return last.exceeds(first)


def after(
    server: Server, releases: Path, seconds: float, rest: float, answers: Counter[str]
) -> Held:
    """Load a server for some seconds; return the resources that it uses after a rest."""
    end = time.monotonic() + seconds
    kinds = (*4 * (light,), *2 * (heavy,), rude)
    clients = [threading.Thread(target=kind, args=(server, end, answers)) for kind in kinds]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    time.sleep(rest)
    return held(server, releases)


@dataclass(frozen=True)
class Held:
    """The resources that a server uses.

    Attributes:
        memory: Its proportional memory, in MB.
        descriptors: Its open descriptors.
        processes: Its processes.
        disk: The disk space of its releases, in MB.
    """

    memory: float
    descriptors: int
    processes: int
    disk: float

    def __str__(self) -> str:
        return (
            f"{self.memory:.0f} MB, {self.descriptors} descriptors, {self.processes} processes, "
            f"{self.disk:.1f} MB of disk"
        )

    def exceeds(self, other: Held) -> bool:
        return (
            self.memory > GROWTH * other.memory
            or self.descriptors > other.descriptors
            or self.processes > other.processes
            or self.disk > other.disk
        )


def held(server: Server, releases: Path) -> Held:
    # While one release takes the place of another, both are held.
    soon(lambda: len(server.tree()) <= AT_REST)
    processes = server.tree()
    memory = sum(map(proportional_memory, processes)) / 1024
    disk = sum(path.lstat().st_size for path in releases.rglob("*")) / 1e6
    return Held(memory, server.descriptors(), len(processes), disk)


def light(server: Server, end: float, answers: Counter[str]) -> None:
    """Request little: the same again, something new, a page, a dump."""
    chance = random.Random(threading.get_ident())
    with httpx.Client(base_url=server.url, timeout=60) as client:
        while time.monotonic() < end:
            number = chance.randrange(1_000)
            path = chance.choice(("/sparql", "/sparql", *PATHS))
            query = f"SELECT * {{ ?s ?p ?o }} ORDER BY ?o LIMIT {number}"
            try:
                response = client.get(path, params={"query": query} if path == "/sparql" else {})
                answers[f"{response.status_code}"] += 1
            except httpx.RemoteProtocolError:
                answers["broken off"] += 1
            time.sleep(0.02)


def heavy(server: Server, end: float, answers: Counter[str]) -> None:
    """Send queries that are far too heavy."""
    chance = random.Random(threading.get_ident())
    while time.monotonic() < end:
        query = {"query": f"{chance.choice(HEAVY)} # {chance.random()}"}
        try:
            response = httpx.get(f"{server.url}/sparql", params=query, timeout=60)
            answers[f"{response.status_code}"] += 1
        except httpx.RemoteProtocolError:
            answers["broken off"] += 1


def rude(server: Server, end: float, answers: Counter[str]) -> None:
    """Send no request, half of one, or one without waiting for the answer."""
    chance = random.Random(threading.get_ident())
    query = b"GET /sparql?query=SELECT*%7BGRAPH%20%3Fg%7B%3Fs%20%3Fp%20%3Fo%7D%7D HTTP/1.1\r\n"
    while time.monotonic() < end:
        sent = chance.choice((b"\x00" * 99, b"GET / HT", query + b"Host: a\r\n\r\n"))
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(sent)
            time.sleep(0.1)
        answers["left"] += 1


if __name__ == "__main__":
    main()
