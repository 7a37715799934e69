"""Clients that check every answer of a server while something happens to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import httpx

from apecgraph.release.release import Release
from tests.support.connections import BROKEN_OFF, PATIENCE
from tests.support.servers import Server
from tests.support.waiting import soon

FIRST_NAME: Final = "small"
SECOND_NAME: Final = "another name"
"""Names of the publication in the two releases; an answer shows its release with one of them."""

_LABEL: Final = """SELECT ?label (RAND() AS ?new) WHERE {
  <https://w3id.org/apecgraph/> <http://www.w3.org/2000/01/rdf-schema#label> ?label
}"""
_SAME: Final = _LABEL.replace(" (RAND() AS ?new)", "")


@dataclass
class Probe:
    """The answers that clients of a server have received.

    Attributes:
        releases: The releases that may answer, keyed by name; the first bears FIRST_NAME.
        explained: Statuses, or BROKEN_OFF, that the fault explains, keyed by kind of request.
        wrong: Descriptions of all other unexpected answers.
        seen: The names of the releases that answered, in order, keyed by kind of request.
    """

    releases: dict[str, Release]
    explained: Mapping[str, set[int | str]]
    wrong: list[str] = field(default_factory=list)
    seen: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, client: httpx.Client, kind: str) -> None:
        """Send a request of a kind, and check the answer."""
        response = getattr(self, f"_{kind}")(client)
        if isinstance(response, str):
            self.seen.setdefault(kind, []).append(response)
        elif response.status_code not in self.explained.get(kind, ()):
            self.wrong.append(f"{kind}: {response.status_code} {response.text[:300]}")

    def _query(self, client: httpx.Client) -> str | httpx.Response:
        return self._select(client, _LABEL)

    def _repeat(self, client: httpx.Client) -> str | httpx.Response:
        return self._select(client, _SAME)

    def _select(self, client: httpx.Client, query: str) -> str | httpx.Response:
        response = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
        rows = response.text.splitlines()
        if response.status_code != 200 or len(rows) != 2:
            return response
        return self._named(rows[1].split(",")[0]) or response

    def _resource(self, client: httpx.Client) -> str | httpx.Response:
        response = client.get("/doc/index.ttl")
        digest = response.headers.get("etag", "").strip('"').partition("-")[0]
        for name, release in self.releases.items():
            if release.digest == digest and self._says(response.text, name):
                return name
        return response

    def _dump(self, client: httpx.Client) -> str | httpx.Response:
        response = client.get("/dumps/latest/apecgraph.ttl", follow_redirects=True)
        release = self.releases.get(response.url.path.split("/")[2])
        if release is None or response.status_code != 200:
            return response
        sums = {file.name: file.sha256 for file in release.files}
        complete = sha256(response.content).hexdigest() == sums["apecgraph.ttl"]
        return release.name if complete else response

    def _version(self, client: httpx.Client) -> str | httpx.Response:
        response = client.get("/health")
        name: str = response.json()["release"]
        return name if response.status_code == 200 and name in self.releases else response

    def _says(self, text: str, name: str) -> bool:
        label = (f'"{FIRST_NAME}"@en', f'"{SECOND_NAME}"@en')
        return [name in text for name in label] == [self._first(name), not self._first(name)]

    def _named(self, label: str) -> str | None:
        for name in self.releases:
            if label == (FIRST_NAME if self._first(name) else SECOND_NAME):
                return name
        return None

    def _first(self, name: str) -> bool:
        return next(iter(self.releases)) == name


KINDS: Final = ("query", "repeat", "resource", "dump", "version")


@contextmanager
def probed(
    server: Server, first: Release, second: Release, **explained: set[int | str]
) -> Iterator[Probe]:
    """Send a server requests of all kinds all the time; afterwards, none may have gone wrong.

    Each kind of request is answered at least once before the body of the `with` statement and once
    after it.

    Args:
        server: The server.
        first: A release that it may serve.
        second: Another one.
        **explained: Statuses, or BROKEN_OFF, that the fault explains, keyed by kind of request.
    """
    probe = Probe({first.name: first, second.name: second}, explained)
    over = threading.Event()

    def run(kind: str) -> None:
        with server.client() as client:
            while not over.is_set():
                try:
                    probe.ask(client, kind)
                except (httpx.HTTPError, ValueError) as error:
                    if BROKEN_OFF not in explained.get(kind, ()):
                        probe.wrong.append(f"{kind}: {error!r}")
                    time.sleep(0.1)

    clients = [threading.Thread(target=run, args=(kind,)) for kind in KINDS]
    for client in clients:
        client.start()
    try:
        _answered(probe)
        yield probe
        _answered(probe)
    finally:
        over.set()
        for client in clients:
            client.join(PATIENCE)
    assert not probe.wrong, probe.wrong[:5]


def _answered(probe: Probe) -> None:
    """Wait until each kind of request is answered once more."""
    before = {kind: len(probe.seen.get(kind, ())) for kind in KINDS}
    for kind in KINDS:
        assert soon(lambda: len(probe.seen.get(kind, ())) > before[kind]), (kind, probe.wrong[:5])  # noqa: B023
