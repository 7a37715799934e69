"""A server that follows the current release, under faults of all kinds."""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from starlette.types import Receive, Scope, Send

from apecgraph.build.pipeline import build_release
from apecgraph.query.workers.pool import WorkerPool
from apecgraph.release.archive import Archive
from apecgraph.release.release import Release
from apecgraph.settings import Settings
from apecgraph.web.http.headers import HEADERS
from apecgraph.web.http.memory import counted
from apecgraph.web.publication import Publication
from apecgraph.web.server.switch import ReleaseSwitch
from tests.support.command import run
from tests.support.connections import BROKEN_OFF, connected, request
from tests.support.contents import SmallContent
from tests.support.probe import KINDS, probed
from tests.support.processes import children, zygotes
from tests.support.servers import Server, refused, server_process
from tests.support.waiting import soon


@pytest.fixture
def first(pair: tuple[Release, Release]) -> Release:
    return pair[0]


@pytest.fixture
def second(pair: tuple[Release, Release]) -> Release:
    return pair[1]


@pytest.fixture
def releases(first: Release, second: Release, tmp_path: Path) -> Path:
    """A folder with copies of two releases, the first of which is current."""
    folder = tmp_path / "releases"
    for each in (first, second):
        shutil.copytree(each.path, folder / each.name)
    switch(folder, first)
    return folder


def switch(folder: Path, release: Release) -> None:
    link = folder / ".switching"
    link.symlink_to(release.name)
    link.replace(folder / "current")


@contextmanager
def serving(folder: Path, log: str = "log.txt", **settings: object) -> Iterator[Server]:
    path = folder.parent / log
    with server_process("--current", log=path, releases=folder, **settings) as server:
        yield server


def serves(server: Server, release: Release) -> Callable[[], bool]:
    return lambda: server.health()["release"] == release.name


def test_no_request_is_lost_during_a_switch(
    releases: Path, first: Release, second: Release
) -> None:
    with serving(releases) as server:
        assert soon(serves(server, first))
        with probed(server, first, second) as probe:
            for each in (second, first, second):
                if each is first:
                    Archive(releases).rollback(first.name)
                else:
                    switch(releases, each)
                assert soon(serves(server, each))
                assert soon(lambda: all(seen[-1] == each.name for seen in probe.seen.values()))  # noqa: B023
                marks = {kind: len(probe.seen[kind]) for kind in KINDS}
                time.sleep(0.5)
                for kind in KINDS:  # from then on, all answers are of that release
                    assert set(probe.seen[kind][marks[kind] :]) <= {each.name}
        for kind in KINDS:
            assert set(probe.seen[kind]) == {first.name, second.name}
        # The processes of the replaced release have ended.
        assert soon(lambda: len(server.tree()) == 4)


