"""Load a server of its own with everything at once for a long time, and see what it keeps.

`.venv/bin/python tests/soak.py --minutes 30 --reload 20` has another release take the place of the
one that is served every 20 s; without --reload one is served all the time. It prints memory, open
descriptors, processes and the disk that the server takes after the first minute (with --reload
after the third reload) and at the end, and exits with 1 where any of them has grown.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import httpx

from apecgraph.build.pipeline import build_release
from tests.support.contents import ContentCopy

COMMAND: Final = (sys.executable, "-c", "from apecgraph.cli.main import main; main()")
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
"""Seconds in which the keep-alive and the deadlines come to their end."""

GROWTH: Final = 1.25
"""By how much memory may differ between two moments of the same load."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--reload", type=float, default=0, metavar="SECONDS")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        releases = Path(folder) / "releases"
        content = ContentCopy(Path(folder))
        names = [build_release(content.root, releases)[0].name]
        content.replace("data/catalog.ttl", '"apecgraph"@en', '"another name"@en')
        names.append(build_release(content.root, releases)[0].name)
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "APECGRAPH_QUERY_SECONDS": "3",
                "APECGRAPH_RELEASES": str(releases),
            },
        )
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1].rstrip("/")
            over = threading.Event()
            reloads = threading.Thread(
                target=reload, args=(releases, names, given.reload, over), daemon=True
            )
            if given.reload:
                reloads.start()
            begin = 4 * given.reload or 60
            # With --reload, until the replies that are kept are those of no load at all.
            rest = ENDINGS + given.reload
            grown = soak(server.pid, url, releases, begin, given.minutes * 60, rest)
            over.set()
        finally:
            server.terminate()
            server.wait(30)
    sys.exit(1 if grown else 0)


def reload(releases: Path, names: list[str], seconds: float, over: threading.Event) -> None:
    """Make one release current after the other."""
    for number in itertools.count():
        if over.wait(seconds):
            return
        link = releases / ".soak"
        link.symlink_to(names[number % len(names)])
        link.replace(releases / "current")


def soak(front: int, url: str, releases: Path, begin: float, seconds: float, rest: float) -> bool:
    """Load a server; print what it holds after a beginning and at the end; say if it grew."""
    seen: Counter[str] = Counter()
    begin = min(begin, seconds / 3)
    first = after(front, url, releases, begin, rest, seen)
    print(f"after {begin:g} s: {first}", flush=True)
    last = after(front, url, releases, seconds - begin, rest, seen)
    print(f"after {seconds / 60:g} minutes: {last}")
    print("answers: " + ", ".join(f"{seen[each]} x {each}" for each in sorted(seen)))
    return last.exceeds(first)


def after(
    front: int, url: str, releases: Path, seconds: float, rest: float, seen: Counter[str]
) -> Held:
    """Load a server for a time; return what it holds when it has come to rest."""
    end = time.monotonic() + seconds
    kinds = (*4 * (light,), *2 * (heavy,), rude)
    clients = [threading.Thread(target=each, args=(url, end, seen)) for each in kinds]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    time.sleep(rest)
    return held(front, releases)


@dataclass(frozen=True)
class Held:
    """What a server holds: memory (proportional, MB), descriptors, processes, disk (MB)."""

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


def held(front: int, releases: Path) -> Held:
    settle(front)
    processes = tree(front)
    memory = sum(proportional(each) for each in processes) / 1024
    descriptors = sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in processes)
    disk = sum(path.lstat().st_size for path in releases.rglob("*")) / 1e6
    return Held(memory, descriptors, len(processes), disk)


def settle(front: int) -> None:
    """Wait while two releases are held, for as long as one takes the place of the other."""
    for _ in range(100):
        if len(tree(front)) <= AT_REST:
            return
        time.sleep(0.2)


def tree(front: int) -> list[int]:
    processes = [front]
    for each in processes:
        children = Path(f"/proc/{each}/task/{each}/children").read_text().split()
        processes.extend(map(int, children))
    return processes


def proportional(pid: int) -> int:
    """The memory of a process in kB, what it shares divided among those that share it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def light(url: str, end: float, seen: Counter[str]) -> None:
    """Ask for little: the same again, something new, a page, a dump."""
    chance = random.Random(threading.get_ident())
    with httpx.Client(base_url=url, timeout=60) as client:
        while time.monotonic() < end:
            number = chance.randrange(1_000)
            path = chance.choice(("/sparql", "/sparql", *PATHS))
            query = f"SELECT * {{ ?s ?p ?o }} ORDER BY ?o LIMIT {number}"
            try:
                response = client.get(path, params={"query": query} if path == "/sparql" else {})
                seen[f"{response.status_code}"] += 1
            except httpx.RemoteProtocolError:
                seen["broken off"] += 1
            time.sleep(0.02)


def heavy(url: str, end: float, seen: Counter[str]) -> None:
    """Ask for far too much."""
    chance = random.Random(threading.get_ident())
    while time.monotonic() < end:
        query = {"query": f"{chance.choice(HEAVY)} # {chance.random()}"}
        try:
            seen[f"{httpx.get(f'{url}/sparql', params=query, timeout=60).status_code}"] += 1
        except httpx.RemoteProtocolError:
            seen["broken off"] += 1


def rude(url: str, end: float, seen: Counter[str]) -> None:
    """Send no request, half of one, or one whose answer is not waited for."""
    where = urlsplit(url)
    chance = random.Random(threading.get_ident())
    query = b"GET /sparql?query=SELECT*%7BGRAPH%20%3Fg%7B%3Fs%20%3Fp%20%3Fo%7D%7D HTTP/1.1\r\n"
    while time.monotonic() < end:
        sent = chance.choice((b"\x00" * 99, b"GET / HT", query + b"Host: a\r\n\r\n"))
        with socket.create_connection((where.hostname, where.port or 0)) as connection:
            connection.sendall(sent)
            time.sleep(0.1)
        seen["left"] += 1


if __name__ == "__main__":
    main()