def test_a_running_query_is_finished_on_its_release_after_a_switch(
    releases: Path, first: Release, second: Release
) -> None:
    """The query runs while another release takes the place of its own."""
    query = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?label (COUNT(*) AS ?n) {
          <https://w3id.org/apecgraph/> rdfs:label ?label .
          ?a ?b ?c . ?d ?e ?f . ?g ?h ?i
        } GROUP BY ?label"""
    with serving(releases, query_seconds=3) as server, server.client() as client:
        assert soon(serves(server, first))
        with connected(server.port) as connection:
            connection.sendall(request(query, Accept="text/csv"))
            time.sleep(0.3)
            switch(releases, second)
            assert soon(serves(server, second))
            answer = connection.recv(65536)
        # It ran until its own deadline; the switch did not end it.
        assert answer.startswith(b"HTTP/1.1 504"), answer
        assert client.get("/health").json()["status"] == "ok"


async def test_a_replaced_release_is_freed(first: Release, second: Release) -> None:
    """Everything that refers to it is freed, too; otherwise each switch would leak memory."""

    def held() -> int:
        gc.collect()
        return sum(isinstance(each, (WorkerPool, ox.Store)) for each in gc.get_objects())

    async def serve() -> None:
        current = ReleaseSwitch(Settings(workers=1))
        await current.begin(Publication.of(first))

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            with counted(scope, current.budgets):
                await current(scope, receive, send)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            for release in (second, first, second):
                for path in ("/", "/health", "/sparql?query=ASK%7B%7D", "/search?q=a", "/no"):
                    await client.get(path)
                await current.switch(Publication.of(release))
        await current.close()

    before = held()
    await serve()
    assert held() == before


def test_the_server_does_not_switch_to_a_damaged_release(
    releases: Path, first: Release, second: Release
) -> None:
    """One of its files has a changed byte, or lacks a byte, or is missing."""
    with serving(releases) as server, probed(server, first, second) as probe:
        for number, name in enumerate(("apecgraph.nq", "figures.csv", "report.json")):
            path = releases / second.name / name
            data = path.read_bytes()
            match number % 3:
                case 0:
                    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
                case 1:
                    path.write_bytes(data[:-1])
                case 2:
                    path.unlink()
            switch(releases, second)
            server.process.send_signal(signal.SIGHUP)
            assert soon(lambda: server.health()["status"] == "failing"), name
            found = server.health()
            assert found["release"] == first.name
            assert second.name in str(found["failure"])
            path.write_bytes(data)
            switch(releases, first)
            server.process.send_signal(signal.SIGHUP)
            assert soon(lambda: server.health()["status"] == "ok"), name
        assert all(set(seen) == {first.name} for seen in probe.seen.values())
        switch(releases, second)
        assert soon(serves(server, second))


def test_a_deleted_release_is_reported_and_still_served(
    releases: Path, first: Release, second: Release
) -> None:
    with serving(releases) as server, probed(server, first, second, dump={503, BROKEN_OFF}):
        (releases / first.name).rename(releases.parent / "gone")
        assert soon(lambda: server.health()["status"] == "failing")
        assert first.name in str(server.health()["failure"])
        with server.client() as client:
            dump = client.get("/dumps/latest/apecgraph.ttl", follow_redirects=True)
            assert dump.status_code == 503
        (releases.parent / "gone").rename(releases / first.name)
        assert soon(lambda: server.health()["status"] == "ok")


def flip(path: Path) -> bytes:
    """Change one bit of a file; return what it was."""
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    return data


def failing(server: Server, serves: Release, because: str) -> bool:
    """Return whether a server serves a release and says that something is wrong, without paths."""
    found = server.health()
    failure = str(found["failure"])
    return (
        (found["status"], found["release"], found["ready"]) == ("failing", serves.name, True)
        and because in failure
        and "/" not in failure
        and any(because in line and "/" in line for line in server.log.read_text().splitlines())
    )


def a_changed_byte(current: Path) -> None:
    flip(current / "figures.csv")


def a_pipe(current: Path) -> None:
    (current / "apecgraph.nq").unlink()
    os.mkfifo(current / "apecgraph.nq")


def no_folder(current: Path) -> None:
    shutil.rmtree(current)


@pytest.mark.parametrize("damage", [a_changed_byte, a_pipe, no_folder])
def test_a_server_starts_on_the_latest_whole_release_and_heals_at_the_next_build(
    releases: Path,
    first: Release,
    second: Release,
    content: SmallContent,
    damage: Callable[[Path], None],
) -> None:
    switch(releases, second)
    damage(releases / second.name)
    with serving(releases) as server, server.client() as client:
        assert failing(server, first, second.name)
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert client.get(f"/dumps/{first.name}/apecgraph.nq").status_code == 200
        content.source(0, "another")
        third, _ = build_release(content.root, releases)
        assert soon(serves(server, third))
        assert soon(lambda: server.health()["status"] == "ok")


def test_a_server_that_started_on_another_release_heals_when_the_files_are_restored(
    releases: Path, first: Release, second: Release
) -> None:
    switch(releases, second)
    path = releases / second.name / "report.json"
    data = flip(path)
    with serving(releases) as server:
        assert failing(server, first, second.name)
        path.write_bytes(data)
        assert soon(serves(server, second))
        assert soon(lambda: server.health()["status"] == "ok")


@pytest.mark.parametrize("target", [None, "nowhere", "/dev/zero"])
def test_a_server_starts_on_the_latest_whole_release_if_the_link_is_lost(
    releases: Path, first: Release, second: Release, target: str | None
) -> None:
    (releases / "current").unlink()
    if target:
        (releases / "current").symlink_to(target)
    with serving(releases) as server:
        assert server.health()["release"] in (first.name, second.name)
        assert server.health()["status"] == "failing"


def test_a_release_that_was_rolled_back_is_not_served_for_a_damaged_one(
    releases: Path, first: Release, second: Release
) -> None:
    Archive(releases).rollback(second.name)
    Archive(releases).rollback(first.name)
    flip(releases / first.name / "apecgraph.nq")
    errors = refused("--current", releases=releases)
    assert f"{first.name}/apecgraph.nq is missing or was changed" in errors


def test_a_release_that_is_damaged_while_it_is_served_gives_way_if_it_cannot_be_loaded_again(
    releases: Path, first: Release, second: Release
) -> None:
    switch(releases, second)
    with serving(releases) as server, server.client() as client:
        path = releases / second.name / "apecgraph.nq"
        data = flip(path)
        assert soon(lambda: failing(server, second, second.name))
        for pid in zygotes(server.process.pid):
            os.kill(pid, signal.SIGKILL)
        assert soon(lambda: failing(server, first, second.name))
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        path.write_bytes(data)
        assert soon(serves(server, second))
        assert soon(lambda: server.health()["status"] == "ok")


def test_health_tells_that_the_last_build_was_refused_until_the_next_good_one(
    releases: Path, content: SmallContent
) -> None:
    build = ("build", "--content", content.root)
    assert run(*build, releases=releases).returncode == 0
    with serving(releases) as server:
        assert server.health()["status"] == "ok"
        good = (content.root / "data/entities/places.ttl").read_text()
        content.write(
            "data/entities/places.ttl", "<place/x> a schema:Place, schema:City, schema:Z ."
        )
        assert run(*build, releases=releases).returncode == 1
        assert soon(lambda: server.health()["status"] == "failing")
        found = server.health()
        assert re.fullmatch(
            r"the last build was refused at 20[-0-9T:+]{23}; the current release is served",
            str(found["failure"]),
        )
        assert found["ready"] is True
        assert json.loads((releases / "refused.json").read_text())["reason"]
        with serving(releases, log="other.txt") as other:
            assert other.health()["status"] == "failing"
        (content.root / "data/entities/places.ttl").write_text(good)
        assert run(*build, releases=releases).returncode == 0
        assert soon(lambda: server.health()["status"] == "ok")


def test_it_serves_from_a_read_only_folder_with_a_full_log_disk(
    releases: Path, first: Release, second: Release
) -> None:
    with (
        read_only(releases),
        server_process("--current", log=Path("/dev/full"), releases=releases) as server,
        probed(server, first, second) as probe,
    ):
        assert soon(lambda: min(map(len, probe.seen.values())) > 20)
    assert all(set(seen) == {first.name} for seen in probe.seen.values())


def test_killed_processes_are_replaced(releases: Path, first: Release, second: Release) -> None:
    """Only the query that a killed process was evaluating is lost, and those until others run."""
    with (
        serving(releases) as server,
        probed(server, first, second, query={503}, repeat={503}, version={503}) as probe,
    ):
        for _ in range(3):
            for parent in (*zygotes(server.process.pid), server.process.pid):
                for pid in children(parent):
                    with suppress(
                        ProcessLookupError
                    ):  # a worker may have been replaced after a long query
                        os.kill(pid, signal.SIGKILL)
                    answered = len(probe.seen["query"])
                    assert soon(lambda: len(probe.seen["query"]) > answered + 5)  # noqa: B023
            assert soon(lambda: len(server.tree()) == 4)
    assert all(set(seen) == {first.name} for seen in probe.seen.values())


def test_a_server_without_workers_is_not_ready_until_they_can_be_started(
    releases: Path, first: Release
) -> None:
    with serving(releases, workers=1, query_seconds=300) as server:
        (zygote,) = zygotes(server.process.pid)
        before = resource.prlimit(zygote, resource.RLIMIT_NOFILE)
        resource.prlimit(zygote, resource.RLIMIT_NOFILE, (3, before[1]))
        for pid in children(zygote):
            os.kill(pid, signal.SIGKILL)
        assert soon(lambda: httpx.get(f"{server.url}/health").status_code == 503)
        failure = httpx.get(f"{server.url}/health").json()["failure"]
        assert failure.startswith("no queries are answered at present")
        assert "no worker can be started" in server.log.read_text()
        refused = httpx.get(f"{server.url}/sparql", params={"query": "ASK {}"})
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "2"
        resource.prlimit(zygote, resource.RLIMIT_NOFILE, before)
        assert soon(lambda: httpx.get(f"{server.url}/health").status_code == 200)
        assert httpx.get(f"{server.url}/sparql", params={"query": "ASK {}"}).status_code == 200


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only; for root, that takes a read-only mount."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    else:
        folder.chmod(0o555)
    try:
        with pytest.raises(OSError, match=r"Read-only|Permission denied"):
            (folder / "written").touch()
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", folder], check=True)
        else:
            folder.chmod(0o755)


def test_answers_in_progress_are_completed_before_the_server_stops(
    release: Release, tmp_path: Path
) -> None:
    """SIGTERM arrives while a client reads a large answer slowly."""
    with server_process("--release", release.path, log=tmp_path / "log.txt") as server:
        with connected(server.port, receives=65536) as connection:
            connection.sendall(request("SELECT * { GRAPH ?g { ?s ?p ?o } }", Accept="text/csv"))
            received = connection.recv(1024)
            assert received.startswith(b"HTTP/1.1 200")
            server.process.terminate()
            time.sleep(0.5)
            rest = b""
            while chunk := connection.recv(1 << 20):
                rest += chunk
        assert rest.endswith(b"0\r\n\r\n")
        assert server.process.wait(20) == 0


def test_a_jump_of_the_clock_stops_nothing(releases: Path, tmp_path: Path) -> None:
    """The clock jumps by days, but deadlines and turns use the monotonic clock."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n_real = time.time\n"
        f"time.time = lambda: _real() + float(open({str(offset)!r}).read() or 0)\n"
    )
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        with serving(releases, query_seconds=1) as server, server.client() as client:
            for seconds in (86400, -86400):
                offset.write_text(str(seconds))
                assert client.get("/sparql", params={"query": endless}).status_code == 504
                assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_requests_are_logged_without_clients_and_queries(releases: Path) -> None:
    with serving(releases) as server, server.client("127.1.1.1") as client:
        reply = client.get("/sparql", params={"query": "ASK { <http://secret.example/> ?p ?o }"})
        for _ in range(2):
            client.get("/sparql", params={"query": "ASK {}"})
        client.get("/id/nothing", headers={"User-Agent": "Somebody"})
        with connected(server.port) as connection:
            connection.sendall(b"rubbish\r\n\r\n")
            connection.recv(1000)
        log = releases.parent / "log.txt"
        assert soon(lambda: len(log.read_text().splitlines()) >= 5)
        text = log.read_text()
    noted = [json.loads(line) for line in text.splitlines()]
    assert all(word not in text for word in ("secret", "127.1.1.1", "Somebody"))
    assert [each["status"] for each in noted] == [200, 200, 200, 404, 400]
    assert noted[0]["id"] == reply.headers["X-Request-Id"]
    assert [each.get("reply") for each in noted[:3]] == ["made", "made", "kept"]
    assert len({each["id"] for each in noted}) == 5


def test_the_metrics_count_requests_and_workers_that_ended(releases: Path, first: Release) -> None:
    with serving(releases, query_seconds=1) as server, server.client() as client:
        for _ in range(4):
            client.get("/sparql", params={"query": "ASK {}"}).raise_for_status()
        endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        assert client.get("/sparql", params={"query": endless}).status_code == 504
        client.get("/made-up-by-a-stranger")
        for path in ("/metrics/", "/metrics"):
            reply = client.get(path).raise_for_status()
            assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
            assert len(reply.headers["X-Request-Id"]) == 16
        assert not client.head("/metrics").content
        text = reply.text
    for line in (
        'apecgraph_requests_total{method="GET",resource="sparql",status="200"} 4.0',
        'apecgraph_requests_total{method="GET",resource="sparql",status="504"} 1.0',
        'apecgraph_requests_total{method="GET",resource="page",status="404"} 1.0',
        'apecgraph_replies_total{reply="repeated"} 2.0',
        'apecgraph_workers_ended_total{reason="the deadline"} 1.0',
        f'apecgraph_release{{release="{first.name}"}} 1.0',
        "apecgraph_failing 0.0",
    ):
        assert f"\n{line}\n" in text
    assert "stranger" not in text
